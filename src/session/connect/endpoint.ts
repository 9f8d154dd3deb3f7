import { makeNegotiation } from '../../livy';
import { EmrError } from '../../protocol';
import { applicationEndpoint } from './application';
import { CredentialKeeper, fixedCredentials } from './credentials';
import { goneError, isGone, label } from '../life/reasons';

import type { IClusterKerberos } from '../../aws';
import type { ICredentialSource, IHttpOptions, INegotiation } from '../../livy';
import type { AuthType } from '../../protocol';
import type { IClusterInfo, IEmrPort, ILivyPlace } from './ports';
import type { IBindRequest } from '../types';

/** A place where sessions can be made, found and checked. */
export interface IEndpoint {
  http: IHttpOptions;
  clusterName: string;
  clusterId?: string;
  /** EMR Serverless, in place of a cluster. */
  applicationId?: string;
  region?: string;
  runtimeRole?: string;
  /** Spark properties that each of its sessions has to have. */
  sessionConf?: Record<string, string>;
  keeper?: CredentialKeeper;
  /** Why the cluster is gone, in one sentence, or undefined where it is there or cannot be asked. */
  gone(): Promise<EmrError | undefined>;
}

export interface IEndpointOptions {
  emr: IEmrPort;
  /** CA bundle of the site. */
  caBundle?: string;
  /** Runtime roles of the site: the only one is taken where none was named. */
  runtimeRoles?: { arn: string; name?: string }[];
  headers?: Record<string, string>;
  onRenewed?: (expiresAt: string | undefined) => void;
  signal?: AbortSignal;
  /** Addresses of EMR Serverless's Livy endpoints, see the site's configuration. */
  serverlessLivyUrl?: string;
  /** Role that the session's settings name. */
  configuredRole?: string;
  /** False: an application that is stopped stays so. */
  mayStart?: boolean;
  /** What is being waited for, in words. */
  tell?: (text: string) => void;
  /** Milliseconds that an application's start may take, and between two looks at it. */
  startLimitMs?: number;
  lookMs?: number;
}

/** Code of the error that says: a person has to be asked for user name and password. */
export const LOGIN_NEEDED = 'LivyLoginNeeded';

const STARTING = ['STARTING', 'BOOTSTRAPPING'];
const READY = ['RUNNING', 'WAITING'];

/**
 * Find Livy and how to be admitted: by URL without AWS, or DescribeCluster, port, GetClusterSessionCredentials.
 *
 * @throws EmrError that says which of these failed and what to do
 */
export async function findEndpoint(request: IBindRequest, options: IEndpointOptions): Promise<IEndpoint> {
  if (request.livyUrl) {
    return urlEndpoint(request, options);
  }
  if (request.applicationId !== undefined) {
    // AWS's own address has a public certificate: the site's bundle is for its clusters, or for its own address.
    const { caBundle, ...others } = options;
    const trusted = options.serverlessLivyUrl && caBundle ? { ...others, caBundle } : others;
    return applicationEndpoint(request, request.applicationId, options, common(request, trusted));
  }
  if (!request.clusterId) {
    throw new EmrError({
      code: 'NoCluster',
      hop: 'config',
      message: 'No cluster was named.',
      fix: 'Give --cluster-id j-…; %emr clusters lists them.'
    });
  }
  return clusterEndpoint(request, request.clusterId, options);
}

async function urlEndpoint(request: IBindRequest, options: IEndpointOptions): Promise<IEndpoint> {
  const url = parseUrl(request.livyUrl ?? '');
  if (request.authType === 'Kerberos') {
    const http = { url: url.href, ...common(request, options) };
    return {
      http: { ...http, negotiate: negotiation(http, request, options) },
      clusterName: url.host,
      gone: () => Promise.resolve(undefined)
    };
  }
  if (request.secret && url.protocol === 'http:' && request.verifyCertificate !== false && !isLoopback(url.hostname)) {
    throw insecureError(`Livy at ${url.host}`);
  }
  const source = await ownCredentials(request, options);
  return {
    http: {
      url: url.href,
      ...common(request, options),
      ...(source ? { credentials: source } : {})
    },
    clusterName: url.host,
    gone: () => Promise.resolve(undefined)
  };
}

