/** Who may ask: access keys that the account knows, the user's own and those that AssumeRole gave out. */
import { AwsError } from './errors';
import { accessKeyId, secret } from './ids';
import type { ICaller } from './types';

export const ACCOUNT_ID = '123456789012';

/** A key pair. The secret never leaves the account but to its user. */
export interface IKeyPair {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

interface IKnown {
  caller: ICaller;
  sessionToken?: string;
  expiresAt?: number;
}

/** What the Authorization header of a signed request says. */
export interface IScope {
  accessKeyId: string;
  region: string;
  service: string;
}

const SCOPE = /Credential=([^/\s,]+)\/\d{8}\/([^/\s,]+)\/([^/\s,]+)\/aws4_request/;

/** The credential scope of a SigV4 request, by header or by query. */
export function readScope(headers: Record<string, string | string[] | undefined>): IScope | undefined {
  const match = SCOPE.exec(String(headers['authorization'] ?? ''));
  return match ? { accessKeyId: match[1], region: match[2], service: match[3] } : undefined;
}

export class Identities {
  private readonly known = new Map<string, IKnown>();

  /** Make a key pair of an IAM user. */
  addUser(userName: string): IKeyPair {
    const pair = { accessKeyId: accessKeyId('AKIA'), secretAccessKey: secret() };
    this.known.set(pair.accessKeyId, {
      caller: {
        accountId: ACCOUNT_ID,
        arn: `arn:aws:iam::${ACCOUNT_ID}:user/${userName}`,
        userId: 'AIDA' + pair.accessKeyId.slice(4),
        accessKeyId: pair.accessKeyId
      }
    });
    return pair;
  }

  /** Temporary keys of a role, or of the caller itself. */
  addSession(caller: Omit<ICaller, 'accessKeyId'>, seconds: number): IKeyPair {
    const expiration = new Date(Date.now() + seconds * 1000);
    const pair = {
      accessKeyId: accessKeyId('ASIA'),
      secretAccessKey: secret(),
      sessionToken: secret(180),
      expiration
    };
    this.known.set(pair.accessKeyId, {
      caller: { ...caller, accessKeyId: pair.accessKeyId },
      sessionToken: pair.sessionToken,
      expiresAt: expiration.getTime()
    });
    return pair;
  }

  /**
   * The caller behind a request.
   *
   * @throws AwsError as AWS refuses: no signature, unknown key, wrong or expired token
   */
  authenticate(scope: IScope | undefined, token: string | undefined, isQuery: boolean): ICaller {
    if (!scope) {
      throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
    }
    const known = this.known.get(scope.accessKeyId);
    if (!known || (known.sessionToken ?? '') !== (token ?? '')) {
      throw isQuery
        ? new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
        : new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
    }
    if (known.expiresAt !== undefined && known.expiresAt < Date.now()) {
      throw isQuery
        ? new AwsError('ExpiredToken', 'The security token included in the request is expired', 403)
        : new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
    }
    return known.caller;
  }
}
