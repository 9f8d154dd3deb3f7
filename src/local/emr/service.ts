/** Amazon EMR's operations. */
import * as model from '@aws-sdk/client-emr';

import type { Guard } from '../access/guard';
import { AwsError } from '../errors';
import { page } from '../paging';
import type { ICall, IService, InputSchema } from '../types';
import { ACCOUNT_INPUTS, accountOperations } from './accountSettings';
import type { Cluster } from './cluster';
import type { Clusters } from './clusters';
import { issueCredentials, type IRuntimeRoles } from './credentials';
import type { PresignedUis } from './presigned';
import { readJobFlow, readTag } from './runJobFlow';
import { SECURITY_CONFIGURATIONS, findSecurityConfiguration } from './security';
import { viewCluster, viewFleet, viewGroup, viewInstance, viewSummary } from './views';

/** Items a page; AWS gives 50 clusters. */
const PAGE = 3;

/** One region's EMR. */
export interface IEmrRegion {
  clusters: Clusters;
  uis: PresignedUis;
}

export function makeEmr(
  regionOf: (call: ICall) => IEmrRegion,
  credentialSeconds: number,
  roles: IRuntimeRoles,
  guard: Guard
): IService {
  const cluster = (id: string | undefined, call: ICall) => regionOf(call).clusters.get(id!);
  return {
    name: 'emr',
    inputs: { ...INPUTS, ...ACCOUNT_INPUTS },
    operations: {
      ...accountOperations(guard),
      ListClusters: (input: model.ListClustersInput, call: ICall): model.ListClustersOutput => {
        const { ClusterStates = [], CreatedAfter, CreatedBefore, Marker } = input;
        const clusters = regionOf(call)
          .clusters.list()
          .filter(
            ({ lifecycle: { state, createdAt } }) =>
              (ClusterStates.length === 0 || ClusterStates.includes(state)) &&
              (!CreatedAfter || createdAt > CreatedAfter) &&
              (!CreatedBefore || createdAt < CreatedBefore)
          );
        const { items, next } = paged(clusters, Marker);
        return { Clusters: items.map(viewSummary), Marker: next };
      },
      DescribeCluster: (input: model.DescribeClusterInput, call: ICall): model.DescribeClusterOutput => ({
        Cluster: viewCluster(cluster(input.ClusterId, call))
      }),
      ListInstanceGroups: (input: model.ListInstanceGroupsInput, call: ICall): model.ListInstanceGroupsOutput => {
        const found = collected(cluster(input.ClusterId, call), 'INSTANCE_GROUP');
        const { items, next } = paged(found.groups, input.Marker);
        return { InstanceGroups: items.map(group => viewGroup(found, group)), Marker: next };
      },
      ListInstanceFleets: (input: model.ListInstanceFleetsInput, call: ICall): model.ListInstanceFleetsOutput => {
        const found = collected(cluster(input.ClusterId, call), 'INSTANCE_FLEET');
        const { items, next } = paged(found.groups, input.Marker);
        return { InstanceFleets: items.map(fleet => viewFleet(found, fleet)), Marker: next };
      },
      ListInstances: (input: model.ListInstancesInput, call: ICall) =>
        listInstances(cluster(input.ClusterId, call), input),
      ListBootstrapActions: (input: model.ListBootstrapActionsInput, call: ICall): model.ListBootstrapActionsOutput => {
        const { items, next } = paged(cluster(input.ClusterId, call).spec.bootstrapActions, input.Marker);
        return { BootstrapActions: items, Marker: next };
      },
      ListSteps: (input: model.ListStepsInput, call: ICall): model.ListStepsOutput => {
        cluster(input.ClusterId, call);
        return { Steps: [] };
      },
      DescribeSecurityConfiguration: (
        input: model.DescribeSecurityConfigurationInput
      ): model.DescribeSecurityConfigurationOutput => {
        const { name, body, createdAt } = findSecurityConfiguration(input.Name!);
        return { Name: name, SecurityConfiguration: JSON.stringify(body), CreationDateTime: createdAt };
      },
      ListSecurityConfigurations: (
        input: model.ListSecurityConfigurationsInput
      ): model.ListSecurityConfigurationsOutput => {
        const { items, next } = page(SECURITY_CONFIGURATIONS, input.Marker, undefined, 2, 'InvalidRequestException');
        return {
          SecurityConfigurations: items.map(({ name, createdAt }) => ({ Name: name, CreationDateTime: createdAt })),
          Marker: next
        };
      },
      GetAutoTerminationPolicy: (
        input: model.GetAutoTerminationPolicyInput,
        call: ICall
      ): model.GetAutoTerminationPolicyOutput => {
        const { idleTimeoutSeconds } = cluster(input.ClusterId, call);
        return idleTimeoutSeconds === undefined ? {} : { AutoTerminationPolicy: { IdleTimeout: idleTimeoutSeconds } };
      },
      PutAutoTerminationPolicy: (
        input: model.PutAutoTerminationPolicyInput,
        call: ICall
      ): model.PutAutoTerminationPolicyOutput => {
        const found = cluster(input.ClusterId, call);
        const seconds = input.AutoTerminationPolicy?.IdleTimeout ?? 3600;
        if (seconds < 60 || seconds > 604_800) {
          throw new AwsError(
            'ValidationException',
            `Invalid value ${seconds} for IdleTimeout: it has to be from 60 to 604800 seconds.`
          );
        }
        alive(found);
        found.idleTimeoutSeconds = seconds;
        return {};
      },
      RemoveAutoTerminationPolicy: (
        input: model.RemoveAutoTerminationPolicyInput,
        call: ICall
      ): model.RemoveAutoTerminationPolicyOutput => {
        cluster(input.ClusterId, call).idleTimeoutSeconds = undefined;
        return {};
      },
      GetClusterSessionCredentials: (input: model.GetClusterSessionCredentialsInput, call: ICall) =>
        issueCredentials(cluster(input.ClusterId, call), input, call, credentialSeconds, roles),
      GetOnClusterAppUIPresignedURL: (input: model.GetOnClusterAppUIPresignedURLInput, call: ICall) =>
        regionOf(call).uis.onCluster(input, call),
      CreatePersistentAppUI: (input: model.CreatePersistentAppUIInput, call: ICall) =>
        regionOf(call).uis.create(input, call),
      DescribePersistentAppUI: (input: model.DescribePersistentAppUIInput, call: ICall) =>
        regionOf(call).uis.describe(input),
      GetPersistentAppUIPresignedURL: (input: model.GetPersistentAppUIPresignedURLInput, call: ICall) =>
        regionOf(call).uis.persistentUrl(input, call),
      RunJobFlow: async (input: model.RunJobFlowInput, call: ICall): Promise<model.RunJobFlowOutput> => {
        const made = await regionOf(call).clusters.create(readJobFlow(input));
        return { JobFlowId: made.id, ClusterArn: made.arn };
      },
      TerminateJobFlows: (input: model.TerminateJobFlowsInput, call: ICall) => {
        const found = jobFlows(input.JobFlowIds!, regionOf(call).clusters);
        if (found.some(({ terminationProtected, lifecycle }) => terminationProtected && !lifecycle.ended)) {
          throw new AwsError(
            'ValidationException',
            'Could not shut down one or more job flows since they are termination protected.'
          );
        }
        found.forEach(({ lifecycle }) =>
          lifecycle.terminate({ Code: 'USER_REQUEST', Message: 'Terminated by user request' })
        );
        return {};
      },
      SetTerminationProtection: (input: model.SetTerminationProtectionInput, call: ICall) => {
        jobFlows(input.JobFlowIds!, regionOf(call).clusters).forEach(found => {
          alive(found);
          found.terminationProtected = input.TerminationProtected!;
        });
        return {};
      },
      AddTags: (input: model.AddTagsInput, call: ICall): model.AddTagsOutput => {
        const found = cluster(input.ResourceId, call);
        const added = input.Tags!.map(readTag);
        found.tags = [...found.tags.filter(({ Key }) => added.every(tag => tag.Key !== Key)), ...added];
        return {};
      },
      RemoveTags: (input: model.RemoveTagsInput, call: ICall): model.RemoveTagsOutput => {
        const found = cluster(input.ResourceId, call);
        found.tags = found.tags.filter(({ Key }) => !input.TagKeys!.includes(Key));
        return {};
      }
    }
  };
}