function parseUrl(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    /* told below */
  }
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new EmrError({
      code: 'BadLivyUrl',
      hop: 'config',
      message: 'The address of Livy is not a URL.',
      fix: 'It looks like https://host:8998.'
    });
  }
  if (url.username || url.password) {
    throw new EmrError({
      code: 'CredentialInUrl',
      hop: 'config',
      message: 'The address of Livy holds a user name or password: it would stay in the notebook.',
      fix: 'Leave it out, add --auth-type Basic_Access: you are asked for it, or it is read from LIVY_USERNAME and LIVY_PASSWORD.'
    });
  }
  return url;
}

async function clusterEndpoint(
  request: IBindRequest,
  clusterId: string,
  options: IEndpointOptions
): Promise<IEndpoint> {
  const { emr, signal } = options;
  const own = request.basic !== undefined || request.secret !== undefined;
  const role = request.runtimeRole ?? (own ? undefined : onlyRole(request.authType, options.runtimeRoles));
  const authType: AuthType = request.authType ?? (role || own ? 'Basic_Access' : 'None');
  const cluster = await emr.describe(clusterId, signal);
  checkState(cluster);
  const place = await emr.livy(clusterId, signal);
  const basic = authType === 'Basic_Access';
  if (basic && role && place.runtimeRoles === false) {
    throw new EmrError({
      code: 'NoRuntimeRoles',
      hop: 'emr',
      message: `Cluster ${label(cluster)} does not take runtime roles: its security configuration does not turn them on.`,
      fix: 'Pick a cluster made with runtime roles, or connect without a role: --auth-type None.'
    });
  }
  checkAuthType(cluster, place, authType);
  const kerberos = authType === 'Kerberos' ? await kerberosOf(cluster, place, options) : undefined;
  if (!basic && !kerberos && place.runtimeRoles === true) {
    throw new EmrError({
      code: 'RuntimeRoleNeeded',
      hop: 'config',
      message: `Cluster ${label(cluster)} asks for a runtime role.`,
      fix: `Add --runtime-role ARN.${roleHint(options.runtimeRoles)}`
    });
  }
  const tls = place.tls ?? basic;
  if (basic && !tls && request.verifyCertificate !== false && !isLoopback(cluster.dnsName)) {
    throw insecureError(`Livy of cluster ${label(cluster)}`);
  }
  const source = basic && !role ? await ownCredentials(request, options) : undefined;
  if (basic && !role && !source && place.runtimeRoles === false) {
    throw new EmrError({
      code: LOGIN_NEEDED,
      hop: 'config',
      message: `Livy of cluster ${label(cluster)} asks for a user name and a password.`,
      fix: 'Name the secret that holds them: --secret ID.'
    });
  }
  const endpoint: Omit<IEndpoint, 'http'> = {
    clusterName: cluster.name ?? clusterId,
    clusterId,
    gone: async () => {
      const now = await emr.describe(clusterId);
      return isGone(now.state) ? goneError(now) : undefined;
    },
    ...((request.region ?? cluster.region) ? { region: request.region ?? cluster.region ?? '' } : {}),
    ...(role ? { runtimeRole: role } : {})
  };
  const http = { url: `${tls ? 'https' : 'http'}://${cluster.dnsName}:${place.port}`, ...common(request, options) };
  if (kerberos) {
    const site = request.overrideKrb5Conf === false ? undefined : kerberos.site;
    return { ...endpoint, http: { ...http, negotiate: negotiation(http, request, options, site) } };
  }
  if (!basic) {
    return { ...endpoint, http };
  }
  if (source) {
    return { ...endpoint, http: { ...http, credentials: source } };
  }
  const keeper = new CredentialKeeper(() => emr.credentials(clusterId, role), options.onRenewed);
  await keeper.get();
  return { ...endpoint, http: { ...http, credentials: keeper }, keeper };
}

function common(request: IBindRequest, options: IEndpointOptions): Omit<IHttpOptions, 'url'> {
  const caFile = request.caBundle ?? options.caBundle;
  return {
    verify: request.verifyCertificate !== false,
    ...(caFile ? { caFile } : {}),
    ...(options.headers ? { headers: options.headers } : {})
  };
}

