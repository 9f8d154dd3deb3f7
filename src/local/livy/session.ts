import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { serverlessId } from '../ids';
import type { ILivyConfig, ILivyKnobs, ILivySessionInfo } from './config';
import { Driver } from './driver';
import { badRequest, fromDriver, notRunning } from './errors';
import type { Kind } from './kind';
import { parseKind } from './kind';
import { DriverLog } from './log';
import type { ICreateRequest } from './request';
import { sparkConf } from './sparkConf';
import { Statement } from './statement';
import { parseTime } from './time';

/** States that Livy names and we reach. */
export type SessionState = 'starting' | 'idle' | 'busy' | 'shutting_down' | 'error' | 'dead';

const ENDED: readonly SessionState[] = ['shutting_down', 'error', 'dead'];

/** One interactive session: its driver, its queue of statements, its clocks. */
export class Session {
  state: SessionState = 'starting';
  /** Spark's own application id, known once the driver is up. */
  appId: string | null = null;
  sparkUiUrl: string | null = null;
  private sparkAppId?: string;
  /** Milliseconds since the epoch when it ended; undefined: it has not. */
  endedAt: number | undefined;
  readonly startedAt = Date.now();
  private readonly log = new DriverLog();
  private readonly driver: Driver;
  private readonly statements = new Map<number, Statement>();
  private readonly queue: Statement[] = [];
  private readonly workDir: string;
  private current: Statement | undefined;
  private nextStatement = 0;
  private lastActivity = Date.now();
  private heartbeatAt = Date.now();

  constructor(
    readonly id: number,
    readonly owner: string | null,
    readonly request: ICreateRequest,
    config: ILivyConfig,
    private readonly knobs: ILivyKnobs,
    env: Record<string, string>,
    private readonly changed: () => void
  ) {
    this.workDir = join(config.workDir, `session-${id}`);
    mkdirSync(this.workDir, { recursive: true, mode: 0o700 });
    this.driver = new Driver(
      config.python,
      {
        conf: sparkConf(id, request, config.sparkConf ?? {}, this.workDir),
        workDir: this.workDir,
        javaHome: config.javaHome,
        classCache: config.classCache,
        kind: request.kind,
        outputLimit: knobs.outputLimit,
        sqlRows: knobs.sqlRows
      },
      {
        ready: (appId, url) => {
          this.sparkAppId = config.jobRunIds ? appId : undefined;
          this.onReady(config.jobRunIds ? serverlessId() : appId, url);
        },
        progress: (id, value) => {
          const statement = this.statements.get(id);
          if (statement) statement.tasks = value;
        },
        done: (id, output, aborted) => this.onDone(id, output, aborted),
        log: (stream, text) => this.log.add(stream, text),
        exit: (code, signal) => this.onExit(code, signal)
      },
      env
    );
  }

  /** A request named this session: the heartbeat's clock starts again. */
  heartbeat(): void {
    this.heartbeatAt = Date.now();
  }

  /** What keeps a session from its idle timeout: statements, cancels, completions, `/connect`. */
  activity(): void {
    this.lastActivity = Date.now();
  }

  /** Whether a clock ran out, or it ended long enough ago to be forgotten. */
  expired(now: number): boolean {
    if (this.endedAt !== undefined) return now - this.endedAt > this.knobs.retainedSessionMs;
    const heartbeat = this.request.heartbeatTimeoutInSecond * 1000;
    if (heartbeat > 0 && now - this.heartbeatAt > heartbeat) return true;
    const { ttl } = this.request;
    const old = this.knobs.version.startsWith('0.8');
    const idleText = old ? ttl : this.request.idleTimeout;
    const idle = idleText === null ? this.knobs.sessionTimeoutMs : parseTime(idleText);
    if ((idleText !== null || idle > 0) && now - this.lastActivity > idle) return true;
    return !old && this.knobs.ttlCheck && ttl !== null && now - this.startedAt > parseTime(ttl);
  }

  logLines(): string[] {
    return this.log.lines();
  }

  /**
   * Puts a statement into the queue.
   * @throws LivyError 500 where Livy's driver refuses it.
   */
  execute(code: string, kindName: string | null): Statement {
    this.ensureRunning();
    let kind = this.request.kind;
    if (kindName !== null) {
      const named = parseKind(kindName);
      if (named === undefined) throw fromDriver(`java.lang.IllegalArgumentException: Invalid kind: ${kindName}`);
      kind = named;
    } else if (kind === 'shared') {
      throw fromDriver('java.lang.IllegalArgumentException: Code type should be specified if session kind is shared');
    }
    this.activity();
    const statement = new Statement(this.nextStatement++, code.replace(/\r\n?/g, '\n'), kind);
    this.statements.set(statement.id, statement);
    if (this.statements.size > this.knobs.retainedStatements) {
      const [oldest] = this.statements.keys();
      this.statements.delete(oldest);
    }
    // Livy has no interpreter of the kind "shared" and loses such a statement: it waits for ever.
    if (kind !== 'shared') {
      this.queue.push(statement);
      this.pump();
    }
    return statement;
  }

