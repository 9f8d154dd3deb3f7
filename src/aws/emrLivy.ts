/** What a notebook needs to reach a cluster's Livy: port, hints, runtime roles, session credentials. */
import type { Cluster, Configuration } from '@aws-sdk/client-emr';

import { EmrError } from '../protocol';
import type { IAwsContext } from './context';
import { emr, listInstanceFleets, listInstanceGroups } from './emr';
import { awsError, isDenied } from './errors';

/** Livy's port where nobody says another. */
export const DEFAULT_LIVY_PORT = 8998;

/** How the cluster's own configuration says Livy listens. */
export interface ILivyEndpoint {
  port: number;
  /** Where the port was found. */
  source: 'cluster' | 'instance-group' | 'instance-fleet' | 'default';
  /** True: `livy.keystore` is configured, so Livy speaks HTTPS. Undefined: the configuration says nothing (in-transit encryption of a security configuration also turns it on). */
  tls?: boolean;
  /** `livy.server.auth.type`, e.g. `kerberos`, `ldap`. */
  authType?: string;
  /** A fleet's or a group's configuration could not be read (no permission): the port may be another. */
  uncertain?: string;
}

/** A user name and password that Livy admits, for one cluster and role. Keep in memory only; never log. */
export interface ISessionCredentials {
  username: string;
  password: string;
  /** When they end; undefined where AWS does not say. */
  expiresAt?: Date;
  /** Milliseconds from this answer to their end, both by AWS's clock: this host's may be hours off. */
  lifeMs?: number;
}

/**
 * Livy's port: the cluster's `livy-conf`, else the MASTER instance group's or the MASTER instance fleet's, else 8998.
 * At most one more request; none where the cluster's own configuration names the port.
 */
export async function livyPort(context: IAwsContext, cluster: Cluster, signal?: AbortSignal): Promise<ILivyEndpoint> {
  const own = livyConf(cluster.Configurations);
  const ownPort = portOf(own);
  if (ownPort !== undefined) {
    return { port: ownPort, source: 'cluster', ...hints(own) };
  }
  const fleets = cluster.InstanceCollectionType === 'INSTANCE_FLEET';
  let configurations: (Configuration[] | undefined)[];
  try {
    configurations = fleets
      ? (await listInstanceFleets(context, cluster.Id ?? '', signal))
          .filter(fleet => fleet.InstanceFleetType === 'MASTER')
          .flatMap(fleet => (fleet.InstanceTypeSpecifications ?? []).map(type => type.Configurations))
      : (await listInstanceGroups(context, cluster.Id ?? '', signal))
          .filter(group => group.InstanceGroupType === 'MASTER')
          .map(group => group.Configurations);
  } catch (error) {
    const told = awsError(error, 'emr', { does: 'find Livy’s port', iam: 'elasticmapreduce:ListInstanceGroups' });
    if (!isDenied(told)) {
      throw told;
    }
    return { port: DEFAULT_LIVY_PORT, source: 'default', ...hints(own), uncertain: told.message };
  }
  for (const configuration of configurations) {
    const master = { ...own, ...livyConf(configuration) };
    const port = portOf(master);
    if (port !== undefined) {
      return { port, source: fleets ? 'instance-fleet' : 'instance-group', ...hints(master) };
    }
  }
  const merged = Object.assign({}, own, ...configurations.map(livyConf)) as Record<string, string>;
  return { port: DEFAULT_LIVY_PORT, source: 'default', ...hints(merged) };
}

/** Properties of every `livy-conf` in a list of configurations, nested ones included. */
function livyConf(configurations: Configuration[] | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const configuration of configurations ?? []) {
    if (configuration.Classification === 'livy-conf') {
      Object.assign(found, configuration.Properties);
    }
    Object.assign(found, livyConf(configuration.Configurations));
  }
  return found;
}

function portOf(conf: Record<string, string>): number | undefined {
  const port = Number(conf['livy.server.port']);
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined;
}

