/** IAM's evaluation, by a library that knows AWS' published list of actions, resources and condition keys. */
import { runSimulation } from '@cloud-copilot/iam-simulate';

import type { IPolicyDocument } from '../document';
import type { IAccess } from './pipelines';
import { ACCOUNT } from './pipelines';

const KEY_POLICY: IPolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }]
};

/**
 * Whether a role with these policies may do it.
 *
 * @throws Error where the policy or the request is not one that AWS would take
 */
export async function isAllowed(policies: readonly IPolicyDocument[], access: IAccess): Promise<boolean> {
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/emr-pipeline/run`,
        action: access.action,
        resource: { resource: access.resource, accountId: ACCOUNT },
        contextVariables: { 'aws:PrincipalAccount': ACCOUNT, 'aws:username': 'someone', ...access.context }
      },
      identityPolicies: policies.map((policy, at) => ({ name: `policy-${at}`, policy })),
      // A key's own policy has to leave the decision to IAM, as the one that a console makes does.
      ...(access.action.startsWith('kms:') ? { resourcePolicy: KEY_POLICY } : {}),
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  );
  if (answer.resultType === 'error') {
    throw new Error(`${access.action} on ${access.resource}: ${JSON.stringify(answer.errors)}`);
  }
  return answer.overallResult === 'Allowed';
}

/** Those of the requests that are not allowed. */
export async function denied(policies: readonly IPolicyDocument[], accesses: readonly IAccess[]): Promise<IAccess[]> {
  const answers = await Promise.all(accesses.map(access => isAllowed(policies, access)));
  return accesses.filter((_, at) => !answers[at]);
}
