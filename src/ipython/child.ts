import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

import { EmrError } from '../protocol';
import { makeMeeting } from './connection';

import type { ChildProcess } from 'node:child_process';
import type { IMeeting } from './connection';

/** Last characters of what the child wrote to stderr that are kept, for the word on its end. */
const KEPT = 4000;
/** Lines of them that an error shows. */
const SHOWN_LINES = 8;

/** The process of an IPython kernel. */
export class PythonChild {
  /** Settled when the process has ended (never rejects): how, in a few words. */
  readonly ended: Promise<string>;
  private errors = '';
  private over = false;
  private readonly onExit = (): void => this.kill();

  private constructor(
    readonly meeting: IMeeting,
    readonly interpreter: string,
    private readonly child: ChildProcess
  ) {
    const keep = (chunk: Buffer): void => {
      this.errors = (this.errors + chunk.toString()).slice(-KEPT);
    };
    child.stderr?.on('data', keep);
    // Nobody reads it, but a full pipe would stop the child.
    child.stdout?.resume();
    this.ended = new Promise(resolve => {
      const end = (how: string): void => {
        this.over = true;
        process.off('exit', this.onExit);
        rmSync(meeting.folder, { recursive: true, force: true });
        resolve(how);
      };
      child.once('error', error => end((error as NodeJS.ErrnoException).code ?? error.message));
      // `close`, not `exit`: the last words have been read by then. A grandchild may hold the pipe, so not for long.
      child.once('exit', (code, signal) => {
        const how = signal ? `killed by ${signal}` : `exit code ${code}`;
        const timer = setTimeout(() => end(how), 500);
        child.once('close', () => {
          clearTimeout(timer);
          end(how);
        });
      });
    });
    process.on('exit', this.onExit);
  }

  /** Start `interpreter -m ipykernel_launcher`. That it cannot be started shows in {@link ended}. */
  static async start(interpreter: string, env: NodeJS.ProcessEnv): Promise<PythonChild> {
    const meeting = await makeMeeting();
    const child = spawn(interpreter, ['-m', 'ipykernel_launcher', '-f', meeting.file], {
      // ipykernel ends by itself when this process is gone. A group of its own: an interrupt reaches what it started too.
      env: { ...env, JPY_PARENT_PID: String(process.pid), JPY_INTERRUPT_EVENT: undefined },
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe']
    });
    return new PythonChild(meeting, interpreter, child);
  }

  /** The child's process id; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** SIGKILL to the child and what it started. */
  kill(): void {
    const { pid } = this.child;
    if (this.over || pid === undefined) {
      return;
    }
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }

  /** The last lines that it wrote to stderr. */
  get lastLines(): string {
    return this.errors.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n').trim();
  }

  /**
   * Why it did not come up.
   *
   * @param how - as {@link ended} says
   */
  startError(how: string): EmrError {
    const name = this.interpreter;
    if (/No module named '?(ipykernel|ipykernel_launcher)\b/.test(this.errors)) {
      return new EmrError({
        code: 'NoLocalPython',
        hop: 'kernel',
        message: `The Python of this Jupyter host has no ipykernel: ${name}.`,
        fix: `Install it there: "${name}" -m pip install ipykernel. Or name another Python in JUPYTERLAB_EMR_LOCAL_PYTHON.`
      });
    }
    if (how === 'ENOENT' || how === 'EACCES') {
      return new EmrError({
        code: 'NoLocalPython',
        hop: 'kernel',
        message: `There is no Python at "${name}" to run local code with.`,
        fix: 'Name one in JUPYTERLAB_EMR_LOCAL_PYTHON, or as "localPython" in the site configuration.'
      });
    }
    return new EmrError({
      code: 'NoLocalPython',
      hop: 'kernel',
      message: `The local Python did not start (${how}): ${name}.`,
      fix: 'What it said stands below. %%local, -o and %%send_to_spark need it; all else works without.',
      ...(this.lastLines ? { detail: this.lastLines } : {})
    });
  }

  /** It ended while it was needed. */
  deathError(how: string): EmrError {
    return new EmrError({
      code: 'LocalPythonDied',
      hop: 'kernel',
      message: `The local Python ended (${how}); its variables are gone.`,
      fix: 'The next local cell starts a new one. "killed by SIGKILL" mostly means that the host ran out of memory.',
      ...(this.lastLines ? { detail: this.lastLines } : {})
    });
  }
}
