/** The clusters that the products' templates make. */
import type { IClusterSpec, INodesSpec } from '../emr/types';
import { APPLICATIONS, RELEASE } from '../emr/types';
import { RUNTIME_ROLES_ON } from '../emr/security';
import { INSTANCE_PROFILE, SERVICE_ROLE } from '../roles';
import { SUBNETS } from './network';
import type { IArtifact, Parameter } from './types';

type Spec = Omit<IClusterSpec, 'name' | 'tags'>;

/** A template's cluster, but for what it says otherwise. */
export function makeSpec(changes: Partial<Spec> & Pick<Spec, 'nodes'>): Spec {
  return {
    releaseLabel: RELEASE,
    applications: APPLICATIONS,
    collection: 'INSTANCE_GROUP',
    configurations: [
      { Classification: 'spark', Properties: { maximizeResourceAllocation: 'true' }, Configurations: [] }
    ],
    livyPortIn: 'cluster',
    securityConfiguration: RUNTIME_ROLES_ON,
    bootstrapActions: [],
    logUri: 's3://emr-logs-123456789012/clusters/',
    subnetId: SUBNETS[0],
    serviceRole: SERVICE_ROLE,
    instanceProfile: INSTANCE_PROFILE,
    keepAlive: true,
    ...changes
  };
}

/** A primary node and so many core nodes. */
export function makeNodes(primary: string, core: string, count: number): INodesSpec[] {
  return [
    { role: 'MASTER', name: 'Primary', instanceType: primary, market: 'ON_DEMAND', count: 1 },
    ...(count > 0
      ? [{ role: 'CORE' as const, name: 'Core', instanceType: core, market: 'ON_DEMAND' as const, count }]
      : [])
  ];
}

export const IDLE_TIMEOUT: Parameter = {
  ParameterKey: 'IdleTimeoutSeconds',
  ParameterType: 'Number',
  // Eight hours of AWS's time: at the demo's speed enough to go and have lunch.
  DefaultValue: '28800',
  IsNoEcho: false,
  Description: 'The cluster ends by itself after so many seconds without a session.',
  ParameterConstraints: { AllowedValues: [], MinValue: '60', MaxValue: '604800' }
};

/** Outputs of every template. */
export const OUTPUTS: IArtifact['outputs'] = [
  { Key: 'CloudformationStackARN', Description: 'The ARN of the launched Cloudformation Stack' },
  { Key: 'ClusterId', Description: 'Id of the EMR cluster' },
  { Key: 'MasterPublicDNS', Description: 'Name of the primary node' },
  { Key: 'ReleaseLabel', Description: 'EMR release' },
  { Key: 'RuntimeRoleArns', Description: 'Runtime roles that may be used on the cluster' }
];
