/** Amazon CloudWatch Logs: log groups, how long they keep, and the key that they are encrypted with. */
import { EmrError } from '../protocol';
import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';

/** A log group. */
export interface ILogGroup {
  name: string;
  /** Undefined: for ever. */
  retentionDays?: number;
  /** ARN; undefined: CloudWatch's own key. */
  kmsKey?: string;
}

const logs = service(
  'logs',
  () => import('./sdk/cloudWatchLogs'),
  (sdk, config) => new sdk.CloudWatchLogsClient(config)
);

function action(does: string, operation: string, name: string): IAwsAction {
  return { does: `${does} the log group ${name}`, iam: `logs:${operation}`, resource: `log-group:${name}` };
}

/** A log group; undefined where there is none of this name. */
export async function getLogGroup(
  context: IAwsContext,
  name: string,
  signal?: AbortSignal
): Promise<ILogGroup | undefined> {
  // The exact name is the first of those that begin with it.
  const { logGroups = [] } = await logs(
    context,
    action('look up', 'DescribeLogGroups', name),
    signal,
    (client, sdk, options) =>
      client.send(new sdk.DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 1 }), options)
  );
  const found = logGroups.find(({ logGroupName }) => logGroupName === name);
  return (
    found && {
      name,
      ...(found.retentionInDays === undefined ? {} : { retentionDays: found.retentionInDays }),
      ...(found.kmsKeyId === undefined ? {} : { kmsKey: found.kmsKeyId })
    }
  );
}

/** Make a log group; one that is there is a success. */
export async function createLogGroup(
  context: IAwsContext,
  { name, kmsKey }: Pick<ILogGroup, 'name' | 'kmsKey'>,
  tags: Record<string, string>
): Promise<void> {
  const making = {
    ...action('make', 'CreateLogGroup', name),
    ...(kmsKey ? { condition: `the policy of the key ${kmsKey} has to let CloudWatch Logs use it` } : {})
  };
  await logs(context, making, undefined, (client, sdk) =>
    client.send(new sdk.CreateLogGroupCommand({ logGroupName: name, tags, ...(kmsKey ? { kmsKeyId: kmsKey } : {}) }))
  ).catch((error: unknown) => {
    if (!(error instanceof EmrError && error.code === 'ResourceAlreadyExistsException')) {
      throw error;
    }
  });
}

/** Say how long a log group keeps. */
export async function setRetention(context: IAwsContext, name: string, days: number): Promise<void> {
  await logs(context, action('set how long CloudWatch keeps', 'PutRetentionPolicy', name), undefined, (client, sdk) =>
    client.send(new sdk.PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: days }))
  );
}

/** Encrypt what comes from now on with a key. */
export async function setLogKey(context: IAwsContext, name: string, kmsKey: string): Promise<void> {
  await logs(context, action('encrypt', 'AssociateKmsKey', name), undefined, (client, sdk) =>
    client.send(new sdk.AssociateKmsKeyCommand({ logGroupName: name, kmsKeyId: kmsKey }))
  );
}

/** Delete a log group with all that is in it. One that is gone is a success. */
export async function deleteLogGroup(context: IAwsContext, name: string): Promise<void> {
  await logs(context, action('delete', 'DeleteLogGroup', name), undefined, (client, sdk) =>
    client.send(new sdk.DeleteLogGroupCommand({ logGroupName: name }))
  ).catch((error: unknown) => {
    if (!(error instanceof EmrError && error.code === 'ResourceNotFoundException')) {
      throw error;
    }
  });
}
