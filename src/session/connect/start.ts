import { ENDED_STATES, LivyClient, LivyError, abortedError, startInterval, wait, yarnWait } from '../../livy';
import { EmrError, boundTo } from '../../protocol';
import { ROLE_CONF } from './application';
import { findEndpoint } from './endpoint';
import { findOwn, foundText, lookAtWork, nameTakenError } from '../reattach/find';
import { KeepAlive, idleLimitMs } from '../life/keepAlive';
import { makeSessionName } from './names';
import { foreignError, isSameSession, notStartedError, tidyLog } from '../life/reasons';
import { mergeSettings } from '../settings/settings';

import type { IAwsContext } from '../../aws/context';
import type { ISiteConfig } from '../../config';
import type { ILivySession, IRetryNote } from '../../livy';
import type { IEndpoint } from './endpoint';
import type { IWork } from '../reattach/find';
import type { IEmrPort } from './ports';
import type { SessionSettings } from '../settings/settings';
import type { IBindRequest, IRunOptions } from '../types';

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
  /** The session that the notebook had: it is taken up where it is still there. */
  stored?: IStored | undefined;
  /** Take the stored session up, or make none. */
  onlyFound?: boolean;
  /** Aborted: the half-made session is ended. */
  signal: AbortSignal;
  onRenewed: (expiresAt: string | undefined) => void;
  onEndpoint: (endpoint: IEndpoint) => void;
  /** What is waited for before there is a Livy: an application's start. */
  onWait?: (text: string) => void;
  onState: (sessionId: number, log: string[]) => void;
  /** Work that goes on after the user was let go: what was half made is being ended. */
  leave: (cleanUp: Promise<void>) => void;
}

/** A session that a notebook had. */
export interface IStored {
  name: string;
  /** Application that it is on; the request may name that by its name. */
  applicationId?: string;
  /** The statement that was running, and its cell. */
  statement?: number;
  statementCell?: string;
  keep?: boolean;
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
  /** The kernel's end leaves it. */
  kept: boolean;
  /** What became of the session that the notebook had. */
  found?: string;
  /** What a session that was taken up is doing. */
  work?: IWork;
}

/** Livy, reached. */
interface IReached {
  client: LivyClient;
  endpoint: IEndpoint;
  version: string | undefined;
  progress: (text: string, log?: string[]) => void;
}

/** How long the user waits for the end of a half-made session; it is ended in any case. */
const UNDO_MS = 2000;

/**
 * The way from a request to an idle session: EMR, credentials, Livy, then the notebook's own session, or POST and wait.
 * Whatever fails, no session is left that was not there before.
 *
 * @returns only a sentence where the stored session alone was wanted and is not there
 * @throws EmrError of the hop that failed
 */
export async function startSession(
  request: IBindRequest,
  options: IStartOptions
): Promise<IStarted | { client?: undefined; found: string }> {
  const { signal, env, stored } = options;
  const reached = await reachLivy(request, options);
  const { client, endpoint, version } = reached;
  try {
    const name = request.sessionName ?? (stored?.applicationId === endpoint.applicationId ? stored?.name : undefined);
    let gone: string | undefined;
    if (name !== undefined) {
      const explicit = request.sessionName !== undefined;
      const owner = (await endpoint.http.credentials?.get())?.username;
      const found = await findOwn(client, { name, explicit, owner, env }, { signal, retryLimitMs: REACH_MS });
      if (found.session && !request.fresh) {
        return await takeUp(found.session, request, options, reached);
      }
      if (found.session) {
        await client.deleteSession(found.session.id);
      } else if (explicit && found.stranger) {
        throw nameTakenError(found.stranger, env);
      }
      gone = found.session || explicit ? undefined : found.gone;
    }
    if (options.onlyFound) {
      client.dispose();
      return { found: gone ?? '' };
    }
    const started = await makeSession(request, options, reached);
    const { id } = started.session;
    return {
      ...started,
      ...(version ? { version } : {}),
      ...(gone ? { found: `${gone} Session ${id} ${started.name} is new: variables of the old one are gone.` } : {})
    };
  } catch (error) {
    // A session that is being ended still needs it.
    if (!(error instanceof HalfMade)) {
      client.dispose();
    }
    throw error instanceof HalfMade ? error.cause : error;
  }
}

