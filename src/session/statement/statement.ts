import { LivyError, abortedError } from '../../livy';
import { EmrError } from '../../protocol';
import { convertOutput } from '../output/output';
import { JobWatch } from './jobs';
import { failedParts } from '../output/parts';
import { ensurePrelude } from './prelude';
import { markOwn } from './quick';
import { sourcesOf } from './sources';
import { abortable, retryText } from '../connect/start';
import { RemoteError } from '../types';

import type { ILivyStatement, IRetryNote, LivyClient, Looks } from '../../livy';
import type { IProgress } from '../../protocol';
import type { IRunOptions, IRunResult, IStatementRequest } from '../types';
import type { SessionSettings } from '../settings/settings';
import type { SessionWatch } from '../life/watch';

/** The parts of a live session that a statement uses. */
export interface IStatementHost {
  client: LivyClient;
  id: number;
  watch: SessionWatch;
  lastStatement: number;
  settings: SessionSettings;
}

/** What the session is told on the way. */
export interface IStatementOptions extends IRunOptions {
  /** Livy has taken the statement. */
  onPosted?: (posted: ILivyStatement) => void;
  /** What the driver is busy with besides, in words. */
  ahead?: () => string | undefined;
  /** On the clock of `performance.now()`; now where it is left out. */
  began?: number;
  /** Looks that began before the POST was answered. */
  looks?: Looks;
}

/** A statement that has ended, or is not waited for any longer. */
export interface IEnded {
  statement: ILivyStatement;
  cancelled: boolean;
  /** In words. */
  took: string;
}

/** The driver asked to stop goes on after this long: it runs plain code. Spark's jobs end in a third of a second. */
const STUCK_MS = 2000;

/** POST once, follow, convert. */
export async function runStatement(
  host: IStatementHost,
  request: IStatementRequest,
  options: IStatementOptions,
  defaultMaxRows?: number
): Promise<IRunResult> {
  const began = performance.now();
  try {
    const { posted, looks } = await postStatement(host, request, options, began);
    const jobs = new JobWatch(host, posted.id, request.raw ? undefined : options.onProgress);
    try {
      const ended = await followStatement(host, posted, { ...options, ...jobs.options, began, looks });
      await (options.countsJobs ? jobs.lastLook() : undefined);
      return convertStatement(host, ended, request, defaultMaxRows, options);
    } catch (error) {
      throw await jobs.explain(error);
    } finally {
      jobs.stop();
    }
  } catch (error) {
    // A request that was on its way when the session ended says nothing of its own.
    if (error instanceof LivyError && host.watch.lost.aborted) {
      throw host.watch.lost.reason;
    }
    throw options.signal?.aborted && error instanceof LivyError && error.failure !== 'aborted' ? gaveUp(error) : error;
  }
}

/** The user stopped a statement while Livy could not be reached: nobody knows whether it runs on. */
function gaveUp(error: LivyError): EmrError {
  return new EmrError({
    code: 'KeyboardInterrupt',
    hop: 'livy',
    message: 'Stopped waiting; the statement could not be cancelled because Livy does not answer.',
    detail: error.message
  });
}

/** The user stopped waiting for Livy's answer to the POST. */
function unknownError(): EmrError {
  return new EmrError({
    code: 'KeyboardInterrupt',
    hop: 'livy',
    message: 'Stopped waiting; Livy has not answered yet, and may run the statement all the same.',
    fix: '%emr result shows the statements of the session.'
  });
}

async function postStatement(
  host: IStatementHost,
  request: IStatementRequest,
  options: IStatementOptions,
  began: number
): Promise<{ posted: ILivyStatement; looks: Looks }> {
  const { client, id, watch } = host;
  const stillOurs = (): void => {
    if (watch.lost.aborted) {
      throw watch.lost.reason;
    }
  };
  await watch.confirm();
  stillOurs();
  if (options.signal?.aborted) {
    // Stopped before Livy was told of it.
    throw abortedError();
  }
  const sending = {
    onRetry: retrier(watch, teller(options, began)),
    again: async () => {
      await watch.look();
      stillOurs();
    },
    ...(options.signal ? { giveUp: options.signal } : {})
  };
  if (request.kind === 'pyspark' && !request.raw) {
    await ensurePrelude(host, sending);
    await watch.confirm();
    stillOurs();
  }
  if (!request.raw) {
    sourcesOf(host).add(request.code, request.cell, request.above);
  }
  // By the number that it will have; where that was another's, follow() begins anew.
  const looks = client.looks(id, host.lastStatement + 1);
  if (looks.pays) {
    looks.start();
  }
  const code = request.raw ? markOwn(request.code, request.kind) : request.code;
  const posting = client.postStatement(id, code, request.kind, host.lastStatement, sending);
  const { insisted } = options;
  try {
    const posted = await (insisted ? abortable(posting, insisted, unknownError) : posting);
    host.lastStatement = Math.max(host.lastStatement, posted.id);
    options.onPosted?.(posted);
    return { posted, looks };
  } catch (error) {
    looks.stop();
    throw error;
  }
}

/**
 * Follow a statement to its end. An abort of the signal cancels it at once.
 *
 * @throws EmrError `DriverStillBusy` where the driver goes on, whatever Livy calls the statement
 */
