/** From a cluster's id to the address of its Livy and the credentials for it. */
import type { Cluster, IAwsContext, ILivyEndpoint, ISecurity } from '../../aws';
import {
  clusterKerberos,
  clusterSecurity,
  describeCluster,
  getClusterSessionCredentials,
  isDenied,
  isPassing,
  livyPort,
  secretPair
} from '../../aws';
import type { ISiteConfig } from '../../config';
import type { IBasicCredentials } from '../../livy';
import { READY_STATES, errorInfo } from '../../protocol';
import type { IDoctorTarget } from './index';
import type { ILivyPlace } from './livy';
import type { Report } from './report';
import { failure } from './report';

/**
 * Permission → cluster → runtime roles → credentials.
 *
 * @returns where its Livy is, and what admits one
 * @throws Stopped at the first hop that fails
 */
export async function clusterChain(
  report: Report,
  aws: IAwsContext,
  site: ISiteConfig,
  target: IDoctorTarget & { clusterId: string }
): Promise<Omit<ILivyPlace, 'caFile' | 'verify' | 'timeoutMs'>> {
  const { signal } = report;
  const { clusterId } = target;
  const cluster = await describe(report, aws, clusterId);
  const endpoint = await readable(report, 'ListInstanceGroups', clusterId, () => livyPort(aws, cluster, signal));
  const security = await readable(report, 'DescribeSecurityConfiguration', cluster.SecurityConfiguration ?? '', () =>
    clusterSecurity(aws, cluster, signal)
  );
  const host = await report.hop(
    'cluster',
    `Looking at the state of ${clusterId}`,
    () => ready(cluster),
    told =>
      `Cluster ${name(cluster)} is ${cluster.Status?.State ?? 'UNKNOWN'}, ${cluster.ReleaseLabel ?? 'release unknown'}: ${told}.`
  );
  const role = await runtimeRole(report, cluster, security, site, target);
  const credentials = await admission(report, aws, target, role);
  const tls = endpoint?.tls ?? (security?.inTransitEncryption || role !== undefined || undefined) ?? false;
  const kerberos =
    target.authType === 'Kerberos'
      ? { site: target.overrideKrb5Conf === false ? undefined : await clusterKerberos(aws, cluster, signal) }
      : undefined;
  const group = cluster.Ec2InstanceAttributes?.EmrManagedMasterSecurityGroup;
  return {
    host,
    port: endpoint?.port ?? 8998,
    tls,
    ...(group ? { securityGroup: group } : {}),
    ...(kerberos ? { kerberos: kerberos.site ? { site: kerberos.site } : {} } : {}),
    ...(credentials ? { credentials, fresh: role !== undefined } : {})
  };
}

async function describe(report: Report, aws: IAwsContext, clusterId: string): Promise<Cluster> {
  let absent: unknown;
  const found = await report.hop(
    'permission:elasticmapreduce:DescribeCluster',
    `Reading ${clusterId}`,
    async () => {
      try {
        return await describeCluster(aws, clusterId, report.signal);
      } catch (error) {
        // That it is not there is no matter of permission.
        if (errorInfo(error).code !== 'ClusterNotFound') {
          throw error;
        }
        absent = error;
        return undefined;
      }
    },
    () => 'elasticmapreduce:DescribeCluster is allowed.'
  );
  if (found === undefined) {
    await report.hop(
      'cluster',
      `Looking for ${clusterId}`,
      () => Promise.reject(absent as Error),
      () => ''
    );
  }
  return found!;
}

/** What one may do without: a refusal is a warning that names the permission. */
async function readable<T>(
  report: Report,
  action: string,
  resource: string,
  read: () => Promise<T>
): Promise<T | undefined> {
  let found: T | undefined;
  await report.check(`permission:elasticmapreduce:${action}`, `Trying elasticmapreduce:${action}`, async () => {
    const without = (iam: string, lost: string) => ({
      message: `${iam} is not allowed${resource ? ` on ${resource}` : ''}: ${lost}.`,
      warning: true,
      fix: `Ask the platform team to allow ${iam}${resource ? ` on ${resource}` : ''}.`
    });
    found = await read();
    const port = found as ILivyEndpoint | undefined;
    if (port?.uncertain) {
      const iam = /elasticmapreduce:\w+/.exec(port.uncertain)?.[0] ?? 'elasticmapreduce:ListInstanceGroups';
      return without(iam, 'a port of Livy that is configured there cannot be seen, 8998 is taken');
    }
    if (found === undefined) {
      return without(`elasticmapreduce:${action}`, 'whether TLS and runtime roles are on cannot be seen');
    }
    return port?.port
      ? `Livy’s port is ${port.port} (${port.source === 'default' ? 'the default' : `from the ${port.source}’s configuration`}).`
      : `elasticmapreduce:${action} is allowed.`;
  });
  return found;
}

