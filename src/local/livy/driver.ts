import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import type { Kind } from './kind';

/** What the driver is started with; `src/local/driver/driver.py` is the other end. */
export interface IDriverStart {
  conf: Record<string, string>;
  workDir: string;
  javaHome?: string;
  classCache?: string;
  kind: Kind;
  outputLimit: number;
  sqlRows: number;
}

/** What a driver reports. */
export interface IDriverEvents {
  ready(appId: string, sparkUiUrl: string | null): void;
  progress(id: number, value: number): void;
  /** @param aborted - the interpreter did not survive. */
  done(id: number, output: Buffer, aborted: boolean): void;
  log(stream: 'stdout' | 'stderr', text: string): void;
  exit(code: number | null, signal: NodeJS.Signals | null): void;
}

type FromDriver =
  | { type: 'ready'; appId: string; sparkUiUrl: string | null }
  | { type: 'running'; id: number }
  | { type: 'progress'; id: number; value: number }
  | { type: 'done'; id: number; aborted: boolean; bytes: number }
  | { type: 'candidates'; ref: number; list: string[] };

/** The folder beside us: `driver/` in the bundle (we may be in `chunks/`), `../driver` in the sources. */
function script(): string {
  const found = [join(__dirname, 'driver', 'driver.py'), join(__dirname, '..', 'driver', 'driver.py')].find(existsSync);
  if (found === undefined) throw new Error(`driver.py is not beside ${__dirname}`);
  return found;
}

/** One driver process, leader of a process group of its own. */
export class Driver {
  private readonly process: ChildProcess;
  private readonly wire: Duplex;
  private readonly exited: Promise<void>;
  private readonly asked = new Map<number, (candidates: string[]) => void>();
  private references = 0;
  private ended = false;

  constructor(
    python: string,
    start: IDriverStart,
    private readonly events: IDriverEvents,
    env: Record<string, string> = {}
  ) {
    // -u: what native code prints reaches the log at once. Descriptor 3 is the wire: a socket, both ways.
    this.process = spawn(python, ['-u', script(), '3'], {
      cwd: start.workDir,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env, NODE_CHANNEL_FD: undefined, NODE_CHANNEL_SERIALIZATION_MODE: undefined }
    });
    this.wire = this.process.stdio[3] as Duplex;
    this.exited = new Promise(resolve => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (this.ended) return;
        this.ended = true;
        this.killGroup();
        for (const answer of this.asked.values()) answer([]);
        this.asked.clear();
        events.exit(code, signal);
        resolve();
      };
      this.process.once('exit', end);
      this.process.once('error', error => {
        events.log('stderr', `${error.message}\n`);
        end(null, null);
      });
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => events.log('stdout', text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => events.log('stderr', text));
    this.wire.on('error', () => undefined); // the exit says it
    this.read();
    this.send({ type: 'start', ...start });
  }

  run(id: number, kind: Kind, code: string): void {
    this.send({ type: 'run', id, kind, code });
  }

  /** Cancels the jobs of a statement, again and again, until it ends or `ms` have passed. */
  cancel(id: number, ms: number): void {
    this.send({ type: 'cancel', id, ms });
  }

  /** What may follow in Scala code; nothing, when the driver ends first. */
  complete(code: string, cursor: number): Promise<string[]> {
    if (this.ended) return Promise.resolve([]);
    const ref = this.references++;
    return new Promise(resolve => {
      this.asked.set(ref, resolve);
      this.send({ type: 'complete', ref, code, cursor });
    });
  }

  /** SIGKILL to the driver, its JVM and all that user code started beside them. */
  kill(): void {
    // Once it is gone its number may be somebody else's.
    if (!this.ended) this.killGroup();
  }

  /** Ends the driver and waits for it. */
  async stop(): Promise<void> {
    this.kill();
    await this.exited;
  }

  private killGroup(): void {
    const { pid } = this.process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // the group is gone
    }
  }

  private send(message: object): void {
    if (!this.ended && this.wire.writable) this.wire.write(JSON.stringify(message) + '\n');
  }

  /** Lines of JSON, some followed by as many bytes as they say. */
  private read(): void {
    let chunks: Buffer[] = [];
    let size = 0;
    let wanted = 0;
    let pending: FromDriver | undefined;
    this.wire.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size < wanted) return;
      let buffer = chunks.length === 1 ? chunk : Buffer.concat(chunks);
      for (;;) {
        if (pending?.type === 'done') {
          if (buffer.length < pending.bytes) break;
          this.events.done(pending.id, Buffer.from(buffer.subarray(0, pending.bytes)), pending.aborted);
          buffer = buffer.subarray(pending.bytes);
          pending = undefined;
        }
        const newline = buffer.indexOf(10);
        if (newline < 0) break;
        const message = JSON.parse(buffer.toString('utf8', 0, newline)) as FromDriver;
        buffer = buffer.subarray(newline + 1);
        if (message.type === 'done') pending = message;
        else this.hear(message);
      }
      chunks = [buffer];
      size = buffer.length;
      wanted = pending?.type === 'done' ? pending.bytes : 0;
    });
  }

  private hear(message: FromDriver): void {
    if (message.type === 'ready') this.events.ready(message.appId, message.sparkUiUrl);
    else if (message.type === 'progress') this.events.progress(message.id, message.value);
    else if (message.type === 'candidates') {
      this.asked.get(message.ref)?.(message.list);
      this.asked.delete(message.ref);
    }
  }
}
