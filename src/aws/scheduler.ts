/** Amazon EventBridge Scheduler: one schedule a pipeline. */
import type { CreateScheduleCommandInput, GetScheduleCommandOutput } from '@aws-sdk/client-scheduler';

import { EmrError } from '../protocol';
import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';
import { pages } from './pages';

export type { CreateScheduleCommandInput, GetScheduleCommandOutput } from '@aws-sdk/client-scheduler';

const scheduler = service(
  'scheduler',
  () => import('./sdk/scheduler'),
  (sdk, config) => new sdk.SchedulerClient(config)
);

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

/** Names of the schedules of the default group that begin so. */
export async function listSchedules(context: IAwsContext, prefix: string, signal?: AbortSignal): Promise<string[]> {
  const action = { does: 'list the schedules', iam: 'scheduler:ListSchedules' };
  const { items } = await pages({ signal }, async NextToken => {
    const answer = await scheduler(context, action, signal, (client, sdk, options) =>
      client.send(
        new sdk.ListSchedulesCommand({ GroupName: 'default', NamePrefix: prefix, MaxResults: 100, NextToken }),
        options
      )
    );
    return { items: answer.Schedules, next: answer.NextToken };
  });
  return items.map(({ Name = '' }) => Name);
}

/** Make a schedule. The same client token never makes a second one. @returns its ARN */
export async function createSchedule(
  context: IAwsContext,
  input: CreateScheduleCommandInput,
  signal?: AbortSignal
): Promise<string> {
  const action = writing('make', 'CreateSchedule', input);
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
  const action = writing('change', 'UpdateSchedule', input);
  const answer = await scheduler(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.UpdateScheduleCommand(input), options)
  );
  return answer.ScheduleArn ?? '';
}

function writing(does: string, operation: string, { Name: name = '', Target }: CreateScheduleCommandInput): IAwsAction {
  return {
    does: `${does} the schedule ${name}`,
    iam: `scheduler:${operation}`,
    resource: `schedule/default/${name}`,
    condition: `and iam:PassRole on ${Target?.RoleArn ?? 'its role'}`
  };
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
