/** What the other stacks of deploy/aws would have made in this account, and what its platform team wrote into templates. */
import { ACCOUNT_ID } from '../identity';
import { INSTANCE_PROFILE, RUNTIME_ROLES, SERVICE_ROLE } from '../roles';
import { SECURITY_GROUPS, SUBNETS } from '../serviceCatalog/network';

/** Exports, by name. */
export function siteExports(region: string): Record<string, string> {
  return {
    'jupyterlab-emr-SubnetIds': SUBNETS.join(','),
    'jupyterlab-emr-ServiceRole': SERVICE_ROLE,
    'jupyterlab-emr-InstanceProfile': INSTANCE_PROFILE,
    'jupyterlab-emr-SecurityConfiguration': 'emr-runtime-roles',
    'jupyterlab-emr-ClusterLogs': `s3://emr-logs-${ACCOUNT_ID}/clusters/`,
    'jupyterlab-emr-KeyArn': `arn:aws:kms:${region}:${ACCOUNT_ID}:key/3f1c9a52-6b7d-4e08-9a41-d2f0c6b8e517`,
    'jupyterlab-emr-RuntimeRoleArns': Object.values(RUNTIME_ROLES)
      .map(({ arn }) => arn)
      .join(',')
  };
}

/** Defaults of parameters that a platform team fills in before it uploads a template. */
export const SITE_DEFAULTS: Readonly<Record<string, string>> = {
  Subnet: SUBNETS[0],
  SecurityGroups: SECURITY_GROUPS.slice(0, 2).join(','),
  LogUri: `s3://emr-logs-${ACCOUNT_ID}/research/`
};
