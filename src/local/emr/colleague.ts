/** A cluster that somebody else made without Service Catalog, before the account was started. */
import { ACCOUNT_ID } from '../identity';
import { readJobFlow } from './runJobFlow';
import { RUNTIME_ROLES_ON } from './security';
import { APPLICATIONS, RELEASE } from './types';
import type { IClusterSpec } from './types';

const AGE_MILLISECONDS = 3 * 3_600_000;

export function colleagueCluster(): IClusterSpec {
  return {
    ...readJobFlow({
      Name: 'risk-nightly',
      ReleaseLabel: RELEASE,
      Applications: APPLICATIONS,
      Configurations: [
        { Classification: 'spark', Properties: { maximizeResourceAllocation: 'true' }, Configurations: [] }
      ],
      SecurityConfiguration: RUNTIME_ROLES_ON,
      LogUri: `s3://emr-logs-${ACCOUNT_ID}/clusters/`,
      Instances: {
        KeepJobFlowAliveWhenNoSteps: true,
        InstanceGroups: [
          { InstanceRole: 'MASTER', Name: 'Primary', InstanceType: 'm6g.xlarge', InstanceCount: 1 },
          { InstanceRole: 'CORE', Name: 'Core', InstanceType: 'r6g.2xlarge', InstanceCount: 3 }
        ]
      },
      Tags: [
        { Key: 'Owner', Value: 'm.curie' },
        { Key: 'Team', Value: 'risk' }
      ]
    }),
    existing: { createdAt: new Date(Date.now() - AGE_MILLISECONDS) }
  };
}
