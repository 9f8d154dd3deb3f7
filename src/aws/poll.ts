/** The one loop that looks at AWS for all who watch: quick while something changes, slow while nothing does. */
import type { IErrorInfo } from '../protocol';
import { isCancelled } from './errors';
import { errorInfo } from '../protocol';

/** What the loop drives. */
export interface IPolled {
  /** Look once. May throw. */
  look(signal: AbortSignal): Promise<void>;
  /** Quick looks are worth it. */
  changing(): boolean;
  /** The last look met trouble: be gentle. */
  troubled(): boolean;
  /** A look is over (even a failed one). */
  onLook(error?: IErrorInfo): void;
}

/** How much slower the loop is while nothing changes. */
const IDLE_FACTOR = 15;

/**
 * Looks are shared: who asks while one is under way gets that one, unless something was changed since it began.
 * No watcher: no looks but those asked for.
 */
export class Poll {
  private readonly stopper = new AbortController();
  private timer?: NodeJS.Timeout;
  private flight?: { look: Promise<void>; generation: number };
  private generation = 0;
  private troubles = 0;
  private running = false;

  constructor(
    private readonly polled: IPolled,
    private readonly quickMs: number
  ) {}

  /** Look now; resolves when it is over. @throws what the look threw */
  async now(): Promise<void> {
    const { flight } = this;
    if (flight?.generation === this.generation) {
      return flight.look;
    }
    await flight?.look.catch(() => undefined);
    if (this.flight && this.flight !== flight) {
      return this.flight.look;
    }
    return this.take();
  }

  private take(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const flight = { look: this.lookOnce(), generation: this.generation };
    this.flight = flight;
    const done = () => {
      if (this.flight === flight) {
        this.flight = undefined;
      }
      this.schedule();
    };
    flight.look.then(done, done);
    return flight.look;
  }

  private async lookOnce(): Promise<void> {
    try {
      await this.polled.look(this.stopper.signal);
      this.troubles = this.polled.troubled() ? this.troubles + 1 : 0;
      this.polled.onLook();
    } catch (error) {
      const told = errorInfo(error);
      this.troubles++;
      if (!isCancelled(told) && !this.stopper.signal.aborted) {
        this.polled.onLook(told);
      }
      throw error;
    }
  }

  /** Something was changed on purpose: what is under way may have missed it. */
  kick(): void {
    this.generation++;
    this.troubles = 0;
    if (this.running) {
      this.now().catch(() => undefined);
    }
  }

  start(): void {
    if (!this.running) {
      this.running = true;
      this.now().catch(() => undefined);
    }
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    if (!this.running || this.timer !== undefined || this.flight !== undefined || this.stopper.signal.aborted) {
      return;
    }
    const idle = this.quickMs * IDLE_FACTOR;
    const wait = this.polled.changing() || this.troubles > 0 ? this.quickMs * 2 ** Math.min(this.troubles, 4) : idle;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.now().catch(() => undefined);
      },
      Math.min(wait, idle)
    );
  }

  dispose(): void {
    this.stop();
    this.stopper.abort();
  }
}
