import { LivyError } from '../livy';
import { EmrError } from '../protocol';
import { convertOutput } from './output';
import { retryText } from './start';
import { RemoteError } from './types';

import type { ILivyStatement, IRetryNote, LivyClient } from '../livy';
import type { IProgress } from '../protocol';
import type { IRunOptions, IRunResult, IStatementRequest } from './types';
import type { SessionSettings } from './settings';
import type { SessionWatch } from './watch';

/** The parts of a live session that a statement uses. */
export interface IStatementHost {
  client: LivyClient;
  id: number;
  watch: SessionWatch;
  lastStatement: number;
  settings: SessionSettings;
}

/** POST once, follow, convert. */
export async function runStatement(
  host: IStatementHost,
  request: IStatementRequest,
  options: IRunOptions,
  defaultMaxRows?: number
): Promise<IRunResult> {
  try {
    return await postAndFollow(host, request, options, defaultMaxRows);
  } catch (error) {
    throw options.signal?.aborted && error instanceof LivyError ? gaveUp(error) : error;
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

async function postAndFollow(
  host: IStatementHost,
  request: IStatementRequest,
  options: IRunOptions,
  defaultMaxRows?: number
): Promise<IRunResult> {
  const { client, id, watch } = host;
  const began = performance.now();
  const tell = (phase: IProgress['phase'], text: string, fraction?: number): void =>
    options.onProgress?.({
      phase,
      text,
      elapsedMs: Math.round(performance.now() - began),
      ...(fraction === undefined ? {} : { fraction })
    });
  const onRetry = async (note: IRetryNote) => {
    tell('running', retryText(note));
    await watch.look();
    if (watch.lost.aborted) {
      throw watch.lost.reason;
    }
  };
  await watch.confirm();
  const stillOurs = (): void => {
    if (watch.lost.aborted) {
      throw watch.lost.reason;
    }
  };
  stillOurs();
  // By the number that it will have; where that was another's, follow() begins anew.
  const looks = client.looks(id, host.lastStatement + 1);
  if (looks.pays) {
    looks.start();
  }
  const posted = await client
    .postStatement(id, request.code, request.kind, host.lastStatement, {
      onRetry,
      again: async () => {
        await watch.look();
        stillOurs();
      },
      ...(options.signal ? { giveUp: options.signal } : {})
    })
    .catch((error: unknown) => {
      looks.stop();
      throw error;
    });
  host.lastStatement = Math.max(host.lastStatement, posted.id);
  const { statement, cancelled, stillRunning } = await client.follow(id, posted, {
    ...(options.signal ? { signal: options.signal } : {}),
    lost: watch.lost,
    onRetry,
    onUpdate: update => tellOf(update, options.signal?.aborted === true, tell)
  });
  const took = seconds(performance.now() - began);
  if (cancelled && (stillRunning || (statement.state === 'cancelled' && statement.output === null))) {
    throw new EmrError({
      code: 'DriverStillBusy',
      hop: 'spark',
      message: `The statement was cancelled after ${took}, but the driver is still busy with it: Livy stops Spark jobs, not plain code.`,
      fix: 'The next cell waits until that code ends. To end it now, end the session: %emr disconnect, or restart the kernel.'
    });
  }
  if (statement.state === 'cancelled') {
    throw interrupted(took, statement);
  }
  if (request.raw && statement.output?.status === 'ok') {
    const text = statement.output.data['text/plain'];
    return { displays: [], stdout: typeof text === 'string' ? text : '' };
  }
  try {
    return convertOutput(statement.output, {
      kind: request.kind,
      code: request.code,
      ...sqlLimit(host.settings),
      ...(request.maxRows === undefined
        ? defaultMaxRows === undefined
          ? {}
          : { maxRows: defaultMaxRows }
        : { maxRows: request.maxRows })
    });
  } catch (error) {
    throw cancelled && error instanceof RemoteError ? interrupted(took, statement) : error;
  }
}

function tellOf(
  statement: ILivyStatement,
  cancelling: boolean,
  tell: (phase: IProgress['phase'], text: string, fraction?: number) => void
): void {
  if (cancelling || statement.state === 'cancelling') {
    tell('cancelling', 'Cancelling on the cluster (plain driver code cannot be stopped: Livy waits 30 s for it)');
  } else if (statement.state === 'waiting') {
    tell('queued', 'Waiting for the driver');
  } else if (statement.state === 'running') {
    const fraction = statement.progress ?? 0;
    tell('running', fraction > 0 ? `Running: ${Math.round(fraction * 100)} % of its tasks` : 'Running', fraction);
  }
}

function interrupted(took: string, statement: ILivyStatement): EmrError {
  const said = statement.output?.status === 'error' ? statement.output.evalue.split('\n').pop() : undefined;
  return new EmrError({
    code: 'KeyboardInterrupt',
    hop: 'spark',
    message: `Stopped: the statement was cancelled on the cluster after ${took}. The session goes on.`,
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
