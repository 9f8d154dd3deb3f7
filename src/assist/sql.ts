import { Catalogue } from './catalogue';
import { sqlContext, sqlNameAt } from './sqlContext';
import { SQL_KEYWORDS } from './sqlTokens';
import { matching, none } from './types';

import type { ICompletion } from '../protocol';
import type { INames } from './catalogNames';
import type { IColumn } from './catalogue';
import type { Deadline, Remote } from './remote';
import type { ISqlContext, ISqlTable } from './sqlContext';
import type { ICandidate } from './types';

/** Tables of one query whose columns are offered. */
const TABLES = 6;

/** Completion of a query: what its place asks for, from the session's catalogue. */
export async function completeSql(
  remote: Remote,
  sql: string,
  cursor: number,
  until: Deadline,
  names?: INames
): Promise<ICompletion> {
  const context = sqlContext(sql, cursor);
  if (context.what === 'none') {
    return none(cursor);
  }
  const written = sql.slice(context.from, cursor);
  const candidates = await candidatesOf(context, new Catalogue(remote, until, names), written);
  const isQuoted = written.startsWith('`');
  return matching(
    candidates.map(item => (item.type === 'keyword' || item.type === 'function' ? item : named(item, isQuoted))),
    written,
    context.from,
    cursor
  );
}

async function candidatesOf(context: ISqlContext, catalogue: Catalogue, word: string): Promise<ICandidate[]> {
  const { what, qualifiers, tables, local } = context;
  if (what === 'database') {
    return items(await catalogue.databases(), 'module');
  }
  if (what === 'table') {
    const found = (await catalogue.tables(qualifiers)).map(({ name }) => ({ text: name, type: 'class' }));
    return qualifiers.length > 0
      ? found
      : [...items(local, 'class'), ...found, ...items(await catalogue.databases(), 'module'), ...keywords(word)];
  }
  if (qualifiers.length > 0) {
    const table = tableOf(tables, qualifiers);
    return table ? columnItems(await catalogue.columns(table.path)) : [];
  }
  if (what === 'word') {
    return keywords(word);
  }
  const columns: ICandidate[] = [];
  const real = tables.filter(({ path }) => !(path.length === 1 && local.includes(path[0] ?? '')));
  for (const table of real.slice(0, TABLES)) {
    columns.push(...columnItems(await catalogue.columns(table.path)));
  }
  const aliases = tables.map(({ path, alias }) => alias ?? path[path.length - 1] ?? '');
  return [
    ...columns,
    ...items([...aliases, ...local], 'class'),
    // Hundreds of functions and keywords are no help before anything is typed.
    ...(word ? [...items(await catalogue.functions(), 'function'), ...keywords(word)] : [])
  ];
}

/** The table that `a.` or `db.t.` means. */
function tableOf(tables: readonly ISqlTable[], qualifiers: readonly string[]): ISqlTable | undefined {
  const wanted = qualifiers.map(part => part.toLowerCase());
  return tables.find(({ path, alias }) =>
    wanted.length === 1 && alias !== undefined
      ? alias.toLowerCase() === wanted[0]
      : path.slice(-wanted.length).join('\0').toLowerCase() === wanted.join('\0')
  );
}

function columnItems(columns: readonly IColumn[]): ICandidate[] {
  return columns.map(({ name }) => ({ text: name, type: 'property' }));
}

function items(names: readonly string[], type: string): ICandidate[] {
  return names.map(text => ({ text, type }));
}

/** In the case of what is typed. */
function keywords(word: string): ICandidate[] {
  const lower = word !== '' && word === word.toLowerCase();
  return word === '' ? [] : SQL_KEYWORDS.map(text => ({ text: lower ? text.toLowerCase() : text, type: 'keyword' }));
}

/** A name that has to be quoted is. */
function named(item: ICandidate, isQuoted: boolean): ICandidate {
  return isQuoted || !/^[A-Za-z_]\w*$/.test(item.text)
    ? { ...item, text: `\`${item.text.replace(/`/g, '``')}\`` }
    : item;
}

/** The table's schema, or the function's description, under the cursor. */
export async function inspectSql(
  remote: Remote,
  sql: string,
  cursor: number,
  detail: 0 | 1,
  until: Deadline
): Promise<{ text: string; table?: { name: string; columns: IColumn[] } } | undefined> {
  const found = sqlNameAt(sql, cursor);
  if (!found) {
    return undefined;
  }
  const { path, isCall, tables } = found;
  const catalogue = new Catalogue(remote, until);
  if (isCall && path.length === 1) {
    const text = await catalogue.describeFunction(path[0] ?? '', detail);
    return text === undefined ? undefined : { text };
  }
  const named = tables.find(table => table.path.join('\0') === path.join('\0')) ?? tableOf(tables, path);
  if (named) {
    const columns = await catalogue.columns(named.path);
    return columns.length === 0 ? undefined : { text: '', table: { name: named.path.join('.'), columns } };
  }
  // A column: its type, from the first table that has one.
  const name = path[path.length - 1]?.toLowerCase();
  const owner = path.length > 1 ? tableOf(tables, path.slice(0, -1)) : undefined;
  for (const table of owner ? [owner] : tables.slice(0, TABLES)) {
    const column = (await catalogue.columns(table.path)).find(item => item.name.toLowerCase() === name);
    if (column) {
      const comment = column.comment ? `\n\n${column.comment}` : '';
      return { text: `${table.path.join('.')}.${column.name}: ${column.type}${comment}` };
    }
  }
  return undefined;
}