/** The primary node's name. @throws EmrError where the cluster takes no session */
function ready(cluster: Cluster): Promise<string> {
  const state = cluster.Status?.State ?? 'UNKNOWN';
  const reason = cluster.Status?.ErrorDetails?.[0]?.ErrorMessage ?? cluster.Status?.StateChangeReason?.Message;
  const why = reason ? `: ${reason.replace(/\.$/, '')}` : '';
  const reject = (code: string, message: string, fix: string): Promise<never> =>
    Promise.reject(failure(code, 'emr', message, fix));
  if (state.startsWith('TERMINAT')) {
    return reject(
      'ClusterTerminated',
      `Cluster ${name(cluster)} is ${state}${why}.`,
      'Take another (%emr clusters, jupyter emr clusters), or provision one.'
    );
  }
  if (!(READY_STATES as readonly string[]).includes(state) || !cluster.MasterPublicDnsName) {
    return reject(
      'ClusterNotReady',
      `Cluster ${name(cluster)} is not ready yet: it is ${state}${why}.`,
      'Wait until it is WAITING.'
    );
  }
  const applications = (cluster.Applications ?? []).map(one => one.Name);
  if (applications.length > 0 && !applications.some(one => one?.toLowerCase() === 'livy')) {
    return reject(
      'NoLivy',
      `Cluster ${name(cluster)} has no Livy: its applications are ${applications.join(', ')}.`,
      'Take a cluster with Livy and Spark among its applications; they cannot be added to a running one.'
    );
  }
  return Promise.resolve(cluster.MasterPublicDnsName);
}

/** Whether roles and the request fit. @returns the role to ask credentials for */
async function runtimeRole(
  report: Report,
  cluster: Cluster,
  security: ISecurity | undefined,
  site: ISiteConfig,
  target: IDoctorTarget
): Promise<string | undefined> {
  const own = target.secret !== undefined || target.basic !== undefined || target.authType === 'Kerberos';
  const only = site.runtimeRoles?.length === 1 ? site.runtimeRoles[0].arn : undefined;
  const role = target.runtimeRole ?? (own || target.authType === 'None' ? undefined : only);
  const roles = site.runtimeRoles?.map(one => one.arn).join(', ');
  return report.hop(
    'runtime-roles',
    'Looking whether runtime roles are on',
    () => {
      if (role !== undefined && security?.runtimeRoles === false) {
        throw failure(
          'NoRuntimeRoles',
          'emr',
          `Cluster ${name(cluster)} does not take runtime roles: ${cluster.SecurityConfiguration ? `its security configuration ${cluster.SecurityConfiguration} does not turn them on` : 'it has no security configuration'}.`,
          'Take a cluster whose security configuration has EnableApplicationScopedIAMRole, or connect without a role: --auth-type None.'
        );
      }
      if (role === undefined && !own && security?.runtimeRoles === true) {
        throw failure(
          'RuntimeRoleNeeded',
          'config',
          `Cluster ${name(cluster)} asks for a runtime role, and none was named.`,
          `Add --runtime-role ARN.${roles ? ` This site names ${roles}.` : ''}`
        );
      }
      return Promise.resolve(role);
    },
    () =>
      security === undefined
        ? { message: 'Whether runtime roles are on cannot be seen.', warning: true }
        : security.runtimeRoles
          ? `Runtime roles are on${role ? `; asking as ${role}` : ''}.`
          : 'Runtime roles are off, and none is asked for.'
  );
}

/** What Livy would be given; for this process's memory only. */
async function admission(
  report: Report,
  aws: IAwsContext,
  target: IDoctorTarget & { clusterId: string },
  role: string | undefined
): Promise<IBasicCredentials | undefined> {
  if (role !== undefined) {
    return report.hop(
      'permission:elasticmapreduce:GetClusterSessionCredentials',
      `Getting session credentials as ${role}`,
      () =>
        getClusterSessionCredentials(aws, {
          clusterId: target.clusterId,
          executionRoleArn: role,
          signal: report.signal
        }),
      ({ expiresAt }) =>
        `elasticmapreduce:GetClusterSessionCredentials is allowed as ${role}${expiresAt ? `; credentials hold until ${expiresAt.toISOString().slice(11, 16)} UTC` : ''}.`
    );
  }
  return secretHop(report, aws, target);
}

/** User name and password of the target: given, or in a secret. */
export async function secretHop(
  report: Report,
  aws: IAwsContext,
  { secret, basic }: IDoctorTarget
): Promise<IBasicCredentials | undefined> {
  if (secret === undefined) {
    return basic;
  }
  return report.hop(
    'permission:secretsmanager:GetSecretValue',
    `Reading the secret ${secret}`,
    () => secretPair({ ...aws, assumeRole: undefined }, secret, report.signal),
    () => `The secret ${secret} can be read, and holds a user name and a password.`
  );
}

/** Whether a probe's error says that the permission is there: it was refused for another reason than that. */
export function isAllowed(error: unknown): boolean {
  const told = errorInfo(error);
  return (
    told.hop !== 'aws-credentials' &&
    told.hop !== 'tls' &&
    !isDenied(told) &&
    !isPassing(told) &&
    told.code !== 'NoRegion'
  );
}

function name(cluster: Cluster): string {
  return cluster.Name ? `${cluster.Id} (${cluster.Name})` : (cluster.Id ?? '');
}
