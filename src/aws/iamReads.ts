/** What is read of IAM: roles by name, the simulator with resources and conditions, and who is asked about. */
import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';
import type { IRole } from './iamRoles';
import { parsePolicy } from './iamRoles';
import { pages } from './pages';

const iam = service(
  'iam',
  () => import('./sdk/iam'),
  (sdk, config) => new sdk.IAMClient(config)
);

/** The account's roles, with their trust policies. Boundary and tags are not in this list: IAM tells them of one role. */
export async function listRoles(context: IAwsContext, signal?: AbortSignal): Promise<IRole[]> {
  const action: IAwsAction = { does: 'list the roles', iam: 'iam:ListRoles' };
  const { items } = await pages({ signal }, async Marker => {
    const answer = await iam(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.ListRolesCommand({ MaxItems: 500, Marker }), options)
    );
    return { items: answer.Roles, next: answer.IsTruncated ? answer.Marker : undefined };
  });
  return items.map(({ RoleName = '', Arn = '', AssumeRolePolicyDocument }) => ({
    name: RoleName,
    arn: Arn,
    trust: parsePolicy(AssumeRolePolicyDocument),
    tags: {}
  }));
}

/** ARN of the role in an instance profile. */
export async function instanceProfileRole(
  context: IAwsContext,
  name: string,
  signal?: AbortSignal
): Promise<string | undefined> {
  const action = {
    does: `look up the instance profile ${name}`,
    iam: 'iam:GetInstanceProfile',
    resource: `instance-profile/${name}`
  };
  const answer = await iam(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.GetInstanceProfileCommand({ InstanceProfileName: name }), options)
  );
  return answer.InstanceProfile?.Roles?.[0]?.Arn;
}

/**
 * The user or role behind a caller, as IAM and Lake Formation name it.
 *
 * @param arn - who it is, as STS says it; a session of a role stands for its role, whose path a session's ARN does not have
 */
export function principalArn(arn: string): string {
  const role = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  return role ? `arn:${role[1]}:iam::${role[2]}:role/${role[3]}` : arn;
}

/** One question to IAM's simulator. */
export interface ISimulation {
  /** User or role, its ARN. */
  who: string;
  actions: readonly string[];
  /** ARN; default: all, `*`. */
  resource?: string;
  /** Condition keys with their values. */
  context?: Record<string, string>;
}

/** `depends`: a policy has a condition on keys that the question did not name. */
export type SimulatedDecision = 'allowed' | 'denied' | 'depends';

/** What IAM says of each action, by the policies of the principal, its boundary and those of Organizations. */
export async function simulate(
  context: IAwsContext,
  { who, actions, resource, context: keys = {} }: ISimulation,
  signal?: AbortSignal
): Promise<Map<string, SimulatedDecision>> {
  const action = { does: `ask IAM what ${who} may do`, iam: 'iam:SimulatePrincipalPolicy', resource: who };
  const { items } = await pages({ signal }, async Marker => {
    const answer = await iam(context, action, signal, (client, sdk, options) =>
      client.send(
        new sdk.SimulatePrincipalPolicyCommand({
          PolicySourceArn: who,
          ActionNames: [...actions],
          ...(resource ? { ResourceArns: [resource] } : {}),
          ContextEntries: Object.entries(keys).map(([ContextKeyName, value]) => ({
            ContextKeyName,
            ContextKeyType: 'string' as const,
            ContextKeyValues: [value]
          })),
          Marker
        }),
        options
      )
    );
    return { items: answer.EvaluationResults, next: answer.IsTruncated ? answer.Marker : undefined };
  });
  return new Map(
    items.map(({ EvalActionName = '', EvalDecision, MissingContextValues = [] }) => [
      EvalActionName,
      EvalDecision === 'allowed'
        ? 'allowed'
        : EvalDecision === 'implicitDeny' && MissingContextValues.length > 0
          ? 'depends'
          : 'denied'
    ])
  );
}
