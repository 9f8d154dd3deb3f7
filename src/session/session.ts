import { abortedError, wait } from '../livy';
import { EmrError, errorInfo } from '../protocol';
import { asBefore, isUntried, rememberable, remembered } from './access';
import { adopt } from './adopt';
import { bindingOf, linksOf, notBoundError, sameBinding, sameTarget } from './binding';
import { Connecting } from './connecting';
import { explain } from './explain';
import { layered } from './layers';
import { listOwned } from './listing';
import { aheadOf, endedByUser, isDead, leftError, workOf } from './live';
import { requestOf, storedFor, untriedText, withoutSession } from './offer';
import { completeScala, giveWay, runQuick } from './quick';
import { tidyLog } from './reasons';
import { forgetRecord, writeRecord } from './records';
import { cellStatements, resultOf } from './results';
import { checkSettings } from './settings';
import { readSparkmagicConfig } from './sparkmagic';
import { DEFAULT_HEARTBEAT_S, startSession } from './start';
import { runStatement } from './statement';
import { StatusBoard } from './status';

import type { IAwsContext } from '../aws/context';
import type { ISiteConfig } from '../config';
import type { ILivySession } from '../livy';
import type { INotebookBinding, ISessionStatus, Language } from '../protocol';
import type { ILayer } from './layers';
import type { IListed } from './listing';
import type { ILive } from './live';
import type { IEmrPort } from './ports';
import type { ILivyStatementView } from './results';
import type { SessionSettings } from './settings';
import type { ISparkmagicConfig } from './sparkmagic';
import type { IStarted, IStored } from './start';
import type { ITakenStatement } from './taken';
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
  /** A statement of an earlier kernel is followed. */
  onTaken?: (taken: ITakenStatement) => void;
}

/** A statement is told to the page, which stores it, once it has run for so long. */
const TELL_MS = 500;

/**
 * A notebook's remote session: disconnected → credentials → starting → idle ⇄ busy → lost | ended.
 * One statement at a time; completion and status are answered beside it.
 */
export class NotebookSession {
  readonly board: StatusBoard;
  /** What `%%configure` said, for the next session. */
  settings: SessionSettings = {};
  private live?: ILive;
  private readonly connecting: Connecting;
  private offered?: IOffer;
  private lastRequest?: IBindRequest;
  /** The notebook's layer; kept when one disconnects, as the notebook keeps it. */
  private notebookSettings?: INotebookBinding['settings'];
  private running = false;
  /** What became of the stored session when it was looked for in vain. */
  private storedGone?: string;
  /** Half-made sessions that are being ended. */
  private readonly cleanUps = new Set<Promise<void>>();
  private readonly sparkmagic: ISparkmagicConfig;

  constructor(private readonly options: INotebookSessionOptions) {
    this.board = new StatusBoard(options.language);
    this.connecting = new Connecting(this.board);
    this.sparkmagic = options.sparkmagic ?? readSparkmagicConfig(options.env);
  }

  get status(): ISessionStatus {
    return this.board.status;
  }

  private get env(): NodeJS.ProcessEnv {
    return this.options.env ?? process.env;
  }

