/** Clusters in the shapes in which EMR answers. */
import type {
  Cluster as ClusterView,
  ClusterStatus,
  ClusterSummary,
  ClusterTimeline,
  Configuration,
  Instance,
  InstanceFleet,
  InstanceFleetState,
  InstanceGroup,
  InstanceGroupState
} from '@aws-sdk/client-emr';

import type { Cluster, INode, INodes } from './cluster';

export function viewCluster(cluster: Cluster): ClusterView {
  const { spec, lifecycle } = cluster;
  const group = (role: string) => `sg-0${role}4d7e1b9c6f2a35`.slice(0, 20);
  return {
    Id: cluster.id,
    Name: spec.name,
    Status: viewStatus(cluster),
    Ec2InstanceAttributes: {
      Ec2KeyName: spec.keyName,
      Ec2SubnetId: spec.subnetId,
      RequestedEc2SubnetIds: [spec.subnetId],
      Ec2AvailabilityZone: cluster.arn.split(':')[3] + 'a',
      RequestedEc2AvailabilityZones: [],
      IamInstanceProfile: spec.instanceProfile,
      EmrManagedMasterSecurityGroup: group('a1'),
      EmrManagedSlaveSecurityGroup: group('b2')
    },
    InstanceCollectionType: spec.collection,
    LogUri: spec.logUri,
    ReleaseLabel: spec.releaseLabel,
    OSReleaseLabel: '2023.8.20250721.0',
    AutoTerminate: !spec.keepAlive,
    TerminationProtected: cluster.terminationProtected,
    UnhealthyNodeReplacement: false,
    VisibleToAllUsers: true,
    Applications: spec.applications,
    Tags: cluster.tags,
    ServiceRole: spec.serviceRole,
    NormalizedInstanceHours: normalizedHours(cluster),
    // Its own name on the network: it exists with the node, and stays after it.
    MasterPublicDnsName: lifecycle.bootstrappingAt ? 'localhost' : undefined,
    Configurations: withPort(spec.configurations, spec.livyPortIn === 'cluster' ? cluster.livyPort : undefined),
    SecurityConfiguration: spec.securityConfiguration,
    ScaleDownBehavior: 'TERMINATE_AT_TASK_COMPLETION',
    EbsRootVolumeSize: 30,
    ClusterArn: cluster.arn,
    StepConcurrencyLevel: 1,
    PlacementGroups: [],
    SessionEnabled: false
  };
}

export function viewSummary(cluster: Cluster): ClusterSummary {
  return {
    Id: cluster.id,
    Name: cluster.spec.name,
    Status: viewStatus(cluster),
    NormalizedInstanceHours: normalizedHours(cluster),
    ClusterArn: cluster.arn
  };
}

export function viewStatus({ lifecycle }: Cluster): ClusterStatus {
  return {
    State: lifecycle.state,
    StateChangeReason: lifecycle.reason,
    Timeline: viewTimeline(lifecycle),
    ...(lifecycle.details.length > 0 ? { ErrorDetails: lifecycle.details } : {})
  };
}

export function viewGroup(cluster: Cluster, { id, spec }: INodes): InstanceGroup {
  const state = nodesState(cluster);
  const configurations =
    spec.role === 'MASTER' && cluster.spec.livyPortIn === 'group'
      ? withPort(spec.configurations, cluster.livyPort)
      : spec.configurations;
  return {
    Id: id,
    Name: spec.name,
    Market: spec.market,
    InstanceGroupType: spec.role,
    InstanceType: spec.instanceType,
    RequestedInstanceCount: spec.count,
    RunningInstanceCount: state === 'RUNNING' ? spec.count : 0,
    Status: {
      State: state as InstanceGroupState,
      StateChangeReason: ended(cluster),
      Timeline: viewTimeline(cluster.lifecycle)
    },
    Configurations: configurations ?? [],
    ConfigurationsVersion: 0,
    LastSuccessfullyAppliedConfigurations: [],
    LastSuccessfullyAppliedConfigurationsVersion: 0,
    EbsBlockDevices: [
      { VolumeSpecification: { VolumeType: 'gp3', SizeInGB: spec.volumeGb ?? 64 }, Device: '/dev/sdb' }
    ],
    EbsOptimized: true,
    ShrinkPolicy: {}
  };
}

