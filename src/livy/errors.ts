import { EmrError } from '../protocol';

import type { Hop, IErrorInfo } from '../protocol';

/** What became of a request that failed. */
export type LivyFailure =
  /** Nothing reached the server: it may be sent again. */
  | 'not-sent'
  /** The connection broke or timed out: the server may have taken it. */
  | 'unknown'
  /** The server answered with an error status. */
  | 'answered'
  /** The user stopped it. */
  | 'aborted';

/** Any failure of a request to Livy. Made from scratch, never wraps the HTTP library's error, which holds the password. */
export class LivyError extends EmrError {
  constructor(
    info: IErrorInfo,
    readonly failure: LivyFailure,
    /** HTTP status where there was an answer. */
    readonly status?: number,
    /** Milliseconds, from Retry-After. */
    readonly retryAfterMs?: number
  ) {
    super(info);
  }
}

/** What of the HTTP library's error may be looked at. */
interface IRawError {
  code?: string;
  message?: string;
  cause?: { code?: string; message?: string };
}

const TLS_CODES =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_.*|ERR_TLS_.*)$/;

/**
 * A connection error in the user's words.
 *
 * @param raw - what the HTTP library threw; only its code and message are read
 * @param url - base URL of Livy, without user info
 */
export function connectionError(raw: unknown, url: URL): LivyError {
  const error = (raw ?? {}) as IRawError;
  const code = error.code && error.code !== 'ERR_NETWORK' ? error.code : (error.cause?.code ?? error.code ?? 'Error');
  const where = `${url.hostname}:${portOf(url)}`;
  const make = (
    failure: LivyFailure,
    name: string,
    message: string,
    fix: string,
    hop: Hop = 'livy',
    detail: string | undefined = code
  ): LivyError => new LivyError({ code: name, hop, message, fix, ...(detail ? { detail } : {}) }, failure);
  if (TLS_CODES.test(code)) {
    return make(
      'not-sent',
      'CertificateNotTrusted',
      code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? `The certificate of Livy at ${where} was made for another host name.`
        : code === 'CERT_HAS_EXPIRED'
          ? `The certificate of Livy at ${where} has expired.`
          : `The certificate of Livy at ${where} is not signed by an authority that this host trusts.`,
      code === 'CERT_HAS_EXPIRED' || code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? 'Ask the owner of the cluster for a right certificate. Only if you accept the risk: --verify-certificate False.'
        : 'Name the CA that signed it: --ca-bundle /path/to/ca.pem (or "caBundle" in jupyterlab_emr.json). Only if you accept the risk: --verify-certificate False.',
      'tls'
    );
  }
  switch (code) {
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return make(
        'not-sent',
        'TlsFailed',
        `Livy at ${where} did not take part in a TLS handshake: it may speak plain HTTP there.`,
        'Check the port, and whether in-transit encryption is on in the cluster’s security configuration.',
        'tls'
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return make(
        'not-sent',
        'LivyHostUnknown',
        `The host name ${url.hostname} of the cluster cannot be resolved from this Jupyter host.`,
        'The host needs the DNS of the cluster’s VPC (VPN, Direct Connect, or a host inside the VPC).'
      );
    case 'ECONNREFUSED':
      return make(
        'not-sent',
        'LivyRefused',
        `Nothing listens at ${where}: Livy is not running there.`,
        'See that Livy is among the cluster’s applications and its port is right.'
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'LIVY_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return make(
        'not-sent',
        'LivyUnreachable',
        `There is no way from this host to ${where}.`,
        `Ask for port ${portOf(url)} of the cluster’s primary node to be opened to this host (security group, route, firewall).`
      );
    case 'LIVY_TIMEOUT':
      return make(
        'unknown',
        'LivyTimeout',
        `Livy at ${where} did not answer in time.`,
        'Try again; if it stays so, look at the primary node’s load and Livy’s log.',
        'livy',
        error.message
      );
    default:
      return make(
        'unknown',
        'LivyConnectionLost',
        `The connection to Livy at ${where} broke.`,
        'Try again; if it stays so, see whether the cluster and its Livy are still running.'
      );
  }
}

/**
 * An error status as an error.
 *
 * @param status - HTTP status ≥ 400
 * @param body - parsed JSON or text
 * @param what - the request in words, e.g. `start a session`
 */
export function statusError(status: number, body: unknown, what: string, retryAfter?: string): LivyError {
  const said = bodyText(body);
  const detail = `HTTP ${status}${said ? `: ${said}` : ''}`;
  const retryAfterMs = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
  const make = (code: string, message: string, fix: string): LivyError =>
    new LivyError({ code, hop: 'livy', message, fix, detail }, 'answered', status, retryAfterMs);
  if (status === 401) {
    return make(
      'LivyUnauthorized',
      `Livy did not accept the credentials (asked to ${what}).`,
      'Connect again with the auth type and runtime role that the cluster asks for (--auth-type, --runtime-role).'
    );
  }
  if (status === 403) {
    return make(
      'LivyForbidden',
      `Livy does not let you ${what}.`,
      'The session may belong to somebody else; connect anew.'
    );
  }
  if (status === 404) {
    return make(
      'LivyNotFound',
      `Livy does not know what was asked for (${what}).`,
      'See the address and the port of Livy.'
    );
  }
  if (/too many sessions/i.test(said)) {
    return make('TooManySessions', 'Livy is starting as many sessions as it may.', 'Wait a minute and connect again.');
  }
  if (status >= 500 || status === 429) {
    return make(
      'LivyFailed',
      `Livy failed when asked to ${what}.`,
      'Try again; Livy’s log on the primary node says more.'
    );
  }
  return make('LivyRejected', `Livy refused to ${what}.`, 'Mend what it says, in %%configure or in the options.');
}

/** What Livy said, in one piece, at most 2,000 characters. */
export function bodyText(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'msg' in body) {
    return String(body.msg).slice(0, 2000);
  }
  if (typeof body === 'string') {
    return body
      .replace(/(\r?\n\s+(at [\w$./]+\(|\.\.\. \d+ more)[^\n]*)+/g, '')
      .replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]+>/gi, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 2000);
  }
  return body === null || body === undefined ? '' : JSON.stringify(body).slice(0, 2000);
}

/** The user stopped a request. */
export function abortedError(): LivyError {
  return new LivyError({ code: 'KeyboardInterrupt', hop: 'kernel', message: 'Stopped by you.' }, 'aborted');
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}
