/**
 * Kerberos (SPNEGO) by the system's curl, which has GSSAPI where Node has not. curl negotiates once and gets Livy's
 * `hadoop.auth` cookie; the requests themselves are ours, with the cookie. A server that gives none is asked by curl each
 * time. No secret is in an argument: the ticket is in its cache, all else goes through curl's standard input.
 */
import { spawn } from 'node:child_process';

import { EmrError } from '../protocol';
import { LivyError, abortedError, connectionError } from './errors';

/** How a request is let in by negotiation. */
export interface INegotiation {
  /** The cookie to send. Undefined: this server gives none, {@link send} each request. */
  cookie(signal?: AbortSignal): Promise<string | undefined>;
  /** Livy answered 401: the cookie is not good any more. False: a new one would not help. */
  renew(): Promise<boolean>;
  ageMs(): number;
  send(request: INegotiatedRequest): Promise<INegotiatedAnswer>;
}

export interface INegotiatedRequest {
  method: string;
  /** Below the base URL. */
  path: string;
  body?: string;
  timeoutMs: number;
  signal?: AbortSignal;
}

export interface INegotiatedAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  data: string;
}

export interface INegotiateOptions {
  /** Base URL of Livy. */
  url: string;
  caFile?: string;
  verify?: boolean;
  headers?: Record<string, string>;
  /** `KRB5_CONFIG` and `KRB5CCNAME` in it are curl's. */
  env?: NodeJS.ProcessEnv;
  /** Called before curl is asked: a ticket is got or renewed where that is our task. */
  prepare?: () => Promise<void>;
}

interface ICookie {
  text: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  gotAt: number;
}

/** A cookie is got anew so long before it ends, or after three quarters of its life. */
const MARGIN_MS = 60_000;

export class CurlNegotiation implements INegotiation {
  private held?: ICookie;
  /** The server gives no cookie. */
  private bare = false;
  private fetching?: Promise<void>;
  /** It let us in before. */
  private admitted = false;

  constructor(private readonly options: INegotiateOptions) {}

  async cookie(signal?: AbortSignal): Promise<string | undefined> {
    const { held } = this;
    const now = Date.now();
    const margin = held ? Math.min(MARGIN_MS, (held.expiresAt - held.gotAt) / 4) : 0;
    if (!this.bare && (!held || held.expiresAt - now < margin)) {
      await this.negotiate(signal);
    }
    return this.bare ? undefined : this.held?.text;
  }

  async renew(): Promise<boolean> {
    if (this.bare) {
      return false;
    }
    this.held = undefined;
    await this.negotiate();
    return true;
  }

  ageMs(): number {
    return Infinity;
  }

  async send(request: INegotiatedRequest): Promise<INegotiatedAnswer> {
    try {
      await this.options.prepare?.();
      const { answer, complaint } = await this.curl(request);
      if (answer.status === 401) {
        throw await this.refused(complaint);
      }
      return answer;
    } catch (error) {
      throw this.lapsed(error);
    }
  }

  /** Who was let in before and is not now lacks a ticket: a person can get one meanwhile, so that nothing need be lost. */
  private lapsed(error: unknown): unknown {
    const passes = error instanceof EmrError && ['KerberosNoTicket', 'KerberosNoKdc'].includes(error.code);
    return this.admitted && passes ? new LivyError(error.toJSON(), 'not-sent') : error;
  }

  private refused(complaint: string): Promise<LivyError> {
    return refused(complaint, new URL(this.options.url), this.options.env ?? process.env);
  }

