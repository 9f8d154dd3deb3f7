/** GetClusterSessionCredentials: a user name and a password for Livy, as a runtime role, for a while. */
import { createHash } from 'node:crypto';

import type { GetClusterSessionCredentialsInput, GetClusterSessionCredentialsOutput } from '@aws-sdk/client-emr';

import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import { secret } from '../ids';
import { findRole, parseRoleArn } from '../roles';
import type { ICall } from '../types';
import type { Cluster } from './cluster';
import { hasRuntimeRoles } from './security';

/** The user that Livy sees: the same for the same caller, role and cluster, so that a renewed pair finds its sessions. */
export function livyUser(callerArn: string, roleArn: string, clusterId: string): string {
  const digest = createHash('sha256').update([callerArn, roleArn, clusterId].join('\n')).digest('hex');
  return `user_${digest.slice(0, 24)}`;
}

/** The account's IAM and STS, as far as runtime roles need them. */
export interface IRuntimeRoles {
  /** Whether a role that somebody made trusts the cluster's instances. */
  isTrusting(roleArn: string): Promise<boolean>;
  /** Environment of a driver that runs as the role: its keys. */
  environment(roleArn: string, sessionName: string): Promise<Record<string, string>>;
}

/** @throws AwsError in EMR's and IAM's words */
export async function issueCredentials(
  cluster: Cluster,
  { ExecutionRoleArn }: GetClusterSessionCredentialsInput,
  { caller }: ICall,
  lifeSeconds: number,
  roles: IRuntimeRoles
): Promise<GetClusterSessionCredentialsOutput> {
  if (ExecutionRoleArn === undefined) {
    throw new AwsError(
      'ValidationException',
      "ExecutionRoleArn has to be given: the cluster's security configuration has no Identity Center."
    );
  }
  const { accountId } = parseRoleArn(ExecutionRoleArn);
  if (!hasRuntimeRoles(cluster.spec.securityConfiguration)) {
    throw new AwsError(
      'InvalidRequestException',
      `Runtime roles are not supported on cluster ${cluster.id}: its security configuration does not enable application scoped IAM roles.`
    );
  }
  if (!cluster.lifecycle.up) {
    throw new AwsError(
      'InvalidRequestException',
      `Cluster ${cluster.id} is in state ${cluster.lifecycle.state}. Cluster session credentials are available when it is RUNNING or WAITING.`
    );
  }
  const own = findRole(ExecutionRoleArn);
  if (accountId !== ACCOUNT_ID || !(own || (await roles.isTrusting(ExecutionRoleArn)))) {
    throw new AwsError(
      'AccessDeniedException',
      `User: ${caller.arn} is not authorized to perform: iam:PassRole on resource: ${ExecutionRoleArn} because no identity-based policy allows the iam:PassRole action`
    );
  }
  if (own?.allowed === false) {
    throw new AwsError(
      'AccessDeniedException',
      `User: ${caller.arn} is not authorized to perform: elasticmapreduce:GetClusterSessionCredentials on resource: ${cluster.arn} with the execution role ${ExecutionRoleArn} because no identity-based policy allows the elasticmapreduce:GetClusterSessionCredentials action`
    );
  }
  const Username = livyUser(caller.arn, ExecutionRoleArn, cluster.id);
  const Password = secret(24);
  const expiresAt = Date.now() + lifeSeconds * 1000;
  cluster.admit({
    username: Username,
    passwordSha256: createHash('sha256').update(Password).digest('hex'),
    role: ExecutionRoleArn,
    expiresAt,
    env: await roles.environment(ExecutionRoleArn, Username)
  });
  return { Credentials: { UsernamePassword: { Username, Password } }, ExpiresAt: new Date(expiresAt) };
}
