/** Amazon EMR on EC2: clusters, their instances, their end. */
import type { Cluster, ClusterState, ClusterSummary, InstanceFleet, InstanceGroup } from '@aws-sdk/client-emr';

import { EmrError } from '../protocol';
import { service } from './client';
import type { IAwsContext } from './context';
import { awsError } from './errors';

export type { Cluster, ClusterState, ClusterSummary, InstanceFleet, InstanceGroup } from '@aws-sdk/client-emr';

/** States of clusters that have not ended. */
export const LIVE_CLUSTER_STATES: ClusterState[] = ['STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING', 'TERMINATING'];
/** ListClusters answers 50 a page: 20 pages are more clusters than a list can show. */
const MAX_PAGES = 20;

/** Ask EMR one thing. For this folder's files about EMR only. */
export const emr = service(
  'emr',
  () => import('./sdk/emr'),
  (sdk, config) => new sdk.EMRClient(config)
);

/**
 * One cluster as DescribeCluster tells it.
 *
 * @throws EmrError `ClusterNotFound` where there is no such cluster in this account and region
 */
export async function describeCluster(context: IAwsContext, clusterId: string, signal?: AbortSignal): Promise<Cluster> {
  const action = {
    does: `look up the cluster ${clusterId}`,
    iam: 'elasticmapreduce:DescribeCluster',
    resource: clusterId
  };
  try {
    const answer = await emr(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.DescribeClusterCommand({ ClusterId: clusterId }), options)
    );
    if (answer.Cluster?.Id) {
      return answer.Cluster;
    }
  } catch (error) {
    const told = awsError(error, 'emr', action);
    // EMR has no code of its own for it: "Cluster id 'j-…' is not valid."
    if (!/is not valid|not found|does not exist/i.test(told.message) || told.hop !== 'emr') {
      throw told;
    }
  }
  throw new EmrError({
    code: 'ClusterNotFound',
    hop: 'emr',
    message: `There is no cluster ${clusterId} in this account and region.`,
    fix: 'List the clusters with %emr clusters; name another region with --region.'
  });
}

/**
 * The clusters in the given states, newest first.
 *
 * @param createdAfter - only those created later
 */
export async function listClusters(
  context: IAwsContext,
  options: { states?: ClusterState[]; createdAfter?: Date; signal?: AbortSignal } = {}
): Promise<ClusterSummary[]> {
  const action = { does: 'list the EMR clusters', iam: 'elasticmapreduce:ListClusters' };
  const clusters: ClusterSummary[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await emr(context, action, options.signal, (client, sdk, send) =>
      client.send(
        new sdk.ListClustersCommand({
          ClusterStates: options.states ?? LIVE_CLUSTER_STATES,
          CreatedAfter: options.createdAfter,
          Marker: marker
        }),
        send
      )
    );
    clusters.push(...(answer.Clusters ?? []));
    marker = answer.Marker;
    if (!marker) {
      break;
    }
  }
  return clusters;
}

/** The instance groups of a cluster with `InstanceCollectionType` INSTANCE_GROUP. */
export async function listInstanceGroups(
  context: IAwsContext,
  clusterId: string,
  signal?: AbortSignal
): Promise<InstanceGroup[]> {
  const action = {
    does: `list the instance groups of ${clusterId}`,
    iam: 'elasticmapreduce:ListInstanceGroups',
    resource: clusterId
  };
  const groups: InstanceGroup[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await emr(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.ListInstanceGroupsCommand({ ClusterId: clusterId, Marker: marker }), options)
    );
    groups.push(...(answer.InstanceGroups ?? []));
    marker = answer.Marker;
    if (!marker) {
      break;
    }
  }
  return groups;
}

/** The instance fleets of a cluster with `InstanceCollectionType` INSTANCE_FLEET. */
export async function listInstanceFleets(
  context: IAwsContext,
  clusterId: string,
  signal?: AbortSignal
): Promise<InstanceFleet[]> {
  const action = {
    does: `list the instance fleets of ${clusterId}`,
    iam: 'elasticmapreduce:ListInstanceFleets',
    resource: clusterId
  };
  const fleets: InstanceFleet[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await emr(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.ListInstanceFleetsCommand({ ClusterId: clusterId, Marker: marker }), options)
    );
    fleets.push(...(answer.InstanceFleets ?? []));
    marker = answer.Marker;
    if (!marker) {
      break;
    }
  }
  return fleets;
}

