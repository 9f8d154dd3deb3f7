/** A statement that the page asked for beside the cells: told with its errors, and out of the way when a cell comes. */
import { EmrError } from '../../protocol';
import { isDead } from '../live';
import { markOwn } from '../statement/quick';

import type { ILive } from '../live';

/**
 * Run Python code and hand back what it printed. Belongs to no cell: not in the history, not counted, not taken up by
 * another kernel.
 *
 * @param signal - aborted: it is cancelled on the cluster
 * @throws EmrError `GaveWay` where a cell came first; Spark’s own error by its name; `Cancelled`
 */
export async function runAsked(live: ILive, code: string, signal: AbortSignal): Promise<string> {
  const mine: NonNullable<ILive['quick']> = (live.quick = {});
  try {
    await live.watch.confirm();
    if (isDead(live)) {
      throw live.watch.lost.reason;
    }
    signal.throwIfAborted();
    const posted = await live.client.postStatement(live.id, markOwn(code, 'pyspark'), 'pyspark', live.lastStatement);
    live.lastStatement = Math.max(live.lastStatement, posted.id);
    mine.id = posted.id;
    const { statement, cancelled } = await live.client.follow(live.id, posted, { signal, lost: live.watch.lost });
    const { output } = statement;
    if (output?.status === 'ok' && !cancelled) {
      const text = output.data['text/plain'];
      return typeof text === 'string' ? text : '';
    }
    if (cancelled || signal.aborted) {
      throw new EmrError({ code: 'Cancelled', hop: 'spark', message: 'It was cancelled on the cluster.' });
    }
    if (statement.state === 'cancelled' || output?.status !== 'error') {
      throw gaveWay();
    }
    throw sparkError(output.ename, output.evalue);
  } finally {
    if (live.quick === mine) {
      delete live.quick;
    }
  }
}

/** Another statement is on the session. */
export function busyError(): EmrError {
  return new EmrError({
    code: 'SessionBusy',
    hop: 'livy',
    message: 'The notebook’s session is busy.',
    fix: 'Ask again when the cell has ended.'
  });
}

function gaveWay(): EmrError {
  return new EmrError({
    code: 'GaveWay',
    hop: 'livy',
    message: 'A cell was run meanwhile, and goes first.',
    fix: 'Ask again when it has ended.'
  });
}

function sparkError(ename: string, evalue: string): EmrError {
  const [first = ename, ...more] = evalue.split('\n').filter(line => line.trim() !== '');
  const isDenied = /AccessDenied|not authorized|Insufficient Lake Formation|Access Denied|403/i.test(evalue);
  return new EmrError({
    code: isDenied ? 'AccessDenied' : ename,
    hop: 'spark',
    message: `Spark could not read it: ${first.slice(0, 500)}`,
    ...(isDenied
      ? { fix: 'The session’s runtime role may not read it: "why can’t I see this?" tells what is missing.' }
      : {}),
    ...(more.length > 0 ? { detail: more.join('\n').slice(0, 2000) } : {})
  });
}
