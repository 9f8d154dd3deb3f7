/** Amazon EventBridge: a rule on the default bus, and the one target that it tells. */
import { EmrError } from '../protocol';
import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';

/** A rule with its target. */
export interface IEventRule {
  name: string;
  description: string;
  /** Parsed. */
  pattern: object;
  /** ARN of what is told; undefined: the rule tells nobody. */
  targetArn?: string;
}

/** Id of the target among the rule's. */
const TARGET = 'topic';

const events = service(
  'events',
  () => import('./sdk/eventBridge'),
  (sdk, config) => new sdk.EventBridgeClient(config)
);

function action(does: string, operation: string, name: string): IAwsAction {
  return { does: `${does} the rule ${name}`, iam: `events:${operation}`, resource: `rule/${name}` };
}

function isGone(error: unknown): boolean {
  return error instanceof EmrError && error.code === 'ResourceNotFoundException';
}

/** A rule; undefined where there is none of this name. */
export async function getEventRule(
  context: IAwsContext,
  name: string,
  signal?: AbortSignal
): Promise<IEventRule | undefined> {
  try {
    const rule = await events(context, action('look up', 'DescribeRule', name), signal, (client, sdk, options) =>
      client.send(new sdk.DescribeRuleCommand({ Name: name }), options)
    );
    const { Targets = [] } = await events(
      context,
      action('look up the targets of', 'ListTargetsByRule', name),
      signal,
      (client, sdk, options) => client.send(new sdk.ListTargetsByRuleCommand({ Rule: name }), options)
    );
    const target = Targets.find(({ Id }) => Id === TARGET);
    return {
      name,
      description: rule.Description ?? '',
      pattern: JSON.parse(rule.EventPattern ?? '{}') as object,
      ...(target?.Arn ? { targetArn: target.Arn } : {})
    };
  } catch (error) {
    if (isGone(error)) {
      return undefined;
    }
    throw error;
  }
}

/** Make a rule with its target, or write it anew. @param tags - of a rule that is made; those of one that is there stay */
export async function putEventRule(
  context: IAwsContext,
  rule: IEventRule,
  tags?: Record<string, string>
): Promise<void> {
  const { name, description, pattern, targetArn } = rule;
  await events(context, action('make', 'PutRule', name), undefined, (client, sdk) =>
    client.send(
      new sdk.PutRuleCommand({
        Name: name,
        Description: description,
        EventPattern: JSON.stringify(pattern),
        State: 'ENABLED',
        ...(tags ? { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } : {})
      })
    )
  );
  if (targetArn !== undefined) {
    const to = action(`name ${targetArn} to`, 'PutTargets', name);
    const { FailedEntries = [] } = await events(context, to, undefined, (client, sdk) =>
      client.send(new sdk.PutTargetsCommand({ Rule: name, Targets: [{ Id: TARGET, Arn: targetArn }] }))
    );
    const [failed] = FailedEntries;
    if (failed) {
      throw new EmrError({
        code: failed.ErrorCode ?? 'TargetRefused',
        hop: 'events',
        message: `Could not ${to.does}: ${failed.ErrorMessage ?? 'EventBridge does not say why'}.`,
        fix: 'Is the topic there, in this region?'
      });
    }
  }
}

/** Delete a rule and its target. One that is gone is a success. */
export async function deleteEventRule(context: IAwsContext, name: string): Promise<void> {
  try {
    await events(context, action('take the target from', 'RemoveTargets', name), undefined, (client, sdk) =>
      client.send(new sdk.RemoveTargetsCommand({ Rule: name, Ids: [TARGET] }))
    );
    await events(context, action('delete', 'DeleteRule', name), undefined, (client, sdk) =>
      client.send(new sdk.DeleteRuleCommand({ Name: name }))
    );
  } catch (error) {
    if (!isGone(error)) {
      throw error;
    }
  }
}
