import { wait } from '../../livy';
import { isDead } from '../live';

import type { ILive } from '../live';

/** First line of our own statements: whoever takes up a session knows that no cell waits for their result. */
const QUICK_MARK = 'jupyterlab-emr: not a cell';
const COMMENT = { pyspark: '#', sql: '--', sparkr: '#' } as const;

/** Languages that a quick statement may have. */
export type QuickKind = keyof typeof COMMENT;

/** A statement of ours in a language that has comments, so that it is known again. */
export function markOwn(code: string, kind: string): string {
  const sign = kind in COMMENT ? COMMENT[kind as QuickKind] : undefined;
  return sign === undefined ? code : `${sign} ${QUICK_MARK}\n${code}`;
}

/** Whether a statement was one of ours, which belongs to no cell. */
export function isQuick(code: string | undefined): boolean {
  return Object.values(COMMENT).some(sign => code?.startsWith(`${sign} ${QUICK_MARK}`));
}

/** Scala's own completion. */
export async function completeScala(
  live: ILive,
  code: string,
  cursor: number,
  kind: 'spark',
  timeoutMs: number
): Promise<string[]> {
  const mine = (live.quick = {});
  try {
    await live.watch.confirm();
    return isDead(live) ? [] : await live.client.completion(live.id, code, cursor, kind, timeoutMs);
  } catch {
    return [];
  } finally {
    if (live.quick === mine) {
      delete live.quick;
    }
  }
}

/**
 * A quick statement of ours (completion, inspection). One that takes longer is cancelled: nobody waits for it,
 * and a cell must not wait behind it.
 *
 * @returns its text, of `sql` its JSON, or undefined
 */
export async function runQuick(
  live: ILive,
  code: string,
  timeoutMs: number,
  kind: QuickKind = 'pyspark'
): Promise<string | undefined> {
  const mine: NonNullable<ILive['quick']> = (live.quick = {});
  const late = new AbortController();
  const work = (async () => {
    await live.watch.confirm();
    if (isDead(live) || late.signal.aborted) {
      return undefined;
    }
    const posted = await live.client.postStatement(live.id, markOwn(code, kind), kind, live.lastStatement);
    live.lastStatement = Math.max(live.lastStatement, posted.id);
    mine.id = posted.id;
    const { statement } = await live.client.follow(live.id, posted, { signal: late.signal, lost: live.watch.lost });
    const output = statement.output;
    const data = output?.status === 'ok' ? output.data : {};
    const text = kind === 'sql' ? JSON.stringify(data['application/json']) : data['text/plain'];
    return typeof text === 'string' ? text : undefined;
  })()
    .catch(() => undefined)
    .finally(() => {
      if (live.quick === mine) {
        delete live.quick;
      }
    });
  const timer = new AbortController();
  const result = await Promise.race([work, wait(timeoutMs, timer.signal).catch(() => undefined)]);
  timer.abort();
  late.abort();
  return result ?? undefined;
}

/** A cell comes: what was asked while typing gives way. Not waited for. */
export function giveWay(live: ILive): void {
  const id = live.quick?.id;
  if (id !== undefined) {
    live.client.cancelStatement(live.id, id).catch(() => undefined);
  }
}
