import { toCodePoints, toUtf16 } from '../kernel/codePoints';
import { PythonChild } from './child';
import { KernelClient } from './client';
import { forward, forwardPayload, object, text } from './outputs';
import { LocalError } from './types';

import type { IMessage } from '../kernel/wire';
import type { IMimeBundle } from '../protocol';
import type { ILocalCompletion, ILocalPython, ILocalSink } from './types';

/** A Python may take this long to come up: a cold disk, a host under load. */
const START_MS = 60_000;
/** Milliseconds that it has to end by itself. */
const SHUTDOWN_MS = 1000;
/** Code that goes on this long after an interrupt is said to. */
const STUBBORN_MS = 10_000;

/** A child that is up. */
interface IRunning {
  child: PythonChild;
  client: KernelClient;
}

/** An IPython kernel as a child of this process. */
export class LocalPython implements ILocalPython {
  private running?: Promise<IRunning>;
  private up?: IRunning;
  private starting?: PythonChild;
  private queue: Promise<unknown> = Promise.resolve();
  private busy = 0;
  private lost?: string;
  private isShut = false;

  /**
   * @param interpreter - path of the Python
   */
  constructor(
    private readonly interpreter: string,
    private readonly env: NodeJS.ProcessEnv
  ) {}

  async folder(): Promise<string> {
    return (await this.start()).child.meeting.folder;
  }

  run(code: string, sink: ILocalSink, options: { silent?: boolean } = {}): Promise<void> {
    return this.inOrder(async () => {
      const silent = options.silent ?? false;
      const { client } = await this.start(sink.signal);
      if (this.lost !== undefined && !silent) {
        sink.stream('stderr', `${this.lost}\n`);
        this.lost = undefined;
      }
      let noInput: Error | undefined;
      const reply = await this.execute(client, code, silent, sink.signal, {
        onOutput: message => forward(message, sink),
        onInput: async ({ content }) => {
          try {
            return await sink.input(text(content['prompt']), content['password'] === true);
          } catch (error) {
            if (sink.signal.aborted) {
              // The interrupt is on its way; it ends the waiting.
              return undefined;
            }
            noInput = error as Error;
            throw error;
          }
        },
        onStubborn: () =>
          sink.stream(
            'stderr',
            'The local code goes on in spite of the interrupt. Restarting the kernel ends it, and the local variables.\n'
          )
      });
      forwardPayload(reply, sink);
      const failed = errorOf(reply);
      if (failed) {
        throw noInput !== undefined && failed.ename === 'EOFError' ? noInput : failed;
      }
    });
  }

  call(code: string, signal: AbortSignal = new AbortController().signal): Promise<string> {
    return this.inOrder(async () => {
      const { client } = await this.start(signal);
      let printed = '';
      const reply = await this.execute(client, code, true, signal, {
        onOutput: ({ header, content }) => {
          if (header.msg_type === 'stream' && content['name'] === 'stdout') {
            printed += text(content['text']);
          }
        }
      });
      const failed = errorOf(reply);
      if (failed) {
        throw failed;
      }
      return printed;
    });
  }

  async complete(code: string, cursor: number, timeoutMs: number): Promise<ILocalCompletion> {
    const content = { code, cursor_pos: toCodePoints(code, cursor) };
    const reply = await this.ask('complete_request', content, timeoutMs);
    const { matches, cursor_start: start, cursor_end: end, metadata } = reply?.content ?? {};
    if (!Array.isArray(matches) || typeof start !== 'number' || typeof end !== 'number') {
      return { matches: [], cursorStart: cursor, cursorEnd: cursor };
    }
    const typed = object(metadata)['_jupyter_types_experimental'];
    return {
      matches: matches.map(text),
      cursorStart: toUtf16(code, start),
      cursorEnd: toUtf16(code, end),
      ...(Array.isArray(typed) && typed.length === matches.length
        ? { types: typed.map(item => text(object(item)['type'])) }
        : {})
    };
  }

  async inspect(code: string, cursor: number, detail: 0 | 1, timeoutMs: number): Promise<IMimeBundle | undefined> {
    const content = { code, cursor_pos: toCodePoints(code, cursor), detail_level: detail };
    const reply = await this.ask('inspect_request', content, timeoutMs);
    return reply?.content['found'] === true ? object(reply.content['data']) : undefined;
  }

  async shutdown(): Promise<void> {
    this.isShut = true;
    const running = this.running;
    this.running = undefined;
    if (!running) {
      return;
    }
    const { up } = this;
    if (!up) {
      // Still on its way.
      this.starting?.kill();
    }
    const timer = new AbortController();
    const late = setTimeout(() => timer.abort(new Error('too late')), SHUTDOWN_MS);
    try {
      if (up) {
        await up.client.request('control', 'shutdown_request', { restart: false }, {}, timer.signal);
        await Promise.race([up.child.ended, rejected(timer.signal)]);
      }
    } catch {
      // It is busy in code that holds it, or gone.
    } finally {
      clearTimeout(late);
      up?.child.kill();
      up?.client.close(new Error('The kernel ends.'));
    }
    await up?.child.ended;
  }

