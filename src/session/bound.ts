import { abortedError, wait } from '../livy';
import { EmrError, errorInfo } from '../protocol';
import { asBefore, isUntried, rememberable, remembered } from './reattach/access';
import { adopt } from './reattach/adopt';
import { bindingOf, linksOf, notBoundError, sameBinding, sameTarget } from './reattach/binding';
import { Connecting } from './connect/connecting';
import { endedByUser, isDead, leftError, workOf } from './live';
import { requestOf, storedFor, untriedText, withoutSession } from './reattach/offer';
import { forgetRecord, writeRecord } from './reattach/records';
import { readSparkmagicConfig } from './settings/sparkmagic';
import { DEFAULT_HEARTBEAT_S, startSession } from './connect/start';
import { OwnSettings } from './settings/own';
import { StatusBoard } from './status';

import type { ISessionStatus } from '../protocol';
import type { ILive } from './live';
import type { SessionSettings } from './settings/settings';
import type { ISparkmagicConfig } from './settings/sparkmagic';
import type { INotebookSessionOptions } from './options';
import type { IStarted, IStored } from './connect/start';
import type { IBindRequest, IOffer, IRunOptions } from './types';

/**
 * How a notebook comes to its remote session, and how it leaves it:
 * disconnected → credentials → starting → idle ⇄ busy → lost | ended.
 */
export abstract class BoundSession {
  readonly board: StatusBoard;
  protected live?: ILive;
  private readonly connecting: Connecting;
  private offered?: IOffer;
  private lastRequest?: IBindRequest;
  protected readonly own: OwnSettings;
  protected running = false;
  /** What became of the stored session when it was looked for in vain. */
  private storedGone?: string;
  /** Half-made sessions that are being ended. */
  private readonly cleanUps = new Set<Promise<void>>();
  protected readonly sparkmagic: ISparkmagicConfig;

  constructor(protected readonly options: INotebookSessionOptions) {
    this.board = new StatusBoard(options.language);
    this.connecting = new Connecting(this.board);
    this.sparkmagic = options.sparkmagic ?? readSparkmagicConfig(options.env);
    this.own = new OwnSettings({ ...options, env: this.env, sparkmagic: this.sparkmagic });
  }

  get status(): ISessionStatus {
    return this.board.status;
  }

  protected get env(): NodeJS.ProcessEnv {
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

  /**
   * The notebook's stored binding, told to a fresh kernel. Where it may bind by itself, the session that the notebook
   * had is looked for at once and taken up; a new one is made only when a cell needs it.
   */
  setOffer(offer: IOffer): ISessionStatus {
    this.offered = offer;
    this.own.notebook = offer.binding.settings;
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
        settings: this.own.next(),
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
    if (change.binding && this.own.notebook) {
      change.binding.settings = this.own.notebook;
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
  protected settle(live: ILive): void {
    if (this.live !== live || isDead(live) || this.running) {
      return;
    }
    const { state, statement } = workOf(live);
    live.watch.setBusy(state === 'busy');
    this.board.set(state, { statement });
  }

  /** The live session; connects where one may, says how to bind where not. */
  protected async ensure(options: IRunOptions): Promise<ILive> {
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

  protected async end(timeoutMs?: number): Promise<void> {
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

  protected fail(): never {
    throw this.notBound();
  }
}
