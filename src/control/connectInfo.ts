/** What one types, or gives another tool, to reach a cluster. */
import type { Application } from '../aws';
import { clusterSecurity, describeCluster, findApplication, livyAddress, livyPort, livyProblem } from '../aws';
import type { ICluster, IRuntimeRole } from '../protocol';
import { EmrError, READY_STATES } from '../protocol';
import { awsContext } from './control';
import type { IControlOptions, IControlService } from './types';

/** How a cluster's Livy is reached. Holds no credential. */
export interface IConnectInfo {
  /** One of the two. */
  clusterId?: string;
  applicationId?: string;
  name: string;
  state: string;
  region: string;
  /** `https://HOST:PORT`; undefined while the primary node has no name. */
  endpoint?: string;
  /** Undefined: the security configuration may not be read. */
  runtimeRoles?: boolean;
  roles: IRuntimeRole[];
  /** The line for a cell. */
  connect: string;
}

/**
 * Look up how to connect to a cluster.
 *
 * @param name - cluster id, provisioned product id, or the name of a cluster in the list
 * @param role - the role to write into the line; default: the first that is known
 * @throws EmrError `ClusterNotFound`, `AmbiguousName`, `ClusterNotReady` where it ended or has not begun
 */
export async function connectInfo(
  control: IControlService,
  options: IControlOptions,
  name: string,
  role?: string,
  signal?: AbortSignal
): Promise<IConnectInfo> {
  const row = await findCluster(control, name, signal).catch(async (error: unknown) => {
    // What is no cluster may be an application of EMR Serverless.
    const application = await findApplication(awsContext(options), name, signal).catch(() => undefined);
    if (!application) {
      throw error;
    }
    return application;
  });
  if ('applicationId' in row) {
    return applicationInfo(control, options, row, role, signal);
  }
  if (!row.clusterId || /^TERMINAT|FAILED/.test(row.state)) {
    throw new EmrError({
      code: 'ClusterNotReady',
      hop: 'emr',
      message: `"${row.name}" is ${row.state}: there is nothing to connect to${row.reason ? ` (${row.reason.message})` : ''}.`,
      fix: row.clusterId ? 'Choose a cluster that is WAITING or RUNNING.' : 'Wait until EMR has begun to start it.'
    });
  }
  const aws = awsContext(options);
  const cluster = await describeCluster(aws, row.clusterId, signal);
  const [livy, security, roles, account] = await Promise.all([
    livyPort(aws, cluster, signal),
    clusterSecurity(aws, cluster, signal),
    control.call('roles.list', { clusterId: row.clusterId }, { signal }),
    control.call('account.describe', {}, { signal })
  ]);
  const secure = livy.tls ?? (security?.inTransitEncryption || security?.runtimeRoles) ?? true;
  const host = READY_STATES.includes(row.state) ? cluster.MasterPublicDnsName : undefined;
  const chosen = role ?? (security?.runtimeRoles === false ? undefined : roles[0]?.arn);
  return {
    clusterId: row.clusterId,
    name: row.name,
    state: row.state,
    region: account.region,
    ...(host ? { endpoint: `${secure ? 'https' : 'http'}://${host}:${livy.port}` } : {}),
    ...(security ? { runtimeRoles: security.runtimeRoles } : {}),
    roles,
    connect: [
      '%emr connect',
      `--cluster-id ${row.clusterId}`,
      ...(chosen ? [`--runtime-role ${chosen}`] : []),
      ...contextWords(options)
    ].join(' ')
  };
}

function contextWords({ aws }: IControlOptions): string[] {
  return [
    ...(aws?.region ? [`--region ${aws.region}`] : []),
    ...(aws?.profile ? [`--profile ${aws.profile}`] : []),
    ...(aws?.assumeRole ? [`--assume-role ${aws.assumeRole}`] : [])
  ];
}

/** The same for an application. @throws EmrError `NoLivyEndpoint` */
async function applicationInfo(
  control: IControlService,
  options: IControlOptions,
  application: Application,
  role: string | undefined,
  signal?: AbortSignal
): Promise<IConnectInfo> {
  const { applicationId: id = '', arn = '', name, state, type, releaseLabel, interactiveConfiguration } = application;
  const problem = livyProblem({ type, releaseLabel, livy: interactiveConfiguration?.livyEndpointEnabled === true });
  if (problem) {
    throw new EmrError({
      code: 'NoLivyEndpoint',
      hop: 'emr-serverless',
      message: `Notebooks cannot connect to application ${name ?? id} (${id}): ${problem}.`,
      fix: 'Take another, or ask its owner to turn the Livy endpoint on while it is stopped.'
    });
  }
  const roles = await control.call('roles.list', {}, { signal });
  const { url, region } = livyAddress({ id, arn }, options.site?.serverlessLivyUrl);
  const chosen = role ?? (roles.length === 1 ? roles[0]?.arn : undefined);
  return {
    applicationId: id,
    name: name ?? id,
    state: state ?? 'UNKNOWN',
    region,
    endpoint: url,
    runtimeRoles: true,
    roles,
    connect: [`%emr connect --application-id ${id} --execution-role ${chosen ?? 'ARN'}`, ...contextWords(options)].join(
      ' '
    )
  };
}

/**
 * A row by its id, its cluster's id, or its name: the one that lives, where several bear it.
 *
 * @throws EmrError `ClusterNotFound`, `AmbiguousName`
 */
export async function findCluster(control: IControlService, name: string, signal?: AbortSignal): Promise<ICluster> {
  if (/^(j-|pp-)/.test(name)) {
    return control.call('clusters.describe', { key: name }, { signal });
  }
  const { clusters } = await control.call('clusters.list', { ended: true }, { signal });
  const named = clusters.filter(row => row.name === name);
  const live = named.filter(row => !row.state.startsWith('TERMINATED'));
  const found = live.length > 0 ? live : named.slice(0, 1);
  if (found.length === 1) {
    return found[0];
  }
  throw found.length === 0
    ? new EmrError({
        code: 'ClusterNotFound',
        hop: 'emr',
        message: `There is no cluster named "${name}".`,
        fix:
          clusters.length > 0
            ? `There ${clusters.length === 1 ? 'is' : 'are'}: ${[...new Set(clusters.map(row => row.name))].join(', ')}.`
            : 'There are no clusters: provision one first.'
      })
    : new EmrError({
        code: 'AmbiguousName',
        hop: 'emr',
        message: `Several clusters are named "${name}".`,
        fix: `Name one by its id: ${found.map(row => row.key).join(', ')}.`
      });
}