const INPUTS: Record<string, InputSchema> = {
  ListClusters: model.ListClustersInput$,
  DescribeCluster: model.DescribeClusterInput$,
  ListInstanceGroups: model.ListInstanceGroupsInput$,
  ListInstanceFleets: model.ListInstanceFleetsInput$,
  ListInstances: model.ListInstancesInput$,
  ListBootstrapActions: model.ListBootstrapActionsInput$,
  ListSteps: model.ListStepsInput$,
  DescribeSecurityConfiguration: model.DescribeSecurityConfigurationInput$,
  ListSecurityConfigurations: model.ListSecurityConfigurationsInput$,
  GetAutoTerminationPolicy: model.GetAutoTerminationPolicyInput$,
  PutAutoTerminationPolicy: model.PutAutoTerminationPolicyInput$,
  RemoveAutoTerminationPolicy: model.RemoveAutoTerminationPolicyInput$,
  GetClusterSessionCredentials: model.GetClusterSessionCredentialsInput$,
  GetOnClusterAppUIPresignedURL: model.GetOnClusterAppUIPresignedURLInput$,
  CreatePersistentAppUI: model.CreatePersistentAppUIInput$,
  DescribePersistentAppUI: model.DescribePersistentAppUIInput$,
  GetPersistentAppUIPresignedURL: model.GetPersistentAppUIPresignedURLInput$,
  RunJobFlow: model.RunJobFlowInput$,
  TerminateJobFlows: model.TerminateJobFlowsInput$,
  SetTerminationProtection: model.SetTerminationProtectionInput$,
  AddTags: model.AddTagsInput$,
  RemoveTags: model.RemoveTagsInput$
};

