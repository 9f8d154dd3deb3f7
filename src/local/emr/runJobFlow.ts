/** RunJobFlow's input as a cluster to be. */
import type { EbsConfiguration, InstanceFleetConfig, InstanceGroupConfig, RunJobFlowInput } from '@aws-sdk/client-emr';

import { AwsError } from '../errors';
import { INSTANCE_PROFILE, SERVICE_ROLE } from '../roles';
import type { ITag } from '../types';
import { findSecurityConfiguration } from './security';
import { APPLICATIONS, type IClusterSpec, type INodesSpec, type LivyPortPlace } from './types';

/** @throws AwsError `ValidationException` */
export function readJobFlow(input: RunJobFlowInput): IClusterSpec {
  const instances = input.Instances!;
  if (!input.ReleaseLabel || !/^emr-\d+\.\d+\.\d+$/.test(input.ReleaseLabel)) {
    throw new AwsError(
      'ValidationException',
      `The supplied release label is invalid: ${input.ReleaseLabel ?? 'null'}.`
    );
  }
  if (input.SecurityConfiguration !== undefined) {
    findSecurityConfiguration(input.SecurityConfiguration);
  }
  const nodes = readNodes(input);
  if (!nodes.some(({ role }) => role === 'MASTER')) {
    throw new AwsError('ValidationException', 'A master instance group or fleet must be specified.');
  }
  return {
    name: input.Name!,
    releaseLabel: input.ReleaseLabel,
    applications: (input.Applications ?? []).map(
      ({ Name }) => APPLICATIONS.find(known => known.Name?.toLowerCase() === Name?.toLowerCase()) ?? { Name }
    ),
    tags: (input.Tags ?? []).map(readTag),
    collection: instances.InstanceFleets ? 'INSTANCE_FLEET' : 'INSTANCE_GROUP',
    nodes,
    configurations: input.Configurations ?? [],
    livyPortIn: portPlace(nodes, instances.InstanceFleets !== undefined),
    securityConfiguration: input.SecurityConfiguration,
    bootstrapActions: (input.BootstrapActions ?? []).map(({ Name, ScriptBootstrapAction }) => ({
      Name,
      ScriptPath: ScriptBootstrapAction?.Path,
      Args: ScriptBootstrapAction?.Args ?? []
    })),
    logUri: input.LogUri,
    subnetId: instances.Ec2SubnetId ?? instances.Ec2SubnetIds?.[0] ?? 'subnet-0a1b2c3d4e5f60718',
    keyName: instances.Ec2KeyName,
    serviceRole: input.ServiceRole ?? SERVICE_ROLE,
    instanceProfile: input.JobFlowRole ?? INSTANCE_PROFILE,
    terminationProtected: instances.TerminationProtected ?? false,
    keepAlive: instances.KeepJobFlowAliveWhenNoSteps ?? false,
    idleTimeoutSeconds: input.AutoTerminationPolicy?.IdleTimeout
  };
}

/** @throws AwsError for a tag without a key */
export function readTag(tag: { Key?: string; Value?: string }): ITag {
  if (!tag.Key) {
    throw new AwsError('InvalidRequestException', 'A tag needs a key.');
  }
  return { Key: tag.Key, Value: tag.Value ?? '' };
}

function readNodes({ Instances }: RunJobFlowInput): INodesSpec[] {
  const { InstanceGroups, InstanceFleets, InstanceCount = 1, MasterInstanceType, SlaveInstanceType } = Instances!;
  if (InstanceGroups && InstanceFleets) {
    throw new AwsError('ValidationException', 'Instance groups and instance fleets cannot be specified together.');
  }
  if (InstanceGroups) {
    return InstanceGroups.map(readGroup);
  }
  if (InstanceFleets) {
    return InstanceFleets.map(readFleet);
  }
  const type = MasterInstanceType ?? 'm6g.xlarge';
  const core = InstanceCount - 1;
  return [
    { role: 'MASTER', name: 'MASTER', instanceType: type, market: 'ON_DEMAND', count: 1 },
    ...(core > 0
      ? [
          {
            role: 'CORE' as const,
            name: 'CORE',
            instanceType: SlaveInstanceType ?? type,
            market: 'ON_DEMAND' as const,
            count: core
          }
        ]
      : [])
  ];
}

function readGroup(group: InstanceGroupConfig): INodesSpec {
  return {
    role: group.InstanceRole!,
    name: group.Name ?? group.InstanceRole!,
    instanceType: group.InstanceType!,
    market: group.Market ?? 'ON_DEMAND',
    count: group.InstanceCount!,
    configurations: group.Configurations,
    ...volume(group.EbsConfiguration)
  };
}

function readFleet(fleet: InstanceFleetConfig): INodesSpec {
  const [type] = fleet.InstanceTypeConfigs ?? [];
  if (!type) {
    throw new AwsError('ValidationException', 'An instance fleet needs at least one instance type.');
  }
  return {
    role: fleet.InstanceFleetType!,
    name: fleet.Name ?? fleet.InstanceFleetType!,
    instanceType: type.InstanceType!,
    market: fleet.TargetOnDemandCapacity ? 'ON_DEMAND' : 'SPOT',
    count: (fleet.TargetOnDemandCapacity ?? 0) + (fleet.TargetSpotCapacity ?? 0) || 1,
    configurations: type.Configurations,
    ...volume(type.EbsConfiguration)
  };
}

/** The size of a node's disk, where it is said. */
function volume(ebs: EbsConfiguration | undefined): { volumeGb?: number } {
  const size = ebs?.EbsBlockDeviceConfigs?.[0]?.VolumeSpecification?.SizeInGB;
  return size === undefined ? {} : { volumeGb: Number(size) };
}

/** The port is said where the user set it, else on the cluster. */
function portPlace(nodes: INodesSpec[], fleets: boolean): LivyPortPlace {
  const master = nodes.find(({ role }) => role === 'MASTER');
  const there = master?.configurations?.some(({ Classification }) => Classification === 'livy-conf');
  return there ? (fleets ? 'fleet' : 'group') : 'cluster';
}
