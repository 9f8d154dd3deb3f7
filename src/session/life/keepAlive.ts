import type { ILivySession, LivyClient } from '../../livy';
import type { SessionSettings } from '../settings/settings';

/** Livy is told this often that a session is in use where no idle limit is known: three times in the shortest usual one. */
const DEFAULT_MS = 20_000;
/** So often fits into a known limit: two of them may be lost. */
const TIMES = 4;
const LEAST_MS = 250;

/** Times of Livy's settings in milliseconds. A number without a unit is one of milliseconds there. */
const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s` → 90,000; undefined where it is no time. */
export function durationMs(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^(\d+)\s*(ms|s|m|min|h|d)?$/.exec(text.trim()) : null;
  return match ? Number(match[1]) * (UNITS[match[2] ?? 'ms'] ?? 1) : undefined;
}

/**
 * The idle limit of a session, as far as one can know it: its `ttl` (an idle limit in Livy 0.8, one of life in 0.9) and
 * its `idleTimeout`, as Livy shows them or as they were asked for. The server's own default is not shown to anybody.
 */
export function idleLimitMs(session: ILivySession, settings: SessionSettings = {}): number | undefined {
  const limits = [session.ttl, session.idleTimeout, settings['ttl'], settings['idleTimeout']]
    .map(durationMs)
    .filter((limit): limit is number => limit !== undefined && limit > 0);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

/** How often Livy has to be told, for an idle limit of so many milliseconds. */
export function keepAliveMs(limitMs: number | undefined): number {
  return Math.min(DEFAULT_MS, Math.max(LEAST_MS, (limitMs ?? Infinity) / TIMES));
}

/** A moment on both of this host's clocks: the steady one stands still while the host sleeps, the other may be set. */
export interface IMoment {
  steady: number;
  wall: number;
}

export function moment(): IMoment {
  return { steady: performance.now(), wall: Date.now() };
}

/** Milliseconds since a moment, the host's sleep included. */
export function since({ steady, wall }: IMoment): number {
  return Math.max(performance.now() - steady, Date.now() - wall);
}

/** The later of two moments. */
export function latest(one: IMoment, other: IMoment | undefined): IMoment {
  return other && other.steady > one.steady ? other : one;
}

/**
 * Tells Livy that a session is in use while a statement runs: for Livy a running statement is no activity. It has a
 * clock of its own, which waits for no other request: one that hangs must not cost the session.
 */
export class KeepAlive {
  /** When Livy was told last, and had heard it. */
  toldAt?: IMoment;
  private timer?: NodeJS.Timeout;
  private running = false;
  private pauseMs: number;

  constructor(
    private readonly client: LivyClient,
    private readonly session: number,
    limitMs: number | undefined
  ) {
    this.pauseMs = keepAliveMs(limitMs);
  }

  /** From now on. Starting it was an activity itself: a statement was posted, or the session was made. */
  start(): void {
    if (!this.running) {
      this.running = true;
      this.plan(this.pauseMs);
    }
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
  }

  /** The limit became known, or another. */
  setLimit(limitMs: number | undefined): void {
    const pauseMs = keepAliveMs(limitMs);
    if (pauseMs < this.pauseMs && this.running) {
      this.plan(0);
    }
    this.pauseMs = pauseMs;
  }

  private plan(pauseMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.tell(), pauseMs);
    this.timer.unref();
  }

  private async tell(): Promise<void> {
    const began = moment();
    // One that was not answered is followed by another soon, not after a whole pause.
    const done = await this.client.touch(this.session, Math.min(10_000, this.pauseMs)).then(
      () => {
        this.toldAt = began;
        return true;
      },
      () => false
    );
    if (this.running) {
      this.plan(done ? Math.max(0, this.pauseMs - since(began)) : this.pauseMs / 4);
    }
  }
}
