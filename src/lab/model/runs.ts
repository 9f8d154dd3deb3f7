import type { TranslationBundle } from '@jupyterlab/translation';

import type { IArgument, IRun, IRunFailure, RunState } from '../../protocol';
import { RUN_END_STATES } from '../../protocol';

/** How a run stands, coarsely: what its colour says. */
export type RunKind = 'good' | 'bad' | 'stopped' | 'going' | 'waiting';

/** @see RunKind */
export function runKind(state: RunState): RunKind {
  switch (state) {
    case 'SUCCESS':
      return 'good';
    case 'FAILED':
      return 'bad';
    case 'CANCELLED':
    case 'CANCELLING':
      return 'stopped';
    case 'RUNNING':
      return 'going';
    default:
      return 'waiting';
  }
}

/** True where nothing will change any more. */
export function hasEnded({ state }: IRun): boolean {
  return RUN_END_STATES.includes(state);
}

/** A run's state in the user's words. */
export function runStateLabel(state: RunState, trans: TranslationBundle): string {
  switch (state) {
    case 'SUBMITTED':
      return trans.__('Submitted');
    case 'PENDING':
      return trans.__('Pending');
    case 'SCHEDULED':
      return trans.__('Starting');
    case 'QUEUED':
      return trans.__('In the queue');
    case 'RUNNING':
      return trans.__('Running');
    case 'SUCCESS':
      return trans.__('Succeeded');
    case 'FAILED':
      return trans.__('Failed');
    case 'CANCELLING':
      return trans.__('Cancelling');
    case 'CANCELLED':
      return trans.__('Cancelled');
    default:
      return state;
  }
}

/** Seconds that a run took, or takes until now; undefined while it has not begun. */
export function runSeconds(run: IRun, now: number): number | undefined {
  if (run.durationSeconds !== undefined && hasEnded(run)) {
    return run.durationSeconds;
  }
  const start = run.startedAt === undefined ? NaN : Date.parse(run.startedAt);
  const end = run.endedAt === undefined ? now : Date.parse(run.endedAt);
  return Number.isNaN(start) || Number.isNaN(end) ? run.durationSeconds : Math.max(0, (end - start) / 1000);
}

/** When it began, or was asked for: ISO 8601. */
export function runMoment(run: IRun): string {
  return run.startedAt ?? run.createdAt;
}

/** Why it failed in one line: Spark's error, not that there was one. */
export function failureText({ exception, message }: IRunFailure): string {
  return exception && !message.startsWith(exception) ? `${exception}: ${message}` : message;
}

/** The run that another is best compared with: the last good one before it, else the one before it, else any. */
export function counterpart(run: IRun, runs: readonly IRun[]): IRun | undefined {
  const others = runs.filter(({ runId }) => runId !== run.runId);
  const earlier = others.filter(({ createdAt }) => createdAt < run.createdAt);
  return earlier.find(({ state }) => state === 'SUCCESS') ?? earlier[0] ?? others[0];
}

/** What an argument takes, in the user's words. */
export function argumentTypeLabel(type: IArgument['type'], trans: TranslationBundle): string {
  const labels: Record<IArgument['type'], string> = {
    string: trans.__('text'),
    int: trans.__('whole number'),
    float: trans.__('number'),
    bool: trans.__('true or false'),
    date: trans.__('day, e.g. 2026-02-28'),
    json: trans.__('JSON')
  };
  return labels[type] ?? type;
}

/** Why a value cannot be given to an argument, or undefined where it can. Empty: the default counts. */
export function valueError(argument: IArgument, value: string, trans: TranslationBundle): string | undefined {
  if (value === '') {
    return argument.default === undefined && argument.optional !== true ? trans.__('This is required.') : undefined;
  }
  // The default may name other arguments as ${NAME}, and so may a value.
  if (value.includes('${')) {
    return undefined;
  }
  switch (argument.type) {
    case 'int':
      return /^[+-]?\d+$/.test(value) ? undefined : trans.__('This has to be a whole number.');
    case 'float':
      return value.trim() !== '' && Number.isFinite(Number(value)) ? undefined : trans.__('This has to be a number.');
    case 'bool':
      return /^(true|false)$/i.test(value) ? undefined : trans.__('This has to be true or false.');
    case 'date':
      return isDay(value) ? undefined : trans.__('This has to be a day, e.g. 2026-02-28.');
    case 'json':
      return isJson(value) ? undefined : trans.__('This has to be JSON, e.g. ["a", "b"].');
    default:
      return undefined;
  }
}

function isDay(value: string): boolean {
  const day = new Date(`${value}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
