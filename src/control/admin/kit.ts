/** Which template of deploy/aws mends a finding. */
import type { AdminFeature } from './types';

/** What of the kit has it right: a file, and the resource, statement or parameter in it. */
const KIT: Record<string, string> = {
  'provision/portfolio': 'portfolio.yaml (Portfolio)',
  'provision/principal': 'portfolio.yaml (UserRoleArn)',
  'provision/launch-role': 'portfolio.yaml (SmallLaunch)',
  'provision/launch-role-trust': 'portfolio.yaml (LaunchRole)',
  'provision/launch-role-rights': 'portfolio.yaml (LaunchRole)',
  'provision/user': 'user-policy.yaml (NotebookPolicy)',
  'provision/logs': 'cluster-roles.yaml (Logs)',
  'provision/template-scaling': 'product-small.yaml (CoreNodes)',
  'provision/template-logs': 'cluster-roles.yaml (LogBucketName)',
  'connect/security-configuration': 'cluster-roles.yaml (Security)',
  'connect/runtime-role-trust': 'runtime-role.yaml (Role)',
  'connect/runtime-role-boundary': 'boundaries.yaml (RuntimeBoundary)',
  'connect/runtime-role-data': 'runtime-role.yaml (Bucket)',
  'connect/instance-role': 'cluster-roles.yaml (RuntimeRoleArns)',
  'connect/user': 'user-policy.yaml (RuntimeRoleArns)',
  'connect/template-security': 'cluster-roles.yaml (Security)',
  'connect/template-release': 'product-research.yaml (ReleaseLabel)',
  'sessions/livy': 'product-small.yaml (EmrCluster)',
  'sessions/subnet': 'network.yaml (FirstSubnet)',
  'sessions/security-group': 'product-research.yaml (SecurityGroups)',
  'sessions/template-applications': 'product-research.yaml (Applications)',
  'sessions/template-subnet': 'cluster-roles.yaml (SubnetIds)',
  'sessions/template-ssh': 'product-small.yaml (EmrCluster)',
  'sessions/template-stays': 'product-small.yaml (EmrCluster)',
  'teardown/user': 'user-policy.yaml (EndOwnProducts)',
  'teardown/auto-termination': 'product-small.yaml (IdleTimeoutSeconds)',
  'teardown/template-auto-termination': 'product-small.yaml (IdleTimeoutSeconds)',
  'teardown/template-protection': 'product-small.yaml (EmrCluster)',
  'promote/user': 'user-policy.yaml (PipelineBoundaryArn)',
  'promote/job-role': 'boundaries.yaml (PipelineBoundary)',
  'promote/artifacts': 'user-policy.yaml (ArtifactsBucket)',
  'schedule/role': 'boundaries.yaml (PipelineBoundary)',
  'catalogue/data-access': 'runtime-role.yaml (Lake)',
  'catalogue/grants': 'runtime-role.yaml (TagValues)'
};

/**
 * E.g. `deploy/aws/user-policy.yaml (RuntimeRoleArns)`; undefined for settings of a whole account or region, which no
 * template of the kit makes: EMR's block public access, Lake Formation's settings and its grants to everybody.
 */
export function kitFor(feature: AdminFeature, check: string): string | undefined {
  const key = `${feature}/${check}`;
  if (key === 'delivery/role') {
    return 'deploy/delivery/pipeline.yaml (GrayRole)';
  }
  return Object.hasOwn(KIT, key) ? `deploy/aws/${KIT[key]}` : undefined;
}
