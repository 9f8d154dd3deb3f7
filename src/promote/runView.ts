/** A run as the panel, the magics and the command line show it. */
import type { JobRun, JobRunAttemptSummary, JobRunSummary } from '../aws';
import type { ISiteConfig } from '../config';
import type { IBilled, IDifference, IRun, IRunAttempt } from '../protocol';
import { estimate, money } from './cost';
import { schedulerRoleName } from './policy';
import { argumentsOf, confOf } from './startRun';

/** What a view needs beside the run. */
export interface IViewContext {
  pipeline: string;
  region: string;
  architecture?: string;
  site: ISiteConfig;
}

/** All that GetJobRun tells. */
export function runView(run: JobRun, context: IViewContext): IRun {
  const submit = run.jobDriver && 'sparkSubmit' in run.jobDriver ? run.jobDriver.sparkSubmit : undefined;
  const billed = hours(run.billedResourceUtilization);
  const used = hours(run.totalResourceUtilization);
  const cost = estimate(billed, context.region, context.architecture, context.site);
  const scriptUri = submit?.entryPoint ?? '';
  const duration =
    run.totalExecutionDurationSeconds ??
    (run.startedAt && run.endedAt ? (run.endedAt.getTime() - run.startedAt.getTime()) / 1000 : undefined);
  return {
    ...summaryView(
      {
        id: run.jobRunId,
        applicationId: run.applicationId,
        name: run.name,
        arn: run.arn,
        createdBy: run.createdBy,
        createdAt: run.createdAt,
        updatedAt: run.updatedAt,
        executionRole: run.executionRole,
        state: run.state,
        stateDetails: run.stateDetails,
        releaseLabel: run.releaseLabel,
        attempt: run.attempt
      },
      context
    ),
    ...(run.retryPolicy?.maxAttempts === undefined ? {} : { maxAttempts: run.retryPolicy.maxAttempts }),
    arguments: argumentsOf(submit?.entryPointArguments),
    scriptUri,
    scriptVersion: /\/scripts\/([0-9a-f]{12})[0-9a-f]*\//.exec(scriptUri)?.[1] ?? scriptUri.split('/').at(-1) ?? '',
    sparkConf: confOf(submit?.sparkSubmitParameters),
    ...(run.startedAt ? { startedAt: run.startedAt.toISOString() } : {}),
    ...(run.endedAt ? { endedAt: run.endedAt.toISOString() } : {}),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...(run.queuedDurationMilliseconds === undefined
      ? {}
      : { queuedSeconds: Math.round(run.queuedDurationMilliseconds / 1000) }),
    ...(billed ? { billed } : {}),
    ...(used ? { used } : {}),
    ...(cost ? { cost } : {})
  };
}

/** The attempts of a run. */
export function attemptsView(attempts: readonly JobRunAttemptSummary[]): IRunAttempt[] {
  return attempts.map(({ attempt = 1, state = 'SUBMITTED', stateDetails, createdAt, updatedAt }) => ({
    number: attempt,
    state,
    ...(stateDetails ? { stateDetails } : {}),
    createdAt: (createdAt ?? new Date(0)).toISOString(),
    ...(updatedAt ? { updatedAt: updatedAt.toISOString() } : {})
  }));
}

/** Whether a run was ended by its time limit: EMR Serverless calls it CANCELLED, as one that somebody ended. */
export function ranOutOfTime({ state, stateDetails = '' }: Pick<IRun, 'state' | 'stateDetails'>): boolean {
  return state === 'CANCELLED' && /tim(?:ed?|e) ?-?out/i.test(stateDetails);
}

/** What a list tells, before the run itself is asked. */
export function summaryView(run: JobRunSummary, context: IViewContext): IRun {
  return {
    runId: run.id ?? '',
    applicationId: run.applicationId ?? '',
    pipeline: context.pipeline,
    ...(run.name ? { name: run.name } : {}),
    state: run.state ?? 'SUBMITTED',
    ...(run.stateDetails ? { stateDetails: run.stateDetails } : {}),
    createdAt: (run.createdAt ?? new Date(0)).toISOString(),
    ...(run.attempt === undefined ? {} : { attempt: run.attempt }),
    scheduled: run.createdBy?.includes(`/${schedulerRoleName(context.pipeline)}`) ?? false,
    ...(run.createdBy ? { createdBy: run.createdBy } : {}),
    arguments: {},
    scriptUri: '',
    scriptVersion: '',
    sparkConf: {},
    ...(run.releaseLabel ? { release: run.releaseLabel } : {}),
    ...(context.architecture ? { architecture: context.architecture } : {})
  };
}

function hours(
  utilization: { vCPUHour?: number; memoryGBHour?: number; storageGBHour?: number } | undefined
): IBilled | undefined {
  return utilization?.vCPUHour === undefined
    ? undefined
    : {
        vcpuHours: utilization.vCPUHour,
        memoryGbHours: utilization.memoryGBHour ?? 0,
        storageGbHours: utilization.storageGBHour ?? 0
      };
}

/** In what two runs differ, and in what they do not. */
export function compareRuns(a: IRun, b: IRun): IDifference[] {
  const rows: IDifference[] = [];
  const add = (what: string, one: string | undefined, other: string | undefined, kind?: IDifference['kind']): void => {
    rows.push({ what, a: one ?? '–', b: other ?? '–', same: one === other, ...(kind ? { kind } : {}) });
  };
  const keys = (of: (run: IRun) => Record<string, string>): string[] =>
    [...new Set([...Object.keys(of(a)), ...Object.keys(of(b))])].sort();
  add('outcome', a.state, b.state, 'state');
  add('error', a.failure?.message, b.failure?.message);
  add('started', a.startedAt ?? a.createdAt, b.startedAt ?? b.createdAt, 'moment');
  add('started by', starter(a), starter(b));
  for (const name of keys(run => run.arguments)) {
    add(`argument ${name}`, a.arguments[name], b.arguments[name]);
  }
  add('script version', a.scriptVersion, b.scriptVersion);
  add('attempts', text(a.attempt), text(b.attempt));
  add('release', a.release, b.release);
  add('seconds', text(a.durationSeconds), text(b.durationSeconds), 'seconds');
  add('seconds in the queue', text(a.queuedSeconds), text(b.queuedSeconds), 'seconds');
  add('vCPU hours', text(a.billed?.vcpuHours), text(b.billed?.vcpuHours));
  add('GB hours of memory', text(a.billed?.memoryGbHours), text(b.billed?.memoryGbHours));
  add('GB hours of storage', text(a.billed?.storageGbHours), text(b.billed?.storageGbHours));
  add('cost (estimate)', a.cost && money(a.cost), b.cost && money(b.cost));
  for (const name of keys(run => run.sparkConf)) {
    if (a.sparkConf[name] !== b.sparkConf[name]) {
      add(name, a.sparkConf[name], b.sparkConf[name]);
    }
  }
  return rows.filter(({ a: one, b: other }) => one !== '–' || other !== '–');
}

function starter(run: IRun): string {
  return run.scheduled ? 'schedule' : (run.createdBy?.split('/').at(-1) ?? '');
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(Math.round(value * 1000) / 1000);
}
