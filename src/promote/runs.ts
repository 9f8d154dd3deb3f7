/** Runs of pipelines: listed, followed, started, ended, compared, explained. */
import type { IAwsContext, JobRun } from '../aws';
import {
  Poll,
  callerIdentity,
  cancelJobRun,
  getJobRun,
  getObject,
  isDenied,
  jobRunDashboard,
  listJobRunAttempts,
  listJobRuns,
  startJobRun
} from '../aws';
import type { ISiteConfig } from '../config';
import type { IErrorInfo, IRun, IRunFailure, IRunFilter, IRunList, PromoteMethods } from '../protocol';
import { EmrError, RUN_END_STATES } from '../protocol';
import { findFailure } from './failure';
import { driverLog, tail } from './logs';
import { logsUri } from './names';
import type { IKnown } from './pipelines';
import { Pipelines } from './pipelines';
import { attemptsView, compareRuns, ranOutOfTime, runView } from './runView';
import type { IViewContext } from './runView';
import { switchSchedule } from './schedule';
import { runInput } from './startRun';

type Params<M extends keyof PromoteMethods> = PromoteMethods[M]['params'];
type Result<M extends keyof PromoteMethods> = PromoteMethods[M]['result'];
type Listener = (list: IRunList) => void;

const DEFAULT_LIMIT = 20;
const LOG_CHARACTERS = 200_000;
/** Runs that have ended are kept: they change no more. */
const KEPT_RUNS = 2000;
/** ms after a run's end in which its log may still come. */
const LOG_LATE_MS = 5 * 60_000;
/** Looks at runs are dearer than at clusters: one request a run that goes on. */
const SLOWER = 2;

/** Runs of one account and region. */
export class Runs {
  readonly pipelines: Pipelines;
  private readonly ended = new Map<string, IRun>();
  private readonly watchers = new Set<{ listener: Listener; filter: IRunFilter; told?: string }>();
  private readonly poll: Poll;
  private last?: IRunList;
  private trouble?: IErrorInfo;
  private region?: Promise<string>;

  constructor(
    private readonly aws: IAwsContext,
    private readonly site: ISiteConfig,
    pollMs: number
  ) {
    this.pipelines = new Pipelines(aws);
    this.poll = new Poll(
      {
        look: async signal => {
          const limit = Math.max(DEFAULT_LIMIT, ...[...this.watchers].map(({ filter }) => filter.limit ?? 0));
          this.last = await this.ask({ limit }, signal);
        },
        changing: () => this.last?.runs.some(({ state }) => !RUN_END_STATES.includes(state)) ?? false,
        troubled: () => this.trouble !== undefined && !isDenied(this.trouble),
        onLook: error => {
          this.trouble = error;
          for (const watcher of [...this.watchers]) {
            this.tell(watcher);
          }
        }
      },
      pollMs * SLOWER
    );
  }

  async list(filter: IRunFilter, signal?: AbortSignal): Promise<IRunList> {
    return this.ask(filter, signal);
  }