/** Marks a failure whose session is still being ended. */
class HalfMade extends Error {}

async function reachLivy(request: IBindRequest, options: IStartOptions): Promise<IReached> {
  const { signal } = options;
  const began = performance.now();
  const progress = (text: string, log?: string[]): void =>
    options.onProgress?.({
      phase: 'starting',
      text,
      elapsedMs: Math.round(performance.now() - began),
      ...(log?.length ? { log } : {})
    });
  progress(request.livyUrl ? 'Looking for Livy' : `Asking EMR about ${boundTo(request)}`);
  const tell = (text: string): void => {
    progress(text);
    options.onWait?.(text);
  };
  const endpoint = await abortable(findEndpoint(request, { ...endpointOptions(request, options), tell }), signal);
  const client = new LivyClient(endpoint.http);
  try {
    options.onEndpoint(endpoint);
    progress(`Asking Livy at ${new URL(endpoint.http.url).host} for a session`);
    const version = await client.version({
      signal,
      retryLimitMs: REACH_MS,
      onRetry: note => progress(retryText(note))
    });
    return { client, endpoint, version, progress };
  } catch (error) {
    client.dispose();
    throw error;
  }
}

/** What is wrong, and how long one goes on trying: one visible limit. */
export function retryText({ error, elapsedMs, limitMs }: IRetryNote): string {
  // Somebody can do that meanwhile.
  const fix = error.code.startsWith('Kerberos') && error.fix ? ` ${error.fix}` : '';
  return `${error.message}${fix} Trying again (${Math.round(elapsedMs / 1000)} of ${Math.round(limitMs / 1000)} s)`;
}

/** POST a session and wait for it. */
async function makeSession(request: IBindRequest, options: IStartOptions, reached: IReached): Promise<IStarted> {
  const { signal, site, settings } = options;
  const { client, endpoint } = reached;
  const name =
    request.sessionName ??
    (typeof settings['name'] === 'string' ? settings['name'] : undefined) ??
    makeSessionName(request.notebookPath, options.env, undefined, options.binding);
  const kept = request.keep === true;
  const heartbeat = kept ? {} : { heartbeatTimeoutInSecond: site.heartbeatTimeoutSeconds ?? DEFAULT_HEARTBEAT_S };
  // A POST that was sent has an outcome, which has to be known to be undone: one waits for it, the user need not.
  const creating = client.createSession(
    { ...heartbeat, ...mergeSettings(settings, endpoint.sessionConf && { conf: endpoint.sessionConf }), name },
    { signal, placeLimitMs: startLimitMs(site), onRetry: note => reached.progress(retryText(note)) }
  );
  let session: ILivySession | undefined;
  try {
    const created = await abortable(creating, signal);
    session = created.session;
    const left = created.dropped.length ? ` (this Livy does not know ${created.dropped.join(', ')})` : '';
    session = await untilIdle(session, name, left, options, reached);
    return { client, endpoint, session, name, settings, dropped: created.dropped, kept };
  } catch (error) {
    // Not where its number belongs to another session now.
    if (signal.aborted || (session && !(error instanceof EmrError && error.code === 'SessionEnded'))) {
      await undo(client, session ? Promise.resolve(session) : creating.then(made => made.session), options.leave);
      throw new HalfMade('half made', { cause: error });
    }
    throw error;
  }
}