  /** @throws LivyError 400 when the session has ended. */
  allStatements(): Statement[] {
    this.ensureActive();
    return [...this.statements.values()];
  }

  /** @throws LivyError 400 when the session has ended. */
  statement(id: number): Statement | undefined {
    this.ensureActive();
    return this.statements.get(id);
  }

  /** Livy's cancel: the statement's Spark jobs, nothing else; after a while it is only called cancelled. */
  cancel(id: number): void {
    this.ensureRunning();
    this.activity();
    const statement = this.statements.get(id);
    if (statement?.state === 'waiting') {
      statement.state = 'cancelled';
      statement.completed = Date.now();
    } else if (statement?.state === 'running') {
      statement.state = 'cancelling';
      this.driver.cancel(id, this.knobs.cancelTimeoutMs);
      setTimeout(() => {
        if (statement.state !== 'cancelling') return;
        statement.state = 'cancelled';
        statement.completed = Date.now();
      }, this.knobs.cancelTimeoutMs).unref();
    }
  }

  /** Only Scala has completions in Livy. */
  async complete(code: string, kindName: string, cursor: number): Promise<string[]> {
    this.ensureRunning();
    this.activity();
    const kind: Kind | undefined = parseKind(kindName);
    if (kind === undefined) throw fromDriver(`java.lang.IllegalArgumentException: Invalid kind: ${kindName}`);
    return kind === 'spark' ? this.driver.complete(code, cursor) : [];
  }

  /** Ends the driver; the session stays, dead, until it is deleted or forgotten. */
  async stop(): Promise<void> {
    if (this.endedAt === undefined) {
      this.state = 'shutting_down';
      this.changed();
    }
    await this.driver.stop();
  }

  /** SIGKILL from outside, as an accident. */
  kill(): void {
    this.driver.kill();
  }

  info(): ILivySessionInfo {
    return {
      id: this.id,
      state: this.state,
      ...(this.request.name === null ? {} : { name: this.request.name }),
      ...(this.owner === null ? {} : { owner: this.owner }),
      ...(this.appId === null ? {} : { appId: this.appId }),
      ...(this.sparkAppId === undefined ? {} : { sparkAppId: this.sparkAppId }),
      ...(this.sparkUiUrl === null ? {} : { sparkUiUrl: this.sparkUiUrl })
    };
  }

  private ensureRunning(): void {
    if (this.state === 'starting' || ENDED.includes(this.state)) throw notRunning(this.state);
  }

  private ensureActive(): void {
    if (ENDED.includes(this.state)) throw badRequest("requirement failed: Session isn't active.");
  }

  private transition(state: SessionState): void {
    if (this.state === state || this.endedAt !== undefined) return;
    this.state = state;
    if (state === 'dead' || state === 'error') this.endedAt = Date.now();
    this.changed();
  }

  private pump(): void {
    if (this.current || ENDED.includes(this.state) || this.state === 'starting') return;
    const next = this.queue.shift();
    if (next === undefined) return this.transition('idle');
    if (next.state === 'cancelled') return this.pump();
    this.current = next;
    next.state = 'running';
    next.started = Date.now();
    this.transition('busy');
    this.driver.run(next.id, next.kind, next.code);
  }

  private onReady(appId: string, url: string | null): void {
    this.appId = appId;
    this.sparkUiUrl = url;
    if (this.state !== 'starting') return;
    this.activity();
    this.transition('idle');
  }

  private onDone(id: number, output: Buffer, aborted: boolean): void {
    const statement = this.current;
    if (statement?.id !== id) return;
    this.current = undefined;
    statement.output = output;
    if (statement.state === 'running') statement.state = 'available';
    if (statement.state === 'cancelling') statement.state = 'cancelled';
    statement.completed = Date.now();
    this.activity();
    if (aborted) {
      this.transition('error');
      this.driver.kill();
    } else this.pump();
  }

  private onExit(code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal ? `was killed by ${signal}` : `ended with exit code ${code ?? 'unknown'}`;
    if (this.state !== 'shutting_down') this.log.add('stderr', `Driver process ${how}\n`);
    this.transition('dead');
    rmSync(this.workDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
