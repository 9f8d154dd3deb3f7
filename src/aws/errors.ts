/**
 * Turns what the AWS SDK throws into the project's one error class: what failed, at which hop, what to do.
 * The code stays the service's own where the service answered.
 */
import type { Hop, IErrorInfo } from '../protocol';
import { EmrError } from '../protocol';

/** What was being asked of AWS, for the error's words. */
export interface IAwsAction {
  /** Completes "Could not …", e.g. `list the EMR clusters`. */
  does: string;
  /** IAM action that allows it, e.g. `elasticmapreduce:ListClusters`. */
  iam: string;
  /** What it is done to (id or ARN); names the missing permission's resource. */
  resource?: string;
  /** Where a condition key decides about the permission, said in the fix. */
  condition?: string;
}

/** The shape that matters of what the SDK throws. */
interface ISdkError {
  name?: string;
  message?: string;
  code?: string;
  cause?: unknown;
  errors?: unknown[];
  $fault?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: unknown;
}

const EXPIRED = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|CredentialsExpired)$/;
const INVALID_CREDENTIALS =
  /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|AuthFailure|IncompleteSignature|MissingAuthenticationToken(Exception)?)$/;
const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation|NotAuthorized(Exception)?|Forbidden(Exception)?)$/;
const THROTTLED =
  /^(Throttl\w*|TooManyRequests\w*|RequestLimitExceeded|RequestThrottled\w*|SlowDown|BandwidthLimitExceeded|PriorRequestNotComplete|EC2ThrottledException|TransactionInProgressException)$/;
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ECONNABORTED|TimeoutError|NetworkingError|ERR_SOCKET_CONNECTION_TIMEOUT)$/;
const TLS =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO)$/;
const SERVER = /^(Internal(Server|Service)?(Error|Exception|Failure)?|ServiceUnavailable(Exception)?)$/;
const VALIDATION = /^(ValidationException|ValidationError|InvalidRequestException|InvalidParametersException)$/;

const SERVICE_NAMES: Partial<Record<Hop, string>> = {
  emr: 'EMR',
  'service-catalog': 'Service Catalog',
  sts: 'STS',
  iam: 'IAM',
  s3: 'S3',
  scheduler: 'EventBridge Scheduler',
  ec2: 'EC2',
  events: 'EventBridge',
  cloudwatch: 'CloudWatch',
  logs: 'CloudWatch Logs',
  glue: 'Glue',
  'lake-formation': 'Lake Formation',
  'emr-serverless': 'EMR Serverless',
  'secrets-manager': 'Secrets Manager'
};

/**
 * Any error of an AWS call as an {@link EmrError}. An EmrError is handed back as it is.
 *
 * @param error - what the SDK threw
 * @param hop - the service that was asked
 * @param action - what was asked, in words and in IAM's
 */
export function awsError(error: unknown, hop: Hop, action: IAwsAction): EmrError {
  if (error instanceof EmrError) {
    return error;
  }
  return new EmrError(describe(asSdkError(error), hop, action), { cause: error });
}

/** The credentials are missing, expired or wrong: new ones may be there at the next try. */
export function isCredentialsError(error: IErrorInfo): boolean {
  return error.code === 'NoCredentials' || EXPIRED.test(error.code) || INVALID_CREDENTIALS.test(error.code);
}

/** The caller may not do this. */
export function isDenied(error: IErrorInfo): boolean {
  return DENIED.test(error.code);
}

/** AWS asked to slow down. */
export function isThrottled(error: IErrorInfo): boolean {
  return THROTTLED.test(error.code);
}

/** Trouble that passes by itself: throttling, network, a service's own failure. */
export function isPassing(error: IErrorInfo): boolean {
  return isThrottled(error) || error.code === 'Unreachable' || SERVER.test(error.code);
}

/** The caller cancelled it (its signal was aborted). */
export function isCancelled(error: IErrorInfo): boolean {
  return error.code === 'Cancelled';
}

function asSdkError(error: unknown): ISdkError {
  return typeof error === 'object' && error !== null ? error : { message: String(error) };
}

function describe(error: ISdkError, hop: Hop, action: IAwsAction): IErrorInfo {
  const service = SERVICE_NAMES[hop] ?? hop;
  const message = (error.message ?? '').trim();
  const detail = scrub(message) || undefined;
  const name = error.name ?? 'Error';
  const could = `Could not ${action.does}`;
  if (name === 'AbortError') {
    return { code: 'Cancelled', hop, message: `${could}: cancelled.` };
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return /expired|refresh/i.test(message) ? expired('ExpiredToken', could, detail) : noCredentials(could, detail);
  }
  if (EXPIRED.test(name)) {
    return expired(name, could, detail);
  }
  if (INVALID_CREDENTIALS.test(name)) {
    return {
      code: name,
      hop: 'aws-credentials',
      message: `${could}: AWS does not accept this host's credentials.`,
      fix: 'Renew the AWS credentials of the Jupyter host, and check that its clock is right.',
      // A signature error's text repeats the request's headers.
      ...(/signature/i.test(name) ? {} : { detail })
    };
  }
  if (DENIED.test(name)) {
    return denied(name, hop, could, action, message, detail);
  }
  if (THROTTLED.test(name) || error.$metadata?.httpStatusCode === 429) {
    return {
      code: THROTTLED.test(name) ? name : 'ThrottlingException',
      hop,
      message: `${could}: ${service} asks to slow down (throttling).`,
      fix: 'Wait a moment; it is tried again.',
      detail
    };
  }
  if (/region is missing/i.test(message) || name === 'MissingRegion') {
    return {
      code: 'NoRegion',
      hop: 'config',
      message: `${could}: no AWS region is configured.`,
      fix: 'Name it with --region, AWS_REGION on the Jupyter host, or "region" in jupyterlab_emr.json.'
    };
  }
  return connection(error, hop, could, service) ?? answer(error, hop, could, service, detail);
}