function paged<T>(items: readonly T[], marker: string | undefined): { items: T[]; next?: string } {
  return page(items, marker, undefined, PAGE, 'InvalidRequestException');
}

function listInstances(cluster: Cluster, input: model.ListInstancesInput): model.ListInstancesOutput {
  const types = [...(input.InstanceGroupTypes ?? []), ...(input.InstanceFleetType ? [input.InstanceFleetType] : [])];
  const group = input.InstanceGroupId ?? input.InstanceFleetId;
  const instances = cluster.groups
    .filter(({ id, spec }) => (!group || id === group) && (types.length === 0 || types.includes(spec.role)))
    .flatMap(nodes => nodes.nodes.map(node => viewInstance(cluster, nodes, node)))
    .filter(({ Status }) => !input.InstanceStates?.length || input.InstanceStates.includes(Status!.State!));
  const { items, next } = paged(instances, input.Marker);
  return { Instances: items, Marker: next };
}

/** Groups are asked of clusters with groups, fleets of clusters with fleets. */
function collected(cluster: Cluster, collection: Cluster['spec']['collection']): Cluster {
  if (cluster.spec.collection !== collection) {
    throw new AwsError(
      'InvalidRequestException',
      collection === 'INSTANCE_GROUP'
        ? 'Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request uses instance fleets. The ListInstanceGroups request does not support clusters that use instance fleets. Use the ListInstanceFleets request instead.'
        : 'Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request uses instance groups. The ListInstanceFleets request does not support clusters that use instance groups. Use the ListInstanceGroups request instead.'
    );
  }
  return cluster;
}

function jobFlows(ids: string[], clusters: Clusters): Cluster[] {
  return ids.map(id => {
    const found = clusters.find(id);
    if (!found) {
      throw new AwsError('ValidationException', 'Specified job flow ID does not exist.');
    }
    return found;
  });
}

function alive(cluster: Cluster): void {
  if (cluster.lifecycle.ended || cluster.lifecycle.state === 'TERMINATING') {
    throw new AwsError(
      'ValidationException',
      'A job flow that is shutting down, terminated, or finished may not be modified.'
    );
  }
}
