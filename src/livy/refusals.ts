/** What AWS says at a signed Livy's door, and what it means: keys, clock, permission, or the session's role. */
import { LivyError, bodyText } from './errors';

import type { Hop } from '../protocol';

/** An answer that refuses a signed request. */
export interface IRefusal {
  status: number;
  /** Parsed JSON or text. */
  body: unknown;
  /** The answer's `Date` header. */
  date?: string;
  /** Its `x-amzn-errortype` header. */
  type?: string;
}

/** What of the request goes into the words. */
export interface IRefusedRequest {
  /** ARN of what was asked. */
  resource?: string;
  /** ARN of the role that sessions run as. */
  role?: string;
}

const CLOCK =
  /signature (expired|not yet current)|request(time)?(too)?(skewed|expired)|RequestTimeTooSkewed|RequestExpired|too skewed/i;
const ENDED = /expiredtoken|(security )?token[^.]{0,60}expired|credentials? (have|has|is|are) expired/i;
const UNKNOWN_KEYS =
  /unrecognizedclient|invalidclienttokenid|security token[^.]{0,60}invalid|access key id[^.]{0,60}does not exist|invalid access key/i;
const SIGNATURE =
  /signature we calculated|SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|MissingAuthenticationToken|missing authentication token/i;
const CAPACITY = /maximum ?capacity|worker could not be allocated|exceed[^.]{0,60}(vcpu|quota|capacity)/i;
const PASS_ROLE = /iam:PassRole/i;
const TRUST =
  /(not authorized to (perform: )?(sts:)?assume|(cannot|could not|unable to|can't|failed to|is not able to) (be )?assumed?\b|trust (policy|relationship))/i;

function textOf({ body, type }: IRefusal): string {
  return `${type ?? ''} ${saidText(body)}`;
}

/** What an answer says. AWS writes `message`, some of its services `Message`, Livy `msg`. */
export function saidText(body: unknown): string {
  if (typeof body === 'object' && body !== null) {
    const { message, Message, __type: type } = body as Record<string, unknown>;
    const said = message ?? Message;
    if (typeof said === 'string') {
      return `${typeof type === 'string' ? `${type}: ` : ''}${said}`.slice(0, 2000);
    }
  }
  return bodyText(body);
}

/** Whether the door refused it, and not Livy. */
export function isRefusal({ status }: IRefusal): boolean {
  return status === 400 || status === 401 || status === 403;
}

/** The keys are not good any more; others may be. */
export function isKeyRefusal(refusal: IRefusal): boolean {
  const text = textOf(refusal);
  return (ENDED.test(text) || UNKNOWN_KEYS.test(text)) && !CLOCK.test(text);
}

/**
 * One sentence on what is wrong, with the IAM action that is missing.
 *
 * @param what - the request in words: `start a session`
 * @returns undefined where it is Livy's own answer and not AWS's
 */
export function explainRefusal(refusal: IRefusal, what: string, request: IRefusedRequest): LivyError | undefined {
  if (!isRefusal(refusal)) {
    return undefined;
  }
  const text = textOf(refusal);
  const said = saidText(refusal.body);
  const make = (code: string, hop: Hop, message: string, fix: string, detail = true): LivyError =>
    new LivyError(
      { code, hop, message, fix, ...(detail && said ? { detail: `HTTP ${refusal.status}: ${said}` } : {}) },
      'answered',
      refusal.status
    );
  const could = `EMR Serverless did not ${what}`;
  if (CLOCK.test(text)) {
    return make(
      'ClockSkew',
      'aws-credentials',
      `${could}: this host’s clock is not AWS’s, which signed requests need.`,
      'Set the clock of the Jupyter host (NTP), then run it again.',
      false
    );
  }
  if (ENDED.test(text)) {
    return make(
      'ExpiredToken',
      'aws-credentials',
      `${could}: the AWS credentials of the Jupyter host have expired.`,
      'Renew them on the host (e.g. `aws sso login`), then run it again; the session is still there.'
    );
  }
  if (SIGNATURE.test(text) || UNKNOWN_KEYS.test(text)) {
    return make(
      'InvalidCredentials',
      'aws-credentials',
      `${could}: AWS does not accept this host’s credentials.`,
      'Renew the AWS credentials of the Jupyter host, then run it again.',
      // A signature error's text repeats the request's headers.
      false
    );
  }
  if (CAPACITY.test(text)) {
    return make(
      'CapacityReached',
      'emr-serverless',
      `${could}: the application has no capacity left (its maximum capacity, or the account’s vCPU quota).`,
      'End sessions or job runs that nobody needs (%emr sessions), ask for less in %%configure, or have the maximum capacity raised.'
    );
  }
  const { role, resource } = request;
  const where = /not authorized to perform:? ([\w-]+:\w+)(?: on (?:the )?resource:? (\S+))?/.exec(text);
  const who = /User: (\S+) is not/.exec(text)?.[1];
  if (PASS_ROLE.test(text)) {
    const named = where?.[1]?.toLowerCase() === 'iam:passrole' ? where[2]?.replace(/[.,;]$/, '') : undefined;
    const passed = named ?? role ?? 'the role';
    return make(
      'PassRoleDenied',
      'iam',
      `${could}: ${who ?? 'this host'} has no permission iam:PassRole on ${passed}.`,
      `Ask the platform team to allow iam:PassRole on ${passed} (iam:PassedToService emr-serverless.amazonaws.com), or name another --execution-role.`
    );
  }
  if (TRUST.test(text)) {
    return make(
      'RoleNotTrusted',
      'iam',
      `${could}: EMR Serverless may not assume the role ${role ?? ''}${role ? '' : 'of the session'}.`,
      'Its trust policy has to allow sts:AssumeRole to the service emr-serverless.amazonaws.com; ask the platform team, or name another --execution-role.'
    );
  }
  if (where?.[1]) {
    const on = where[2]?.replace(/[.,;]$/, '') ?? resource;
    return make(
      'AccessDenied',
      'iam',
      `${could}: ${who ?? 'this host'} has no permission ${where[1]}${on ? ` on ${on}` : ''}.`,
      `Ask the platform team to allow ${where[1]}${on ? ` on ${on}` : ''}.`
    );
  }
  if (refusal.status === 400) {
    return undefined;
  }
  if (/AccessDenied|not authorized|forbidden|explicit deny/i.test(text)) {
    return make(
      'AccessDenied',
      'iam',
      `${could}: this host has no permission emr-serverless:AccessLivyEndpoints${resource ? ` on ${resource}` : ''}, or the session is somebody else’s.`,
      `Ask the platform team to allow emr-serverless:AccessLivyEndpoints${resource ? ` on ${resource}` : ''}; only who made a session may use it.`
    );
  }
  return undefined;
}
