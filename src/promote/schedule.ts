/** The schedule of one pipeline in EventBridge Scheduler: made, changed, switched, taken away. */
import type { CreateScheduleCommandInput, GetScheduleCommandOutput, IAwsContext } from '../aws';
import { createSchedule, getSchedule, pause, updateSchedule } from '../aws';
import { EmrError } from '../protocol';
import type { IDeploymentRecord } from './deployment';
import { canonical, same } from './diff';
import { scheduleName } from './names';
import { runInput, universalInput } from './startRun';

/** Two of one due time are one run: the service hands out the same id for each attempt. */
const TOKEN = '<aws.scheduler.execution-id>';
/**
 * Attempts of EventBridge Scheduler to start a run; a start that is later than an hour is none. Without it Scheduler tries
 * 185 times in 24 hours (its API's `RetryPolicy`): yesterday's run would start beside today's.
 */
const START_ATTEMPTS = 3;
const LATEST_START_SECONDS = 3600;

/** The schedule that a deployment wants; undefined: none. */
export function scheduleInput(
  record: IDeploymentRecord,
  roleArn: string,
  partition: string
): CreateScheduleCommandInput | undefined {
  const { schedule, name } = record.pipeline;
  if (!schedule) {
    return undefined;
  }
  return {
    Name: scheduleName(name),
    Description: `Runs of the pipeline ${name}`,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone ?? 'UTC',
    State: schedule.enabled === false ? 'DISABLED' : 'ENABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: `arn:${partition}:scheduler:::aws-sdk:emrserverless:startJobRun`,
      RoleArn: roleArn,
      Input: canonical(universalInput(runInput(record, schedule.arguments ?? {}, TOKEN, 'schedule'))),
      RetryPolicy: { MaximumRetryAttempts: START_ATTEMPTS, MaximumEventAgeInSeconds: LATEST_START_SECONDS }
    }
  };
}

/** The members of a schedule that we write. */
export function writable(there: GetScheduleCommandOutput): CreateScheduleCommandInput {
  return {
    Name: there.Name,
    Description: there.Description,
    ScheduleExpression: there.ScheduleExpression,
    ScheduleExpressionTimezone: there.ScheduleExpressionTimezone,
    State: there.State,
    FlexibleTimeWindow: there.FlexibleTimeWindow,
    Target: there.Target
  };
}

/** Names of what differs. */
export function scheduleChanges(wanted: CreateScheduleCommandInput, there: GetScheduleCommandOutput): string[] {
  const { Target: target, ...more } = wanted;
  const { Target: old, ...has } = writable(there);
  const changes = Object.entries(more)
    .filter(([key, value]) => !same(value, has[key as keyof typeof has]))
    .map(([key]) => key);
  for (const key of ['Arn', 'RoleArn', 'RetryPolicy'] as const) {
    if (!same(target?.[key], old?.[key])) {
      changes.push(`Target.${key}`);
    }
  }
  if (!same(parsed(target?.Input), parsed(old?.Input))) {
    changes.push('Target.Input');
  }
  return changes;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return text;
  }
}

/**
 * The pipeline's schedule; undefined where there is none.
 *
 * @throws EmrError `NameTaken` where one of the name starts something else
 */
export async function findSchedule(
  aws: IAwsContext,
  pipeline: string,
  signal?: AbortSignal
): Promise<GetScheduleCommandOutput | undefined> {
  const name = scheduleName(pipeline);
  const there = await getSchedule(aws, name, signal);
  // Schedules have no tags: it is ours by what it starts.
  if (there && !there.Target?.Arn?.endsWith(':aws-sdk:emrserverless:startJobRun')) {
    throw new EmrError({
      code: 'NameTaken',
      hop: 'scheduler',
      message: `There is a schedule "${name}" already, which starts something else (${there.Target?.Arn ?? 'nothing'}).`,
      fix: 'Give the pipeline another name.'
    });
  }
  return there;
}

/** A role that was made a moment ago is not known everywhere yet: EventBridge Scheduler refuses it for some seconds. */
const ROLE_WAIT_MS = 30_000;
const ROLE_STEP_MS = 2000;

/** Make or change it. */
export async function putSchedule(
  aws: IAwsContext,
  wanted: CreateScheduleCommandInput,
  there: GetScheduleCommandOutput | undefined,
  token: string,
  signal?: AbortSignal
): Promise<string> {
  const input = { ...wanted, ClientToken: token };
  const until = Date.now() + ROLE_WAIT_MS;
  for (;;) {
    try {
      return await (there ? updateSchedule(aws, input) : createSchedule(aws, input));
    } catch (error) {
      if (!there && error instanceof EmrError && error.code === 'ConflictException') {
        // A colleague deploys the same pipeline, and was first.
        return updateSchedule(aws, input);
      }
      const early = error instanceof EmrError && /must allow .* to assume the role/i.test(error.message);
      if (!early || Date.now() > until) {
        throw error;
      }
      await pause(ROLE_STEP_MS, signal);
    }
  }
}

/** Switch it on or off, and leave all else as it is. */
export async function switchSchedule(
  aws: IAwsContext,
  pipeline: string,
  enabled: boolean,
  signal?: AbortSignal
): Promise<void> {
  const there = await findSchedule(aws, pipeline, signal);
  if (!there) {
    throw new EmrError({
      code: 'NoSchedule',
      hop: 'scheduler',
      message: `The pipeline ${pipeline} has no schedule.`,
      fix: 'Write one into its file (schedule), and deploy it again.'
    });
  }
  const state = enabled ? 'ENABLED' : 'DISABLED';
  if (there.State !== state) {
    await updateSchedule(aws, { ...writable(there), State: state }, signal);
  }
}
