import {
  clusterKerberos,
  clusterSecurity,
  describeCluster,
  getClusterSessionCredentials,
  livyPort,
  secretPair
} from '../../aws';
import { serverlessPort } from './serverlessPort';

import type { IClusterKerberos } from '../../aws';
import type { IAwsContext } from '../../aws/context';
import type { IBasicCredentials } from '../../livy';
import type { IIssued } from './credentials';
import type { IServerlessPort } from './serverlessPort';

/** What a session needs to know of a cluster. */
export interface IClusterInfo {
  id: string;
  name?: string;
  /** EMR's word: STARTING … TERMINATED_WITH_ERRORS. */
  state: string;
  /** Why it is in this state, EMR's own code and message. */
  reason?: { code?: string; message?: string };
  endedAt?: Date;
  dnsName?: string;
  /** From the cluster's ARN. */
  region?: string;
}

/** Where Livy is and how it wants to be asked. */
export interface ILivyPlace {
  port: number;
  /** True, false, or undefined: not known. */
  tls?: boolean;
  runtimeRoles?: boolean;
  /** `livy.server.auth.type`: `kerberos`, `ldap`. */
  authType?: string;
}

/** What a session asks of EMR. */
export interface IEmrPort {
  describe(clusterId: string, signal?: AbortSignal): Promise<IClusterInfo>;
  livy(clusterId: string, signal?: AbortSignal): Promise<ILivyPlace>;
  credentials(clusterId: string, role: string | undefined, signal?: AbortSignal): Promise<IIssued>;
  /** Realm and KDC of the cluster; undefined where it has no Kerberos. */
  kerberos?(clusterId: string, signal?: AbortSignal): Promise<IClusterKerberos | undefined>;
  /** User name and password in a secret of Secrets Manager. */
  secret?(id: string, signal?: AbortSignal): Promise<IBasicCredentials>;
  /** EMR Serverless in the same account and region. */
  serverless?: IServerlessPort;
}

/** The port on the real API. */
export function emrPort(context: IAwsContext): IEmrPort {
  // One DescribeCluster serves both questions of a connect.
  let last: Awaited<ReturnType<typeof describeCluster>> | undefined;
  return {
    async describe(clusterId, signal) {
      const cluster = (last = await describeCluster(context, clusterId, signal));
      const status = cluster.Status;
      const reason = status?.StateChangeReason;
      const details = status?.ErrorDetails?.[0];
      const message = details?.ErrorMessage ?? reason?.Message;
      const code = reason?.Code ?? details?.ErrorCode;
      const region = cluster.ClusterArn?.split(':')[3];
      const endedAt = status?.Timeline?.EndDateTime;
      return {
        id: clusterId,
        state: status?.State ?? 'UNKNOWN',
        ...(cluster.Name ? { name: cluster.Name } : {}),
        ...(code || message ? { reason: { ...(code ? { code } : {}), ...(message ? { message } : {}) } } : {}),
        ...(endedAt ? { endedAt } : {}),
        ...(cluster.MasterPublicDnsName ? { dnsName: cluster.MasterPublicDnsName } : {}),
        ...(region ? { region } : {})
      };
    },
    async livy(clusterId, signal) {
      const cluster = last?.Id === clusterId ? last : await describeCluster(context, clusterId, signal);
      const [place, security] = await Promise.all([
        livyPort(context, cluster, signal),
        clusterSecurity(context, cluster, signal)
      ]);
      const tls = place.tls ?? security?.inTransitEncryption;
      return {
        port: place.port,
        ...(tls === undefined ? {} : { tls }),
        ...(place.authType ? { authType: place.authType } : {}),
        ...(security ? { runtimeRoles: security.runtimeRoles } : {})
      };
    },
    credentials: (clusterId, role, signal) =>
      getClusterSessionCredentials(context, {
        clusterId,
        ...(role ? { executionRoleArn: role } : {}),
        ...(signal ? { signal } : {})
      }),
    kerberos: async (clusterId, signal) =>
      clusterKerberos(
        context,
        last?.Id === clusterId ? last : await describeCluster(context, clusterId, signal),
        signal
      ),
    // Asked as this host, not as the assumed role: the peer's way, and a cluster's account seldom holds our secrets.
    secret: (id, signal) => secretPair({ ...context, assumeRole: undefined }, id, signal),
    serverless: serverlessPort(context)
  };
}
