import { ENDED_STATES, LivyClient, LivyError, abortedError, startInterval, wait } from '../livy';
import { EmrError } from '../protocol';
import { findEndpoint } from './endpoint';
import { KeepAlive, idleLimitMs } from './keepAlive';
import { makeSessionName } from './names';
import { foreignError, isSameSession, notStartedError, tidyLog } from './reasons';

import type { IAwsContext } from '../aws/context';
import type { ISiteConfig } from '../config';
import type { ILivySession, IRetryNote } from '../livy';
import type { IEndpoint } from './endpoint';
import type { IEmrPort } from './ports';
import type { SessionSettings } from './settings';
import type { IBindRequest, IRunOptions } from './types';

export const DEFAULT_HEARTBEAT_S = 120;
const DEFAULT_STARTUP_S = 600;
/** Livy itself is waited for only briefly while one connects: the address may be wrong. */
const REACH_MS = 10_000;

export interface IStartOptions extends Pick<IRunOptions, 'onProgress'> {
  site: ISiteConfig;
  env: NodeJS.ProcessEnv;
  emr: (context: IAwsContext) => IEmrPort;
  headers: Record<string, string> | undefined;
  settings: SessionSettings;
  /** Name of the binding, where the notebook has several. */
  binding?: string;
  /** Aborted: the half-made session is ended. */
  signal: AbortSignal;
  onRenewed: (expiresAt: string | undefined) => void;
  onEndpoint: (endpoint: IEndpoint) => void;
  onState: (sessionId: number, log: string[]) => void;
}

/** A session that takes statements. */
export interface IStarted {
  client: LivyClient;
  endpoint: IEndpoint;
  session: ILivySession;
  name: string;
  settings: SessionSettings;
  /** Livy's own word. */
  version?: string;
  /** Settings that this Livy does not know and did not get. */
  dropped: string[];
}

/**
 * The way from a request to an idle session: EMR, credentials, Livy, POST, wait. Whatever fails, no session is left.
 *
 * @throws EmrError of the hop that failed
 */
export async function startSession(request: IBindRequest, options: IStartOptions): Promise<IStarted> {
  const { signal, site, settings } = options;
  const began = performance.now();
  const progress = (text: string, log?: string[]): void =>
    options.onProgress?.({
      phase: 'starting',
      text,
      elapsedMs: Math.round(performance.now() - began),
      ...(log?.length ? { log } : {})
    });
  let client: LivyClient | undefined;
  let session: ILivySession | undefined;
  let keep: KeepAlive | undefined;
  try {
    progress(request.livyUrl ? 'Looking for Livy' : `Asking EMR about ${request.clusterId}`);
    const endpoint = await abortable(findEndpoint(request, endpointOptions(request, options)), signal);
    client = new LivyClient(endpoint.http);
    options.onEndpoint(endpoint);
    progress(`Asking Livy at ${new URL(endpoint.http.url).host} for a session`);
    const version = await client.version({
      signal,
      retryLimitMs: REACH_MS,
      onRetry: note => progress(retryText(note))
    });
    const name = request.sessionName ?? makeSessionName(request.notebookPath, options.env, undefined, options.binding);
    if (request.sessionName !== undefined) {
      await checkNameFree(client, request.sessionName, signal);
    }
    const heartbeat = site.heartbeatTimeoutSeconds ?? DEFAULT_HEARTBEAT_S;
    const limitMs = (site.startupTimeoutSeconds ?? DEFAULT_STARTUP_S) * 1000;
    const created = await client.createSession(
      { heartbeatTimeoutInSecond: heartbeat, ...settings, name },
      { signal, placeLimitMs: limitMs, onRetry: note => progress(retryText(note)) }
    );
    session = created.session;
    const left = created.dropped.length ? ` (this Livy does not know ${created.dropped.join(', ')})` : '';
    // A start that takes long is no activity either.
    keep = new KeepAlive(client, session.id, idleLimitMs(session, settings));
    keep.start();
    session = await waitIdle(
      client,
      session,
      limitMs,
      signal,
      (seen, log) => {
        progress(`Session ${seen.id} ${name} on ${endpoint.clusterName}: ${seen.state}${left}`, log);
        options.onState(seen.id, log);
      },
      note => progress(retryText(note))
    );
    const { dropped } = created;
    return { client, endpoint, session, name, settings, dropped, ...(version ? { version } : {}) };
  } catch (error) {
    // Not where its number belongs to another session now.
    if (client && session && !(error instanceof EmrError && error.code === 'SessionEnded')) {
      await client.deleteSession(session.id, { timeoutMs: 5000 }).catch(() => undefined);
    }
    client?.dispose();
    throw error;
  } finally {
    keep?.stop();
  }
}

