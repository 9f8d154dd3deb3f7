/** Amazon CloudWatch: an alarm on a metric. */
import type { MetricAlarm, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';

import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';

export type { MetricAlarm, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';

const cloudWatch = service(
  'cloudwatch',
  () => import('./sdk/cloudWatch'),
  (sdk, config) => new sdk.CloudWatchClient(config)
);

function action(does: string, operation: string, name: string): IAwsAction {
  return { does: `${does} the alarm ${name}`, iam: `cloudwatch:${operation}`, resource: `alarm:${name}` };
}

/** An alarm; undefined where there is none of this name. */
export async function getAlarm(
  context: IAwsContext,
  name: string,
  signal?: AbortSignal
): Promise<MetricAlarm | undefined> {
  const answer = await cloudWatch(context, action('look up', 'DescribeAlarms', name), signal, (client, sdk, options) =>
    client.send(new sdk.DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] }), options)
  );
  return answer.MetricAlarms?.[0];
}

/** Make an alarm, or write it anew. */
export async function putAlarm(context: IAwsContext, input: PutMetricAlarmCommandInput): Promise<void> {
  await cloudWatch(context, action('make', 'PutMetricAlarm', input.AlarmName ?? ''), undefined, (client, sdk) =>
    client.send(new sdk.PutMetricAlarmCommand(input))
  );
}

/** Delete an alarm. One that is gone is a success. */
export async function deleteAlarm(context: IAwsContext, name: string): Promise<void> {
  await cloudWatch(context, action('delete', 'DeleteAlarms', name), undefined, (client, sdk) =>
    client.send(new sdk.DeleteAlarmsCommand({ AlarmNames: [name] }))
  );
}
