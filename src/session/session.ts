import { LivyError, abortedError, wait } from '../livy';
import { EmrError, errorInfo } from '../protocol';
import { bindingOf, linksOf, notBoundError, sameTarget } from './binding';
import { endedError, tidyLog } from './reasons';
import { layered } from './layers';
import { checkSettings } from './settings';
import { readSparkmagicConfig } from './sparkmagic';
import { DEFAULT_HEARTBEAT_S, abortable, startSession } from './start';
import { runStatement } from './statement';
import { StatusBoard } from './status';
import { RemoteError } from './types';
import { SessionWatch } from './watch';

import type { IAwsContext } from '../aws/context';
import type { ISiteConfig } from '../config';
import type { ILivySession, LivyClient } from '../livy';
import type { INotebookBinding, ISessionStatus, Language } from '../protocol';
import type { IEndpoint } from './endpoint';
import type { IEmrPort } from './ports';
import type { ILayer } from './layers';
import type { SessionSettings } from './settings';
import type { ISparkmagicConfig } from './sparkmagic';
import type { IStarted } from './start';
import type { IBindRequest, IOffer, IRunOptions, IRunResult, IStatementRequest } from './types';

export interface INotebookSessionOptions {
  language: Language;
  site: ISiteConfig;
  /** EMR in an account and region. */
  emr: (context: IAwsContext) => IEmrPort;
  env?: NodeJS.ProcessEnv;
  sparkmagic?: ISparkmagicConfig;
  /** The user's own session settings, as the page last told them; shared by all bindings. */
  user?: { settings: SessionSettings };
  /** Name of this binding, where a notebook has several: it goes into the names of its sessions. */
  binding?: string;
}

/** A live session on a Livy. */
interface ILive {
  client: LivyClient;
  endpoint: IEndpoint;
  id: number;
  name: string;
  request: IBindRequest;
  watch: SessionWatch;
  /** Number of the last statement that was posted. */
  lastStatement: number;
  /** Version text of Livy. */
  version?: string;
  settings: SessionSettings;
  dropped: string[];
}

/**
 * A notebook's remote session: disconnected → credentials → starting → idle ⇄ busy → lost | ended.
 * One statement at a time; completion and status are answered beside it.
 */
export class NotebookSession {
  readonly board: StatusBoard;
  /** What `%%configure` said, for the next session. */
  settings: SessionSettings = {};
  private live?: ILive;
  private connecting?: { promise: Promise<ISessionStatus>; request: IBindRequest; abort: AbortController };
  private offered?: IOffer;
  private lastRequest?: IBindRequest;
  /** The notebook's layer; kept when one disconnects, as the notebook keeps it. */
  private notebookSettings?: INotebookBinding['settings'];
  private running = false;
  private quickRunning = false;
  private readonly sparkmagic: ISparkmagicConfig;

  constructor(private readonly options: INotebookSessionOptions) {
    this.board = new StatusBoard(options.language);
    this.sparkmagic = options.sparkmagic ?? readSparkmagicConfig(options.env);
  }

  get status(): ISessionStatus {
    return this.board.status;
  }

  /** The session that is connected, for `%%info`: its number and name, Livy's version. */
  get info():
    | { id: number; name: string; version?: string; url: string; settings: SessionSettings; dropped: string[] }
    | undefined {
    const live = this.live;
    return live && !this.watchDead(live)
      ? {
          id: live.id,
          name: live.name,
          url: live.endpoint.http.url,
          settings: live.settings,
          dropped: live.dropped,
          ...(live.version ? { version: live.version } : {})
        }
      : undefined;
  }

  /** The stored binding, as the notebook last told it. */
  get offer(): IOffer | undefined {
    return this.offered;
  }

  /** What the notebook was connected with last, until one disconnects. */
  get request(): IBindRequest | undefined {
    return this.live?.request ?? this.lastRequest;
  }

  /** Rows of a table that are shown where the cell says nothing: sparkmagic's own number unless its file has another. */
  get maxRows(): number {
    return this.sparkmagic.maxRows ?? 2500;
  }

  /** What of the files read cannot be used, in sentences. */
  get problems(): string[] {
    return this.sparkmagic.problems ?? [];
  }