  /** A quick request beside the cells: only of a child that is up and idle. */
  private async ask(
    type: string,
    content: Record<string, string | number>,
    timeoutMs: number
  ): Promise<IMessage | undefined> {
    if (!this.up || this.busy > 0) {
      return undefined;
    }
    const signal = AbortSignal.timeout(timeoutMs);
    return this.up.client.request('shell', type, content, {}, signal).catch(() => undefined);
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    const result = this.queue.then(work, work).finally(() => this.busy--);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Run code; an interrupt by the signal is handed on to it. */
  private async execute(
    client: KernelClient,
    code: string,
    silent: boolean,
    signal: AbortSignal,
    handlers: {
      onOutput: (message: IMessage) => void;
      onInput?: (message: IMessage) => Promise<string | undefined>;
      onStubborn?: () => void;
    }
  ): Promise<IMessage> {
    let stubborn: NodeJS.Timeout | undefined;
    let giveUp!: (error: Error) => void;
    const unanswered = new Promise<never>((_, reject) => (giveUp = reject));
    unanswered.catch(() => undefined);
    const interrupt = (): void => {
      client.request('control', 'interrupt_request', {}).catch(() => undefined);
      // Its signal may strike ipykernel itself, between the code's end and the reply, which is then never sent. Requests
      // are answered in order: where a later one is, the code has ended.
      client.request('shell', 'kernel_info_request', {}).then(
        () => setTimeout(() => giveUp(interrupted()), 1000).unref(),
        () => undefined
      );
      stubborn = setTimeout(() => handlers.onStubborn?.(), STUBBORN_MS);
      stubborn.unref();
    };
    if (signal.aborted) {
      throw interrupted();
    }
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const replied = client.request(
        'shell',
        'execute_request',
        {
          code,
          silent,
          store_history: !silent,
          user_expressions: {},
          allow_stdin: handlers.onInput !== undefined,
          stop_on_error: false
        },
        handlers
      );
      return await Promise.race([replied, unanswered]);
    } finally {
      clearTimeout(stubborn);
      signal.removeEventListener('abort', interrupt);
    }
  }

  /** The child that is up; starts one where there is none. */
  private async start(signal?: AbortSignal): Promise<IRunning> {
    if (this.isShut) {
      throw new Error('The kernel ends.');
    }
    if (signal?.aborted) {
      throw interrupted();
    }
    if (this.up) {
      // It may have died a moment ago, and nobody has told us yet: it is asked before it is given something to run.
      const { child, client } = this.up;
      const answer = client.request('control', 'kernel_info_request', {}).catch(() => child.ended);
      await (signal ? Promise.race([answer, rejected(signal)]) : answer);
    }
    this.running ??= this.launch().catch((error: unknown) => {
      // What is missing may be installed while the kernel runs.
      this.running = undefined;
      throw error;
    });
    // An interrupt leaves the start alone: the next cell finds it done.
    return signal ? Promise.race([this.running, rejected(signal)]) : this.running;
  }

  private async launch(): Promise<IRunning> {
    const child = await PythonChild.start(this.interpreter, this.env);
    this.starting = child;
    if (this.isShut) {
      child.kill();
    }
    const client = new KernelClient(child.meeting.connection);
    const late = AbortSignal.timeout(START_MS);
    const gone = child.ended.then(how => {
      throw child.startError(how);
    });
    // It ends some day: no unhandled rejection.
    gone.catch(() => undefined);
    try {
      await Promise.race([client.ready(late), gone]);
    } catch (error) {
      client.close(error as Error);
      child.kill();
      throw late.aborted ? child.startError(`no answer in ${START_MS / 1000} s`) : error;
    }
    const up = { child, client };
    this.up = up;
    void child.ended.then(how => {
      const death = child.deathError(how);
      if (this.up === up) {
        this.up = undefined;
        this.running = undefined;
        this.lost = this.isShut ? undefined : `${death.message} This is a new one.`;
      }
      client.close(death);
    });
    return up;
  }
}

function errorOf({ content }: IMessage): LocalError | undefined {
  if (content['status'] === 'ok') {
    return undefined;
  }
  const { ename, evalue, traceback } = content;
  const name = text(ename) || 'Error';
  const lines = Array.isArray(traceback) ? traceback.map(text) : [];
  return new LocalError(name, text(evalue), lines.length > 0 ? lines : [`${name}: ${text(evalue)}`]);
}

function interrupted(): LocalError {
  return new LocalError('KeyboardInterrupt', 'The cell was interrupted.', [
    'KeyboardInterrupt: the cell was interrupted.'
  ]);
}

/** Rejects once the signal is aborted. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(interrupted()), { once: true });
  });
}
