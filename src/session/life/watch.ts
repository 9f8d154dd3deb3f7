import { ENDED_STATES, LivyError } from '../../livy';
import { KeepAlive, idleLimitMs, latest, moment, since } from './keepAlive';
import { deadError, endedError, foreignError, isSameSession, strangerError, tidyLog } from './reasons';

import type { ILivySession, LivyClient } from '../../livy';
import type { EmrError } from '../../protocol';
import type { IEndpoint } from '../connect/endpoint';
import type { IEvidence } from './reasons';
import type { SessionSettings } from '../settings/settings';

export interface IWatchEvents {
  /** @param log - what the session's log said last, where there is any */
  onLost(error: EmrError, log?: string[]): void;
  onSeen(session: ILivySession): void;
}

/** While a statement runs the session is looked at this often. */
const BUSY_MS = 3000;
/**
 * A Livy that is started anew gives our number to another session. It closes its connections, and where a gateway hides
 * that, it needs longer than this until a new session takes statements.
 */
const SURE_MS = 3000;
/**
 * Where Livy is far away a look before each cell would cost a round trip: for some minutes after the last cell the session
 * is looked at so often that none is needed.
 */
const FRESH_MS = 2400;
const WORKING_MS = 120_000;
/** While Livy does not answer AWS is asked about the cluster no oftener. */
const ASK_MS = 15_000;

/**
 * Looks at a session on a timer: the heartbeat that keeps it, and the news that it died.
 */
export class SessionWatch {
  private readonly fate = new AbortController();
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private busy = false;
  private readonly keepAlive: KeepAlive;
  private askedAt?: number;
  /** Since it was seen last Livy could not be reached. */
  private wasAway = false;
  private activeAt = moment();
  private heardAt = moment();
  private looking?: Promise<void>;
  private seenAt = performance.now();
  private lookedAt = performance.now();
  private ended = false;

  constructor(
    private readonly client: LivyClient,
    private session: ILivySession,
    private readonly endpoint: IEndpoint,
    private readonly heartbeatSeconds: number,
    private readonly events: IWatchEvents,
    private readonly settings: SessionSettings = {}
  ) {
    this.keepAlive = new KeepAlive(client, session.id, idleLimitMs(session, settings));
  }

  /** The session as it was seen last. */
  get seen(): ILivySession {
    return this.session;
  }

  /** Aborted, with an EmrError as reason, once the session is known to be gone. */
  get lost(): AbortSignal {
    return this.fate.signal;
  }

  /** Nothing of the session is left on the cluster that one could end. */
  get nothingLeft(): boolean {
    return this.ended;
  }

  start(): void {
    this.schedule();
  }

  setBusy(busy: boolean): void {
    this.busy = busy;
    if (busy && !this.stopped) {
      this.keepAlive.start();
    } else {
      this.activeAt = moment();
      this.keepAlive.stop();
    }
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    this.keepAlive.stop();
    clearTimeout(this.timer);
  }

  /** The session is over by our own doing. */
  end(error: EmrError): void {
    this.stop();
    if (!this.fate.signal.aborted) {
      this.fate.abort(error);
    }
  }

  /** Look where the last look is too long ago to know that the session's number is still ours. */
  async confirm(): Promise<void> {
    const old = performance.now() - this.seenAt > SURE_MS || this.client.http.closedAt > this.seenAt;
    if (old && !this.stopped) {
      await this.look();
    }
    // One confirms in order to use it.
    this.activeAt = moment();
    this.schedule();
  }

  /** Look now. Connection errors are not news: the next look may get through. */
  look(): Promise<void> {
    this.lookedAt = performance.now();
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Look because a request failed, which may tell more than the look itself. */
  async explain(cause: LivyError): Promise<void> {
    await this.look();
    // Anybody may see a session; only its owner may use it.
    if (cause.status === 403 && (this.endpoint.keeper?.renewalCount ?? 0) > 0) {
      this.lose(strangerError(this.session.id, true), true);
    }
  }

  private async lookOnce(): Promise<void> {
    let session: ILivySession;
    const { id } = this.session;
    try {
      session = await this.client.getSession(id, { retryLimitMs: 0, timeoutMs: 10_000 });
    } catch (error) {
      if (!(error instanceof LivyError)) {
        return;
      }
      // What AWS says at an application's door (keys, permissions) says nothing of the session.
      const atDoor = this.endpoint.applicationId !== undefined && error.failure === 'answered' && error.status !== 404;
      if (!atDoor && (error.status === 404 || error.status === 403)) {
        const renewed = (this.endpoint.keeper?.renewedAt ?? -Infinity) > this.seenAt || error.status === 403;
        this.lose((await this.clusterGone()) ?? (renewed ? strangerError(id) : endedError(id, this.evidence())), true);
      } else if (atDoor || error.failure === 'not-sent' || error.failure === 'unknown') {
        this.wasAway ||= error.failure === 'not-sent';
        const gone = await this.clusterGone();
        if (gone) {
          this.lose(gone, true);
        }
      }
      return;
    }
    if (!isSameSession(this.session, session)) {
      this.lose(foreignError(id), true);
      return;
    }
    this.session = session;
    this.keepAlive.setLimit(idleLimitMs(session, this.settings));
    this.seenAt = performance.now();
    this.heardAt = moment();
    this.wasAway = false;
    if (ENDED_STATES.includes(session.state)) {
      const log = await this.client
        .sessionLog(id, 100, { retryLimitMs: 0, timeoutMs: 5000 })
        .catch(() => session.log ?? []);
      const gone = await this.clusterGone();
      this.lose(gone ?? deadError(session, log), gone !== undefined, tidyLog(log));
      return;
    }
    this.events.onSeen(session);
  }

  private evidence(): IEvidence {
    const limitMs = idleLimitMs(this.session, this.settings);
    return {
      quietMs: since(latest(this.activeAt, this.keepAlive.toldAt)),
      unheardMs: since(this.heardAt),
      heartbeatMs: this.heartbeatSeconds * 1000,
      wasAway: this.wasAway,
      ...(limitMs === undefined ? {} : { limitMs })
    };
  }

  /** The cluster's own end explains the session's. AWS that does not answer explains nothing. */
  private async clusterGone(): Promise<EmrError | undefined> {
    // DescribeCluster is throttled early, and one retries Livy oftener than a cluster can end.
    const now = performance.now();
    if (this.askedAt !== undefined && now - this.askedAt < ASK_MS) {
      return undefined;
    }
    this.askedAt = now;
    return this.endpoint.gone().catch(() => undefined);
  }

  private lose(error: EmrError, nothingLeft: boolean, log?: string[]): void {
    if (this.stopped || this.fate.signal.aborted) {
      return;
    }
    this.stop();
    this.ended = nothingLeft;
    this.fate.abort(error);
    this.events.onLost(error, log);
  }

  /** Somebody runs cells here, and Livy is far away. */
  private get atWork(): boolean {
    return this.client.http.line.isFar && since(this.activeAt) < WORKING_MS;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.stopped) {
      return;
    }
    const beat = this.heartbeatSeconds > 0 ? (this.heartbeatSeconds * 1000) / 5 : 30_000;
    // Cells that follow one another must not put it off.
    const fresh = Math.max(0, this.lookedAt + FRESH_MS - performance.now());
    const pauseMs = Math.min(beat, this.atWork ? fresh : this.busy ? BUSY_MS : 30_000);
    this.timer = setTimeout(() => void this.tick(), pauseMs);
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    await this.look();
    this.schedule();
  }
}
