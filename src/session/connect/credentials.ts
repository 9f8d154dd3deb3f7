import { EmrError } from '../../protocol';

import type { IBasicCredentials, ICredentialSource } from '../../livy';

/** Credentials with the time they end. */
export interface IIssued extends IBasicCredentials {
  /** By AWS's clock: to be shown, not to be compared with this host's. */
  expiresAt?: Date;
  /** Milliseconds from their issue to their end, both by AWS's clock, where its answer told the time. */
  lifeMs?: number;
}

/** Credentials that may take a minute to be renewed are renewed this long before they end. */
const MARGIN_MS = 120_000;
/** So long before their end they are not relied on any more: a request is waited for that renews them. */
const LAST_MS = 5000;
/** New ones are used so long after their issue while the old ones hold: the cluster learns of them a little later. */
const LEARN_MS = 10_000;
/** After AWS refused to renew them it is not asked again for so long. */
const AGAIN_MS = 5000;
/** Where neither AWS nor this host's clock says how long they live. A 401 renews them earlier. */
const ASSUMED_MS = 600_000;
const DAY_MS = 86_400_000;

/** One pair, and how long it is good on this host's clocks. */
interface IHeld extends IIssued {
  wall: number;
  steady: number;
  /** Undefined: they do not end. */
  life: number | undefined;
}

/**
 * Session credentials in memory: fetched once, renewed before they end and when Livy answers 401, one renewal at a time.
 * While the old ones hold nobody waits for the new ones.
 *
 * How long they live is AWS's word (its answer's Date against ExpiresAt), how old they are this host's: a clock that is
 * hours off neither renews at every request nor uses dead ones.
 */
export class CredentialKeeper implements ICredentialSource {
  private held?: IHeld;
  private next?: IHeld;
  private fetching?: Promise<IHeld>;
  private failure?: { error: Error; at: number };
  private renewals = 0;
  private renewedAtMs = -Infinity;

  /**
   * @param fetch - asks AWS
   * @param onRenewed - told of the new end, ISO 8601
   * @param clocks - this host's, in milliseconds; `steady` knows no corrections, `wall` goes on while the host sleeps
   */
  constructor(
    private readonly fetch: () => Promise<IIssued>,
    private readonly onRenewed: (expiresAt: string | undefined) => void = () => undefined,
    private readonly clocks = { wall: () => Date.now(), steady: () => performance.now() }
  ) {}

  /** How often they were renewed. */
  get renewalCount(): number {
    return this.renewals;
  }

  /** When the present ones replaced others, on the clock of `performance.now()`; -Infinity: never. */
  get renewedAt(): number {
    return this.renewedAtMs;
  }

  async get(): Promise<IBasicCredentials> {
    const { held } = this;
    if (!held) {
      return this.adopt(await this.refresh());
    }
    const left = this.leftMs(held);
    if (this.next && (left < LAST_MS || this.age(this.next) > LEARN_MS)) {
      return this.adopt(this.next);
    }
    if (this.next || left > Math.min(MARGIN_MS, (held.life ?? Infinity) / 4)) {
      return held;
    }
    if (left > Math.min(LAST_MS, (held.life ?? Infinity) / 8)) {
      // They still hold: AWS may take its time, and may answer next time.
      void this.refresh().then(
        issued => (this.next ??= this.held === held ? issued : undefined),
        () => undefined
      );
      return held;
    }
    try {
      return this.adopt(await this.refresh());
    } catch (error) {
      if (this.leftMs(held) > 0) {
        return held;
      }
      throw error;
    }
  }

  async renew(): Promise<boolean> {
    this.adopt(this.next ?? (await this.refresh()));
    return true;
  }

  ageMs(): number {
    return this.held ? this.age(this.held) : Infinity;
  }

  private adopt(issued: IHeld): IHeld {
    if (this.held && this.held !== issued) {
      this.renewals++;
      this.renewedAtMs = performance.now();
    }
    if (this.held !== issued) {
      this.held = issued;
      this.onRenewed(issued.expiresAt?.toISOString());
    }
    this.next = undefined;
    return issued;
  }

  /** The larger of two: a clock that was set back makes nothing younger, a host that slept has aged. */
  private age(held: IHeld): number {
    return Math.max(0, this.clocks.wall() - held.wall, this.clocks.steady() - held.steady);
  }

  private leftMs(held: IHeld): number {
    return held.life === undefined ? Infinity : held.life - this.age(held);
  }

  private refresh(): Promise<IHeld> {
    const { failure } = this;
    if (failure && this.clocks.steady() - failure.at < AGAIN_MS) {
      return Promise.reject(failure.error);
    }
    // Their life began while AWS was asked, not when it had answered.
    const [wall, steady] = [this.clocks.wall(), this.clocks.steady()];
    this.fetching ??= this.fetch()
      .then(issued => {
        this.failure = undefined;
        return { ...issued, wall, steady, life: lifeOf(issued, wall) };
      })
      .catch((raw: unknown) => {
        const error = this.held && raw instanceof EmrError ? notRenewed(raw) : (raw as Error);
        if (this.held) {
          this.failure = { error, at: this.clocks.steady() };
        }
        throw error;
      })
      .finally(() => (this.fetching = undefined));
    return this.fetching;
  }
}

/** Milliseconds that they live from now on; undefined: they do not end. */
function lifeOf(issued: IIssued, now: number): number | undefined {
  const { expiresAt, lifeMs } = issued;
  if (expiresAt === undefined && lifeMs === undefined) {
    return undefined;
  }
  const life = lifeMs ?? (expiresAt?.getTime() ?? NaN) - now;
  return life > 0 && life <= DAY_MS ? life : ASSUMED_MS;
}

/** The session is still there, but nobody lets us in any more. */
function notRenewed(error: EmrError): EmrError {
  return new EmrError({
    ...error.toJSON(),
    message: `The session credentials could not be renewed: ${error.message}`,
    fix: [error.fix, 'Then run the cell again, or %emr connect with another role.'].filter(Boolean).join(' ')
  });
}

/** Credentials that the user typed: nobody renews them. */
export function fixedCredentials(credentials: IBasicCredentials): ICredentialSource {
  return { get: () => Promise.resolve(credentials), renew: () => Promise.resolve(false), ageMs: () => Infinity };
}
