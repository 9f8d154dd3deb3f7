/** LF-Tags and their inheritance: database → table → column, the nearest counts. */
import type { LFTagPair } from '../aws';
import type { IInheritedTag, LfTags } from '../protocol';
import type { ITagLevels } from './types';

/** Answers of Lake Formation about one table. */
interface ITagAnswer {
  LFTagOnDatabase?: LFTagPair[];
  LFTagsOnTable?: LFTagPair[];
  LFTagsOnColumns?: { Name?: string; LFTags?: LFTagPair[] }[];
}

function values(pairs: LFTagPair[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (pairs ?? []).flatMap(({ TagKey, TagValues }) => {
      const [value] = TagValues ?? [];
      return TagKey !== undefined && value !== undefined ? [[TagKey, value]] : [];
    })
  );
}

function without(tags: Record<string, string>, above: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key, value]) => above[key] !== value));
}

/**
 * The levels of one answer. Lake Formation repeats below what is inherited from above: a value that is the same as
 * above counts as inherited.
 */
export function tagLevels(answer: ITagAnswer): ITagLevels {
  const database = values(answer.LFTagOnDatabase);
  const table = without(values(answer.LFTagsOnTable), database);
  const above = { ...database, ...table };
  // By entries: a column may be called __proto__.
  const columns = (answer.LFTagsOnColumns ?? []).flatMap(({ Name, LFTags }) => {
    const own = without(values(LFTags), above);
    return Name !== undefined && Object.keys(own).length > 0 ? [[Name, own] as const] : [];
  });
  return { database, table, columns: Object.fromEntries(columns) };
}

/** Two answers about the same table as one. */
export function mergeLevels(a: ITagLevels, b: ITagLevels): ITagLevels {
  const columns = new Map(Object.entries(a.columns));
  for (const [name, tags] of Object.entries(b.columns)) {
    columns.set(name, { ...columns.get(name), ...tags });
  }
  return {
    database: { ...a.database, ...b.database },
    table: { ...a.table, ...b.table },
    columns: Object.fromEntries(columns)
  };
}

/** No tags. */
export function noTags(): ITagLevels {
  return { database: {}, table: {}, columns: {} };
}

/** What counts on the table. */
export function tableTags({ database, table }: ITagLevels): Record<string, string> {
  return { ...database, ...table };
}

/** What counts on a column. */
export function columnTags(levels: ITagLevels, column: string): Record<string, string> {
  return { ...levels.database, ...levels.table, ...levels.columns[column] };
}

/** The table's tags with where each is from. */
export function inheritedTableTags({ database, table }: ITagLevels): IInheritedTag[] {
  return sorted([
    ...Object.entries(database).flatMap(([key, value]) =>
      key in table ? [] : [{ key, value, from: 'database' as const }]
    ),
    ...Object.entries(table).map(([key, value]) => ({ key, value, from: 'table' as const }))
  ]);
}

/** A column's tags with where each is from. */
export function inheritedColumnTags(levels: ITagLevels, column: string): IInheritedTag[] {
  const own = levels.columns[column] ?? {};
  return sorted([
    ...inheritedTableTags(levels).filter(({ key }) => !(key in own)),
    ...Object.entries(own).map(([key, value]) => ({ key, value, from: 'column' as const }))
  ]);
}

function sorted(tags: IInheritedTag[]): IInheritedTag[] {
  return tags.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * The different sets of tags that the table and its columns have: an expression of several keys has to fit one of them,
 * as Lake Formation wants it, not the table's for one key and some column's for another.
 *
 * @param columns - those that the identity may see
 */
export function tagSets(levels: ITagLevels, columns: readonly string[]): Record<string, string>[] {
  const table = tableTags(levels);
  const names = new Set(columns);
  const sets = new Map([[JSON.stringify(table), table]]);
  for (const name of Object.keys(levels.columns)) {
    if (names.has(name)) {
      const own = columnTags(levels, name);
      sets.set(JSON.stringify(Object.entries(own).sort()), own);
    }
  }
  return [...sets.values()];
}

/** Whether tags fit an expression: keys ANDed, values of one ORed. */
export function fits(tags: Record<string, string>, expression: LfTags): boolean {
  return Object.entries(expression).every(
    ([key, allowed]) => Object.hasOwn(tags, key) && allowed.includes(tags[key] ?? '')
  );
}

/** `domain=market-data AND sensitivity=public|internal`. */
export function expressionText(expression: LfTags): string {
  return Object.entries(expression)
    .map(([key, allowed]) => `${key}=${allowed.join('|')}`)
    .join(' AND ');
}
