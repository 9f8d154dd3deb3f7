/** Sample rows and profiles of data sets, on the notebook’s bound session: asked for, never automatic. */
import { EmrError } from '../../protocol';
import { queryCode, tableOfQuery } from '../statement/query';
import { profileCode, readProfile } from './profile';

import type { DataSetMethods, IDataSample } from '../../protocol';
import type { NotebookSession } from '../session';

const MAX_ROWS = 1000;
/** More columns at once are more than a page shows, and a plan that Spark takes minutes to make. */
const MAX_COLUMNS = 200;

/** The session, as far as these need it. */
export type IAskedSession = Pick<NotebookSession, 'ask'>;

/**
 * Some rows of a table.
 *
 * @throws EmrError `UsageError`, `NotConnected`, `SessionBusy`, `GaveWay`, `AccessDenied`, …
 */
export async function sample(
  session: IAskedSession,
  { table, columns, rows }: DataSetMethods['data.sample']['params'],
  signal: AbortSignal
): Promise<IDataSample> {
  const path = pathOf(table);
  check(columns);
  if (!Number.isInteger(rows) || rows < 1 || rows > MAX_ROWS) {
    throw wrong(`A sample cannot have ${String(rows)} rows.`, `Ask for 1 to ${MAX_ROWS}.`);
  }
  const sql = `SELECT ${columns.map(quoted).join(', ')} FROM ${path} LIMIT ${rows}`;
  const found = tableOfQuery(await session.ask(queryCode(sql, { maxRows: rows }), signal));
  if (!found) {
    throw new EmrError({ code: 'BadAnswer', hop: 'spark', message: 'Spark answered with something else than rows.' });
  }
  return {
    columns: found.columns.map(({ name }) => name),
    rows: found.rows.map(row => row.map(plain))
  };
}

/**
 * Nulls, distinct values, range and histogram of columns.
 *
 * @throws as {@link sample}
 */
export async function profile(
  session: IAskedSession,
  { table, columns }: DataSetMethods['data.profile']['params'],
  signal: AbortSignal
) {
  const path = pathOf(table);
  check(columns);
  return readProfile(await session.ask(profileCode(path, columns), signal));
}

function pathOf(table: DataSetMethods['data.sample']['params']['table']): string {
  if (![table?.database, table?.table].every(name => typeof name === 'string' && name !== '')) {
    throw wrong('The data set is not named.', 'Name its database and table, as Spark reads them.');
  }
  return `${quoted(table.database)}.${quoted(table.table)}`;
}

function check(columns: string[]): void {
  if (!Array.isArray(columns) || columns.length === 0 || columns.length > MAX_COLUMNS) {
    throw wrong(
      `${Array.isArray(columns) ? columns.length : 0} columns cannot be asked for at once.`,
      `Choose 1 to ${MAX_COLUMNS}.`
    );
  }
}

function wrong(message: string, fix: string): EmrError {
  return new EmrError({ code: 'UsageError', hop: 'config', message, fix });
}

function quoted(name: string): string {
  return `\`${name.replace(/`/g, '``')}\``;
}

function plain(value: unknown): IDataSample['rows'][number][number] {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : JSON.stringify(value);
}