  /**
   * Settings of the next session.
   *
   * @throws EmrError where a layer cannot be used
   */
  nextSettings(): SessionSettings {
    return layered(this.layers(), this.options.env ?? process.env);
  }

  /** Where the settings of the next session come from, lowest layer first. */
  layers(): ILayer[] {
    const { site, user } = this.options;
    const { sessionConfigs } = this.sparkmagic;
    return [
      { name: 'sparkmagic', settings: sessionConfigs ?? {} },
      { name: 'site', settings: checkSettings(site.sessionDefaults ?? {}, undefined, 'sessionDefaults of the site') },
      { name: 'user', settings: user?.settings ?? {} },
      { name: 'notebook', settings: checkSettings(this.notebookSettings ?? {}, undefined, 'The notebook’s settings') },
      { name: 'cell', settings: this.settings }
    ];
  }

  /** The notebook's stored binding, told to a fresh kernel. */
  setOffer(offer: IOffer): ISessionStatus {
    this.offered = offer;
    this.notebookSettings = offer.binding.settings;
    if (!this.live && !this.connecting) {
      this.board.set('disconnected', { binding: offer.binding });
    }
    return this.status;
  }

  /**
   * Bind and start a session; the one before it is ended. The same request while connected changes nothing.
   *
   * @throws EmrError; the state is then `disconnected` with the reason
   */
  async connect(request: IBindRequest, options: IRunOptions = {}): Promise<ISessionStatus> {
    if (this.connecting) {
      if (sameTarget(this.connecting.request, request)) {
        return this.waitForConnect(options);
      }
      throw new EmrError({
        code: 'ConnectInProgress',
        hop: 'kernel',
        message: 'The notebook is connecting to another cluster.',
        fix: 'Wait for it, or disconnect first.'
      });
    }
    if (this.running) {
      throw new EmrError({
        code: 'SessionBusy',
        hop: 'kernel',
        message: 'A cell is running on the present session.',
        fix: 'Interrupt it or wait for it, then connect.'
      });
    }
    if (this.live && !this.watchDead(this.live) && sameTarget(this.live.request, request)) {
      return this.status;
    }
    const abort = new AbortController();
    const promise = this.start(request, abort.signal, options).finally(() => {
      this.connecting = undefined;
    });
    // Others may wait for it too; that nobody does is no unhandled rejection.
    promise.catch(() => undefined);
    this.connecting = { promise, request, abort };
    const stop = (): void => abort.abort();
    options.signal?.addEventListener('abort', stop, { once: true });
    if (options.signal?.aborted) {
      stop();
    }
    try {
      return await promise;
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  }

  /** End the session on the cluster and forget the binding. */
  async disconnect(): Promise<ISessionStatus> {
    this.offered = undefined;
    this.lastRequest = undefined;
    await this.stopConnecting();
    await this.end();
    this.board.set('disconnected', {});
    return this.status;
  }

  /** End the session and start another with the same binding (`%%configure -f`). */
  async restart(options: IRunOptions = {}): Promise<ISessionStatus> {
    const { request } = this;
    if (!request) {
      throw this.notBound();
    }
    await this.end();
    return this.connect(request, options);
  }

  /** Run one statement; connects by itself where the stored binding may. */
  async run(request: IStatementRequest, options: IRunOptions = {}): Promise<IRunResult> {
    const live = await this.ensure(options);
    if (this.running) {
      throw new EmrError({ code: 'SessionBusy', hop: 'kernel', message: 'Another statement is running.' });
    }
    this.running = true;
    this.board.set('busy');
    live.watch.setBusy(true);
    try {
      return await runStatement(live, request, options, this.sparkmagic.maxRows);
    } catch (error) {
      throw await this.explain(live, error);
    } finally {
      this.running = false;
      live.watch.setBusy(false);
      if (this.live === live && !this.watchDead(live)) {
        this.board.set('idle');
      }
    }
  }

  /** Scala's own completion; nothing where the session is not idle. */
  async complete(code: string, cursor: number, kind: 'spark', timeoutMs: number): Promise<string[]> {
    const live = this.live;
    if (!live || this.running || this.quickRunning || this.watchDead(live)) {
      return [];
    }
    this.quickRunning = true;
    try {
      await live.watch.confirm();
      if (this.watchDead(live)) {
        return [];
      }
      return await live.client.completion(live.id, code, cursor, kind, timeoutMs);
    } catch {
      return [];
    } finally {
      this.quickRunning = false;
    }
  }

  /**
   * A quick statement of ours (completion, inspection): only while idle, nothing where it takes longer.
   *
   * @returns its text, or undefined
   */
  async quick(code: string, timeoutMs: number): Promise<string | undefined> {
    const live = this.live;
    if (!live || this.running || this.quickRunning || this.watchDead(live)) {
      return undefined;
    }
    this.quickRunning = true;
    const work = (async () => {
      await live.watch.confirm();
      if (this.watchDead(live)) {
        return undefined;
      }
      const posted = await live.client.postStatement(live.id, code, 'pyspark', live.lastStatement);
      live.lastStatement = Math.max(live.lastStatement, posted.id);
      const { statement } = await live.client.follow(live.id, posted, { lost: live.watch.lost });
      const output = statement.output;
      const text = output?.status === 'ok' ? output.data['text/plain'] : undefined;
      return typeof text === 'string' ? text : undefined;
    })()
      .catch(() => undefined)
      .finally(() => (this.quickRunning = false));
    const timer = new AbortController();
    const result = await Promise.race([work, wait(timeoutMs, timer.signal).catch(() => undefined)]);
    timer.abort();
    return result ?? undefined;
  }

  /** Last lines of the session's log; of the failed start where there is none. */
  async logs(size = 100): Promise<string[]> {
    const live = this.live;
    if (!live || live.watch.nothingLeft) {
      return this.status.log ?? [];
    }
    try {
      return tidyLog(await live.client.sessionLog(live.id, size, { retryLimitMs: 5000 }));
    } catch (error) {
      // Livy forgets an ended session; what it said last was kept.
      if (this.watchDead(live) && this.status.log) {
        return this.status.log;
      }
      throw error;
    }
  }

  /** All sessions that Livy shows us. */
  async sessions(): Promise<ILivySession[]> {
    return (this.live ?? this.fail()).client.listSessions({ retryLimitMs: 5000 });
  }

  /** End any session by its number (`%%delete`, `%%cleanup`). */
  async deleteSession(id: number): Promise<void> {
    await (this.live ?? this.fail()).client.deleteSession(id);
    if (id === this.live?.id) {
      await this.end();
      this.board.set('ended');
    }
  }

  /** The kernel ends: the session goes with it, quickly. */
  async shutdown(): Promise<void> {
    await this.stopConnecting();
    await this.end(2500);
  }

  private async stopConnecting(): Promise<void> {
    const { connecting } = this;
    connecting?.abort.abort();
    await connecting?.promise.catch(() => undefined);
  }

  private async start(request: IBindRequest, signal: AbortSignal, options: IRunOptions): Promise<ISessionStatus> {
    await this.end();
    this.board.set('credentials');
    try {
      const started = await startSession(request, {
        site: this.options.site,
        env: this.options.env ?? process.env,
        emr: this.options.emr,
        headers: this.sparkmagic.customHeaders,
        settings: this.nextSettings(),
        ...(this.options.binding ? { binding: this.options.binding } : {}),
        signal,
        ...(options.onProgress ? { onProgress: options.onProgress } : {}),
        onRenewed: expiresAt => this.board.update({ credentialsExpireAt: expiresAt }),
        onEndpoint: endpoint =>
          this.board.set('starting', {
            clusterName: endpoint.clusterName,
            tlsVerified: endpoint.http.url.startsWith('https:') && endpoint.http.verify !== false,
            binding: bindingOf(request, endpoint)
          }),
        onState: (sessionId, log) => this.board.set('starting', { sessionId, log })
      });
      this.adopt(request, started);
      return this.status;
    } catch (error) {
      const told = signal.aborted ? abortedError() : error;
      this.board.set('disconnected', {
        sessionId: undefined,
        ...(signal.aborted ? { reason: undefined, log: undefined } : { reason: errorInfo(told) })
      });
      throw told;
    }
  }

  private adopt(request: IBindRequest, started: IStarted): void {
    const { client, endpoint, session, name, settings, version, dropped } = started;
    const heartbeat = this.options.site.heartbeatTimeoutSeconds ?? DEFAULT_HEARTBEAT_S;
    const watch = new SessionWatch(
      client,
      session,
      endpoint,
      heartbeat,
      {
        onLost: (error, log) => {
          this.board.set(error.code === 'SessionEnded' ? 'ended' : 'lost', { reason: errorInfo(error), log });
        },
        onSeen: seen => this.board.update(linksOf(seen))
      },
      settings
    );
    this.live = {
      client,
      endpoint,
      id: session.id,
      name,
      request,
      settings,
      dropped,
      watch,
      lastStatement: -1,
      ...(version ? { version } : {})
    };
    this.lastRequest = request;
    const binding = bindingOf(request, endpoint);
    if (binding) {
      binding.sessionName = name;
      Object.assign(binding, this.notebookSettings ? { settings: this.notebookSettings } : {});
    }
    this.board.set('idle', {
      sessionId: session.id,
      log: undefined,
      reason: undefined,
      ...(binding ? { binding } : {}),
      ...linksOf(session)
    });
    watch.start();
  }

  /** The live session; connects where one may, says how to bind where not. */
  private async ensure(options: IRunOptions): Promise<ILive> {
    if (this.connecting) {
      await this.waitForConnect(options);
    }
    const live = this.live;
    if (live) {
      if (this.watchDead(live)) {
        throw live.watch.lost.reason;
      }
      return live;
    }
    const offer = this.offered;
    const endpoint = this.options.binding ? undefined : this.sparkmagic.endpoints?.[this.options.language];
    if (!offer && endpoint) {
      await this.connect(endpoint, options);
      return this.live ?? this.fail();
    }
    if (!offer?.auto) {
      throw this.notBound();
    }
    const { binding, notebookPath } = offer;
    await this.connect(
      {
        clusterId: binding.clusterId,
        region: binding.region,
        ...(binding.runtimeRole ? { runtimeRole: binding.runtimeRole } : {}),
        ...(notebookPath ? { notebookPath } : {})
      },
      options
    );
    return this.live ?? this.fail();
  }

  private async waitForConnect(options: IRunOptions): Promise<ISessionStatus> {
    const { promise } = this.connecting ?? this.fail();
    const began = performance.now();
    const tell = (): void =>
      options.onProgress?.({
        phase: 'starting',
        text: `Connecting: ${this.status.state}`,
        elapsedMs: Math.round(performance.now() - began),
        ...(this.status.log ? { log: this.status.log } : {})
      });
    tell();
    const stop = this.board.onChange(tell);
    try {
      return await (options.signal ? abortable(promise, options.signal) : promise);
    } finally {
      stop();
    }
  }

  /** Why a statement's request failed: the session's own end comes before what HTTP said. */
  private async explain(live: ILive, error: unknown): Promise<unknown> {
    const died = error instanceof RemoteError && error.evalue.startsWith('Interpreter died');
    // Livy tells a session's state a little later than the statement that ended its interpreter.
    for (let tries = 0; died && tries < 4 && !this.watchDead(live); tries++) {
      await wait(250 * tries);
      await live.watch.look().catch(() => undefined);
    }
    if (died && this.watchDead(live)) {
      return live.watch.lost.reason;
    }
    if (error instanceof LivyError && error.failure !== 'aborted') {
      await live.watch.explain(error).catch(() => undefined);
      if (this.watchDead(live)) {
        return live.watch.lost.reason;
      }
    }
    return error;
  }

  private watchDead(live: ILive): boolean {
    return live.watch.lost.aborted;
  }

  private async end(timeoutMs?: number): Promise<void> {
    const live = this.live;
    this.live = undefined;
    if (!live) {
      return;
    }
    // Its number may be another's by now. One that died without our doing still holds memory until it is deleted.
    const timer = new AbortController();
    await Promise.race([live.watch.confirm(), wait(1500, timer.signal).catch(() => undefined)]);
    timer.abort();
    live.watch.stop();
    if (!live.watch.nothingLeft) {
      await live.client
        .deleteSession(live.id, timeoutMs === undefined ? {} : { timeoutMs, tries: 1 })
        .catch(() => undefined);
    }
    live.watch.end(endedError(live.id));
    live.client.dispose();
  }

  private notBound(): EmrError {
    return notBoundError(this.offered?.binding);
  }

  private fail(): never {
    throw this.notBound();
  }
}
