/** Who may ask: access keys that the account knows, the user's own and those that AssumeRole gave out. */
import type { IncomingMessage } from 'node:http';

import { AwsError } from './errors';
import { accessKeyId, secret } from './ids';
import { isS3SignedBy, isSignedBy, readPresigned, readSignature } from './signature';
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
  secretAccessKey: string;
  sessionToken?: string;
  expiresAt?: number;
}

export class Identities {
  private readonly known = new Map<string, IKnown>();

  /** Make a key pair of an IAM user. */
  addUser(userName: string): IKeyPair {
    const pair = { accessKeyId: accessKeyId('AKIA'), secretAccessKey: secret() };
    this.known.set(pair.accessKeyId, {
      secretAccessKey: pair.secretAccessKey,
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
      secretAccessKey: pair.secretAccessKey,
      sessionToken: pair.sessionToken,
      expiresAt: expiration.getTime()
    });
    return pair;
  }

  /**
   * The caller behind a request.
   *
   * @param isQuery - refuse in STS's words
   * @throws AwsError as AWS refuses: no signature, unknown key, wrong secret, wrong or expired token
   */
  authenticate(request: IncomingMessage, body: Buffer, isQuery: boolean): { caller: ICaller; region: string } {
    const signature = readSignature(request);
    if (!signature) {
      throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
    }
    const known = this.known.get(signature.accessKeyId);
    if (!known || (known.sessionToken ?? '') !== (request.headers['x-amz-security-token'] ?? '')) {
      throw isQuery
        ? new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
        : new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
    }
    if (!isSignedBy(known.secretAccessKey, signature, request, body)) {
      throw isQuery
        ? new AwsError('SignatureDoesNotMatch', MISMATCH, 403)
        : new AwsError('InvalidSignatureException', MISMATCH);
    }
    const off = clockProblem(String(request.headers['x-amz-date'] ?? ''), Date.now());
    if (off) {
      throw isQuery ? new AwsError('SignatureDoesNotMatch', off, 403) : new AwsError('InvalidSignatureException', off);
    }
    if (known.expiresAt !== undefined && known.expiresAt < Date.now()) {
      throw isQuery
        ? new AwsError('ExpiredToken', 'The security token included in the request is expired', 403)
        : new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
    }
    return { caller: known.caller, region: signature.region };
  }

  /**
   * The caller behind a request to S3, signed in its headers or in its URL.
   *
   * @throws AwsError in S3's words
   */
  authenticateS3(request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>): { caller: ICaller; region: string } {
    const presigned = readPresigned(request);
    const signature = readSignature(request) ?? presigned;
    if (!signature) {
      throw new AwsError('AccessDenied', 'Anonymous access is not allowed.', 403);
    }
    const known = this.known.get(signature.accessKeyId);
    if (!known) {
      throw new AwsError('InvalidAccessKeyId', DENIED, 403);
    }
    const token = presigned?.sessionToken ?? request.headers['x-amz-security-token'] ?? '';
    if ((known.sessionToken ?? '') !== token) {
      throw new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.');
    }
    if (!isS3SignedBy(known.secretAccessKey, signature, request)) {
      throw new AwsError('SignatureDoesNotMatch', MISMATCH, 403);
    }
    const at = String(presigned?.at ?? request.headers['x-amz-date'] ?? '');
    if (presigned ? instant(at) + presigned.seconds * 1000 < Date.now() : clockProblem(at, Date.now(), 900_000)) {
      throw presigned
        ? new AwsError('AccessDenied', 'Request has expired', 403)
        : new AwsError(
            'RequestTimeTooSkewed',
            'The difference between the request time and the current time is too large.',
            403
          );
    }
    if (known.expiresAt !== undefined && known.expiresAt < Date.now()) {
      throw new AwsError('ExpiredToken', 'The provided token has expired.');
    }
    return { caller: known.caller, region: signature.region };
  }
}

const DENIED = 'The AWS Access Key Id you provided does not exist in our records.';

/** AWS takes no signature that is more than five minutes off its clock. */
function clockProblem(signed: string, now: number, limit = 300_000): string | undefined {
  const at = instant(signed);
  const told = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  if (at < now - limit) {
    return `Signature expired: ${signed} is now earlier than ${told(now - limit)} (${told(now)} - 5 min.)`;
  }
  return at > now + limit
    ? `Signature not yet current: ${signed} is still later than ${told(now + limit)} (${told(now)} + 5 min.)`
    : undefined;
}

/** Milliseconds of an `X-Amz-Date`. */
function instant(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';
