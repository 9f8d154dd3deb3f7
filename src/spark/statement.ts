import type { ISparkProgress } from '../protocol';
import type { SparkMonitor } from './monitor';
import type { ISparkJob } from './types';

/** Jobs that began and ended between two looks are asked for one by one, no more of them at once. */
const MISSED_AT_ONCE = 5;

/** The Spark jobs of one statement: Livy makes its number the name of their job group. */
export class StatementJobs {
  private readonly jobs = new Map<number, ISparkJob>();

  constructor(
    private readonly monitor: SparkMonitor,
    private readonly statement: number
  ) {}

  /** Look once more. @returns undefined where there is nothing to tell */
  async look(): Promise<ISparkProgress | undefined> {
    const running = await this.monitor.runningJobs();
    if (running === undefined) {
      return undefined;
    }
    const group = String(this.statement);
    for (const job of running) {
      if (job.jobGroup === group) {
        this.jobs.set(job.jobId, job);
      }
    }
    const now = new Set(running.map(job => job.jobId));
    await Promise.all(this.unknown(now).map(id => this.lookAt(id, group)));
    return this.progress();
  }

  /** Ids whose last state is not known: those that do not run any more, and those in between. */
  private unknown(running: ReadonlySet<number>): number[] {
    const ended = [...this.jobs.values()].filter(job => job.status === 'RUNNING' && !running.has(job.jobId));
    const ids = [...this.jobs.keys()];
    const between: number[] = [];
    for (let id = Math.min(...ids) + 1; id < Math.max(...ids) && between.length < MISSED_AT_ONCE; id++) {
      if (!this.jobs.has(id)) {
        between.push(id);
      }
    }
    return [...ended.map(job => job.jobId), ...between];
  }

  private async lookAt(id: number, group: string): Promise<void> {
    const job = await this.monitor.job(id);
    if (job) {
      // Another's is kept too, so that it is not asked for again.
      this.jobs.set(id, job.jobGroup === group ? job : { jobId: id });
    }
  }

  private progress(): ISparkProgress | undefined {
    const own = [...this.jobs.values()].filter(job => job.jobGroup !== undefined);
    if (own.length === 0) {
      return undefined;
    }
    const sum = (value: (job: ISparkJob) => number | undefined): number =>
      own.reduce((total, job) => total + (value(job) ?? 0), 0);
    const skippedTasks = sum(job => job.numSkippedTasks);
    return {
      jobs: { done: own.filter(job => job.status !== 'RUNNING').length, total: own.length },
      stages: {
        done: sum(job => (job.numCompletedStages ?? 0) + (job.numSkippedStages ?? 0)),
        total: sum(job => job.stageIds?.length)
      },
      tasks: {
        done: sum(job => job.numCompletedTasks),
        total: Math.max(0, sum(job => job.numTasks) - skippedTasks),
        active: sum(job => job.numActiveTasks),
        failed: sum(job => job.numFailedTasks)
      }
    };
  }
}
