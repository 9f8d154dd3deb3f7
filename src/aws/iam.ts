/** What the caller may do, asked of IAM without doing it. */
import { ask } from './client';
import type { IAwsContext } from './context';

/** IAM's answer for one action, on all resources and without condition keys. */
export interface IDecision {
  /** e.g. `servicecatalog:ProvisionProduct`. */
  action: string;
  allowed: boolean;
}

/**
 * SimulatePrincipalPolicy for the caller.
 *
 * @param arn - who it is, as STS says it; a session of a role stands for its role
 * @throws EmrError where IAM may not be asked, or does not know the role by that name (its path is not in a session's ARN)
 */
export async function simulateActions(
  context: IAwsContext,
  arn: string,
  actions: string[],
  signal?: AbortSignal
): Promise<IDecision[]> {
  const role = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  const source = role ? `arn:${role[1]}:iam::${role[2]}:role/${role[3]}` : arn;
  return ask(
    'iam',
    context,
    { does: 'ask IAM what is allowed', iam: 'iam:SimulatePrincipalPolicy', resource: source },
    async config => new (await import('./sdk/iam')).IAMClient(config),
    async client => {
      const { SimulatePrincipalPolicyCommand } = await import('./sdk/iam');
      const answer = await client.send(
        new SimulatePrincipalPolicyCommand({ PolicySourceArn: source, ActionNames: actions }),
        { abortSignal: signal }
      );
      return (answer.EvaluationResults ?? []).map(({ EvalActionName, EvalDecision }) => ({
        action: EvalActionName ?? '',
        allowed: EvalDecision === 'allowed'
      }));
    }
  );
}
