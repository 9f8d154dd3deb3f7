import { setTimeout as sleep } from 'node:timers/promises';

import { trustContext } from '../../livy';
import { SparkMonitor, StatementJobs, TimeLeft, failureCause } from '../../spark';
import { driverPlace } from './prelude';
import { sourcesOf } from './sources';
import { detailsBundle, nameCells } from '../output/trace';
import { RemoteError } from '../types';

import type { IHttpOptions } from '../../livy';
import type { IProgress, ISparkProgress } from '../../protocol';
import type { ISparkPlace, ITrust } from '../../spark';
import type { IPreludeHost } from './prelude';
import type { IRunOptions } from '../types';
import type { SessionWatch } from '../life/watch';

/** What is needed of a live session. */
export interface IJobHost extends IPreludeHost {
  watch: SessionWatch;
  endpoint?: { http: IHttpOptions };
}

/** Quick cells ask Spark nothing. */
const FIRST_LOOK_MS = 600;
const LOOK_MS = 1000;
/** A cell that runs for minutes is looked at less often. */
const LOOK_SLOWLY_MS = 2000;
/** An error waits no longer for its cause, unless the site wants it to (`JUPYTERLAB_EMR_CAUSE_SECONDS`). */
const CAUSE_LIMIT_MS = 900;
/** Errors that a Spark job may be behind. */
const OF_SPARK = /Py4J|Spark|PythonException|Job aborted|stage failure|executor/i;

const monitors = new WeakMap<object, SparkMonitor>();

/** The monitoring API of a session's driver: by Livy's link (YARN's proxy), else at the address that the driver says. */
function monitorOf(host: IJobHost): SparkMonitor {
  let monitor = monitors.get(host);
  if (!monitor) {
    monitor = new SparkMonitor(
      () => placesOf(host),
      () => trustOf(host.endpoint?.http)
    );
    monitors.set(host, monitor);
  }
  return monitor;
}

async function placesOf(host: IJobHost): Promise<ISparkPlace[]> {
  const { appId, appInfo } = host.watch.seen;
  const told = appInfo?.sparkUiUrl;
  const own = await driverPlace(host);
  const app = own.app ?? appId ?? undefined;
  return [told, own.ui]
    .filter((url, index, all): url is string => Boolean(url) && all.indexOf(url) === index)
    .map(url => ({ url, ...(app ? { app } : {}) }));
}

function trustOf(http: IHttpOptions | undefined): ITrust {
  try {
    return http?.verify === false ? { verify: false } : { verify: true, context: trustContext(http?.caFile) };
  } catch {
    return { verify: true };
  }
}

function causeLimit(env: NodeJS.ProcessEnv = process.env): number {
  const seconds = Number(env['JUPYTERLAB_EMR_CAUSE_SECONDS'] || NaN);
  return seconds >= 0 ? Math.min(seconds, 60) * 1000 : CAUSE_LIMIT_MS;
}

/** Watches the Spark jobs of one statement: adds them to its progress, and says why they failed. */
export class JobWatch {
  private readonly left = new TimeLeft();
  private readonly jobs: StatementJobs;
  private runningSince?: number;
  private timer?: NodeJS.Timeout;
  private looked = false;
  private last?: IProgress;
  private spark?: ISparkProgress;
  private remainingMs?: number;

  constructor(
    private readonly host: IJobHost,
    private readonly statement: number,
    private readonly onProgress?: (progress: IProgress) => void
  ) {
    this.jobs = new StatementJobs(monitorOf(host), statement);
    if (onProgress) {
      this.schedule(FIRST_LOOK_MS);
    }
  }

  /** To be handed to whoever follows the statement. */
  get options(): Pick<IRunOptions, 'onProgress'> {
    return this.onProgress ? { onProgress: this.tell } : {};
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.last = undefined;
  }

  /** Tell all jobs of a statement that has ended; one that was over before its first look tells none. */
  async lastLook(): Promise<void> {
    if (!this.looked || this.last?.phase !== 'running') {
      return;
    }
    const limit = sleep(CAUSE_LIMIT_MS, undefined, { ref: false });
    const spark = await Promise.race([this.jobs.look(), limit]).catch(() => undefined);
    if (spark) {
      this.spark = spark;
      this.remainingMs = undefined;
      this.send();
    }
  }

  /** The error, with its cause below it where Spark tells one within a second. */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof RemoteError) || !OF_SPARK.test(`${error.ename} ${error.evalue}`)) {
      return error;
    }
    const cause = await failureCause(monitorOf(this.host), this.statement, causeLimit());
    if (cause.length > 0) {
      const sources = sourcesOf(this.host);
      error.details = detailsBundle(
        cause.map(line => nameCells(line, sources)),
        error.full
      );
    }
    return error;
  }

  private readonly tell = (progress: IProgress): void => {
    this.last = progress;
    if (progress.phase === 'running') {
      this.runningSince ??= performance.now();
    }
    this.send();
  };

  private send(): void {
    const { last, spark, remainingMs } = this;
    if (!last) {
      return;
    }
    if (last.phase !== 'running' || !spark) {
      this.onProgress?.(last);
      return;
    }
    const { tasks } = spark;
    this.onProgress?.({
      ...last,
      text: sparkText(spark),
      spark,
      ...(tasks.total > 0 ? { fraction: Math.min(1, tasks.done / tasks.total) } : {}),
      ...(remainingMs === undefined ? {} : { remainingMs })
    });
  }

  private schedule(ms: number): void {
    this.timer = setTimeout(() => void this.look(), ms);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    this.looked = true;
    // While it waits for its turn there are no jobs of it.
    const spark = this.last?.phase === 'running' ? await this.jobs.look().catch(() => undefined) : undefined;
    if (this.timer === undefined) {
      return; // the statement ended meanwhile
    }
    const elapsed = performance.now() - (this.runningSince ?? performance.now());
    if (spark) {
      this.spark = spark;
      this.remainingMs = this.left.add(elapsed, spark.tasks.done, spark.tasks.total);
      this.send();
    }
    this.schedule(elapsed > 60_000 ? LOOK_SLOWLY_MS : LOOK_MS);
  }
}

/** `Spark job 2 of 3, stage 4 of 7, 120 of 400 tasks (3 failed)` */
export function sparkText({ jobs, stages, tasks }: ISparkProgress): string {
  const of = (done: number, total: number, word: string): string => `${word} ${Math.min(done + 1, total)} of ${total}`;
  const failed = tasks.failed > 0 ? ` (${tasks.failed} failed)` : '';
  const count = `${tasks.done} of ${tasks.total} tasks done${failed}`;
  return jobs.done === jobs.total
    ? `Running: ${jobs.total} Spark job${jobs.total === 1 ? '' : 's'} done, ${count}`
    : `Running: ${of(jobs.done, jobs.total, 'Spark job')}, ${of(stages.done, stages.total, 'stage')}, ${count}`;
}