/** Credentials that the user has: typed, or in a secret, which is read again where Livy does not take them any more. */
async function ownCredentials(
  request: IBindRequest,
  { emr }: IEndpointOptions
): Promise<ICredentialSource | undefined> {
  const { basic, secret } = request;
  if (basic || secret === undefined) {
    return basic && fixedCredentials(basic);
  }
  const keeper = new CredentialKeeper(() => emr.secret?.(secret) ?? Promise.reject(new Error('no secrets here')));
  await keeper.get();
  // They were there before we came: a 401 is one, and not waited for as for those that were issued just now.
  return { get: () => keeper.get(), renew: () => keeper.renew(), ageMs: () => Infinity };
}

/** The cluster's Kerberos. @throws EmrError `WrongAuthType` where it has none */
async function kerberosOf(
  cluster: IClusterInfo,
  place: ILivyPlace,
  { emr, signal }: IEndpointOptions
): Promise<{ site?: IClusterKerberos }> {
  const site = await emr.kerberos?.(cluster.id, signal);
  if (!site && place.authType !== 'kerberos') {
    throw new EmrError({
      code: 'WrongAuthType',
      hop: 'config',
      message: `Cluster ${label(cluster)} has no Kerberos: --auth-type Kerberos does not match it.`,
      fix: 'Connect with --runtime-role ARN, or --auth-type Basic_Access or None.'
    });
  }
  return site ? { site } : {};
}

function negotiation(
  http: IHttpOptions,
  { secret, basic }: IBindRequest,
  { emr }: IEndpointOptions,
  site?: IClusterKerberos
): INegotiation {
  const credentials = basic
    ? () => Promise.resolve(basic)
    : secret === undefined
      ? undefined
      : () => emr.secret?.(secret) ?? Promise.reject(new Error('no secrets here'));
  return makeNegotiation({ http, ...(site ? { site } : {}), ...(credentials ? { credentials } : {}) });
}

/** The auth type has to be the cluster's. */
function checkAuthType(cluster: IClusterInfo, place: ILivyPlace, asked: AuthType): void {
  const its =
    place.authType === 'ldap' ? 'LDAP (Basic_Access)' : place.authType === 'kerberos' ? 'Kerberos' : undefined;
  if ((its && asked === 'None') || (place.authType === 'ldap' && asked === 'Kerberos')) {
    throw new EmrError({
      code: 'WrongAuthType',
      hop: 'config',
      message: `Livy of cluster ${label(cluster)} authenticates by ${its}: --auth-type ${asked} does not match it.`,
      fix: place.authType === 'ldap' ? 'Connect with --auth-type Basic_Access.' : 'Connect with --auth-type Kerberos.'
    });
  }
}

function insecureError(what: string): EmrError {
  return new EmrError({
    code: 'InsecureEndpoint',
    hop: 'tls',
    message: `${what} is not encrypted: the user name and password would cross the network in the clear.`,
    fix: 'Ask the platform team to turn in-transit encryption on in its security configuration; --verify-certificate False connects all the same.'
  });
}

function onlyRole(authType: AuthType | undefined, roles: { arn: string }[] | undefined): string | undefined {
  return (authType ?? 'Basic_Access') === 'Basic_Access' && roles?.length === 1 ? roles[0]?.arn : undefined;
}

function roleHint(roles: { arn: string }[] | undefined): string {
  return roles?.length ? ` This site names ${roles.map(role => role.arn).join(', ')}.` : '';
}

function checkState(cluster: IClusterInfo): void {
  if (isGone(cluster.state)) {
    throw goneError(cluster);
  }
  if (STARTING.includes(cluster.state) || (READY.includes(cluster.state) && !cluster.dnsName)) {
    throw new EmrError({
      code: 'ClusterNotReady',
      hop: 'emr',
      message: `Cluster ${label(cluster)} is not ready yet: it is ${cluster.state}.`,
      fix: 'Connect when it is WAITING; %emr clusters and the sidebar show how far it is.'
    });
  }
  if (!READY.includes(cluster.state)) {
    throw new EmrError({
      code: 'ClusterNotReady',
      hop: 'emr',
      message: `Cluster ${label(cluster)} is ${cluster.state}.`,
      fix: 'Pick another: %emr clusters lists them.'
    });
  }
}

/** What is sent there crosses no network. */
function isLoopback(host: string | undefined): boolean {
  return host === 'localhost' || host === '::1' || host?.startsWith('127.') === true;
}
