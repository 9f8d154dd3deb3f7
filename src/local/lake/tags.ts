/** LF-Tags: inherited from database to table to column, and matched by expressions. */
import type { LFTag, LFTagPair } from '@aws-sdk/client-lakeformation';

import { columnNames, current, type IDatabase, type ITable, type Tags } from './store';

const NONE: Tags = new Map();

/** What a table has: its own, and where it has none of a key its database's. A link has none. */
export function tagsOfTable(database: IDatabase, table: ITable): Tags {
  if (current(table).input.TargetTable) {
    return NONE;
  }
  return table.tags.size === 0 ? database.tags : new Map([...database.tags, ...table.tags]);
}

/** What a column has: its own, then the table's, then the database's. */
export function tagsOfColumn(database: IDatabase, table: ITable, column: string): Tags {
  const own = table.columnTags.get(column);
  const above = tagsOfTable(database, table);
  return own ? new Map([...above, ...own]) : above;
}

/** Whether a resource with these tags is meant: keys are ANDed, the values of one ORed; `*` is any value. */
export function matches(expression: readonly LFTag[], tags: Tags): boolean {
  return expression.every(({ TagKey, TagValues }) => {
    const value = tags.get(TagKey!.toLowerCase());
    return value !== undefined && TagValues!.some(wanted => wanted === '*' || wanted.toLowerCase() === value);
  });
}

/** Whether the table itself is meant, or a column of it. */
export function matchesSome(
  expression: readonly LFTag[],
  database: IDatabase,
  table: ITable,
  sees: (column: string) => boolean
): boolean {
  if (matches(expression, tagsOfTable(database, table))) {
    return true;
  }
  const columns = new Set(columnNames(current(table).input));
  return [...table.columnTags.keys()].some(
    column => columns.has(column) && sees(column) && matches(expression, tagsOfColumn(database, table, column))
  );
}

/** As the service writes them. @param sees - whether the caller may know of a key */
export function pairs(catalogId: string, tags: Tags, sees: (key: string) => boolean): LFTagPair[] {
  return [...tags]
    .filter(([key]) => sees(key))
    .map(([TagKey, value]) => ({ CatalogId: catalogId, TagKey, TagValues: [value] }));
}
