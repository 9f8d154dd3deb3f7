import { setTimeout as sleep } from 'node:timers/promises';

import { LivyError, abortedError, bodyText, connectionError, statusError } from './errors';
import { parseJson } from './json';
import { Line } from './line';
import { trustContext } from './tls';

import type { INegotiation } from './negotiate';
import type { ISigner } from './sigv4';
import type { ICredentialSource } from './types';
import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import type { AxiosInstance, AxiosResponse } from 'axios';

/** How long a GET is tried again through connection errors, 5xx and 429. One limit for all of them. */
export const RETRY_LIMIT_MS = 180_000;
/** How long freshly issued credentials may still get a 401: the cluster learns of them a little later. */
export const FRESH_CREDENTIALS_MS = 10_000;
/** A name lookup, the TCP connection and TLS take at most this. */
const CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 30_000;
/** An answer that takes time by its size. */
const LARGE_BYTES = 256 * 1024;
/** A GET on whose connection nothing moves for so long is not waited for any longer: it can be asked again. */
const QUIET_MS = 15_000;
/** A refused signature is mended at most so often: once by the clock, once by renewed keys. */
const MENDS = 2;

export interface IHttpOptions {
  /** Base URL; user info in it is refused by the caller. */
  url: string;
  /** PEM file to trust instead of the system's authorities. */
  caFile?: string;
  /** False only by the user's own word. */
  verify?: boolean;
  credentials?: ICredentialSource;
  /** Kerberos, in place of {@link credentials}. */
  negotiate?: INegotiation;
  /** Signs each request, in place of {@link credentials}. */
  sign?: ISigner;
  /** Only the operations that EMR Serverless documents are there: no version, log or connect. */
  narrow?: boolean;
  /** Livy's version where it is known and cannot be asked. */
  version?: string;
  /** More headers, e.g. a gateway's. */
  headers?: Record<string, string>;
  retryLimitMs?: number;
  freshMs?: number;
}

/** A GET that is being tried again, for the progress line. */
export interface IRetryNote {
  error: LivyError;
  /** Since the first failure. */
  elapsedMs: number;
  limitMs: number;
}

export interface IRequestOptions {
  json?: unknown;
  /** Milliseconds for the whole request. Default 30 s. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called once, as soon as it is known that the answer is a large one (over 256 kB). */
  onLarge?: () => void;
  /** In words, for the error: "start a session". */
  what?: string;
}

export interface IGetOptions extends IRequestOptions {
  retryLimitMs?: number;
  /** Aborted: no further try; the last failure is thrown. Does not touch a request on its way. */
  giveUp?: AbortSignal;
  /** Called before each new try; what it throws ends the trying. */
  onRetry?: (note: IRetryNote) => Promise<void> | void;
}

/** HTTP to one Livy: one keep-alive agent, a time-out on every request, no error that carries a credential. */
export class LivyHttp {
  readonly url: URL;
  /** When a connection was closed last, on the clock of `performance.now()`; what is behind the address may have changed. */
  closedAt = -Infinity;
  /** How far away Livy is, and how late. */
  readonly line = new Line();
  private axios?: Promise<AxiosInstance>;
  private destroyAgent?: () => void;

  get narrow(): boolean {
    return this.options.narrow === true;
  }

  /** Livy's version where it was told from outside. */
  get knownVersion(): string | undefined {
    return this.options.version;
  }

  /** How long a GET is tried again, where the caller does not say. */
  get retryLimitMs(): number {
    return this.options.retryLimitMs ?? RETRY_LIMIT_MS;
  }

  constructor(private readonly options: IHttpOptions) {
    this.url = new URL(options.url);
    this.url.username = '';
    this.url.password = '';
  }

  /**
   * One request, sent once. A 401 was not acted upon: fresh credentials are waited for, others are renewed once.
   *
   * @throws LivyError
   */
  async request<T>(method: 'GET' | 'POST' | 'DELETE', path: string, options: IRequestOptions = {}): Promise<T> {
    const source = this.options.credentials ?? this.options.negotiate;
    const freshMs = this.options.freshMs ?? FRESH_CREDENTIALS_MS;
    let renewed = false;
    let pause = 150;
    for (;;) {
      try {
        return await this.once<T>(method, path, options, this.options.sign ? MENDS : 0);
      } catch (error) {
        if (!source || !(error instanceof LivyError) || error.status !== 401) {
          throw error;
        }
        if (source.ageMs() + pause <= freshMs) {
          await wait(pause, options.signal);
          pause = Math.min(pause * 1.7, 2000);
        } else if (!renewed && (await source.renew())) {
          renewed = true;
          pause = 150;
        } else {
          throw error;
        }
      }
    }
  }

