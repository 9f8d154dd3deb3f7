import { randomUUID } from 'node:crypto';

import { EmrError } from '../../protocol';
import { RemoteError } from '../../session';
import { DRIVER_SOURCE } from './driver';
import { pythonText } from './text';

import type { IProgress } from '../../protocol';
import type { NotebookSession } from '../../session';
import type { LivyKind } from '../kinds';

const FILE = '<jupyterlab-emr>';

/** A conversation with the driver's Python about one set of data. End it, so that nothing is left on the driver. */
export class DriverTalk {
  private readonly module = `_emr_transfer_${randomUUID().replaceAll('-', '')}`;
  private readonly mark = `${this.module}:`;
  private isBegun = false;
  private isBlocked = false;

  constructor(
    private readonly session: NotebookSession,
    private readonly signal: AbortSignal,
    private readonly onProgress: (progress: IProgress) => void
  ) {}

  /**
   * Evaluate an expression over `m`, the module of {@link DRIVER_SOURCE}; its text.
   *
   * @param last - nothing is asked after it: the module goes
   * @throws RemoteError, EmrError
   */
  async ask(expression: string, options: { last?: boolean; tell?: (progress: IProgress) => IProgress } = {}) {
    const name = pythonText(this.module);
    const module = `__import__('sys').modules[${name}]`;
    const lines = this.isBegun
      ? []
      : [
          `__import__('sys').modules.__setitem__(${name}, __import__('types').ModuleType(${name}))`,
          `exec(compile(${pythonText(DRIVER_SOURCE)}, '${FILE}', 'exec'), ${module}.__dict__)`
        ];
    // One expression: nothing gets a name in the user's namespace.
    lines.push(`print(${pythonText(`\n${this.mark}`)} + (lambda m, names: ${expression})(${module}, globals()))`);
    if (options.last) {
      lines.push(`print(${module}.end())`);
    }
    this.isBegun = true;
    const said = await this.run('pyspark', lines.join('\n'), options.tell);
    if (options.last) {
      this.isBegun = false;
    }
    const at = said.indexOf(this.mark);
    if (at < 0) {
      throw new EmrError({
        code: 'DriverAnswer',
        hop: 'spark',
        message: 'The driver’s Python answered something else than was asked: its output is mixed up.',
        fix: 'Something writes to the driver’s standard output. Start a new session: %%configure -f with {} below it.',
        detail: said.slice(0, 200)
      });
    }
    const start = at + this.mark.length;
    const end = said.indexOf('\n', start);
    return said.slice(start, end < 0 ? undefined : end);
  }

  /** Run code of ours in any language; what it printed. */
  async run(kind: LivyKind, code: string, tell = (progress: IProgress): IProgress => progress): Promise<string> {
    this.signal.throwIfAborted();
    try {
      const output = await this.session.run(
        { code, kind, raw: true },
        { signal: this.signal, onProgress: progress => this.onProgress(tell(progress)) }
      );
      // It may have ended well in spite of the interrupt.
      if (this.signal.aborted) {
        throw new EmrError({ code: 'KeyboardInterrupt', hop: 'kernel', message: 'Stopped. The session goes on.' });
      }
      return output.stdout ?? '';
    } catch (error) {
      this.isBlocked ||= error instanceof EmrError && error.code === 'DriverStillBusy';
      throw plainError(error);
    }
  }

  /** The module has removed itself. */
  over(): void {
    this.isBegun = false;
  }

  /** Remove what is on the driver, where that has not happened: after errors and interrupts. */
  async end(): Promise<void> {
    // A driver that is still busy cannot be asked; what it holds goes with the next transfer's module or the session.
    if (!this.isBegun || this.isBlocked) {
      return;
    }
    this.isBegun = false;
    const code = `(lambda m: m and m.end())(__import__('sys').modules.get(${pythonText(this.module)}))`;
    await this.session.run({ code, kind: 'pyspark', raw: true }).catch(() => undefined);
  }
}

/** Our own frames say nothing to the user, and of a Java stack the causes say what is wrong. */
function plainError(error: unknown): unknown {
  if (!(error instanceof RemoteError) || !error.traceback.some(line => line.includes(FILE))) {
    return error;
  }
  const lines = error.evalue.split('\n').filter(line => !/^\s+(at |\.\.\. \d+ )/.test(line) && line.trim() !== '');
  const cause = lines.filter(line => line.startsWith('Caused by: ')).pop();
  const evalue = cause?.replace('Caused by: ', '') ?? lines.join('\n');
  return new RemoteError(error.ename, evalue, [`${error.ename}: ${evalue}`, ...(cause ? lines : [])]);
}
