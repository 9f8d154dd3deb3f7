/** A template's cluster as EMR's RunJobFlow would be asked for it. */
import type {
  Configuration,
  InstanceFleetConfig,
  InstanceGroupConfig,
  InstanceTypeConfig,
  RunJobFlowInput
} from '@aws-sdk/client-emr';

import { textOf, type Value } from './template';

type Properties = Record<string, Value>;

const GROUPS = { MasterInstanceGroup: 'MASTER', CoreInstanceGroup: 'CORE', TaskInstanceGroups: 'TASK' } as const;
const FLEETS = { MasterInstanceFleet: 'MASTER', CoreInstanceFleet: 'CORE', TaskInstanceFleets: 'TASK' } as const;

/** @param properties - of an `AWS::EMR::Cluster`, its functions resolved */
export function jobFlowOf(properties: Properties): RunJobFlowInput {
  const { Instances, Configurations, AutoTerminationPolicy, ...rest } = properties;
  const instances = (Instances ?? {}) as Properties;
  const groups = collect(instances, GROUPS, (group, role): InstanceGroupConfig => ({
    ...(group as unknown as InstanceGroupConfig),
    InstanceRole: role,
    InstanceCount: Number(group['InstanceCount'] ?? 1),
    Configurations: configurations(group['Configurations'])
  }));
  const fleets = collect(instances, FLEETS, (fleet, role): InstanceFleetConfig => ({
    ...(fleet as unknown as InstanceFleetConfig),
    InstanceFleetType: role,
    TargetOnDemandCapacity: Number(fleet['TargetOnDemandCapacity'] ?? 0),
    TargetSpotCapacity: Number(fleet['TargetSpotCapacity'] ?? 0),
    InstanceTypeConfigs: ((fleet['InstanceTypeConfigs'] ?? []) as Properties[]).map(type => ({
      ...(type as unknown as InstanceTypeConfig),
      Configurations: configurations(type['Configurations'])
    }))
  }));
  return {
    ...(rest as unknown as RunJobFlowInput),
    Configurations: configurations(Configurations),
    Instances: {
      ...(fleets.length > 0 ? { InstanceFleets: fleets } : { InstanceGroups: groups }),
      KeepJobFlowAliveWhenNoSteps: flag(instances['KeepJobFlowAliveWhenNoSteps']),
      TerminationProtected: flag(instances['TerminationProtected']),
      ...(typeof instances['Ec2SubnetId'] === 'string' ? { Ec2SubnetId: instances['Ec2SubnetId'] } : {}),
      ...(Array.isArray(instances['Ec2SubnetIds']) ? { Ec2SubnetIds: instances['Ec2SubnetIds'].map(textOf) } : {}),
      ...(typeof instances['Ec2KeyName'] === 'string' ? { Ec2KeyName: instances['Ec2KeyName'] } : {})
    },
    ...(AutoTerminationPolicy
      ? { AutoTerminationPolicy: { IdleTimeout: Number((AutoTerminationPolicy as Properties)['IdleTimeout']) } }
      : {})
  };
}

/** One after the other: what there may be several of stands in a list. */
function collect<R, T>(instances: Properties, names: Record<string, R>, read: (nodes: Properties, role: R) => T): T[] {
  return Object.entries(names).flatMap(([name, role]) => {
    const given = instances[name];
    const all = Array.isArray(given) ? given : given === undefined ? [] : [given];
    return all.map(nodes => read(nodes as Properties, role));
  });
}

/** CloudFormation says ConfigurationProperties where EMR says Properties. */
function configurations(value: Value | undefined): Configuration[] {
  return ((value ?? []) as Properties[]).map(item => ({
    Classification: textOf(item['Classification']),
    Properties: Object.fromEntries(
      Object.entries((item['ConfigurationProperties'] ?? {}) as Properties).map(([key, text]) => [key, textOf(text)])
    ),
    Configurations: configurations(item['Configurations'])
  }));
}

function flag(value: Value | undefined): boolean {
  return value === true || value === 'true';
}