  /** The session that is connected, for `%%info`: its number and name, Livy's version. */
  get info():
    | { id: number; name: string; version?: string; url: string; settings: SessionSettings; dropped: string[] }
    | undefined {
    const live = this.live;
    return live && !isDead(live)
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

  /** A request of a page, which names cluster and role only: the way in is as it was. */
  asBefore<T extends IBindRequest>(request: T): T {
    return asBefore(request, this.request ?? (this.offered && remembered(this.offered.binding, this.env)));
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
    return layered(this.layers(), this.env);
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

  /**
   * The notebook's stored binding, told to a fresh kernel. Where it may bind by itself, the session that the notebook
   * had is looked for at once and taken up; a new one is made only when a cell needs it.
   */
  setOffer(offer: IOffer): ISessionStatus {
    this.offered = offer;
    this.notebookSettings = offer.binding.settings;
    if (!this.live && !this.connecting.request) {
      delete this.storedGone;
      this.board.set('disconnected', { binding: offer.binding });
      if ((offer.auto || offer.look) && isUntried(offer, this.env)) {
        this.board.update({ found: untriedText(offer.binding) });
      } else if ((offer.auto || offer.look) && offer.binding.sessionName) {
        const request = requestOf(offer, this.env);
        this.connecting.begin(request, true, signal => this.start(request, signal, {}, true)).catch(() => undefined);
      }
    }
    return this.status;
  }

  /**
   * Bind: take up the notebook's own session where it is still there, else start one. One on another target is ended.
   * The same request while connected changes nothing, unless it asks for a fresh session.
   *
   * @throws EmrError; the state is then `disconnected` with the reason
   */
  async connect(request: IBindRequest, options: IRunOptions = {}): Promise<ISessionStatus> {
    await this.connecting.endLooking(request, options);
    if (this.connecting.request) {
      if (sameTarget(this.connecting.request, request)) {
        return (await this.connecting.join(options)) ?? this.status;
      }
      throw new EmrError({
        code: 'ConnectInProgress',
        hop: 'kernel',
        message: 'The notebook is connecting to another cluster.',
        fix: 'Wait for it, or disconnect first.'
      });
    }
    const live = this.live && !isDead(this.live) ? this.live : undefined;
    if (live && !request.fresh && sameBinding(live, request)) {
      return this.status;
    }
    if (this.running || (live?.taken?.running.length && !request.fresh)) {
      throw new EmrError({
        code: 'SessionBusy',
        hop: 'kernel',
        message: 'A cell is running on the present session.',
        fix: 'Interrupt it or wait for it, then connect.'
      });
    }
    return this.connecting.begin(request, false, signal => this.start(request, signal, options, false), options);
  }

  /** End the session on the cluster and forget the binding. */
  async disconnect(): Promise<ISessionStatus> {
    this.offered = undefined;
    delete this.storedGone;
    this.lastRequest = undefined;
    await this.connecting.stop();
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
    const before = aheadOf(live);
    delete live.lingering;
    giveWay(live);
    this.board.set('busy', before ? {} : { statement: undefined });
    live.watch.setBusy(true);
    const { cellId } = request;
    let posted: { id: number; since: string; cellId?: string } | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await runStatement(
        live,
        request,
        {
          ...options,
          ahead: () => aheadOf(live) ?? before,
          onPosted: ({ id }) => {
            const statement = { id, since: new Date().toISOString(), ...(cellId === undefined ? {} : { cellId }) };
            posted = statement;
            timer = setTimeout(() => this.board.update({ statement }), TELL_MS);
            timer.unref();
          }
        },
        this.sparkmagic.maxRows
      );
    } catch (error) {
      if (error instanceof EmrError && error.code === 'DriverStillBusy' && posted) {
        live.lingering = posted;
      }
      throw await explain(live, error);
    } finally {
      clearTimeout(timer);
      this.running = false;
      this.settle(live);
    }
  }

  /** A running statement of an earlier kernel is cancelled; once more: its end is not waited for. */
  interrupt(): void {
    this.live?.taken?.interrupt();
  }

  /** Statements of cells that the session still knows, the last ones, oldest first. */
  async statements(count: number): Promise<ILivyStatementView[]> {
    return cellStatements(this.live ?? this.fail(), count);
  }

  /**
   * What a statement of the session gave; waits for one that is still running.
   *
   * @throws as {@link run} would, and LivyError 404 where the session does not know it
   */
  async result(id: number, options: IRunOptions = {}): Promise<IRunResult> {
    const { language } = this.options;
    return resultOf(this.live ?? this.fail(), id, { ...options, language, maxRows: this.sparkmagic.maxRows });
  }

  /** Scala's own completion; nothing where the session is not idle. */
  async complete(code: string, cursor: number, kind: 'spark', timeoutMs: number): Promise<string[]> {
    const live = this.live;
    return live && this.isFree(live) ? completeScala(live, code, cursor, kind, timeoutMs) : [];
  }

  /**
   * A quick statement of ours (completion, inspection): only while idle, nothing where it takes longer.
   *
   * @returns its text, of `sql` its JSON, or undefined
   */
  async quick(code: string, timeoutMs: number, kind: 'pyspark' | 'sql' = 'pyspark'): Promise<string | undefined> {
    const live = this.live;
    return live && this.isFree(live) ? runQuick(live, code, timeoutMs, kind) : undefined;
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
      if (isDead(live) && this.status.log) {
        return this.status.log;
      }
      throw error;
    }
  }

