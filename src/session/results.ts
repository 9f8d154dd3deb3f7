import { isFinished, pollInterval, wait } from '../livy';
import { isQuick } from './quick';
import { convertStatement, teller, tellOf } from './statement';
import { kindOf } from './taken';

import type { ILivyStatement } from '../livy';
import type { Language } from '../protocol';
import type { ILive } from './live';
import type { IRunOptions, IRunResult } from './types';

/** Statements of cells that a session still knows, the last ones, oldest first. */
export async function cellStatements({ client, id }: ILive, count: number): Promise<ILivyStatement[]> {
  return (await client.lastStatements(id, count)).filter(({ code }) => !isQuick(code));
}

/**
 * What a statement gave; waits for one that is still running. To stop waiting is not to stop it.
 *
 * @throws as the cell that ran it did; LivyError 404 where the session does not know it
 */
export async function resultOf(
  live: ILive,
  id: number,
  options: IRunOptions & { language: Language; maxRows?: number | undefined }
): Promise<IRunResult> {
  const began = performance.now();
  const { signal } = options;
  const look = (): Promise<ILivyStatement> => live.client.getStatement(live.id, id, signal ? { signal } : {});
  let statement = await look();
  while (!isFinished(statement)) {
    if (live.watch.lost.aborted) {
      throw live.watch.lost.reason;
    }
    tellOf(statement, undefined, teller(options, began), undefined);
    await wait(pollInterval(performance.now() - began), signal);
    statement = await look();
  }
  const request = { code: statement.code ?? '', kind: kindOf(statement, options.language) };
  return convertStatement(live, { statement, cancelled: false, took: '' }, request, options.maxRows);
}