  /** A GET, tried again with jitter under one limit. */
  async get<T>(path: string, options: IGetOptions = {}): Promise<T> {
    const limitMs = options.retryLimitMs ?? this.retryLimitMs;
    let firstFailure: number | undefined;
    let backoff = 100;
    for (;;) {
      try {
        return await this.request<T>('GET', path, options);
      } catch (error) {
        if (!(error instanceof LivyError) || !isPassing(error)) {
          throw error;
        }
        const now = performance.now();
        firstFailure ??= now;
        const pause = error.retryAfterMs ?? backoff * (0.5 + Math.random() / 2);
        if (now - firstFailure + pause > limitMs || options.giveUp?.aborted) {
          throw error;
        }
        await options.onRetry?.({ error, elapsedMs: now - firstFailure, limitMs });
        await waitForAny(pause, options.signal, options.giveUp);
        if (options.signal?.aborted) {
          throw abortedError();
        }
        if (options.giveUp?.aborted) {
          throw error;
        }
        backoff = Math.min(backoff * 2, 3000);
      }
    }
  }

  /** Close the kept connections. */
  dispose(): void {
    this.destroyAgent?.();
  }

  /** @param mends - how often a refusal of the signature may still be mended */
  private async once<T>(method: string, path: string, options: IRequestOptions, mends: number): Promise<T> {
    if (options.signal?.aborted) {
      throw abortedError();
    }
    const client = await (this.axios ??= this.makeClient());
    const credentials = await this.options.credentials?.get();
    const { negotiate, sign } = this.options;
    const data = options.json === undefined ? undefined : JSON.stringify(options.json);
    const signed = await sign?.sign({
      method,
      url: new URL(this.url.href.replace(/\/$/, '') + path),
      ...(data === undefined ? {} : { body: data })
    });
    const cookie = await negotiate?.cookie(options.signal);
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const timer = new AbortController();
    const handle = setTimeout(() => timer.abort(), timeoutMs);
    const abort = (): void => timer.abort();
    options.signal?.addEventListener('abort', abort, { once: true });
    let response: Pick<AxiosResponse<string>, 'status' | 'data' | 'headers'>;
    const sentAt = performance.now();
    try {
      response =
        negotiate && cookie === undefined
          ? await negotiate.send({
              method,
              path,
              timeoutMs,
              signal: timer.signal,
              ...(data === undefined ? {} : { body: data })
            })
          : await client.request<string>({
              method,
              url: path,
              signal: timer.signal,
              ...(options.onLarge ? { onDownloadProgress: largeTold(options.onLarge) } : {}),
              // For the HTTP library this is a limit on silence; ours above is one on the whole.
              ...(method === 'GET' ? { timeout: Math.min(QUIET_MS, timeoutMs) } : {}),
              ...(data === undefined ? {} : { data }),
              ...(cookie === undefined ? {} : { headers: { Cookie: cookie } }),
              ...(signed ? { headers: signed } : {}),
              ...(credentials ? { auth: { username: credentials.username, password: credentials.password } } : {})
            });
    } catch (raw) {
      if (options.signal?.aborted) {
        throw abortedError();
      }
      if (timer.signal.aborted) {
        throw connectionError({ code: 'LIVY_TIMEOUT', message: `no answer within ${timeoutMs / 1000} s` }, this.url);
      }
      if (raw instanceof LivyError && raw.failure !== 'aborted') {
        throw raw;
      }
      const silent = /^timeout of \d+ms exceeded$/.test((raw as Error).message);
      throw connectionError(
        silent ? { code: 'LIVY_TIMEOUT', message: `nothing came for ${QUIET_MS / 1000} s` } : raw,
        this.url
      );
    } finally {
      clearTimeout(handle);
      options.signal?.removeEventListener('abort', abort);
    }
    this.line.add(performance.now() - sentAt);
    const what = options.what ?? `${method} ${path.split('?')[0]}`;
    const body = parseBody(response.data);
    if (sign && signed && response.status >= 400) {
      const [date, type] = [header(response, 'date'), header(response, 'x-amzn-errortype')];
      const refusal = { status: response.status, body, ...(date ? { date } : {}), ...(type ? { type } : {}) };
      if (mends > 0 && (await sign.mend(refusal, signed))) {
        return this.once(method, path, options, mends - 1);
      }
      throw (
        sign.explain(refusal, what) ??
        statusError(response.status, sign.scrub(bodyText(body)), what, header(response, 'retry-after'))
      );
    }
    if (response.status >= 400) {
      throw statusError(response.status, body, what, header(response, 'retry-after'));
    }
    if (response.status >= 300 || typeof body !== 'object' || body === null) {
      throw new LivyError(
        {
          code: 'NotLivy',
          hop: 'livy',
          message: `What answers at ${this.url.host} is not Livy: ${response.status >= 300 ? `it redirects (HTTP ${response.status})` : 'its answer is not JSON'}.`,
          fix: 'See the address: it is Livy’s own (default port 8998), not a login page or a user interface.'
        },
        'answered',
        response.status
      );
    }
    return body as T;
  }

