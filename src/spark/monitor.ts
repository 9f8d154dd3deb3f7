import { getJson } from './http';

import type { ITrust } from './http';
import type { ISparkExecutor, ISparkJob, ISparkStage, ISparkTask } from './types';

/** Where the driver's UI may be. */
export interface ISparkPlace {
  /** The UI's address: the driver's own, or YARN's proxy before it. */
  url: string;
  /** Spark's id of the application; asked for where it is left out. */
  app?: string;
}

/** One question takes no longer. */
const TIMEOUT_MS = 1500;
/** The first one of all: Spark loads the API when it is first asked, which takes a busy driver seconds. */
const FIRST_TIMEOUT_MS = 30_000;
/** Where nothing answered, one asks again after this long. */
const AGAIN_MS = 20_000;

/**
 * The monitoring REST API of one driver. Each answer is undefined where it cannot be reached: everything that it tells
 * is told without it, only less.
 */
export class SparkMonitor {
  private base?: string;
  private finding?: Promise<string | undefined>;
  private failedAt?: number;

  /**
   * @param places - where to look, the best first; asked for when it is needed
   */
  constructor(
    private readonly places: () => Promise<ISparkPlace[]>,
    private readonly trust?: () => ITrust
  ) {}

  /** Jobs that run now, of all statements. */
  runningJobs(): Promise<ISparkJob[] | undefined> {
    return this.ask('jobs?status=running');
  }

  failedJobs(timeoutMs?: number): Promise<ISparkJob[] | undefined> {
    return this.ask('jobs?status=failed', timeoutMs);
  }

  job(id: number): Promise<ISparkJob | undefined> {
    return this.ask(`jobs/${id}`);
  }

  failedStages(timeoutMs?: number): Promise<ISparkStage[] | undefined> {
    return this.ask('stages?status=failed', timeoutMs);
  }

  /** Tasks of a stage, the failed ones first. */
  failedTasks(stage: number, attempt: number, timeoutMs?: number): Promise<ISparkTask[] | undefined> {
    // Spark before 3.1 does not know `status` and gives the first tasks of any kind.
    return this.ask(`stages/${stage}/${attempt}/taskList?status=failed&length=100`, timeoutMs);
  }

  executors(timeoutMs?: number): Promise<ISparkExecutor[] | undefined> {
    return this.ask('allexecutors', timeoutMs);
  }

  private async ask<T>(path: string, timeoutMs = TIMEOUT_MS): Promise<T | undefined> {
    const base = this.base ?? (await this.find());
    if (base === undefined) {
      return undefined;
    }
    try {
      return (await getJson(`${base}/${path}`, timeoutMs, this.trust)) as T;
    } catch {
      return undefined;
    }
  }

  private find(): Promise<string | undefined> {
    if (this.failedAt !== undefined && performance.now() - this.failedAt < AGAIN_MS) {
      return Promise.resolve(undefined);
    }
    this.finding ??= this.findOnce().finally(() => (this.finding = undefined));
    return this.finding;
  }

  private async findOnce(): Promise<string | undefined> {
    const places = await this.places().catch(() => []);
    for (const { url, app } of places) {
      const root = `${url.replace(/\/+$/, '')}/api/v1/applications`;
      try {
        const applications = (await getJson(root, FIRST_TIMEOUT_MS, this.trust)) as { id?: string }[];
        const found = applications.find(({ id }) => app === undefined || id === app)?.id;
        if (found !== undefined) {
          this.base = `${root}/${encodeURIComponent(found)}`;
          return this.base;
        }
      } catch {
        // The next place.
      }
    }
    // A session that has told no place yet may do so with its first statement.
    this.failedAt = places.length > 0 ? performance.now() : undefined;
    return undefined;
  }
}
