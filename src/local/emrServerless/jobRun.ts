/** One job run: its way through the states, its attempts, each a real Spark process. */
import type { JobRunState, StartJobRunRequest } from '@aws-sdk/client-emr-serverless';
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock } from '../clock';
import { serverlessId } from '../ids';
import { roleProblem, type IAccess } from './access';
import type { Application } from './application';
import { readDemand, total, type IDemand, type IWorkers } from './demand';
import { clip, failureDetails } from './exceptions';
import { FetchError, fetchJob } from './fetch';
import { JobLogs } from './jobLogs';
import type { JobQueue } from './queue';
import { SparkProcess, type ISparkEnd } from './sparkProcess';
import { readSubmission, type ISubmission } from './submission';
import { addUtilization, utilization, type IUtilization } from './utilization';

/** Seconds of AWS's time: between states, and between two uploads of the logs. */
export const PACE = { submitted: 1, scheduled: 5, logs: 30 };
/** Real minutes and seconds: what a job does takes as long as it takes. */
const TIMEOUT_MINUTES = 720;
const QUEUE_MINUTES = 360;
const GRACE_SECONDS = 10;
const LONGEST_TIMER = 2 ** 31 - 1;

/** What every job is made with. */
export interface IJobSite {
  clock: Clock;
  access: IAccess;
  region: string;
  python: string;
  javaHome?: string;
  workDir: string;
  /** Folder of all event logs. */
  eventDir: string;
}

export interface IAttempt {
  number: number;
  state: JobRunState;
  details: string;
  createdAt: Date;
  updatedAt: Date;
  /** While it runs. */
  uiUrl?: string;
  /** Spark's own id of the application. */
  sparkAppId?: string;
}

/** It ends FAILED, with these words. */
class Failure extends Error {}
/** This attempt ended; another one may do better. */
class AttemptFailure extends Failure {}

const ENDED: readonly JobRunState[] = ['SUCCESS', 'FAILED', 'CANCELLED'];

export class JobRun {
  readonly id = serverlessId();
  readonly arn: string;
  readonly createdAt: Date;
  readonly attempts: IAttempt[] = [];
  readonly done: Promise<void>;
  tags: Record<string, string>;
  startedAt?: Date;
  endedAt?: Date;
  queuedMilliseconds?: number;
  usage?: IUtilization;
  /** Of all attempts' processes. */
  seconds = 0;
  private process?: SparkProcess;
  private readonly cancelling = new AbortController();
  private cancelDetails = 'Job run was cancelled by user request.';
  private graceSeconds = GRACE_SECONDS;

  constructor(
    readonly application: Application,
    readonly request: StartJobRunRequest,
    readonly createdBy: string,
    private readonly queue: JobQueue,
    private readonly site: IJobSite
  ) {
    this.arn = `${application.arn}/jobruns/${this.id}`;
    this.createdAt = site.clock.now();
    this.tags = { ...request.tags };
    this.newAttempt();
    application.enter(this);
    this.done = this.live();
  }

  get attempt(): IAttempt {
    return this.attempts.at(-1)!;
  }

  get state(): JobRunState {
    return this.attempt.state;
  }

  get ended(): boolean {
    return ENDED.includes(this.state);
  }

  get timeoutMinutes(): number {
    return this.request.executionTimeoutMinutes ?? TIMEOUT_MINUTES;
  }

  get releaseLabel(): string {
    return this.application.spec.releaseLabel!;
  }

  /** Begin to end it; nothing where it has ended. @param graceSeconds - until it is killed, in real seconds */
  cancel(graceSeconds = GRACE_SECONDS, details = this.cancelDetails): void {
    if (!this.ended && !this.cancelling.signal.aborted) {
      this.graceSeconds = graceSeconds;
      this.cancelDetails = details;
      this.transition('CANCELLING', details);
      this.cancelling.abort();
    }
  }

  /** At the end of the account. */
  async dispose(): Promise<void> {
    this.cancel(0);
    await this.process?.kill();
  }

  private async live(): Promise<void> {
    try {
      await this.pass(PACE.submitted);
      const submission = this.read();
      const workers = await this.schedule(readDemandOrFail(submission));
      await this.runAttempts(submission, workers);
    } catch (error) {
      if (this.cancelling.signal.aborted) {
        this.transition('CANCELLED', this.cancelDetails);
      } else {
        if (!(error instanceof Failure)) {
          process.stderr.write(`local account: job run ${this.id}: ${(error as Error).stack}\n`);
        }
        this.transition('FAILED', clip((error as Error).message));
      }
    } finally {
      this.endedAt = this.site.clock.now();
      this.queue.leave(this);
      this.application.leave(this);
    }
  }