function hints(conf: Record<string, string>): Pick<ILivyEndpoint, 'tls' | 'authType'> {
  return {
    ...(conf['livy.keystore'] ? { tls: true } : {}),
    ...(conf['livy.server.auth.type'] ? { authType: conf['livy.server.auth.type'].toLowerCase() } : {})
  };
}

/** What a security configuration says that a connection needs to know. */
export interface ISecurity {
  /** Runtime roles (EnableApplicationScopedIAMRole) are on. */
  runtimeRoles: boolean;
  /** In-transit encryption is on: Livy speaks HTTPS. */
  inTransitEncryption: boolean;
  /** Disks and S3. */
  atRestEncryption: boolean;
  lakeFormation: boolean;
}

/**
 * What the cluster's security configuration turns on. A cluster without one has none of it.
 *
 * @returns undefined where the caller may not read it
 */
export async function clusterSecurity(
  context: IAwsContext,
  cluster: Cluster,
  signal?: AbortSignal
): Promise<ISecurity | undefined> {
  const name = cluster.SecurityConfiguration;
  if (!name) {
    return { runtimeRoles: false, inTransitEncryption: false, atRestEncryption: false, lakeFormation: false };
  }
  try {
    return parseSecurity(await securityConfiguration(context, name, signal));
  } catch (error) {
    const told = error as EmrError;
    // It may have been deleted since: the cluster goes on with it.
    if (isDenied(told) || /InvalidRequest|NotFound/.test(told.code)) {
      return undefined;
    }
    throw told;
  }
}

/** The JSON string of DescribeSecurityConfiguration. @throws EmrError */
export async function securityConfiguration(
  context: IAwsContext,
  name: string,
  signal?: AbortSignal
): Promise<string | undefined> {
  const action = {
    does: `read the security configuration ${name}`,
    iam: 'elasticmapreduce:DescribeSecurityConfiguration',
    resource: name
  };
  const answer = await emr(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.DescribeSecurityConfigurationCommand({ Name: name }), options)
  );
  return answer.SecurityConfiguration;
}

/** Reads the JSON string of DescribeSecurityConfiguration; undefined where it is none. */
export function parseSecurity(text: string | undefined): ISecurity | undefined {
  try {
    const value = JSON.parse(text ?? '') as {
      AuthorizationConfiguration?: {
        IAMConfiguration?: { EnableApplicationScopedIAMRole?: unknown };
        LakeFormationConfiguration?: unknown;
      };
      EncryptionConfiguration?: { EnableInTransitEncryption?: unknown; EnableAtRestEncryption?: unknown };
    };
    const authorization = value.AuthorizationConfiguration;
    return {
      runtimeRoles: isTrue(authorization?.IAMConfiguration?.EnableApplicationScopedIAMRole),
      inTransitEncryption: isTrue(value.EncryptionConfiguration?.EnableInTransitEncryption),
      atRestEncryption: isTrue(value.EncryptionConfiguration?.EnableAtRestEncryption),
      lakeFormation: authorization?.LakeFormationConfiguration !== undefined
    };
  } catch {
    return undefined;
  }
}

/** Templates write booleans as strings, too. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/**
 * Whether the cluster runs code under runtime roles.
 *
 * @returns undefined where the caller may not read the security configuration
 */
export async function runtimeRolesEnabled(
  context: IAwsContext,
  cluster: Cluster,
  signal?: AbortSignal
): Promise<boolean | undefined> {
  return (await clusterSecurity(context, cluster, signal))?.runtimeRoles;
}

const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov|aws-iso[a-z-]*|aws-eusc):iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** Whether this reads as the ARN of an IAM role. */
export function isRoleArn(text: string): boolean {
  return text.length < 2048 && ROLE_ARN.test(text);
}

/**
 * Credentials for a cluster's Livy, acting as a runtime role. They are for the caller's memory only.
 *
 * @throws EmrError `BadRoleArn`, `RoleDenied` (the caller may not run as the role), `ClusterNotReady`,
 *   `NoRuntimeRoles` (the cluster does not take them), or an AWS error
 */
