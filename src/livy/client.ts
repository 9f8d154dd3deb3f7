import { LivyError, abortedError } from './errors';
import { knownFields, versionNumber } from './fields';
import { LivyHttp, wait, waitForAny } from './http';
import { Looks } from './looks';
import { pollInterval } from './poll';
import { ENDED_STATES } from './types';

import type { IGetOptions, IHttpOptions, IRetryNote } from './http';
import type { ILivySession, ILivySessionRequest, ILivyStatement, LivyKind } from './types';

export interface IFollowOptions {
  /** Aborted: the statement is cancelled on the cluster, and followed until Livy says what became of it. */
  signal?: AbortSignal;
  /** After each look. */
  onUpdate?: (statement: ILivyStatement) => void;
  onRetry?: (note: IRetryNote) => Promise<void> | void;
  /** Aborted when the session is known to be gone; its reason is thrown. */
  lost?: AbortSignal;
  /** Looks that began before the POST was answered; those at another statement are not used. */
  looks?: Looks;
  /** Aborted, after `signal`: the end of a cancelled statement is not waited for. */
  stopWaiting?: AbortSignal;
  /** How long a cancelled statement is waited for. Livy itself gives up after 30 s. */
  cancelLimitMs?: number;
}

export interface ICreateOptions extends Pick<IGetOptions, 'signal' | 'onRetry' | 'retryLimitMs'> {
  /** How long a Livy that starts as many sessions as it may is waited for. Default: not at all. */
  placeLimitMs?: number;
}

/** A statement that was followed to its end, or as far as one can. */
export interface IFollowed {
  statement: ILivyStatement;
  /** The user asked to cancel it. */
  cancelled: boolean;
  /** It was still running when the waiting after the cancel ended. */
  stillRunning: boolean;
}

/** Number that no statement has: the largest that Livy reads. */
const NO_STATEMENT = 2_147_483_647;

/** Livy's REST API. A POST is never sent twice blindly. */
export class LivyClient {
  readonly http: LivyHttp;
  private versionText?: Promise<string | undefined>;

  constructor(options: IHttpOptions) {
    this.http = new LivyHttp(options);
  }

  /** `0.9.0-incubating`; undefined where Livy does not say (before 0.5). */
  version(options: IGetOptions = {}): Promise<string | undefined> {
    if (this.http.narrow) {
      return Promise.resolve(undefined);
    }
    this.versionText ??= this.http
      .get<{ version?: string }>('/version', { what: 'tell its version', ...options })
      .then(body => body.version)
      .catch((error: unknown) => {
        this.versionText = undefined;
        if (error instanceof LivyError && error.status === 404) {
          return undefined;
        }
        throw error;
      });
    return this.versionText;
  }

  /**
   * POST /sessions with the fields that this version knows. Where it is not known what became of the POST, looks first
   * whether the session is there by its name, which is unique; where Livy starts as many as it may, waits for a place.
   *
   * @returns the session, and the names of the fields that this Livy does not know
   */
  async createSession(
    wanted: ILivySessionRequest,
    options: ICreateOptions = {}
  ): Promise<{ session: ILivySession; dropped: string[] }> {
    const { request, dropped } = knownFields(
      wanted,
      versionNumber(this.http.knownVersion ?? (await this.version(options)))
    );
    const { signal } = options;
    const post = (): Promise<ILivySession> =>
      this.http.request<ILivySession>('POST', '/sessions', {
        json: request,
        // Not given the signal: a POST that was sent has an outcome, and it has to be known to be undone.
        timeoutMs: 60_000,
        what: 'start a session'
      });
    let uncertain = false;
    const session = await this.postOnce(post, {
      ...options,
      giveUp: signal,
      find: async error => {
        if (error.code === 'TooManySessions') {
          return undefined;
        }
        uncertain = true;
        return this.findByName(wanted.name, error);
      }
    }).catch(async (error: unknown) => {
      const taken = uncertain && error instanceof LivyError && /duplicate session name/i.test(error.detail ?? '');
      const found = taken ? await this.findByName(wanted.name, error) : undefined;
      if (!found) {
        throw signal?.aborted ? abortedError() : error;
      }
      return found;
    });
    return { session, dropped };
  }

