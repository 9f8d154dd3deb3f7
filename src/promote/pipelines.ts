/** The pipelines of an account: applications with our tag, and what was written down of their deployment. */
import { CronExpressionParser } from 'cron-parser';

import type { Application, IAwsContext } from '../aws';
import { getApplication, listApplications } from '../aws';
import type { IPipelineSummary } from '../protocol';
import { EmrError, errorInfo } from '../protocol';
import type { IDeploymentRecord } from './deployment';
import { readDeployment } from './deployment';
import { DEPLOYMENT_TAG, PIPELINE_TAG } from './names';
import { findSchedule } from './schedule';

/** ms after which what an application is tagged with, and what was written down, is looked up again. */
const FRESH_MS = 30_000;

/** A pipeline and its application. */
export interface IKnown {
  name: string;
  application: Application;
  record?: IDeploymentRecord;
  summary: IPipelineSummary;
}

/** Looks pipelines up, and keeps what seldom changes for half a minute. */
export class Pipelines {
  private readonly kept = new Map<string, { at: number; updated: string; known: IKnown | undefined }>();

  constructor(private readonly aws: IAwsContext) {}

  /** All of them, by name. */
  async list(signal?: AbortSignal): Promise<IKnown[]> {
    const summaries = await listApplications(this.aws, signal);
    const found: IKnown[] = [];
    for (const { id = '', updatedAt, state } of summaries) {
      const updated = `${updatedAt?.toISOString() ?? ''} ${state ?? ''}`;
      const kept = this.kept.get(id);
      if (kept?.updated === updated && Date.now() - kept.at < FRESH_MS) {
        if (kept.known) {
          found.push(kept.known);
        }
        continue;
      }
      const known = await this.look(id, signal).catch((error: unknown) => {
        if (error instanceof EmrError && error.code === 'ApplicationNotFound') {
          return undefined;
        }
        throw error;
      });
      this.kept.set(id, { at: Date.now(), updated, known });
      if (known) {
        found.push(known);
      }
    }
    return found.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws EmrError `PipelineNotFound` */
  async find(name: string, signal?: AbortSignal): Promise<IKnown> {
    const all = await this.list(signal);
    const found = all.find(one => one.name === name);
    if (!found) {
      throw new EmrError({
        code: 'PipelineNotFound',
        hop: 'emr-serverless',
        message: `There is no pipeline "${name.slice(0, 64)}" in this account and region.`,
        fix:
          all.length > 0
            ? `There are ${all.map(one => one.name).join(', ')}.`
            : 'Deploy one: jupyter emr promote NOTEBOOK.'
      });
    }
    return found;
  }

  /** As {@link find}, with what was written down of its deployment. @throws EmrError `NotDeployed` where nothing was */
  async deployed(name: string, signal?: AbortSignal): Promise<IKnown & { record: IDeploymentRecord }> {
    const known = await this.find(name, signal);
    // What is run has to be the newest: a colleague may have deployed a moment ago.
    const uri = known.application.tags?.[DEPLOYMENT_TAG];
    const record = uri ? await readDeployment(this.aws, uri, signal) : undefined;
    if (!record) {
      throw new EmrError({
        code: 'NotDeployed',
        hop: 'emr-serverless',
        message: `The deployment of ${name} did not come to its end: nothing says what to run.`,
        fix: 'Deploy it again; it goes on where it failed.'
      });
    }
    return { ...known, record };
  }

  /** Look at everything anew. */
  forget(): void {
    this.kept.clear();
  }

  private async look(id: string, signal?: AbortSignal): Promise<IKnown | undefined> {
    const application = await getApplication(this.aws, id, signal);
    const name = application.tags?.[PIPELINE_TAG];
    if (!name) {
      return undefined;
    }
    const summary: IPipelineSummary = {
      name,
      applicationId: id,
      state: application.state ?? '',
      release: application.releaseLabel ?? '',
      architecture: application.architecture ?? 'X86_64',
      arguments: []
    };
    let record: IDeploymentRecord | undefined;
    try {
      const uri = application.tags?.[DEPLOYMENT_TAG];
      record = uri ? await readDeployment(this.aws, uri, signal) : undefined;
      const schedule = await findSchedule(this.aws, name, signal);
      if (schedule) {
        summary.schedule = schedule.ScheduleExpression ?? '';
        summary.scheduleEnabled = schedule.State !== 'DISABLED';
        const next = summary.scheduleEnabled
          ? nextTime(summary.schedule, schedule.ScheduleExpressionTimezone)
          : undefined;
        if (next) {
          summary.nextRunAt = next.toISOString();
        }
      }
    } catch (error) {
      if (signal?.aborted) {
        throw error;
      }
      summary.problem = errorInfo(error);
    }
    if (record) {
      summary.arguments = record.pipeline.arguments;
      summary.caps = record.pipeline.caps;
    }
    return { name, application, summary, ...(record ? { record } : {}) };
  }
}

/** When a schedule is due next; undefined where its expression does not tell (`rate`). */
export function nextTime(expression: string, timezone = 'UTC', now = new Date()): Date | undefined {
  const at = /^at\((.+)\)$/.exec(expression)?.[1];
  if (at) {
    return timezone === 'UTC' ? new Date(`${at}Z`) : undefined;
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6 || (fields[5] !== '*' && fields[5] !== '?')) {
    return undefined;
  }
  const [minute, hour, day, month, weekday] = fields.map(field => field.replace('?', '*'));
  // AWS counts the days of the week from 1 (Sunday), cron from 0.
  const days = (weekday ?? '*').replace(/(?<![/#\d])\d/g, digit => String(Number(digit) - 1));
  try {
    return CronExpressionParser.parse([minute, hour, day, month, days].join(' '), { currentDate: now, tz: timezone })
      .next()
      .toDate();
  } catch {
    return undefined;
  }
}