  watch(listener: Listener, filter: IRunFilter = {}): () => void {
    const watcher = { listener, filter };
    this.watchers.add(watcher);
    this.poll.start();
    if (this.last) {
      this.tell(watcher);
    }
    this.poll.kick();
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) {
        this.poll.stop();
      }
    };
  }

  dispose(): void {
    this.watchers.clear();
    this.poll.dispose();
  }

  private tell(watcher: { listener: Listener; filter: IRunFilter; told?: string }): void {
    const { pipeline } = watcher.filter;
    const of = <T extends { pipeline?: string; name?: string }>(list: T[], key: 'pipeline' | 'name'): T[] =>
      pipeline === undefined ? list : list.filter(item => item[key] === pipeline);
    const list: IRunList = {
      pipelines: of(this.last?.pipelines ?? [], 'name'),
      runs: of(this.last?.runs ?? [], 'pipeline'),
      asOf: this.last?.asOf ?? new Date(0).toISOString(),
      ...(this.trouble ? { stale: this.trouble } : {})
    };
    const text = JSON.stringify([list.pipelines, list.runs, list.stale]);
    if (text !== watcher.told && this.watchers.has(watcher)) {
      watcher.told = text;
      watcher.listener(list);
    }
  }

  private async ask({ pipeline, limit = DEFAULT_LIMIT }: IRunFilter, signal?: AbortSignal): Promise<IRunList> {
    const known =
      pipeline === undefined ? await this.pipelines.list(signal) : [await this.pipelines.find(pipeline, signal)];
    const runs: IRun[] = [];
    for (const one of known) {
      const summaries = await listJobRuns(this.aws, one.summary.applicationId, limit, signal);
      for (const { id = '' } of summaries) {
        runs.push(await this.view(one, id, signal));
      }
    }
    return {
      pipelines: known.map(({ summary }) => summary),
      runs: runs.sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
      asOf: new Date().toISOString()
    };
  }

  private async view(known: IKnown, runId: string, signal?: AbortSignal): Promise<IRun> {
    const kept = this.ended.get(runId);
    if (kept) {
      return kept;
    }
    const { applicationId } = known.summary;
    const run = await getJobRun(this.aws, applicationId, runId, signal);
    const view = runView(run, await this.context(known, signal));
    if ((run.attempt ?? 1) > 1) {
      // Who may not list them still sees the run.
      const attempts = await listJobRunAttempts(this.aws, applicationId, runId, signal).catch((error: unknown) => {
        if (signal?.aborted) {
          throw error;
        }
        return [];
      });
      if (attempts.length > 0) {
        view.attempts = attemptsView(attempts);
      }
    }
    if (view.state === 'FAILED' || ranOutOfTime(view)) {
      const found = await this.failure(run, view, signal);
      view.failure = ranOutOfTime(view) ? outOfTime(run) : found.failure;
      if (!found.whole && Date.now() - (run.endedAt ?? run.updatedAt ?? new Date(0)).getTime() < LOG_LATE_MS) {
        return view;
      }
    }
    if (
      RUN_END_STATES.includes(view.state) &&
      (view.billed || Date.now() - Date.parse(view.endedAt ?? view.createdAt) > LOG_LATE_MS)
    ) {
      this.ended.set(runId, view);
      if (this.ended.size > KEPT_RUNS) {
        this.ended.delete(this.ended.keys().next().value ?? '');
      }
    }
    return view;
  }

  private async context(known: IKnown, signal?: AbortSignal): Promise<IViewContext> {
    this.region ??= callerIdentity(this.aws, signal).then(({ region }) => region);
    this.region.catch(() => (this.region = undefined));
    return {
      pipeline: known.name,
      region: await this.region,
      architecture: known.summary.architecture,
      site: this.site
    };
  }

  /** @returns `whole`: the log was there */
  private async failure(
    run: JobRun,
    view: IRun,
    signal?: AbortSignal
  ): Promise<{ failure: IRunFailure; whole: boolean }> {
    const unlessStopped = (error: unknown): undefined => {
      if (signal?.aborted) {
        throw error;
      }
    };
    const uri = logUriOf(run);
    // What Python says goes to stdout: Spark joins the two streams of its Python. The JVM's own words are in stderr.
    const logs = uri
      ? await Promise.all(
          (['stderr', 'stdout'] as const).map(stream =>
            driverLog(this.aws, uri, view.applicationId, view.runId, stream, signal).catch(unlessStopped)
          )
        )
      : [];
    const log = logs.some(Boolean) ? logs.map(one => one?.text ?? '').join('\n') : undefined;
    const script = await getObject(this.aws, view.scriptUri, signal).catch(unlessStopped);
    return {
      failure: findFailure(log, run.stateDetails, view.scriptUri, script?.toString()),
      whole: log !== undefined || uri === undefined
    };
  }

  async get({ pipeline, runId }: Params<'runs.get'>, signal?: AbortSignal): Promise<IRun> {
    return this.view(await this.pipelines.find(pipeline, signal), runId, signal);
  }

  async start(params: Params<'runs.start'>, signal?: AbortSignal): Promise<IRun> {
    const known = await this.pipelines.deployed(params.pipeline, signal);
    const runId = await startJobRun(this.aws, runInput(known.record, params.arguments ?? {}, params.token), signal);
    this.poll.kick();
    return this.view(known, runId, signal);
  }

  async cancel({ pipeline, runId }: Params<'runs.cancel'>, signal?: AbortSignal): Promise<{ runId: string }> {
    const known = await this.pipelines.find(pipeline, signal);
    const { state } = await this.view(known, runId, signal);
    if (!RUN_END_STATES.includes(state) && state !== 'CANCELLING') {
      await cancelJobRun(this.aws, known.summary.applicationId, runId, signal);
      this.poll.kick();
    }
    return { runId };
  }

  async compare({ pipeline, a, b }: Params<'runs.compare'>, signal?: AbortSignal): Promise<Result<'runs.compare'>> {
    const known = await this.pipelines.find(pipeline, signal);
    return compareRuns(await this.view(known, a, signal), await this.view(known, b, signal));
  }

  async logs(params: Params<'runs.logs'>, signal?: AbortSignal): Promise<Result<'runs.logs'>> {
    const { pipeline, runId, stream = 'stderr', maxCharacters = LOG_CHARACTERS, attempt } = params;
    const known = await this.pipelines.find(pipeline, signal);
    const { applicationId } = known.summary;
    const run = await getJobRun(this.aws, applicationId, runId, signal);
    const logUri = logUriOf(run) ?? (known.record ? logsUri(known.record.pipeline) : undefined);
    if (logUri === undefined) {
      throw new EmrError({
        code: 'NoLogs',
        hop: 'emr-serverless',
        message: `The run ${runId} writes no log into S3.`,
        fix: 'Open its Spark UI, which has the logs that EMR Serverless keeps itself.'
      });
    }
    const log = await driverLog(this.aws, logUri, applicationId, runId, stream, signal, attempt);
    const complete = RUN_END_STATES.includes(run.state ?? 'SUBMITTED');
    return log
      ? { ...tail(log.text, maxCharacters), uri: log.uri, complete }
      : { text: '', uri: logUri, cut: false, complete };
  }

  async ui({ pipeline, runId }: Params<'runs.ui'>, signal?: AbortSignal): Promise<{ url: string }> {
    const known = await this.pipelines.find(pipeline, signal);
    return { url: await jobRunDashboard(this.aws, known.summary.applicationId, runId, signal) };
  }

  async setSchedule(
    { pipeline, enabled }: Params<'schedule.set'>,
    signal?: AbortSignal
  ): Promise<Result<'schedule.set'>> {
    await switchSchedule(this.aws, pipeline, enabled, signal);
    this.pipelines.forget();
    this.poll.kick();
    return (await this.pipelines.find(pipeline, signal)).summary;
  }

  /** Something was deployed or removed. */
  changed(): void {
    this.pipelines.forget();
    this.poll.kick();
  }
}

/** What a run says that its time limit ended: its log holds no error. */
function outOfTime({ executionTimeoutMinutes: minutes }: JobRun): IRunFailure {
  return {
    message: `It was stopped by its time limit${minutes === undefined ? '' : ` of ${minutes} minutes`}.`,
    fix: 'Give it more time (timeLimitMinutes in the pipeline’s file), or more executors (caps).'
  };
}

function logUriOf(run: JobRun): string | undefined {
  return run.configurationOverrides?.monitoringConfiguration?.s3MonitoringConfiguration?.logUri;
}
