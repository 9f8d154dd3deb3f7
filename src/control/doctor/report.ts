/** How a check is made, timed and told. */
import { EmrError, errorInfo } from '../../protocol';

/** One line of the report. */
export interface ICheck {
  /** Stable name, e.g. `credentials`, `emr:list`, `tls`. */
  name: string;
  ok: boolean;
  message: string;
  /** What to do: the IAM action with its resource, the port and security group, the option. */
  fix?: string;
  /** It is no hindrance by itself, but may be behind one. */
  warning?: boolean;
  /** Milliseconds that it took. */
  ms?: number;
}

/** What a check found that is worth more than a sentence. */
export interface IFinding {
  message: string;
  fix?: string;
  warning?: boolean;
}

/** Told on the way. */
export interface IDoctorEvents {
  signal?: AbortSignal;
  /** A check begins; `doing` says what is looked at. */
  onStart?: (name: string, doing: string) => void;
  onCheck?: (check: ICheck) => void;
}

/** A hop of the chain failed: what comes after it cannot be looked at. It is in the report already. */
export class Stopped extends Error {}

/** The checks of one run, in order. */
export class Report {
  readonly checks: ICheck[] = [];

  constructor(readonly events: IDoctorEvents = {}) {}

  get signal(): AbortSignal | undefined {
    return this.events.signal;
  }

  add(check: ICheck): void {
    this.checks.push(check);
    this.events.onCheck?.(check);
  }

  /**
   * Make a check. One that throws is told with its message and fix, and does not stop the others.
   *
   * @returns whether it went well
   * @throws the signal's reason where the user stopped it
   */
  async check(name: string, doing: string, body: () => Promise<string | IFinding>): Promise<boolean> {
    this.signal?.throwIfAborted();
    this.events.onStart?.(name, doing);
    const began = performance.now();
    const took = (): number => Math.round(performance.now() - began);
    try {
      const found = await cancelable(body(), this.signal);
      this.add({ name, ok: true, ...(typeof found === 'string' ? { message: found } : found), ms: took() });
      return true;
    } catch (error) {
      this.signal?.throwIfAborted();
      const told = errorInfo(error);
      this.add({ name, ok: false, message: told.message, ...(told.fix ? { fix: told.fix } : {}), ms: took() });
      return false;
    }
  }

  /**
   * A hop of the chain: as {@link check}, but what comes after needs it.
   *
   * @throws Stopped where it failed
   */
  async hop<T>(name: string, doing: string, body: () => Promise<T>, tell: (found: T) => string | IFinding): Promise<T> {
    let found: T | undefined;
    const ok = await this.check(name, doing, async () => tell((found = await body())));
    if (!ok) {
      throw new Stopped();
    }
    return found as T;
  }
}

/** A failure in the words of the report. */
export function failure(code: string, hop: EmrError['hop'], message: string, fix: string): EmrError {
  return new EmrError({ code, hop, message, fix });
}

/** Waits for the work or the signal, whichever is first; the work's late failure is nobody's. */
function cancelable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) {
    return work;
  }
  work.catch(() => undefined);
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