export async function followStatement(
  host: IStatementHost,
  posted: ILivyStatement,
  options: IStatementOptions
): Promise<IEnded> {
  const { client, id, watch } = host;
  const { signal, insisted } = options;
  const began = options.began ?? performance.now();
  const tell = teller(options, began);
  let cancelledAt: number | undefined;
  const { statement, cancelled, stillRunning } = await client.follow(id, posted, {
    ...(signal ? { signal } : {}),
    ...(insisted ? { stopWaiting: insisted } : {}),
    ...(options.looks ? { looks: options.looks } : {}),
    lost: watch.lost,
    onRetry: retrier(watch, tell),
    onUpdate: update => {
      cancelledAt ??= signal?.aborted ? performance.now() : undefined;
      const cancelling = cancelledAt === undefined ? undefined : performance.now() - cancelledAt;
      tellOf(update, cancelling, tell, options.ahead);
    }
  });
  const took = seconds(performance.now() - began);
  if (cancelled && (stillRunning || (statement.state === 'cancelled' && statement.output === null))) {
    throw stillBusy(statement.id, took, insisted?.aborted === true);
  }
  return { statement, cancelled, took };
}

/**
 * What a statement gave.
 *
 * @throws RemoteError where it failed, EmrError `KeyboardInterrupt` where it was cancelled
 */
export function convertStatement(
  host: IStatementHost,
  { statement, cancelled, took }: IEnded,
  request: IStatementRequest,
  defaultMaxRows?: number,
  { onPrinted }: Pick<IRunOptions, 'onPrinted'> = {}
): IRunResult {
  if (statement.state === 'cancelled') {
    const { printed } = failedParts(statement.output?.status === 'error' ? (statement.output.traceback ?? []) : []);
    if (printed.length > 0) {
      onPrinted?.(printed);
    }
    throw interrupted(took, statement);
  }
  if (request.raw && statement.output?.status === 'ok') {
    const text = statement.output.data['text/plain'];
    return { displays: [], stdout: typeof text === 'string' ? text : '' };
  }
  const maxRows = request.maxRows ?? defaultMaxRows;
  const sources = sourcesOf(host);
  if (!request.raw) {
    sources.add(request.code, request.cell, request.above);
  }
  try {
    return convertOutput(statement.output, {
      kind: request.kind,
      code: request.code,
      sources,
      ...(onPrinted ? { onPrinted } : {}),
      ...sqlLimit(host.settings),
      ...(maxRows === undefined ? {} : { maxRows })
    });
  } catch (error) {
    throw cancelled && error instanceof RemoteError ? interrupted(took, statement) : error;
  }
}

type Tell = (phase: IProgress['phase'], text: string, more?: Pick<IProgress, 'fraction' | 'stuck'>) => void;

/** Tells the progress of something that began at a time of `performance.now()`. */
export function teller(options: IRunOptions, began: number): Tell {
  return (phase, text, more = {}) =>
    options.onProgress?.({ phase, text, elapsedMs: Math.round(performance.now() - began), ...more });
}

/** While Livy does not answer: say so, and see whether the session is there at all. */
function retrier(watch: SessionWatch, tell: Tell) {
  return async (note: IRetryNote) => {
    tell('running', retryText(note));
    await watch.look();
    if (watch.lost.aborted) {
      throw watch.lost.reason;
    }
  };
}

/** Livy has no way to stop the driver's own code. */
function stillBusy(id: number, took: string, insisted: boolean): EmrError {
  return new EmrError({
    code: 'DriverStillBusy',
    hop: 'spark',
    message: insisted
      ? `Stopped waiting after ${took}: the driver is still busy with statement ${id}. Livy stops Spark jobs, not plain code.`
      : `The statement was cancelled after ${took}, but the driver is still busy with it: Livy stops Spark jobs, not plain code.`,
    fix: 'The next cell waits until that code ends. To end it now, end the session: %emr disconnect.'
  });
}

/**
 * What a statement is doing.
 *
 * @param cancelling - milliseconds since the user stopped it
 */
export function tellOf(
  statement: ILivyStatement,
  cancelling: number | undefined,
  tell: Tell,
  ahead: (() => string | undefined) | undefined
): void {
  if (cancelling !== undefined && cancelling >= STUCK_MS) {
    tell(
      'cancelling',
      'The driver goes on: Livy stops Spark jobs, and this is plain code. Wait for its end, interrupt once more to stop waiting, or end the session',
      { stuck: true }
    );
  } else if (cancelling !== undefined || statement.state === 'cancelling') {
    tell('cancelling', 'Cancelling on the cluster');
  } else if (statement.state === 'waiting') {
    tell('queued', ahead?.() ?? 'Waiting for the driver');
  } else if (statement.state === 'running') {
    const fraction = statement.progress ?? 0;
    tell('running', fraction > 0 ? `Running: ${Math.round(fraction * 100)} % of its tasks` : 'Running', { fraction });
  }
}

function interrupted(took: string, statement: ILivyStatement): EmrError {
  const said = statement.output?.status === 'error' ? statement.output.evalue.split('\n').pop() : undefined;
  return new EmrError({
    code: 'KeyboardInterrupt',
    hop: 'spark',
    message: `Stopped: the statement was cancelled on the cluster${took && ` after ${took}`}. The session goes on.`,
    ...(said ? { detail: said } : {})
  });
}

/** The session's own limit of SQL rows, where it was set. */
function sqlLimit(settings: SessionSettings): { sqlRowLimit?: number } {
  const conf = settings['conf'] as Record<string, unknown> | undefined;
  const rows = Number(conf?.['livy.rsc.sql.num-rows'] ?? conf?.['spark.livy.rsc.sql.num-rows']);
  return Number.isFinite(rows) && rows > 0 ? { sqlRowLimit: rows } : {};
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
