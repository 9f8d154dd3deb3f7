/** Who is told when a run of a pipeline fails or takes too long: a rule of EventBridge, an alarm of CloudWatch. */
import type { IAwsContext, IEventRule, MetricAlarm, PutMetricAlarmCommandInput } from '../aws';
import { deleteAlarm, deleteEventRule, getAlarm, getEventRule, putAlarm, putEventRule } from '../aws';
import { EmrError } from '../protocol';
import { same } from './diff';
import { ourTags } from './names';
import type { IStepResult } from './steps';
import type { IPipeline } from './types';

const SOURCE = 'aws.emr-serverless';
const DAY = 24 * 60;

/** Name of the rule. */
export function failureRuleName(pipeline: string): string {
  return `emr-pipeline-${pipeline}`;
}

/** Name of the alarm. */
export function longRunAlarmName(pipeline: string): string {
  return `emr-pipeline-${pipeline}-long`;
}

/** What EMR Serverless tells EventBridge of a run that did not succeed: one that ran out of time ends CANCELLED. */
export function failurePattern<T>(application: T) {
  return {
    source: [SOURCE],
    'detail-type': ['EMR Serverless Job Run State Change'],
    detail: { applicationId: [application], state: ['FAILED', 'CANCELLED'] }
  };
}

/** What CloudWatch looks at: whether something has been running without a pause. */
export function longRunAlarm<T>(application: T, minutes: number) {
  // CloudWatch looks back a day by minutes, and seven days by hours.
  const period = minutes > DAY ? 60 : 1;
  return {
    Namespace: 'AWS/EMRServerless',
    MetricName: 'RunningJobs',
    Dimensions: [{ Name: 'ApplicationId', Value: application }],
    Statistic: 'Minimum' as const,
    Period: period * 60,
    EvaluationPeriods: Math.ceil(minutes / period),
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold' as const,
    TreatMissingData: 'notBreaching'
  };
}

/** What is there of a pipeline's alarms. */
export interface IAlarms {
  rule?: IEventRule;
  alarm?: MetricAlarm;
}

/** @throws EmrError `NameTaken` where a rule of the name is about something else */
export async function findAlarms(aws: IAwsContext, pipeline: string, signal?: AbortSignal): Promise<IAlarms> {
  const name = failureRuleName(pipeline);
  const [rule, alarm] = await Promise.all([
    getEventRule(aws, name, signal),
    getAlarm(aws, longRunAlarmName(pipeline), signal)
  ]);
  const sources = (rule?.pattern as { source?: string[] } | undefined)?.source ?? [];
  if (rule && !sources.includes(SOURCE)) {
    throw new EmrError({
      code: 'NameTaken',
      hop: 'events',
      message: `There is a rule "${name}" of EventBridge already, which is not about EMR Serverless.`,
      fix: 'Give the pipeline another name.'
    });
  }
  return { ...(rule ? { rule } : {}), ...(alarm ? { alarm } : {}) };
}

/** As the pipeline's file wants them. */
function wantedAlarms(
  { name, alarms }: IPipeline,
  application: string
): { rule?: IEventRule; alarm?: PutMetricAlarmCommandInput } {
  if (!alarms) {
    return {};
  }
  const { snsTopicArn, onFailure, longerThanMinutes: minutes } = alarms;
  return {
    ...(onFailure === false
      ? {}
      : {
          rule: {
            name: failureRuleName(name),
            description: `A run of the pipeline ${name} did not succeed`,
            pattern: failurePattern(application),
            targetArn: snsTopicArn
          }
        }),
    ...(minutes === undefined
      ? {}
      : {
          alarm: {
            AlarmName: longRunAlarmName(name),
            AlarmDescription: `The pipeline ${name} has been running for more than ${minutes} minutes without a pause`,
            AlarmActions: [snsTopicArn],
            ...longRunAlarm(application, minutes)
          }
        })
  };
}

/** The members of an alarm that we write. */
function writable(alarm: MetricAlarm): PutMetricAlarmCommandInput {
  const { AlarmName, AlarmDescription, AlarmActions, Namespace, MetricName, Dimensions, Statistic } = alarm;
  const { Period, EvaluationPeriods, Threshold, ComparisonOperator, TreatMissingData } = alarm;
  return {
    AlarmName,
    AlarmDescription,
    AlarmActions,
    Namespace,
    MetricName,
    Dimensions,
    Statistic,
    Period,
    EvaluationPeriods,
    Threshold,
    ComparisonOperator,
    TreatMissingData
  };
}

/**
 * Make, change or take away what differs.
 *
 * @param remember - told how to take back each thing once it is done
 */
export async function ensureAlarms(
  aws: IAwsContext,
  pipeline: IPipeline,
  application: string,
  there: IAlarms,
  { dry, remember }: { dry: boolean; remember: (undo: () => Promise<void>) => void }
): Promise<IStepResult<void>> {
  const wanted = wantedAlarms(pipeline, application);
  const { name } = pipeline;
  const done: string[] = [];
  const act = async (what: string, work: () => Promise<void>, undo: () => Promise<void>): Promise<void> => {
    done.push(what);
    if (!dry) {
      await work();
      remember(undo);
    }
  };
  const { rule, alarm } = there;
  const ruleBack = () => (rule ? putEventRule(aws, rule) : deleteEventRule(aws, failureRuleName(name)));
  const alarmBack = () => (alarm ? putAlarm(aws, writable(alarm)) : deleteAlarm(aws, longRunAlarmName(name)));
  if (wanted.rule && !same(wanted.rule, rule)) {
    const { rule: next } = wanted;
    await act('failed runs', () => putEventRule(aws, next, rule ? undefined : ourTags(pipeline)), ruleBack);
  } else if (!wanted.rule && rule) {
    await act('failed runs: none', () => deleteEventRule(aws, rule.name), ruleBack);
  }
  if (wanted.alarm && !(alarm && same(wanted.alarm, writable(alarm)))) {
    const { alarm: next } = wanted;
    const Tags = Object.entries(ourTags(pipeline)).map(([Key, Value]) => ({ Key, Value }));
    await act('long runs', () => putAlarm(aws, alarm ? next : { ...next, Tags }), alarmBack);
  } else if (!wanted.alarm && alarm) {
    await act('long runs: none', () => deleteAlarm(aws, longRunAlarmName(name)), alarmBack);
  }
  const topic = pipeline.alarms?.snsTopicArn;
  const before = Boolean(rule ?? alarm);
  if (done.length === 0) {
    return topic
      ? { status: 'unchanged', detail: topic, value: undefined }
      : { status: 'skipped', detail: 'none are asked for', value: undefined };
  }
  return {
    status: topic ? (before ? 'changed' : 'created') : 'removed',
    detail: topic ? `${done.join(', ')}: ${topic}` : done.join(', '),
    value: undefined
  };
}
