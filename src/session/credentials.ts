import { EmrError } from '../protocol';

import type { IBasicCredentials, ICredentialSource } from '../livy';

/** Credentials with the time they end. */
export interface IIssued extends IBasicCredentials {
  expiresAt?: Date;
}

/** Credentials that may take a minute to be renewed are renewed this long before they end. */
const MARGIN_MS = 120_000;

/**
 * Session credentials in memory: fetched once, renewed before they end and when Livy answers 401, one renewal at a time.
 */
export class CredentialKeeper implements ICredentialSource {
  private issued?: IIssued;
  private issuedAt = 0;
  private fetching?: Promise<IIssued>;
  private renewals = 0;

  /**
   * @param fetch - asks AWS
   * @param onRenewed - told of the new end, ISO 8601
   */
  constructor(
    private readonly fetch: () => Promise<IIssued>,
    private readonly onRenewed: (expiresAt: string | undefined) => void = () => undefined,
    private readonly now: () => number = () => Date.now()
  ) {}

  /** How often they were renewed. */
  get renewalCount(): number {
    return this.renewals;
  }

  async get(): Promise<IBasicCredentials> {
    const held = this.issued;
    if (!held) {
      return this.refresh();
    }
    if (!held.expiresAt) {
      return held;
    }
    const life = held.expiresAt.getTime() - this.issuedAt;
    const left = held.expiresAt.getTime() - this.now();
    if (left > Math.min(MARGIN_MS, life / 4)) {
      return held;
    }
    try {
      return await this.refresh();
    } catch (error) {
      if (left > 0) {
        // They still hold: AWS may answer next time.
        return held;
      }
      throw error;
    }
  }

  async renew(): Promise<boolean> {
    await this.refresh();
    return true;
  }

  ageMs(): number {
    return this.now() - this.issuedAt;
  }

  private refresh(): Promise<IIssued> {
    this.fetching ??= this.fetch()
      .then(issued => {
        if (this.issued) {
          this.renewals++;
        }
        this.issued = issued;
        this.issuedAt = this.now();
        this.onRenewed(issued.expiresAt?.toISOString());
        return issued;
      })
      .catch((error: unknown) => {
        throw this.issued && error instanceof EmrError ? notRenewed(error) : error;
      })
      .finally(() => (this.fetching = undefined));
    return this.fetching;
  }
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
