/** What the indexes know of a table that an identity does not see. */
import type { ITableRef } from '../protocol';
import type { Askers, IAsker } from './asking';
import { who } from './asking';
import type { IGoverned } from './grants';
import { SELF } from './identities';
import { mergeLevels } from './tags';
import type { IIndexedTable } from './types';
import { placeKey, tableKey } from './types';

/** Who else has a table in its index. */
export interface IWider {
  by: string;
  /** Neither who is asked about nor the user: both were just asked, and do not see it. */
  isOther: boolean;
  /** ISO 8601: when that index was read. */
  at: string;
  entry: IIndexedTable;
}

/** The user’s own index, or another one of this process, that has a table. */
export async function widerSight(
  askers: Askers,
  asker: IAsker,
  self: IAsker,
  ref: Required<ITableRef>
): Promise<IWider | undefined> {
  const others = askers.indexes.all().filter(index => index.as !== asker.as && index.as !== self.as);
  const known = await Promise.all(others.map(index => index.known().catch(() => undefined)));
  for (const data of [asker.index, self.index, ...known]) {
    const entry = data?.tables.find(item => tableKey(item) === tableKey(ref));
    if (data && entry) {
      return {
        by: data.as === SELF ? `you (${who(self)})` : nameOf(data.as),
        isOther: data !== asker.index && data !== self.index,
        at: data.readAt?.[placeKey({ catalogId: ref.catalogId, name: ref.database })] ?? data.asOf,
        entry
      };
    }
  }
  return undefined;
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** A table as an index has it, for the question what would have to be granted. */
export function withEntry(table: IGoverned, entry: IIndexedTable | undefined): IGoverned {
  return entry
    ? {
        ...table,
        columns: [...new Set([...table.columns, ...entry.columns.map(([name]) => name)])],
        tags: mergeLevels(entry.tags, table.tags)
      }
    : table;
}

/** Tables of the same name elsewhere: a database is easily mistaken. */
export function alike(asker: IAsker, self: IAsker, { database, table }: ITableRef): string {
  const found = [...(asker.index?.tables ?? []), ...(self.index?.tables ?? [])].filter(
    item => item.table === table.toLowerCase() && item.database !== database
  );
  const names = [...new Set(found.map(item => `${item.database}.${item.table}`))].slice(0, 5);
  return names.length > 0 ? ` There is ${names.join(', ')}.` : '';
}
