import { isFinished, pollInterval, wait } from '../../livy';
import { isQuick } from './quick';
import { convertStatement, teller, tellOf } from './statement';
import { kindOf } from '../reattach/taken';

import type { ILivyStatement } from '../../livy';
import type { Language } from '../../protocol';
import type { ILive } from '../live';
import type { IRunOptions, IRunResult } from '../types';

/** A statement, for a list. */
export interface ILivyStatementView {
  id: number;
  code: string;
  /** In words. */
  state: string;
  /** ISO 8601, on Livy's clock. */
  endedAt?: string;
}

/** Statements of cells that a session still knows, the last ones, oldest first. */
export async function cellStatements({ client, id }: ILive, count: number): Promise<ILivyStatementView[]> {
  const statements = (await client.lastStatements(id, count)).filter(({ code }) => !isQuick(code));
  return statements.map(statement => ({
    id: statement.id,
    code: statement.code ?? '',
    state: stateText(statement),
    ...(statement.completed ? { endedAt: new Date(statement.completed).toISOString() } : {})
  }));
}

function stateText({ state, output }: ILivyStatement): string {
  return state === 'available' ? (output?.status === 'error' ? `failed: ${output.ename}` : 'done') : state;
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
  return convertStatement(live, { statement, cancelled: false, took: '' }, request, options.maxRows, options);
}