export async function getClusterSessionCredentials(
  context: IAwsContext,
  options: { clusterId: string; executionRoleArn?: string; signal?: AbortSignal }
): Promise<ISessionCredentials> {
  const { clusterId, executionRoleArn: role } = options;
  if (role !== undefined && !isRoleArn(role)) {
    throw new EmrError({
      code: 'BadRoleArn',
      hop: 'config',
      message: `"${role.slice(0, 200)}" is not the ARN of an IAM role.`,
      fix: 'Write it as arn:aws:iam::123456789012:role/NAME.'
    });
  }
  const action = {
    does: `get session credentials for ${clusterId}${role ? ` as ${role}` : ''}`,
    iam: 'elasticmapreduce:GetClusterSessionCredentials',
    resource: clusterId,
    ...(role ? { condition: `with elasticmapreduce:ExecutionRoleArn ${role}` } : {})
  };
  try {
    let date = NaN;
    const answer = await emr(context, action, options.signal, (client, sdk, send) => {
      const command = new sdk.GetClusterSessionCredentialsCommand({ ClusterId: clusterId, ExecutionRoleArn: role });
      command.middlewareStack.add(
        next => async args => {
          const result = await next(args);
          date = Date.parse((result.response as { headers?: { date?: string } }).headers?.date ?? '');
          return result;
        },
        { step: 'deserialize', name: 'dateOfAnswer' }
      );
      return client.send(command, send);
    });
    const pair = answer.Credentials?.UsernamePassword;
    if (pair?.Username === undefined || pair.Password === undefined) {
      throw new EmrError({
        code: 'NoSessionCredentials',
        hop: 'emr',
        message: `EMR gave no user name and password for ${clusterId}.`,
        fix: 'Check that the cluster has Livy, and that its release is 6.9 or later.'
      });
    }
    return {
      username: pair.Username,
      password: pair.Password,
      ...(answer.ExpiresAt === undefined ? {} : { expiresAt: answer.ExpiresAt }),
      ...(answer.ExpiresAt === undefined || Number.isNaN(date) ? {} : { lifeMs: answer.ExpiresAt.getTime() - date })
    };
  } catch (error) {
    throw credentialsError(awsError(error, 'emr', action), clusterId, role);
  }
}

function credentialsError(told: EmrError, clusterId: string, role: string | undefined): EmrError {
  const text = `${told.message} ${told.detail ?? ''}`;
  if (isDenied(told) && role !== undefined) {
    return new EmrError(
      {
        code: 'RoleDenied',
        hop: 'iam',
        message: `This host may not run as ${role} on ${clusterId}.`,
        fix: `Choose another runtime role, or ask the platform team to allow elasticmapreduce:GetClusterSessionCredentials with elasticmapreduce:ExecutionRoleArn ${role}, and the cluster's instance profile to assume it.`,
        detail: told.detail
      },
      { cause: told }
    );
  }
  if (/runtime role|execution role|application.?scoped|not enabled|not supported/i.test(text) && told.hop === 'emr') {
    return new EmrError(
      {
        code: 'NoRuntimeRoles',
        hop: 'emr',
        message: `The cluster ${clusterId} does not take this runtime role: ${told.message}`,
        fix: 'Choose a cluster whose security configuration enables runtime roles (EnableApplicationScopedIAMRole), or connect without one (--auth-type None).'
      },
      { cause: told }
    );
  }
  if (/terminat|state|not (yet )?(ready|running)/i.test(text) && /Validation|InvalidRequest/.test(told.code)) {
    return new EmrError(
      {
        code: 'ClusterNotReady',
        hop: 'emr',
        message: told.message,
        fix: 'Wait until the cluster is WAITING or RUNNING, or choose another.'
      },
      { cause: told }
    );
  }
  return told;
}
