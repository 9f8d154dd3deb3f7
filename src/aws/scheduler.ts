/** Amazon EventBridge Scheduler: one schedule a pipeline. */
import type { CreateScheduleCommandInput, GetScheduleCommandOutput } from '@aws-sdk/client-scheduler';

import { EmrError } from '../protocol';
import { ask } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';
import type * as SdkModule from './sdk/scheduler';

export type { CreateScheduleCommandInput, GetScheduleCommandOutput } from '@aws-sdk/client-scheduler';

type Sdk = typeof SdkModule;
type Client = InstanceType<Sdk['SchedulerClient']>;

function scheduler<R>(
  context: IAwsContext,
  action: IAwsAction,
  signal: AbortSignal | undefined,
  send: (client: Client, sdk: Sdk, options: { abortSignal?: AbortSignal }) => Promise<R>
): Promise<R> {
  return ask(
    'scheduler',
    context,
    action,
    async config => new (await import('./sdk/scheduler')).SchedulerClient(config),
    async client => send(client, await import('./sdk/scheduler'), { abortSignal: signal })
  );
}

/** A schedule; undefined where there is none of this name. */
export async function getSchedule(
  context: IAwsContext,
  name: string,
  signal?: AbortSignal
): Promise<GetScheduleCommandOutput | undefined> {
  const action = {
    does: `look up the schedule ${name}`,
    iam: 'scheduler:GetSchedule',
    resource: `schedule/default/${name}`
  };
  try {
    return await scheduler(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.GetScheduleCommand({ Name: name }), options)
    );
  } catch (error) {
    if (error instanceof EmrError && error.code === 'ResourceNotFoundException') {
      return undefined;
    }
    throw error;
  }
}

/** Make a schedule. The same client token never makes a second one. @returns its ARN */
export async function createSchedule(
  context: IAwsContext,
  input: CreateScheduleCommandInput,
  signal?: AbortSignal
): Promise<string> {
  const name = input.Name ?? '';
  const action = {
    does: `make the schedule ${name}`,
    iam: 'scheduler:CreateSchedule',
    resource: `schedule/default/${name}`,
    condition: `and iam:PassRole on ${input.Target?.RoleArn ?? 'its role'}`
  };
  const answer = await scheduler(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.CreateScheduleCommand(input), options)
  );
  return answer.ScheduleArn ?? '';
}

/** Write a schedule anew: what is not said takes its default. @returns its ARN */
export async function updateSchedule(
  context: IAwsContext,
  input: CreateScheduleCommandInput,
  signal?: AbortSignal
): Promise<string> {
  const name = input.Name ?? '';
  const action = {
    does: `change the schedule ${name}`,
    iam: 'scheduler:UpdateSchedule',
    resource: `schedule/default/${name}`,
    condition: `and iam:PassRole on ${input.Target?.RoleArn ?? 'its role'}`
  };
  const answer = await scheduler(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.UpdateScheduleCommand(input), options)
  );
  return answer.ScheduleArn ?? '';
}

/** Delete a schedule. One that is gone is a success. */
export async function deleteSchedule(context: IAwsContext, name: string, signal?: AbortSignal): Promise<void> {
  const action = {
    does: `delete the schedule ${name}`,
    iam: 'scheduler:DeleteSchedule',
    resource: `schedule/default/${name}`
  };
  try {
    await scheduler(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.DeleteScheduleCommand({ Name: name }), options)
    );
  } catch (error) {
    if (!(error instanceof EmrError && error.code === 'ResourceNotFoundException')) {
      throw error;
    }
  }
}