  private async makeClient(): Promise<AxiosInstance> {
    const secure = this.url.protocol === 'https:';
    const agentOptions = { keepAlive: true, maxSockets: 16, scheduling: 'lifo' as const };
    const [{ default: axios }, http, https] = await Promise.all([
      import('axios'),
      import('node:http'),
      import('node:https')
    ]);
    const httpAgent = new http.Agent(agentOptions);
    const httpsAgent = secure
      ? new https.Agent({
          ...agentOptions,
          ...(this.options.verify === false
            ? { rejectUnauthorized: false }
            : { rejectUnauthorized: true, secureContext: trustContext(this.options.caFile) })
        })
      : undefined;
    for (const agent of [httpAgent, httpsAgent]) {
      if (agent) {
        limitConnecting(agent, () => (this.closedAt = performance.now()));
      }
    }
    this.destroyAgent = () => {
      httpAgent.destroy();
      httpsAgent?.destroy();
    };
    return axios.create({
      adapter: 'http',
      baseURL: this.url.href.replace(/\/$/, ''),
      httpAgent,
      ...(httpsAgent ? { httpsAgent } : {}),
      // A cluster is reached directly or not at all: a proxy from the environment would see the credentials.
      proxy: false,
      maxRedirects: 0,
      maxContentLength: Infinity,
      maxBodyLength: Infinity,
      responseType: 'text',
      transformResponse: [(data: unknown) => data],
      transformRequest: [(data: unknown) => data],
      validateStatus: () => true,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'X-Requested-By': 'jupyterlab-emr',
        ...this.options.headers
      }
    });
  }
}

/** Worth another try: nothing but the passing of time is needed. */
function isPassing(error: LivyError): boolean {
  if (error.failure === 'answered') {
    return error.status === 429 || (error.status ?? 0) >= 500;
  }
  return (error.failure === 'unknown' || error.failure === 'not-sent') && error.hop !== 'tls';
}

/**
 * A connection that is not there after {@link CONNECT_TIMEOUT_MS} fails by itself, however long the request may take.
 *
 * @param onClose - called when a connection is closed, by whomever
 */
function limitConnecting(agent: Agent, onClose: () => void): void {
  const original = (agent as unknown as { createConnection: (...args: unknown[]) => Socket }).createConnection;
  (agent as unknown as { createConnection: unknown }).createConnection = function (
    this: unknown,
    ...args: unknown[]
  ): Socket {
    const socket = original.apply(this, args);
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no connection'), { code: 'LIVY_CONNECT_TIMEOUT' }));
    }, CONNECT_TIMEOUT_MS);
    for (const event of ['connect', 'close', 'error']) {
      socket.once(event, () => clearTimeout(timer));
    }
    socket.once('close', onClose);
    return socket;
  };
}

/** Sleep that a signal ends with the user's own error. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch {
    throw abortedError();
  }
}

/** Sleep that ends early, without an error, when one of the signals is aborted. */
export function waitForAny(ms: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer);
      for (const signal of signals) {
        signal?.removeEventListener('abort', done);
      }
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const signal of signals) {
      signal?.addEventListener('abort', done);
    }
    if (signals.some(signal => signal?.aborted)) {
      done();
    }
  });
}

/** Calls back at the first news of a large answer. */
function largeTold(onLarge: () => void): (event: { loaded: number; total?: number }) => void {
  let told = false;
  return ({ loaded, total }) => {
    if (!told && (total ?? loaded) > LARGE_BYTES) {
      told = true;
      onLarge();
    }
  };
}

function parseBody(text: string | undefined): unknown {
  if (!text) {
    return text;
  }
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function header(response: Pick<AxiosResponse, 'headers'>, name: string): string | undefined {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}