export function viewFleet(cluster: Cluster, { id, spec }: INodes): InstanceFleet {
  const state = nodesState(cluster);
  const onDemand = spec.market === 'ON_DEMAND' ? spec.count : 0;
  const provisioned = state === 'RUNNING';
  return {
    Id: id,
    Name: spec.name,
    Status: {
      State: state as InstanceFleetState,
      StateChangeReason: ended(cluster),
      Timeline: viewTimeline(cluster.lifecycle)
    },
    InstanceFleetType: spec.role,
    TargetOnDemandCapacity: onDemand,
    TargetSpotCapacity: spec.count - onDemand,
    ProvisionedOnDemandCapacity: provisioned ? onDemand : 0,
    ProvisionedSpotCapacity: provisioned ? spec.count - onDemand : 0,
    InstanceTypeSpecifications: [
      {
        InstanceType: spec.instanceType,
        WeightedCapacity: 1,
        BidPriceAsPercentageOfOnDemandPrice: 100,
        Configurations:
          spec.role === 'MASTER' && cluster.spec.livyPortIn === 'fleet'
            ? withPort(spec.configurations, cluster.livyPort)
            : (spec.configurations ?? []),
        EbsBlockDevices: [
          { VolumeSpecification: { VolumeType: 'gp3', SizeInGB: spec.volumeGb ?? 64 }, Device: '/dev/sdb' }
        ],
        EbsOptimized: true
      }
    ],
    LaunchSpecifications: { OnDemandSpecification: { AllocationStrategy: 'lowest-price' } }
  };
}

export function viewInstance(cluster: Cluster, group: INodes, node: INode): Instance {
  const { lifecycle, spec } = cluster;
  const states = { PROVISIONING: 'PROVISIONING', BOOTSTRAPPING: 'BOOTSTRAPPING', RUNNING: 'RUNNING' } as const;
  const state = nodesState(cluster);
  const name = `ip-${node.privateIp.replaceAll('.', '-')}.ec2.internal`;
  return {
    Id: node.id,
    Ec2InstanceId: node.ec2InstanceId,
    PublicDnsName: '',
    PrivateDnsName: lifecycle.bootstrappingAt ? name : '',
    PrivateIpAddress: lifecycle.bootstrappingAt ? node.privateIp : undefined,
    Status: {
      State: states[state as keyof typeof states] ?? (lifecycle.ended ? 'TERMINATED' : 'RUNNING'),
      StateChangeReason: ended(cluster),
      Timeline: viewTimeline(lifecycle)
    },
    ...(spec.collection === 'INSTANCE_FLEET' ? { InstanceFleetId: group.id } : { InstanceGroupId: group.id }),
    Market: group.spec.market,
    InstanceType: group.spec.instanceType,
    EbsVolumes: [{ Device: '/dev/sdb', VolumeId: node.volumeId }]
  };
}

/** PROVISIONING, BOOTSTRAPPING, RUNNING, TERMINATING or TERMINATED: what groups and fleets have in common. */
function nodesState({ lifecycle }: Cluster): string {
  switch (lifecycle.state) {
    case 'STARTING':
      return 'PROVISIONING';
    case 'BOOTSTRAPPING':
      return 'BOOTSTRAPPING';
    case 'TERMINATING':
      return 'TERMINATING';
    case 'TERMINATED':
    case 'TERMINATED_WITH_ERRORS':
      return 'TERMINATED';
    default:
      return 'RUNNING';
  }
}

function ended({ lifecycle }: Cluster): { Code?: 'CLUSTER_TERMINATED'; Message?: string } {
  return lifecycle.ended || lifecycle.state === 'TERMINATING'
    ? { Code: 'CLUSTER_TERMINATED', Message: 'Job flow terminated' }
    : {};
}

function viewTimeline(lifecycle: { createdAt: Date; readyAt?: Date; endedAt?: Date }): ClusterTimeline {
  return {
    CreationDateTime: lifecycle.createdAt,
    ReadyDateTime: lifecycle.readyAt,
    EndDateTime: lifecycle.endedAt
  };
}

/** A configuration with Livy's port in it. */
function withPort(configurations: Configuration[] = [], port: number | undefined): Configuration[] {
  if (port === undefined) {
    return configurations;
  }
  const present = configurations.find(({ Classification }) => Classification === 'livy-conf');
  const livy = {
    Classification: 'livy-conf',
    Properties: { ...present?.Properties, 'livy.server.port': String(port) },
    Configurations: []
  };
  return [...configurations.filter(item => item !== present), livy];
}

function normalizedHours({ lifecycle, groups }: Cluster): number {
  const nodes = groups.reduce((sum, { spec }) => sum + spec.count, 0);
  const end = lifecycle.endedAt?.getTime() ?? Date.now();
  const hours = lifecycle.readyAt ? Math.ceil((end - lifecycle.readyAt.getTime()) / 3_600_000) : 0;
  return nodes * 8 * hours;
}