  /** All sessions that Livy shows us. */
  async sessions(): Promise<ILivySession[]> {
    return (this.live ?? this.fail()).client.listSessions({ retryLimitMs: 5000 });
  }

  /** All sessions that Livy shows us, and whose they are. @param here - numbers of this notebook's own */
  ownedSessions(here: number[]): Promise<IListed[]> {
    const { client, endpoint } = this.live ?? this.fail();
    return listOwned(client, { livy: endpoint.http.url, here, env: this.env });
  }

  /** End any session by its number (`%%delete`, `%%cleanup`). */
  async deleteSession(id: number): Promise<void> {
    await (this.live ?? this.fail()).client.deleteSession(id);
    if (id === this.live?.id) {
      await this.end();
      this.board.set('ended');
    }
  }

  /**
   * The kernel ends. The session goes with it, quickly, unless the user wants to keep it; a restart leaves it for the
   * kernel that comes: Livy's heartbeat ends it where none does. What is half made is ended in any case.
   */
  async shutdown(restart = false): Promise<void> {
    const live = this.live;
    if (live && !isDead(live) && (restart || live.kept)) {
      this.live = undefined;
      live.watch.end(leftError(live.id, live.name));
    }
    await this.connecting.stop();
    await this.end(2500);
    await Promise.all(this.cleanUps);
    live?.client.dispose();
  }

  private async start(
    request: IBindRequest,
    signal: AbortSignal,
    options: IRunOptions,
    onlyFound: boolean
  ): Promise<ISessionStatus> {
    // The session that is there now is no longer the notebook's own.
    const stored = this.live ? undefined : storedFor(this.offered?.binding, request);
    const { binding } = this.status;
    await this.end();
    this.board.set('credentials', onlyFound && binding ? { binding } : {});
    try {
      const started = await startSession(request, {
        site: this.options.site,
        env: this.env,
        emr: this.options.emr,
        headers: this.sparkmagic.customHeaders,
        settings: this.nextSettings(),
        ...(this.options.binding ? { binding: this.options.binding } : {}),
        signal,
        stored,
        onlyFound,
        leave: cleanUp => {
          this.cleanUps.add(cleanUp);
          void cleanUp.finally(() => this.cleanUps.delete(cleanUp));
        },
        ...(options.onProgress ? { onProgress: options.onProgress } : {}),
        onWait: text => this.board.update({ log: [text] }),
        onRenewed: expiresAt => this.board.update({ credentialsExpireAt: expiresAt }),
        onEndpoint: endpoint =>
          this.board.set('starting', {
            clusterName: endpoint.clusterName,
            tlsVerified: endpoint.http.url.startsWith('https:') && endpoint.http.verify !== false,
            binding: bindingOf(request, endpoint)
          }),
        onState: (sessionId, log) => this.board.set('starting', { sessionId, log })
      });
      if (!started.client) {
        this.storedGone = started.found;
        this.offered &&= withoutSession(this.offered);
        this.board.set('disconnected', { ...(binding ? { binding } : {}) });
        const next = this.offered?.auto ? ' The next cell starts a new one.' : '';
        this.board.update({ found: `${started.found}${next}` });
        return this.status;
      }
      this.adopt(request, started, stored);
      return this.status;
    } catch (error) {
      const told = signal.aborted ? abortedError() : error;
      if (onlyFound) {
        // Nobody asked for it: a cell that needs a session says what is wrong.
        this.board.set('disconnected', { ...(binding ? { binding } : {}) });
        throw told;
      }
      this.board.set('disconnected', {
        sessionId: undefined,
        ...(signal.aborted ? { reason: undefined, log: undefined } : { reason: errorInfo(told) })
      });
      throw told;
    }
  }