/**
 * One line about a cluster's nodes, e.g. `1 × m6g.xlarge + 2 × m6g.2xlarge`; undefined where there are none yet.
 * A fleet of several types reads `4 units of m6g.xlarge|m5.xlarge`.
 */
export async function clusterSize(
  context: IAwsContext,
  cluster: Cluster,
  signal?: AbortSignal
): Promise<string | undefined> {
  const parts =
    cluster.InstanceCollectionType === 'INSTANCE_FLEET'
      ? fleetSizes(await listInstanceFleets(context, cluster.Id ?? '', signal))
      : groupSizes(await listInstanceGroups(context, cluster.Id ?? '', signal));
  return parts.join(' + ') || undefined;
}

const NODE_ORDER = ['MASTER', 'CORE', 'TASK'];

function byNode<T>(items: T[], type: (item: T) => string | undefined): T[] {
  const rank = (item: T) => NODE_ORDER.indexOf(type(item) ?? '');
  return [...items].sort((a, b) => rank(a) - rank(b));
}

function groupSizes(groups: InstanceGroup[]): string[] {
  return byNode(groups, group => group.InstanceGroupType)
    .map(group => ({
      type: group.InstanceType,
      count: group.RequestedInstanceCount || group.RunningInstanceCount || 0
    }))
    .filter(({ count }) => count > 0)
    .map(({ type, count }) => `${count} × ${type ?? '?'}`);
}

function fleetSizes(fleets: InstanceFleet[]): string[] {
  return byNode(fleets, fleet => fleet.InstanceFleetType)
    .map(fleet => ({
      specifications: fleet.InstanceTypeSpecifications ?? [],
      units: (fleet.TargetOnDemandCapacity ?? 0) + (fleet.TargetSpotCapacity ?? 0)
    }))
    .filter(({ units }) => units > 0)
    .map(({ specifications, units }) => {
      const types = specifications.map(specification => specification.InstanceType ?? '?').join('|') || '?';
      const weight = specifications[0]?.WeightedCapacity ?? 1;
      return specifications.length === 1 && units % weight === 0
        ? `${units / weight} × ${types}`
        : `${units} units of ${types}`;
    });
}

/** Seconds of idleness after which EMR ends the cluster; undefined where it has no such policy. */
export async function idleTimeout(
  context: IAwsContext,
  clusterId: string,
  signal?: AbortSignal
): Promise<number | undefined> {
  const action = {
    does: `read the auto-termination policy of ${clusterId}`,
    iam: 'elasticmapreduce:GetAutoTerminationPolicy',
    resource: clusterId
  };
  const answer = await emr(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.GetAutoTerminationPolicyCommand({ ClusterId: clusterId }), options)
  );
  return answer.AutoTerminationPolicy?.IdleTimeout;
}

/** TerminateJobFlows for one cluster. @throws EmrError `TerminationProtected` where the cluster is protected */
export async function terminateCluster(context: IAwsContext, clusterId: string, signal?: AbortSignal): Promise<void> {
  const action = {
    does: `terminate the cluster ${clusterId}`,
    iam: 'elasticmapreduce:TerminateJobFlows',
    resource: clusterId
  };
  try {
    await emr(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.TerminateJobFlowsCommand({ JobFlowIds: [clusterId] }), options)
    );
  } catch (error) {
    const told = awsError(error, 'emr', action);
    throw /protect/i.test(told.message) ? terminationProtected(clusterId) : told;
  }
}

/** The error of a cluster with termination protection. */
export function terminationProtected(clusterId: string): EmrError {
  return new EmrError({
    code: 'TerminationProtected',
    hop: 'emr',
    message: `The cluster ${clusterId} is protected against termination.`,
    fix: 'Turn termination protection off (EMR console, or `aws emr modify-cluster-attributes --no-termination-protected`), then terminate it again.'
  });
}