/** End a session that came too far; the user is let go after a moment, whatever Livy does. */
async function undo(client: LivyClient, made: Promise<ILivySession>, leave: IStartOptions['leave']): Promise<void> {
  const cleanUp = made
    .then(({ id }) => client.deleteSession(id, { timeoutMs: 5000 }))
    .catch(() => undefined)
    .finally(() => client.dispose());
  leave(cleanUp);
  const timer = new AbortController();
  await Promise.race([cleanUp, wait(UNDO_MS, timer.signal).catch(() => undefined)]);
  timer.abort();
}

/** Go on with a session that is there. One that was still starting is half made: an interrupt ends it. */
async function takeUp(
  found: ILivySession,
  request: IBindRequest,
  options: IStartOptions,
  reached: IReached
): Promise<IStarted> {
  const { client, endpoint, version } = reached;
  const name = found.name ?? '';
  const starting = found.state !== 'idle' && found.state !== 'busy';
  let session: ILivySession;
  try {
    session = starting ? await untilIdle(found, name, '', options, reached) : found;
  } catch (error) {
    if (options.signal.aborted) {
      await undo(client, Promise.resolve(found), options.leave);
      throw new HalfMade('half made', { cause: error });
    }
    throw error;
  }
  options.onState(session.id, []);
  const work = await lookAtWork(client, session.id, options.stored?.statement);
  const heartbeat = session.heartbeatTimeoutInSecond;
  const kept = request.keep ?? options.stored?.keep ?? heartbeat === 0;
  const short =
    request.keep && heartbeat ? ` It was made without --keep: it ends ${heartbeat} s after the kernel.` : '';
  return {
    client,
    endpoint,
    session,
    name,
    settings: {},
    dropped: [],
    kept,
    work,
    found: foundText(session, work) + short,
    ...(version ? { version } : {})
  };
}

function startLimitMs(site: ISiteConfig): number {
  return (site.startupTimeoutSeconds ?? DEFAULT_STARTUP_S) * 1000;
}

async function untilIdle(
  first: ILivySession,
  name: string,
  left: string,
  { site, settings, signal, onState }: IStartOptions,
  { client, endpoint, progress }: IReached
): Promise<ILivySession> {
  // A start that takes long is no activity either.
  const keep = new KeepAlive(client, first.id, idleLimitMs(first, settings));
  keep.start();
  try {
    return await waitIdle(
      client,
      first,
      startLimitMs(site),
      signal,
      (seen, log) => {
        const waits = yarnWait(seen.log);
        const phase = waits ? `${seen.state}, ${waits.text}` : seen.state;
        progress(`Session ${seen.id} ${name} on ${endpoint.clusterName}: ${phase}${left}`, log);
        onState(seen.id, log);
      },
      note => progress(retryText(note))
    );
  } finally {
    keep.stop();
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
    // One that an earlier kernel had may be at work already.
    if (session.state === 'idle' || session.state === 'busy') {
      return session;
    }
    if (ENDED_STATES.includes(session.state)) {
      const full = await client.sessionLog(session.id, 100, { retryLimitMs: 2000 }).catch(() => log);
      throw notStartedError(session, full);
    }
    if (performance.now() - began > limitMs) {
      const waits = yarnWait(session.log);
      throw new EmrError({
        code: 'StartTimeout',
        hop: 'livy',
        message: `The session did not start within ${limitMs / 1000} s; it was still ${session.state}${waits ? ` (${waits.text})` : ''} and is ended now.`,
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
  const configuredRole = (options.settings['conf'] as Record<string, string> | undefined)?.[ROLE_CONF];
  return {
    mayStart: options.onlyFound !== true,
    startLimitMs: startLimitMs(site),
    ...(site.serverlessLivyUrl ? { serverlessLivyUrl: site.serverlessLivyUrl } : {}),
    ...(configuredRole ? { configuredRole } : {}),
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
export function abortable<T>(promise: Promise<T>, signal: AbortSignal, reason: () => Error = abortedError): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(reason());
    if (signal.aborted) {
      stop();
    }
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