  private read(): ISubmission {
    try {
      return readSubmission(this.application.spec, this.request);
    } catch (error) {
      throw new Failure(`Job failed. ExitCode: 1. ${(error as Error).message}`);
    }
  }

  /** Until the application runs and there is room. */
  private async schedule(demand: IDemand): Promise<IWorkers> {
    this.transition('PENDING', 'The job run waits for the application to start.');
    if (!(await this.unlessCancelled(this.application.up()))) {
      throw new Failure(`Job failed because application ${this.application.id} was stopped.`);
    }
    const entered = this.queue.enter(this, demand);
    if (entered === 'never') {
      const { maximumCapacity } = this.application.spec;
      const { cpu, memory, disk } = total({ ...demand, executors: demand.least });
      throw new Failure(
        `Job failed as application has exceeded maximumCapacity settings. It needs ${cpu} vCPU, ${memory} GB memory, ${disk} GB disk; ` +
          `the maximum is ${[maximumCapacity?.cpu, maximumCapacity?.memory, maximumCapacity?.disk].filter(Boolean).join(', ')}.`
      );
    }
    if (entered === 'full') {
      throw new Failure('Job failed as worker could not be allocated as application has exceeded maximumCapacity.');
    }
    const workers = entered instanceof Promise ? await this.waitInQueue(entered) : entered;
    this.transition('SCHEDULED', 'The job run waits for its workers.');
    await this.pass(PACE.scheduled);
    return workers;
  }