/** What is wrong, and how long one goes on trying: one visible limit. */
export function retryText({ error, elapsedMs, limitMs }: IRetryNote): string {
  return `${error.message} Trying again (${Math.round(elapsedMs / 1000)} of ${Math.round(limitMs / 1000)} s)`;
}

/**
 * Names are unique on a Livy. Looked at before one is asked for: Livy's refusal uses up a number, and after a broken
 * connection a session of that name has to be known to be ours.
 */
async function checkNameFree(client: LivyClient, name: string, signal: AbortSignal): Promise<void> {
  const taken = (await client.listSessions({ signal, retryLimitMs: REACH_MS })).find(item => item.name === name);
  if (taken) {
    throw new EmrError({
      code: 'SessionNameTaken',
      hop: 'livy',
      message: `There is a session named ${name} on this Livy already: session ${taken.id}, ${taken.state}${taken.owner ? `, of ${taken.owner}` : ''}.`,
      fix: 'Take another --session-name, or leave it out: then the name is made from user and notebook.'
    });
  }
}

/** Poll a fresh session until it takes statements. */
async function waitIdle(
  client: LivyClient,
  first: ILivySession,
  limitMs: number,
  signal: AbortSignal,
  tell: (session: ILivySession, log: string[]) => void,
  onRetry: (note: IRetryNote) => void
): Promise<ILivySession> {
  const began = performance.now();
  let session = first;
  let shown: ILivySession | undefined;
  for (;;) {
    const log = tidyLog(session.log);
    tell(session, log);
    if (session.state === 'idle') {
      return session;
    }
    if (ENDED_STATES.includes(session.state)) {
      const full = await client.sessionLog(session.id, 100, { retryLimitMs: 2000 }).catch(() => log);
      throw notStartedError(session, full);
    }
    if (performance.now() - began > limitMs) {
      throw new EmrError({
        code: 'StartTimeout',
        hop: 'livy',
        message: `The session did not start within ${limitMs / 1000} s; it was still ${session.state} and is ended now.`,
        fix: 'The cluster may have no room: see %emr sessions, ask for less in %%configure, or raise startupTimeoutSeconds.',
        ...(log.length ? { detail: log.slice(-3).join('\n') } : {})
      });
    }
    await wait(startInterval(performance.now() - began), signal);
    try {
      session = await client.getSession(session.id, { signal, onRetry });
      if (shown && !isSameSession(shown, session)) {
        throw foreignError(session.id);
      }
      shown = session;
    } catch (error) {
      throw error instanceof LivyError && error.status === 404 ? notStartedError(session, log) : error;
    }
  }
}

function endpointOptions(request: IBindRequest, options: IStartOptions): Parameters<typeof findEndpoint>[1] {
  const { site } = options;
  return {
    emr: options.emr({
      ...(request.region ? { region: request.region } : {}),
      ...(site.region ? { defaultRegion: site.region } : {}),
      ...(request.profile ? { profile: request.profile } : {}),
      ...(request.assumeRole ? { assumeRole: request.assumeRole } : {})
    }),
    signal: options.signal,
    onRenewed: options.onRenewed,
    ...(site.caBundle ? { caBundle: site.caBundle } : {}),
    ...(site.runtimeRoles ? { runtimeRoles: site.runtimeRoles } : {}),
    ...(options.headers ? { headers: options.headers } : {})
  };
}

/** Waits for a promise or the signal, whichever is first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(abortedError());
    if (signal.aborted) {
      stop();
    }
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
