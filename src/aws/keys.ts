/** The keys of this host, or of a role that it assumes, for signatures that no SDK client makes. */
import { EmrError } from '../protocol';
import { forgetClients, freshCredentials } from './client';
import type { Identity } from './client';
import type { IAwsContext } from './context';
import { awsError } from './errors';

/** So long before they end others are asked for; the old ones are used until those are there. */
const MARGIN_MS = 5 * 60_000;
/** So long before their end a request waits for others. */
const LAST_MS = 15_000;
/** After a renewal failed it is tried again no sooner. */
const AGAIN_MS = 10_000;

/**
 * Keys in memory: got once, renewed before they end and when AWS refuses them, one renewal at a time. While the old ones
 * hold nobody waits. A role is assumed once, not once a request.
 */
export class AwsKeys {
  private held?: Identity;
  private fetching?: Promise<Identity>;
  private provider?: ReturnType<typeof freshCredentials>;
  private failedAt = -Infinity;

  /**
   * @param make - a provider that has read nothing yet
   * @param onChanged - told of the new end, ISO 8601, where they have one
   */
  constructor(
    private readonly context: IAwsContext,
    private readonly onChanged: (expiresAt: string | undefined) => void = () => undefined,
    private readonly make: (context: IAwsContext) => () => Promise<Identity> = freshCredentials
  ) {}

  /** @throws EmrError `NoCredentials`, `AccessDenied` for the role, … */
  async get(): Promise<Identity> {
    const { held } = this;
    const left = held ? (held.expiration?.getTime() ?? Infinity) - Date.now() : -1;
    if (held && left > MARGIN_MS) {
      return held;
    }
    if (held && left > LAST_MS) {
      if (Date.now() - this.failedAt > AGAIN_MS) {
        this.fetch().catch(() => undefined);
      }
      return held;
    }
    return this.fetch();
  }

  /** AWS refused them: read all anew. @returns whether there are others */
  async renew(): Promise<boolean> {
    const before = this.held;
    forgetClients(this.context);
    delete this.provider;
    const now = await this.fetch();
    return now.accessKeyId !== before?.accessKeyId || now.sessionToken !== before.sessionToken;
  }

  private fetch(): Promise<Identity> {
    this.fetching ??= this.fetchOnce().finally(() => delete this.fetching);
    return this.fetching;
  }

  private async fetchOnce(): Promise<Identity> {
    const { assumeRole } = this.context;
    try {
      const keys = await (this.provider ??= this.make(this.context))();
      if (keys.accessKeyId !== this.held?.accessKeyId) {
        this.held = keys;
        this.onChanged(keys.expiration?.toISOString());
      }
      return (this.held = keys);
    } catch (error) {
      this.failedAt = Date.now();
      // A provider that failed may keep its failure.
      delete this.provider;
      throw error instanceof EmrError
        ? error
        : awsError(error, assumeRole === undefined ? 'aws-credentials' : 'sts', {
            does: assumeRole === undefined ? 'get AWS credentials' : `assume the role ${assumeRole}`,
            iam: 'sts:AssumeRole',
            ...(assumeRole === undefined ? {} : { resource: assumeRole })
          });
    }
  }
}