  getSession(id: number, options: IGetOptions = {}): Promise<ILivySession> {
    return this.http.get<ILivySession>(`/sessions/${id}`, { what: `describe session ${id}`, ...options });
  }

  /** Sessions of everybody whom Livy shows us, newest last. */
  async listSessions(options: IGetOptions = {}): Promise<ILivySession[]> {
    const body = await this.http.get<{ sessions?: ILivySession[] }>('/sessions?from=0&size=1000', {
      what: 'list the sessions',
      ...options
    });
    return body.sessions ?? [];
  }

  /** End a session. One that is gone already is a success. DELETE may be repeated: it names what it ends. */
  async deleteSession(id: number, options: { timeoutMs?: number; tries?: number } = {}): Promise<void> {
    const tries = options.tries ?? 3;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.http.request('DELETE', `/sessions/${id}`, {
          what: `end session ${id}`,
          timeoutMs: options.timeoutMs ?? 15_000
        });
        return;
      } catch (error) {
        if (error instanceof LivyError && error.status === 404) {
          return;
        }
        if (attempt >= tries) {
          throw error;
        }
        await wait(200 * attempt);
      }
    }
  }

  /** The last lines of a session's log. */
  async sessionLog(id: number, size: number, options: IGetOptions = {}): Promise<string[]> {
    if (this.http.narrow) {
      return (await this.getSession(id, options)).log ?? [];
    }
    const body = await this.http.get<{ log?: string[] }>(`/sessions/${id}/log?from=-1&size=${size}`, {
      what: `give the log of session ${id}`,
      ...options
    });
    return body.log ?? [];
  }

  /** Tell Livy that the session is in use: running statements do not count as activity there. */
  async touch(id: number, timeoutMs = 10_000): Promise<void> {
    // Where there is no `connect`: cancelling what does not exist does nothing, and is an activity for Livy.
    const path = this.http.narrow ? `statements/${NO_STATEMENT}/cancel` : 'connect';
    await this.http.request('POST', `/sessions/${id}/${path}`, { what: `keep session ${id} alive`, timeoutMs });
  }

  async completion(id: number, code: string, cursor: number, kind: LivyKind, timeoutMs: number): Promise<string[]> {
    const body = await this.http.request<{ candidates?: string[] }>('POST', `/sessions/${id}/completion`, {
      json: { code, kind, cursor },
      timeoutMs,
      what: 'complete'
    });
    return body.candidates ?? [];
  }

  /**
   * POST one statement. Where the connection broke, looks among the session's last statements whether it was taken.
   *
   * @param lastId - number of the last statement that is known to be there; -1 for none
   * @param options - `again` is called before one looks, and may throw: behind a new connection the session's number may
   *   be another's
   */
  async postStatement(
    id: number,
    code: string,
    kind: LivyKind,
    lastId: number,
    options: IGetOptions & { again?: () => Promise<void> } = {}
  ): Promise<ILivyStatement> {
    return this.postOnce(
      () =>
        this.http.request<ILivyStatement>('POST', `/sessions/${id}/statements`, {
          json: { code, kind },
          what: 'run a statement'
        }),
      {
        ...options,
        find: async error => {
          await options.again?.();
          return this.findStatement(id, code, lastId, error, options);
        }
      }
    );
  }

  /** The last statements of a session, with their outputs, oldest first. */
  async lastStatements(id: number, count: number, options: IGetOptions = {}): Promise<ILivyStatement[]> {
    const ask = (query: string) =>
      this.http.get<{ total_statements?: number; statements?: ILivyStatement[] }>(
        `/sessions/${id}/statements${query}`,
        {
          what: `list the statements of session ${id}`,
          timeoutMs: 60_000,
          ...options
        }
      );
    // Asked for none first: their outputs may be large. A Livy that knows no pages gives all at once.
    const first = await ask('?from=0&size=0');
    const total = first.total_statements ?? 0;
    const { statements = [] } =
      first.statements?.length || total === 0 ? first : await ask(`?from=${Math.max(0, total - count)}&size=${count}`);
    return statements.slice(-count);
  }

  getStatement(id: number, statement: number, options: IGetOptions = {}): Promise<ILivyStatement> {
    return this.http.get<ILivyStatement>(`/sessions/${id}/statements/${statement}`, {
      what: `give statement ${statement} of session ${id}`,
      timeoutMs: 120_000,
      ...options
    });
  }

  /** Overlapping looks at a statement that was or will be posted: for a Livy that is far away. */
  looks(session: number, statement: number): Looks {
    const options = { what: `give statement ${statement} of session ${session}`, timeoutMs: 60_000 };
    return new Looks(
      statement,
      (signal, onLarge) =>
        this.http.request<ILivyStatement>('GET', `/sessions/${session}/statements/${statement}`, {
          ...options,
          signal,
          onLarge
        }),
      this.http.line
    );
  }

  /** Cancel the statement's Spark jobs. Safe to repeat. */
  async cancelStatement(id: number, statement: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.http.request('POST', `/sessions/${id}/statements/${statement}/cancel`, {
          what: `cancel statement ${statement}`,
          timeoutMs: 10_000
        });
        return;
      } catch (error) {
        if (attempt >= 3 || (error instanceof LivyError && error.status === 404)) {
          throw error;
        }
        await wait(150 * attempt);
      }
    }
  }

  /** Follow a posted statement to its end. */
  async follow(session: number, posted: ILivyStatement, options: IFollowOptions = {}): Promise<IFollowed> {
    const looks = options.looks?.statement === posted.id ? options.looks : this.looks(session, posted.id);
    if (looks.pays && !isFinished(posted)) {
      looks.start();
    }
    try {
      return await this.followWith(looks, session, posted, options);
    } finally {
      looks.stop();
      options.looks?.stop();
    }
  }

  private async followWith(
    looks: Looks,
    session: number,
    posted: ILivyStatement,
    options: IFollowOptions
  ): Promise<IFollowed> {
    const { signal, lost, stopWaiting } = options;
    let statement = posted;
    let since = performance.now();
    let cancelledAt: number | undefined;
    const limit = options.cancelLimitMs ?? 35_000;
    options.onUpdate?.(statement);
    while (!isFinished(statement)) {
      if (lost?.aborted) {
        throw lost.reason;
      }
      if (signal?.aborted && cancelledAt === undefined) {
        cancelledAt = since = performance.now();
        await untilAborted(this.cancelStatement(session, posted.id), stopWaiting);
        if (looks.pays) {
          looks.start();
        }
      }
      if (cancelledAt !== undefined && (stopWaiting?.aborted || performance.now() - cancelledAt > limit)) {
        return { statement, cancelled: true, stillRunning: true };
      }
      const stop = cancelledAt === undefined ? signal : stopWaiting;
      if (looks.pays) {
        const seen = await looks.next(stop, lost);
        // The number was foretold: another client's statement may have it.
        if (seen?.id === posted.id) {
          statement = seen;
          options.onUpdate?.(statement);
        }
        continue;
      }
      await waitForAny(pollInterval(performance.now() - since, this.http.line.strainMs), stop, lost);
      if (signal?.aborted && cancelledAt === undefined) {
        continue;
      }
      try {
        statement = await this.getStatement(session, posted.id, {
          // A look that hangs must not hold the cancel up.
          ...(cancelledAt === undefined ? { signal, giveUp: signal } : { signal: stopWaiting, retryLimitMs: 10_000 }),
          ...(options.onRetry ? { onRetry: options.onRetry } : {})
        });
      } catch (error) {
        if (signal?.aborted && cancelledAt === undefined) {
          // Gave up looking because the user wants it cancelled.
          continue;
        }
        if (cancelledAt !== undefined && stopWaiting?.aborted) {
          continue;
        }
        throw error;
      }
      options.onUpdate?.(statement);
    }
    return { statement, cancelled: cancelledAt !== undefined, stillRunning: false };
  }

  dispose(): void {
    this.http.dispose();
  }

  /**
   * A POST that must not be done twice: after each failure that leaves open what became of it, `find` looks; only where
   * nothing is found it is sent again, under one limit.
   */
  private async postOnce<T>(
    post: () => Promise<T>,
    options: Omit<IGetOptions, 'giveUp'> & {
      giveUp?: AbortSignal | undefined;
      find: (error: LivyError) => Promise<T | undefined>;
      placeLimitMs?: number;
    }
  ): Promise<T> {
    const { giveUp } = options;
    let firstFailure: number | undefined;
    for (let backoff = 100; ; backoff = Math.min(backoff * 2, 3000)) {
      try {
        return await post();
      } catch (error) {
        if (!(error instanceof LivyError) || !mayBeTaken(error)) {
          throw error;
        }
        const now = performance.now();
        firstFailure ??= now;
        const full = error.code === 'TooManySessions';
        const limitMs = full ? (options.placeLimitMs ?? 0) : (options.retryLimitMs ?? this.http.retryLimitMs);
        const found = await options.find(error);
        if (found !== undefined) {
          return found;
        }
        const elapsedMs = performance.now() - firstFailure;
        const pause = error.retryAfterMs ?? (full ? 3000 : backoff) * (0.5 + Math.random() / 2);
        if (elapsedMs + pause > limitMs || giveUp?.aborted) {
          throw error;
        }
        await options.onRetry?.({ error, elapsedMs, limitMs });
        await waitForAny(pause, giveUp);
        if (giveUp?.aborted) {
          throw error;
        }
      }
    }
  }

  /** The session of a name, after a POST whose outcome is unknown. */
  private async findByName(name: string, cause: LivyError): Promise<ILivySession | undefined> {
    for (const pauseMs of cause.failure === 'unknown' ? [100, 1000] : [0]) {
      await wait(pauseMs);
      const found = (await this.listSessions()).find(session => session.name === name);
      if (found && !ENDED_STATES.includes(found.state)) {
        return found;
      }
    }
    return undefined;
  }

  private async findStatement(
    id: number,
    code: string,
    lastId: number,
    cause: LivyError,
    options: IGetOptions
  ): Promise<ILivyStatement | undefined> {
    for (const pauseMs of cause.failure === 'unknown' ? [20, 300] : [0]) {
      await wait(pauseMs);
      const body = await this.http.get<{ statements?: ILivyStatement[] }>(`/sessions/${id}/statements`, {
        what: `list the statements of session ${id}`,
        ...options
      });
      const found = (body.statements ?? []).filter(item => item.id > lastId && sameCode(item.code, code)).pop();
      if (found) {
        return found;
      }
    }
    return undefined;
  }
}

/**
 * The server may have taken this POST, or surely has not: either way one looks, then may send it again. A gateway's 502
 * to 504 says nothing about what stands behind it.
 */
function mayBeTaken(error: LivyError): boolean {
  if (error.failure === 'answered') {
    return [429, 502, 503, 504].includes(error.status ?? 0) || error.code === 'TooManySessions';
  }
  return error.hop !== 'tls' && (error.failure === 'unknown' || error.failure === 'not-sent');
}

/** Livy may write line ends its own way. */
function sameCode(one: string | undefined, other: string): boolean {
  return (one ?? '').replace(/\r\n?/g, '\n') === other.replace(/\r\n?/g, '\n');
}

/** Waits for a promise, or no longer than until the signal. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) {
    return promise;
  }
  let stop: () => void = () => undefined;
  const aborted = new Promise<void>(resolve => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  promise.catch(() => undefined);
  await (signal.aborted ? undefined : Promise.race([promise, aborted]));
  signal.removeEventListener('abort', stop);
}

export function isFinished(statement: ILivyStatement): boolean {
  return statement.state === 'available' || statement.state === 'cancelled' || statement.state === 'error';
}
