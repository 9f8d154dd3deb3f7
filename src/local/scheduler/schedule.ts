/** One schedule: what was asked for, checked, and when it is due. */
import type { CreateScheduleInput } from '@aws-sdk/client-scheduler';

import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import { checkZone, parseExpression, type IExpression } from './expression';

/** The one target that the local account can start. */
export const START_JOB_RUN = 'arn:aws:scheduler:::aws-sdk:emrserverless:startJobRun';

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** What one attempt to start the target came to. */
export interface IExecution {
  id: string;
  /** ISO 8601. */
  scheduledTime: string;
  attempts: number;
  /** `running`, `ok` or an error's code. */
  outcome: string;
  message?: string;
  /** What the target answered, e.g. `jobRunId`. */
  answer?: object;
}

export type Spec = Omit<CreateScheduleInput, 'ClientToken'>;

export interface ISchedule {
  arn: string;
  name: string;
  group: string;
  spec: Spec;
  expression: IExpression;
  created: Date;
  modified: Date;
  /** The last occurrence that was taken up; the next one is looked for after it. */
  last: Date;
  executions: IExecution[];
}

export function scheduleArn(region: string, group: string, name: string): string {
  return `arn:aws:scheduler:${region}:${ACCOUNT_ID}:schedule/${group}/${name}`;
}

export function groupArn(region: string, group: string): string {
  return `arn:aws:scheduler:${region}:${ACCOUNT_ID}:schedule-group/${group}`;
}

/** @throws AwsError `ValidationException` naming the member */
export function checkSpec(spec: Spec, now: Date): IExpression {
  const {
    Name,
    Target,
    FlexibleTimeWindow: window,
    ScheduleExpressionTimezone: zone = 'UTC',
    State,
    StartDate,
    EndDate
  } = spec;
  pattern('name', Name, /^[0-9a-zA-Z-_.]{1,64}$/);
  pattern('target.roleArn', Target?.RoleArn, ROLE);
  oneOf('state', State, ['ENABLED', 'DISABLED']);
  oneOf('actionAfterCompletion', spec.ActionAfterCompletion, ['NONE', 'DELETE']);
  oneOf('flexibleTimeWindow.mode', window?.Mode, ['OFF', 'FLEXIBLE']);
  range('flexibleTimeWindow.maximumWindowInMinutes', window?.MaximumWindowInMinutes, 1, 1440);
  range('target.retryPolicy.maximumRetryAttempts', Target?.RetryPolicy?.MaximumRetryAttempts, 0, 185);
  range('target.retryPolicy.maximumEventAgeInSeconds', Target?.RetryPolicy?.MaximumEventAgeInSeconds, 60, 86_400);
  if ((window?.Mode === 'FLEXIBLE') !== (window?.MaximumWindowInMinutes !== undefined)) {
    throw invalid(
      window?.Mode === 'FLEXIBLE'
        ? 'MaximumWindowInMinutes must be provided when FlexibleTimeWindow Mode is FLEXIBLE.'
        : 'MaximumWindowInMinutes must not be provided when FlexibleTimeWindow Mode is OFF.'
    );
  }
  if (StartDate && EndDate && StartDate >= EndDate) {
    throw invalid('The EndDate must be after the StartDate.');
  }
  checkZone(zone);
  if (Target?.Arn !== START_JOB_RUN) {
    throw invalid(`Provided Arn is not supported here: the local account starts ${START_JOB_RUN}, not ${Target?.Arn}.`);
  }
  checkTargetInput(Target.Input);
  return parseExpression(spec.ScheduleExpression ?? '', zone, StartDate && StartDate > now ? StartDate : now);
}

/** The next time it is due, undefined where it is not any more. */
export function nextDue({ spec, expression, last }: ISchedule): Date | undefined {
  if (spec.State === 'DISABLED') {
    return undefined;
  }
  const { StartDate, EndDate } = spec;
  const after = StartDate && StartDate > last ? new Date(StartDate.getTime() - 1) : last;
  const next = expression.next(after);
  return next && EndDate && next > EndDate ? undefined : next;
}

function checkTargetInput(text: string | undefined): void {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('The Input of the target has to be a JSON object with the parameters of StartJobRun.');
  }
}

function pattern(member: string, value: string | undefined, expected: RegExp): void {
  if (!expected.test(value ?? '')) {
    throw invalid(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${expected.source}`
    );
  }
}

function oneOf(member: string, value: string | undefined, allowed: string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw invalid(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`
    );
  }
}

function range(member: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most)) {
    throw invalid(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value between ${least} and ${most}`
    );
  }
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