  private async waitInQueue(admitted: Promise<IWorkers>): Promise<IWorkers> {
    const since = Date.now();
    const minutes = this.application.spec.schedulerConfiguration?.queueTimeoutMinutes ?? QUEUE_MINUTES;
    this.transition(
      'QUEUED',
      'The job run is queued: the capacity or the concurrent runs of the application are in use.'
    );
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Failure(`Job failed because it was in the queue for more than ${minutes} minutes.`)),
        minutes * 60_000
      );
    });
    try {
      return await this.unlessCancelled(Promise.race([admitted, tooLong]));
    } finally {
      clearTimeout(timer);
      this.queuedMilliseconds = Date.now() - since;
    }
  }

  private async runAttempts(submission: ISubmission, workers: IWorkers): Promise<void> {
    const most = this.request.retryPolicy?.maxAttempts ?? 1;
    for (let number = 1; ; number++) {
      try {
        await this.run(submission, workers, most > 1);
        return;
      } catch (error) {
        if (!(error instanceof AttemptFailure) || number >= most || this.cancelling.signal.aborted) {
          throw error;
        }
        this.transition('FAILED', clip(error.message));
        this.newAttempt();
        this.transition('SCHEDULED', `Attempt ${number + 1} of ${most}: the job run waits for its workers.`);
        await this.pass(PACE.scheduled);
      }
    }
  }

  /** One attempt. @throws AttemptFailure where it does not succeed */
  private async run(submission: ISubmission, workers: IWorkers, manyAttempts: boolean): Promise<void> {
    const { access, region, clock, python, javaHome, eventDir } = this.site;
    const attempt = this.attempt;
    const role = this.request.executionRoleArn!;
    const keys = await access.assume(role, this.application.arn, this.id);
    if (!keys) {
      throw new Failure(roleProblem(role));
    }
    const workDir = join(this.site.workDir, this.application.id, `${this.id}-${attempt.number}`);
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    try {
      const objects = access.objects(keys, region);
      const fetched = await this.unlessCancelled(fetchJob(submission, objects, workDir));
      this.transition('RUNNING', 'The job run is running.');
      const began = Date.now();
      this.startedAt ??= new Date(began);
      const spark = new SparkProcess(
        {
          python,
          ...(javaHome ? { javaHome } : {}),
          workDir,
          eventDir,
          conf: { ...access.sparkConf(region), ...fetched.conf },
          ...(submission.mainClass ? { mainClass: submission.mainClass } : {}),
          program: fetched.program,
          arguments: submission.arguments,
          env: { ...fetched.env, ...access.environment(keys, region) }
        },
        { ui: url => (attempt.uiUrl = url), application: id => (attempt.sparkAppId = id) }
      );
      this.process = spark;
      fetched.notes.forEach(note => appendFileSync(spark.stderr, `${note}\n`));
      const logs = new JobLogs(
        this.request.configurationOverrides?.monitoringConfiguration ?? this.application.spec.monitoringConfiguration,
        { applicationId: this.application.id, jobRunId: this.id, attempt: attempt.number, manyAttempts },
        spark,
        objects,
        access.logs(keys, region),
        message => process.stderr.write(`local account: logs of job run ${this.id}: ${message}\n`)
      );
      const { code } = await this.untilEnd(spark, logs, clock);
      attempt.uiUrl = undefined;
      this.account(workers, Math.ceil((Date.now() - began) / 1000));
      await logs.upload();
      if (this.cancelling.signal.aborted) {
        throw new Failure(this.cancelDetails);
      }
      if (code !== 0) {
        throw new AttemptFailure(failureDetails(code, tail(spark.stdout), tail(spark.stderr)));
      }
      this.transition('SUCCESS', 'The job run has completed successfully.');
    } catch (error) {
      throw error instanceof FetchError ? new Failure(error.message) : error;
    } finally {
      rmSync(workDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  }

  /** Its end, by itself, by a cancel or by the time limit; its logs are written meanwhile. */
  private async untilEnd(spark: SparkProcess, logs: JobLogs, clock: Clock): Promise<ISparkEnd> {
    let next: () => void;
    const write = () => {
      void logs.upload();
      next = clock.after(PACE.logs, write);
    };
    next = clock.after(PACE.logs, write);
    const limit = this.timeoutMinutes;
    const timeout =
      limit > 0
        ? setTimeout(
            () => this.cancel(GRACE_SECONDS, `Job run exceeded its execution timeout of ${limit} minutes.`),
            Math.min(limit * 60_000, LONGEST_TIMER)
          )
        : undefined;
    let force: NodeJS.Timeout | undefined;
    const stop = () => {
      spark.terminate();
      force = setTimeout(() => void spark.kill(), this.graceSeconds * 1000);
    };
    this.cancelling.signal.addEventListener('abort', stop, { once: true });
    if (this.cancelling.signal.aborted) {
      stop();
    }
    try {
      return await spark.ended;
    } finally {
      this.cancelling.signal.removeEventListener('abort', stop);
      clearTimeout(timeout);
      clearTimeout(force);
      next();
    }
  }

  private account(workers: IWorkers, seconds: number): void {
    this.seconds += seconds;
    this.usage = addUtilization(this.usage, utilization(workers, seconds));
  }

  private newAttempt(): void {
    const now = this.site.clock.now();
    this.attempts.push({
      number: this.attempts.length + 1,
      state: 'SUBMITTED',
      details: 'The job run was submitted.',
      createdAt: now,
      updatedAt: now
    });
  }

  private transition(state: JobRunState, details: string): void {
    if (this.cancelling.signal.aborted && state !== 'CANCELLED') {
      return;
    }
    const previousState = this.attempt.state;
    Object.assign(this.attempt, { state, details, updatedAt: this.site.clock.now() });
    if (state !== previousState) {
      this.site.access.tell(this.site.region, 'EMR Serverless Job Run State Change', {
        jobRunId: this.id,
        applicationId: this.application.id,
        arn: this.arn,
        releaseLabel: this.releaseLabel,
        state,
        previousState,
        createdBy: this.createdBy,
        createdAt: this.createdAt.toISOString(),
        updatedAt: this.attempt.updatedAt.toISOString()
      });
    }
  }

  private pass(seconds: number): Promise<void> {
    return this.unlessCancelled(new Promise(resolve => this.site.clock.after(seconds, resolve)));
  }

  /** @throws Failure once it is cancelled */
  private unlessCancelled<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.cancelling;
    return new Promise((resolve, reject) => {
      const stop = () => reject(new Failure(this.cancelDetails));
      if (signal.aborted) {
        stop();
      }
      signal.addEventListener('abort', stop, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }
}

function readDemandOrFail({ conf }: ISubmission): IDemand {
  try {
    return readDemand(conf);
  } catch (error) {
    throw new Failure(`Job failed. ${(error as Error).message}`);
  }
}

const TAIL = 256 * 1024;

function tail(path: string): string {
  const all = readFileSync(path);
  return all.subarray(-TAIL).toString('utf8');
}