function noCredentials(could: string, detail?: string): IErrorInfo {
  return {
    code: 'NoCredentials',
    hop: 'aws-credentials',
    message: `${could}: no AWS credentials were found on the Jupyter host.`,
    fix: 'Give the host an instance profile, or run `aws configure` or `aws sso login` on it as the user that runs Jupyter (AWS_PROFILE names a profile).',
    detail
  };
}

function expired(code: string, could: string, detail?: string): IErrorInfo {
  return {
    code,
    hop: 'aws-credentials',
    message: `${could}: the AWS credentials of the Jupyter host have expired.`,
    fix: 'Renew them on the host (e.g. `aws sso login`); no restart is needed.',
    detail
  };
}

function denied(
  code: string,
  hop: Hop,
  could: string,
  action: IAwsAction,
  message: string,
  detail?: string
): IErrorInfo {
  // "User: arn:… is not authorized to perform: elasticmapreduce:ListClusters on resource: arn:… because …"
  const said = /not authorized to perform:? ([\w-]+:\w+)(?: on (?:the )?resource:? (\S+))?/.exec(message);
  const permission = said?.[1] ?? action.iam;
  const resource = said?.[2]?.replace(/[.,;]$/, '') ?? action.resource;
  const who = /User: (\S+) is not/.exec(message)?.[1];
  const boundary = /explicit deny/i.test(message) ? ' An explicit deny in a policy forbids it.' : '';
  return {
    code,
    hop,
    message: `${could}: ${who ? `${who} has` : 'the host has'} no permission ${permission}${
      resource ? ` on ${resource}` : ''
    }.${boundary}`,
    fix: `Ask the platform team to allow ${permission}${resource ? ` on ${resource}` : ''}${
      action.condition ? ` (${action.condition})` : ''
    }.`,
    detail
  };
}

/** Errors below HTTP: name resolution, refused or broken connections, TLS. Undefined: it was not one of them. */
function connection(error: ISdkError, hop: Hop, could: string, service: string): IErrorInfo | undefined {
  for (const code of networkCodes(error)) {
    if (code === 'ENOTFOUND') {
      const host = /ENOTFOUND (\S+)/.exec(error.message ?? '')?.[1];
      return {
        code: 'UnknownEndpoint',
        hop,
        message: `${could}: the host name ${host ?? `of ${service}`} is not known here.`,
        fix: `Check the region's spelling, that ${service} exists in it, and that the Jupyter host resolves AWS names (VPC endpoint or proxy).`
      };
    }
    if (TLS.test(code)) {
      return {
        code: 'TlsError',
        hop: 'tls',
        message: `${could}: the TLS certificate that ${service}'s endpoint presents is not trusted (${code}).`,
        fix: 'Behind a proxy that opens TLS, name its CA to Jupyter: NODE_EXTRA_CA_CERTS=/path/to/ca.pem.'
      };
    }
    if (UNREACHABLE.test(code)) {
      return {
        code: 'Unreachable',
        hop,
        message: `${could}: ${service} cannot be reached from the Jupyter host (${code}).`,
        fix: "Check the host's network, VPC endpoints and proxy; it is tried again."
      };
    }
  }
  return undefined;
}

function networkCodes(error: ISdkError, depth = 0): string[] {
  const own = [error.code, error.name].filter((code): code is string => typeof code === 'string');
  const inner = [error.cause, ...(Array.isArray(error.errors) ? error.errors : [])].filter(
    (cause): cause is ISdkError => typeof cause === 'object' && cause !== null
  );
  return depth > 3 ? own : [...own, ...inner.flatMap(cause => networkCodes(cause, depth + 1))];
}

/** The service answered with an error of its own. */
function answer(error: ISdkError, hop: Hop, could: string, service: string, detail?: string): IErrorInfo {
  const name = error.name ?? 'Error';
  const status = error.$metadata?.httpStatusCode ?? 0;
  const text = detail ? `${could}: ${sentence(detail)}` : `${could}: ${service} answered ${name}.`;
  if (VALIDATION.test(name)) {
    return { code: name, hop, message: text, fix: 'Correct the value that is named.' };
  }
  if (name === 'ResourceNotFoundException') {
    return {
      code: name,
      hop,
      message: text,
      fix: 'It may be gone, or in another region or account: refresh the list.'
    };
  }
  if (name === 'DuplicateResourceException') {
    return { code: name, hop, message: text, fix: 'Choose another name.' };
  }
  if (name === 'LimitExceededException') {
    return { code: name, hop, message: text, fix: 'Terminate what is not needed, or ask for a higher quota.' };
  }
  if (status >= 500 || SERVER.test(name)) {
    return {
      code: SERVER.test(name) ? name : 'ServiceUnavailable',
      hop,
      message: `${could}: ${service} failed by itself (HTTP ${status || 500}, ${name}).`,
      fix: 'Try again in a minute; see the AWS Health Dashboard.',
      detail
    };
  }
  return { code: name, hop, message: text };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Removes what must not be shown: access keys, tokens, signatures. */
function scrub(text: string): string {
  return text
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g, '$1…')
    .replace(/(Signature|Credential|X-Amz-Security-Token|SessionToken|Password)[=:]\s*[^\s,&"']+/gi, '$1=…')
    .slice(0, 1000);
}