  private adopt(request: IBindRequest, started: IStarted, stored: IStored | undefined): void {
    const { live, change } = adopt(request, started, {
      language: this.options.language,
      heartbeat: this.options.site.heartbeatTimeoutSeconds ?? DEFAULT_HEARTBEAT_S,
      stored,
      maxRows: this.sparkmagic.maxRows,
      onTaken: this.options.onTaken,
      onLost: (_live, error, log) => {
        const state = error.code === 'SessionEnded' ? 'ended' : 'lost';
        this.board.set(state, { reason: errorInfo(error), log, statement: undefined });
      },
      onSeen: (seenLive, seen) => {
        this.board.update(linksOf(seen, seenLive.endpoint));
        if (seen.state === 'idle' && seenLive.lingering && !this.running) {
          delete seenLive.lingering;
          this.settle(seenLive);
        }
      },
      onChange: changed => this.settle(changed)
    });
    this.live = live;
    this.lastRequest = live.request;
    const { id, name, kept } = live;
    const remember = rememberable(live.request);
    writeRecord({ livy: live.endpoint.http.url, id, name, kept, request: remember }, this.env);
    if (change.binding && this.notebookSettings) {
      change.binding.settings = this.notebookSettings;
    }
    const gone = request.fresh ? undefined : this.storedGone;
    this.offered &&= withoutSession(this.offered);
    delete this.storedGone;
    const { state, statement } = workOf(live);
    this.board.set(state, {
      ...change,
      statement,
      ...(gone ? { found: `${gone} Session ${live.id} ${live.name} is new: variables of the old one are gone.` } : {})
    });
    live.watch.start();
    this.settle(live);
  }

  /** Busy or idle, and with which statement: after a cell, a statement of an earlier kernel, a driver that went on. */
  private settle(live: ILive): void {
    if (this.live !== live || isDead(live) || this.running) {
      return;
    }
    const { state, statement } = workOf(live);
    live.watch.setBusy(state === 'busy');
    this.board.set(state, { statement });
  }

  /** Nothing runs there: what is asked while typing holds nobody up. */
  private isFree(live: ILive): boolean {
    return !this.running && !live.quick && !live.lingering && !live.taken?.running.length && !isDead(live);
  }

  /** The live session; connects where one may, says how to bind where not. */
  private async ensure(options: IRunOptions): Promise<ILive> {
    await this.connecting.join(options);
    const live = this.live;
    if (live) {
      if (isDead(live)) {
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
    if (!offer?.auto || isUntried(offer, this.env)) {
      throw this.notBound();
    }
    await this.connect(requestOf(offer, this.env), options);
    return this.live ?? this.fail();
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
    // What runs there is told at once: Livy may take its time to end it.
    live.watch.end(endedByUser(live.id));
    if (!live.watch.nothingLeft) {
      await live.client
        .deleteSession(live.id, timeoutMs === undefined ? {} : { timeoutMs, tries: 1 })
        .catch(() => undefined);
    }
    forgetRecord({ livy: live.endpoint.http.url, name: live.name }, this.env);
    live.client.dispose();
  }

  private notBound(): EmrError {
    return notBoundError(this.offered?.binding);
  }

  private fail(): never {
    throw this.notBound();
  }
}
