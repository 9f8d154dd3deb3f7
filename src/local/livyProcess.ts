/** The Livy of one cluster: a child process, told what to do over IPC (livy/config.ts says how). */
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { FromLivy, ILivyConfig, ILivyCredential, ILivySessionInfo, ToLivy } from './livy/config';
import { killGroup, killTree } from './processes';

/** How long a Livy may take to end by itself, in real seconds, before it is killed. */
const GRACE_SECONDS = 10;
/** How long it may take to say that it is ready, in real seconds. */
const READY_SECONDS = 60;

const running = new Set<LivyProcess>();
// It also ends by itself when its channel closes; this says so once more.
process.on('exit', () => running.forEach(livy => livy.ask()));

export class LivyProcess {
  /** Its sessions as it told them last. */
  sessions: ILivySessionInfo[] = [];
  private child?: ChildProcess;
  private exited: Promise<void> = Promise.resolve();
  private starting?: Promise<number>;
  private credentials: ILivyCredential[] = [];

  /**
   * @param program - `livy.mjs`
   * @param config - `port` 0: any; a restart takes the port that it had
   * @param onSessions - at every change of its sessions
   */
  constructor(
    private readonly program: string,
    private readonly config: ILivyConfig,
    private readonly onSessions: () => void
  ) {}

  /** Start it unless it runs. @returns its port. @throws Error saying why it did not start */
  start(): Promise<number> {
    this.starting ??= this.spawn();
    return this.starting;
  }

  /** Replace the credentials that it admits. */
  setCredentials(credentials: ILivyCredential[]): void {
    this.credentials = credentials;
    this.send({ type: 'credentials', credentials });
  }

  killDriver(sessionId: number): void {
    this.send({ type: 'kill-driver', sessionId });
  }

  /** End it and its drivers, first by asking, then by force, and remove its work folder. */
  async stop(): Promise<void> {
    await this.endChild();
    rmSync(this.config.workDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  private async endChild(): Promise<void> {
    const child = this.child;
    if (!child?.pid) {
      return;
    }
    if (child.connected) {
      child.disconnect();
    }
    child.kill('SIGTERM');
    const force = setTimeout(() => void killTree(child.pid!), GRACE_SECONDS * 1000);
    await this.exited;
    clearTimeout(force);
    killGroup(child.pid); // what it left in its group
  }

  /** SIGKILL it with its drivers, as when a node is lost. */
  async kill(): Promise<void> {
    if (this.child?.pid) {
      await killTree(this.child.pid);
      await this.exited;
    }
  }

  /** Ask it to end, while this process ends and nothing can be awaited. */
  ask(): void {
    this.child?.kill('SIGTERM');
  }

  private send(message: ToLivy): void {
    if (this.child?.connected) {
      this.child.send(message);
    }
  }

  private spawn(): Promise<number> {
    mkdirSync(this.config.workDir, { recursive: true });
    const logPath = join(this.config.workDir, 'livy.log');
    const log = openSync(logPath, 'a');
    // Its own process group, so that a Ctrl-C at the terminal reaches the account alone, which then ends it in order.
    const child = fork(this.program, [], {
      detached: true,
      execArgv: [],
      env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('AWS_'))),
      stdio: ['ignore', log, log, 'ipc']
    });
    closeSync(log);
    this.child = child;
    running.add(this);
    this.exited = new Promise(resolve =>
      child.once('exit', () => {
        running.delete(this);
        if (this.child === child) {
          this.child = undefined;
          this.starting = undefined;
          this.sessions = [];
          this.onSessions();
        }
        resolve();
      })
    );
    return new Promise((resolve, reject) => {
      const fail = (message: string) => {
        clearTimeout(timer);
        reject(new Error(`${message}${tail(logPath)}`));
      };
      const timer = setTimeout(() => {
        fail(`it was not ready within ${READY_SECONDS} s`);
        void this.kill();
      }, READY_SECONDS * 1000);
      child.on('message', (message: FromLivy) => {
        if (message.type === 'ready') {
          clearTimeout(timer);
          this.config.port = message.port;
          this.setCredentials(this.credentials);
          resolve(message.port);
        } else if (message.type === 'sessions') {
          this.sessions = message.sessions;
          this.onSessions();
        } else {
          fail(message.message);
        }
      });
      child.once('error', error => fail(error.message));
      child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `exit code ${code}`}`));
      child.send({ type: 'start', config: this.config } satisfies ToLivy);
    });
  }
}

/** The end of its log, where there is one. */
function tail(path: string): string {
  try {
    const text = readFileSync(path, 'utf8').trim().split('\n').slice(-5).join('\n');
    return text && `\n${text}`;
  } catch {
    return '';
  }
}
