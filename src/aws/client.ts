/** SDK clients, made once for a context, and the one way in which they are asked. */
import type { Hop } from '../protocol';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';
import { awsError, isCredentialsError } from './errors';
import { roleSessionName } from './roleSession';

declare const __VERSION__: string | undefined;

/** Configuration that every SDK client of ours gets. The types are the SDK's, kept structural: each client has its own. */
type Credentials = ReturnType<typeof cachedCredentials>;

/** What {@link clientConfig} hands to a client's constructor. */
export interface IClientConfig {
  region?: string;
  credentials: Credentials;
  profile?: string;
  retryMode: 'adaptive';
  maxAttempts: number;
  customUserAgent: [string, string][];
  requestHandler: { connectionTimeout: number; requestTimeout: number };
}

/** What every SDK client has. */
interface IClient {
  config: { region: (() => Promise<string>) | string };
  destroy(): void;
}

const clients = new Map<string, Promise<IClient>>();
const epochs = new Map<string, number>();

function contextKey(context: IAwsContext): string {
  return JSON.stringify([context.region, context.defaultRegion, context.profile, context.assumeRole, context.askAs]);
}

/**
 * The service's client for this context, made at the first call and kept until its credentials turn out to be bad.
 *
 * @param make - imports the SDK package and makes the client
 */
async function clientFor<C extends IClient>(
  service: string,
  context: IAwsContext,
  make: (config: IClientConfig) => Promise<C>
): Promise<C> {
  const key = `${service} ${contextKey(context)}`;
  let client = clients.get(key) as Promise<C> | undefined;
  if (client === undefined) {
    client = create(context, make);
    clients.set(key, client);
    client.catch(() => clients.delete(key));
  }
  return client;
}

async function create<C extends IClient>(
  context: IAwsContext,
  make: (config: IClientConfig) => Promise<C>
): Promise<C> {
  // The wheel brings its own, newer Node; on an older one the warning would stand in every notebook's log.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const config = clientConfig(context);
  const client = await make(config);
  if (config.region === undefined && context.defaultRegion !== undefined) {
    try {
      const { region } = client.config;
      await (typeof region === 'function' ? region() : region);
    } catch {
      client.destroy();
      return make(clientConfig({ ...context, region: context.defaultRegion }));
    }
  }
  return client;
}

function clientConfig(context: IAwsContext): IClientConfig {
  return {
    ...(context.region === undefined ? {} : { region: context.region }),
    ...(context.profile === undefined ? {} : { profile: context.profile }),
    credentials: cachedCredentials(context),
    retryMode: 'adaptive',
    maxAttempts: 4,
    customUserAgent: [['jupyterlab-emr', version()]],
    requestHandler: { connectionTimeout: 5000, requestTimeout: 30000 }
  };
}

/** Keys of an assumed role that end sooner than this are got anew. The SDK asks for others at five minutes. */
const ROLE_MARGIN_MS = 5 * 60_000;

type Provider = Awaited<ReturnType<typeof credentials>>;
export type Identity = Awaited<ReturnType<Provider>>;

const assumed = new Map<string, Promise<Identity>>();

/**
 * A provider of the context's credentials that has read none yet. Those of an assumed role come from where the clients
 * have theirs.
 */
export function freshCredentials(context: IAwsContext): Provider {
  return cachedCredentials(context);
}

/**
 * The context's credentials. Those of an assumed role are shared by the clients of all services and kept until shortly
 * before they end: STS is asked once, not once a service or a request.
 */
function cachedCredentials(context: IAwsContext): Provider {
  const key = contextKey(context);
  let provider: Promise<Provider> | undefined;
  const fetch = async (): Promise<Identity> => (await (provider ??= credentials(context)))();
  if (context.assumeRole === undefined && context.askAs === undefined) {
    return fetch;
  }
  return async () => {
    const held = assumed.get(key);
    const identity = await held?.catch(() => undefined);
    if (identity && (identity.expiration?.getTime() ?? 0) - Date.now() > ROLE_MARGIN_MS) {
      return identity;
    }
    if (assumed.get(key) === held) {
      const fetched = fetch();
      assumed.set(key, fetched);
      fetched.catch(() => assumed.get(key) === fetched && assumed.delete(key));
    }
    return assumed.get(key) ?? fetch();
  };
}

async function credentials(context: IAwsContext) {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('./sdk/credentials');
  // Renewed credential files are read again: we drop a client whose credentials AWS refused.
  const chain = fromNodeProviderChain({
    ignoreCache: true,
    ...(context.profile === undefined ? {} : { profile: context.profile })
  });
  const region = context.region ?? context.defaultRegion;
  const ofRole = (masterCredentials: typeof chain, RoleArn: string) =>
    fromTemporaryCredentials({
      masterCredentials,
      params: { RoleArn, RoleSessionName: roleSessionName() },
      ...(region === undefined ? {} : { clientConfig: { region } })
    });
  const own = context.assumeRole === undefined ? chain : ofRole(chain, context.assumeRole);
  return context.askAs === undefined ? own : ofRole(own, context.askAs);
}

function version(): string {
  return typeof __VERSION__ === 'string' ? __VERSION__ : 'dev';
}

/**
 * Ask one service one thing.
 *
 * @param send - sends the command with the given client and options
 * @throws EmrError made by {@link awsError}
 */
export async function ask<C extends IClient, R>(
  service: Hop,
  context: IAwsContext,
  action: IAwsAction,
  make: (config: IClientConfig) => Promise<C>,
  send: (client: C) => Promise<R>
): Promise<R> {
  const epoch = epochs.get(contextKey(context)) ?? 0;
  try {
    return await send(await clientFor(service, context, make));
  } catch (error) {
    const told = awsError(error, service, action);
    if (isCredentialsError(told)) {
      forgetClients(context, epoch);
    }
    throw told;
  }
}

/**
 * How a file asks its service: the SDK's modules are loaded with the first question.
 *
 * @param load - imports the service's modules
 * @param make - makes its client
 */
export function service<S, C extends IClient>(
  name: Hop,
  load: () => Promise<S>,
  make: (sdk: S, config: IClientConfig) => C
) {
  return <R>(
    context: IAwsContext,
    action: IAwsAction,
    signal: AbortSignal | undefined,
    send: (client: C, sdk: S, options: { abortSignal?: AbortSignal }) => Promise<R>
  ): Promise<R> =>
    ask(
      name,
      context,
      action,
      async config => make(await load(), config),
      async client => send(client, await load(), { abortSignal: signal })
    );
}

/**
 * Drop the clients of a context, so that the next call reads credentials anew.
 *
 * @param epoch - drop only what this generation made: several calls may fail at once
 */
export function forgetClients(context: IAwsContext, epoch?: number): void {
  const key = contextKey(context);
  const now = epochs.get(key) ?? 0;
  if (epoch !== undefined && epoch !== now) {
    return;
  }
  epochs.set(key, now + 1);
  assumed.delete(key);
  // Not destroyed: other requests may be under way on them.
  for (const name of clients.keys()) {
    if (name.endsWith(` ${key}`)) {
      clients.delete(name);
    }
  }
}

/** Close every connection and forget every client (end of a program, change of the environment in a test). */
export function closeClients(): void {
  for (const client of clients.values()) {
    client.then(
      made => made.destroy(),
      () => undefined
    );
  }
  clients.clear();
  assumed.clear();
}

/** Wait, unless the signal is aborted first. @throws the signal's reason */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const reason = () => signal?.reason as Error;
    if (signal?.aborted) {
      reject(reason());
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(reason());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