  /** One at a time, for all who wait. */
  private negotiate(signal?: AbortSignal): Promise<void> {
    this.fetching ??= this.fetchCookie(signal)
      .catch((error: unknown) => {
        throw this.lapsed(error);
      })
      .finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async fetchCookie(signal?: AbortSignal): Promise<void> {
    await this.options.prepare?.();
    const { answer, cookies, complaint } = await this.curl({
      method: 'GET',
      path: '/version',
      timeoutMs: 30_000,
      ...(signal ? { signal } : {})
    });
    if (answer.status === 401) {
      throw await this.refused(complaint);
    }
    this.admitted = true;
    // An empty one takes a cookie back: it comes with the 401 before the negotiation.
    const text = cookies
      .map(cookie => cookie.split(';')[0])
      .filter(cookie => /^hadoop\.auth="?[^"]/.test(cookie))
      .at(-1);
    if (text === undefined) {
      this.bare = true;
      return;
    }
    const end = Number(/[&"](?:e|expires)=(\d+)/.exec(text)?.[1]);
    this.held = { text, gotAt: Date.now(), expiresAt: end > 0 ? end : Infinity };
  }

  private async curl(
    request: INegotiatedRequest
  ): Promise<{ answer: INegotiatedAnswer; cookies: string[]; complaint: string }> {
    const { url, caFile, verify, headers, env = process.env } = this.options;
    const base = url.replace(/\/$/, '');
    const lines = [
      `url = ${quote(base + request.path)}`,
      `request = ${quote(request.method)}`,
      ...Object.entries({
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'X-Requested-By': 'jupyterlab-emr',
        // No answer in between that would have to be told from the real one.
        Expect: '',
        ...headers
      }).map(([name, value]) => `header = ${quote(value === '' ? `${name}:` : `${name}: ${value}`)}`),
      ...(request.body === undefined ? [] : [`data-binary = ${quote(request.body)}`]),
      ...(caFile ? [`cacert = ${quote(caFile)}`] : []),
      ...(verify === false ? ['insecure'] : [])
    ];
    const seconds = Math.ceil(request.timeoutMs / 1000);
    const args = ['-q', '--negotiate', '-u', ':', '-s', '-v', '-i', '--http1.1', '--noproxy', '*'];
    args.push('--connect-timeout', '10', '--max-time', String(seconds), '-K', '-');
    const ended = await runProgram('curl', args, {
      input: lines.join('\n'),
      env,
      ...(request.signal ? { signal: request.signal } : {})
    });
    if (ended === undefined) {
      throw noCurl();
    }
    const complaint = ended.err
      .split('\n')
      .filter(
        line =>
          /gss|krb|kerberos|SSL certificate problem|subject name|SPNEGO/i.test(line) && !/Authorization/i.test(line)
      )
      .map(line => line.replace(/^\* */, '').trim())
      .join(' ');
    if (ended.code !== 0) {
      throw await curlError(ended.code, complaint, new URL(url), env);
    }
    const { answer, cookies } = parseAnswers(ended.out);
    if (answer.status === 401 && !/GSS-API|SPNEGO/i.test(await features(env))) {
      throw noGssapi();
    }
    return { answer, cookies, complaint };
  }
}

/** curl's exit code as an error in our words. */
async function curlError(code: number, complaint: string, url: URL, env: NodeJS.ProcessEnv): Promise<LivyError> {
  const known: Record<number, string> = {
    6: 'ENOTFOUND',
    7: 'ECONNREFUSED',
    28: 'ETIMEDOUT',
    35: 'EPROTO',
    52: 'ECONNRESET',
    56: 'ECONNRESET',
    51: 'ERR_TLS_CERT_ALTNAME_INVALID',
    60: /subject name/i.test(complaint)
      ? 'ERR_TLS_CERT_ALTNAME_INVALID'
      : /expired/i.test(complaint)
        ? 'CERT_HAS_EXPIRED'
        : 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    77: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
  };
  if ((code === 2 || code === 4) && !/GSS-API|SPNEGO/i.test(await features(env))) {
    return noGssapi();
  }
  return connectionError({ code: known[code] ?? `curl ended with ${code}` }, url);
}

/** Why the negotiation did not succeed, as GSSAPI said it. */
async function refused(complaint: string, url: URL, env: NodeJS.ProcessEnv): Promise<LivyError> {
  const make = (code: string, message: string, fix: string): LivyError =>
    new LivyError(
      { code, hop: 'livy', message, fix, ...(complaint ? { detail: complaint.slice(0, 600) } : {}) },
      'answered',
      401
    );
  if (/clock skew|not yet valid/i.test(complaint)) {
    return make(
      'KerberosClock',
      'Kerberos refuses: the clocks of this host and of the KDC differ by more than five minutes.',
      'Set the clock of the Jupyter host (chrony, ntp).'
    );
  }
  if (/server (.* )?not found|unknown (server|principal)|S_PRINCIPAL_UNKNOWN/i.test(complaint)) {
    return make(
      'KerberosNoService',
      `The KDC knows no service HTTP/${url.hostname}.`,
      'Connect by the name that the cluster’s own principal has (hostname -f on the primary node), and see [domain_realm] in krb5.conf.'
    );
  }
  if (/cannot (find|contact|resolve|locate) .*kdc|unreachable.*kdc|no kdc/i.test(complaint)) {
    return make(
      'KerberosNoKdc',
      'The KDC of the Kerberos realm cannot be found or reached from this host.',
      'See [realms] in krb5.conf (KRB5_CONFIG), and that port 88 of the KDC is open to this host.'
    );
  }
  if (/cannot (determine|find) .*realm|default realm|can't open\/read.*config|improper format/i.test(complaint)) {
    return make(
      'KerberosNoRealm',
      'Kerberos on this host knows no realm for the cluster.',
      'Write default_realm and [realms] into krb5.conf (or name the file in KRB5_CONFIG).'
    );
  }
  const ticket = await runProgram('klist', ['-s'], { env });
  if (/no credentials|credentials cache|ticket expired|no kerberos/i.test(complaint) || (ticket && ticket.code !== 0)) {
    return make(
      'KerberosNoTicket',
      'There is no valid Kerberos ticket on this host.',
      'Get one with kinit in a terminal of the Jupyter host, as the user that runs the kernel; or name a Secrets Manager secret with --secret.'
    );
  }
  return make(
    'LivyUnauthorized',
    `Livy at ${url.host} did not accept the Kerberos ticket.`,
    'See with klist whose ticket it is, and whether Livy takes Kerberos at all: --auth-type says how it authenticates.'
  );
}

function noCurl(): LivyError {
  return new LivyError(
    {
      code: 'KerberosNoCurl',
      hop: 'config',
      message: 'Kerberos needs the program curl on the Jupyter host, and there is none on PATH.',
      fix: 'Install curl with GSSAPI (the system’s package has it).'
    },
    'not-sent'
  );
}

function noGssapi(): LivyError {
  return new LivyError(
    {
      code: 'KerberosNoGssapi',
      hop: 'config',
      message: 'The curl on this host was built without GSSAPI: it cannot do Kerberos.',
      fix: 'Install one that has it: "curl -V" lists SPNEGO among its features. Another curl (conda’s) may come first on PATH.'
    },
    'not-sent'
  );
}

/** What `curl -V` says of itself. */
async function features(env: NodeJS.ProcessEnv): Promise<string> {
  const ended = await runProgram('curl', ['-q', '-V'], { env });
  return /^Features:.*$/m.exec(ended?.out ?? '')?.[0] ?? '';
}

/** The last of the answers that curl printed with their heads; the cookies of all. */
function parseAnswers(text: string): { answer: INegotiatedAnswer; cookies: string[] } {
  const cookies: string[] = [];
  let answer: INegotiatedAnswer = { status: 0, headers: {}, data: '' };
  let rest = text;
  for (;;) {
    const head = /^HTTP\/\S+ (\d{3})[^\r\n]*\r?\n([\s\S]*?)\r?\n\r?\n/.exec(`${rest}`);
    if (!head) {
      return { answer: { ...answer, data: rest }, cookies };
    }
    const headers: Record<string, string> = {};
    for (const line of head[2].split(/\r?\n/)) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).trim().toLowerCase();
      const value = line.slice(colon + 1).trim();
      headers[name] = value;
      if (name === 'set-cookie') {
        cookies.push(value);
      }
    }
    answer = { status: Number(head[1]), headers, data: '' };
    rest = rest.slice(head[0].length);
  }
}

/** A value in curl's configuration. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')}"`;
}

/** How a program ended. */
export interface IEnded {
  code: number;
  out: string;
  err: string;
}

/**
 * Run a program with standard input.
 *
 * @returns undefined where there is none of that name
 * @throws LivyError where the signal is aborted
 */
export function runProgram(
  program: string,
  args: string[],
  { input = '', env, signal }: { input?: string; env: NodeJS.ProcessEnv; signal?: AbortSignal }
): Promise<IEnded | undefined> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortedError());
      return;
    }
    const child = spawn(program, args, { env: { ...env, LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'] });
    const stop = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => err.push(data));
    // It may end before it has read all.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error)
    );
    child.once('close', code => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) {
        reject(abortedError());
      } else {
        resolve({
          code: code ?? 1,
          out: Buffer.concat(out).toString('utf8'),
          err: Buffer.concat(err).toString('utf8')
        });
      }
    });
  });
}
