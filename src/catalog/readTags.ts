/** LF-Tags for the index: with searches instead of one call a table, where that is less. */
import type { IAsking, IAwsContext, TaggedTable } from '../aws';
import type { ICatalogPort, Part } from './build';
import { mergeLevels, tagLevels } from './tags';
import type { IIndexData, IIndexedTable } from './types';
import { tableKey } from './types';

/** Questions that are asked at once. */
const AT_ONCE = 4;
/** Tables that one page of a search holds. */
const PAGE = 100;

/** Tags of all tables: one search a key and account instead of one call a table. */
export async function readTags(
  port: ICatalogPort,
  context: IAwsContext,
  accounts: string[],
  asking: IAsking,
  part: Part
): Promise<{ tagged: TaggedTable[]; tagValues: Record<string, string[]> }> {
  const pairs = (await part('LF-Tags', () => port.listLfTags(context, asking))) ?? [];
  const byKey = new Map<string, Set<string>>();
  for (const { TagKey, TagValues } of pairs) {
    if (TagKey) {
      byKey.set(TagKey, new Set([...(byKey.get(TagKey) ?? []), ...(TagValues ?? [])]));
    }
  }
  const tagValues = Object.fromEntries([...byKey].map(([key, values]) => [key, [...values].sort()]));
  return { tagValues, tagged: await searchTags(port, context, accounts, tagValues, asking, part) };
}

async function searchTags(
  port: ICatalogPort,
  context: IAwsContext,
  accounts: string[],
  tagValues: Record<string, string[]>,
  asking: IAsking,
  part: Part
): Promise<TaggedTable[]> {
  const searches = accounts.flatMap(catalogId =>
    Object.entries(tagValues).flatMap(([key, values]) => (values.length > 0 ? [{ catalogId, key, values }] : []))
  );
  const tagged: TaggedTable[] = [];
  await atOnce(searches, async search => {
    const found = await part(`LF-Tag ${search.key} (${search.catalogId})`, () =>
      port.searchTablesByLfTag(context, search, asking)
    );
    for (const table of found ?? []) {
      tagged.push({
        ...table,
        Table: {
          ...table.Table,
          DatabaseName: table.Table?.DatabaseName,
          CatalogId: table.Table?.CatalogId ?? search.catalogId
        }
      });
    }
  });
  return tagged;
}

/** Tags of one database's tables: of each table, or by searches in its account, whichever are fewer calls. */
export async function readTagsOf(
  port: ICatalogPort,
  context: IAwsContext,
  { tables, from, wanted }: { tables: IIndexedTable[]; from: IIndexData | undefined; wanted: { catalogId: string }[] },
  asking: IAsking,
  part: Part
): Promise<{ tagged: TaggedTable[]; tagValues: Record<string, string[]> }> {
  const tagValues = from?.tagValues ?? {};
  const accounts = [...new Set(wanted.map(({ catalogId }) => catalogId))];
  const others = from?.tables.filter(({ catalogId }) => accounts.includes(catalogId)).length ?? 0;
  const own = tables.filter(({ linkTo }) => !linkTo);
  if (own.length > Object.keys(tagValues).length * Math.ceil(Math.max(others, own.length) / PAGE)) {
    return { tagValues, tagged: await searchTags(port, context, accounts, tagValues, asking, part) };
  }
  const tagged: TaggedTable[] = [];
  await atOnce(own, async ({ catalogId, database, table }) => {
    const found = await part(`LF-Tags of ${database}.${table} (${catalogId})`, () =>
      port.getTableLfTags(context, { catalogId, database, table }, asking)
    );
    tagged.push({ ...found, Table: { CatalogId: catalogId, DatabaseName: database, Name: table } });
  });
  return { tagged, tagValues };
}

/** Put what was found at its tables. */
export function setTags(tables: IIndexedTable[], tagged: TaggedTable[], accountId: string): void {
  const byKey = new Map(tables.map(table => [tableKey(table), table]));
  for (const answer of tagged) {
    const { CatalogId = accountId, DatabaseName = '', Name = '' } = answer.Table ?? {};
    const table = byKey.get(tableKey({ catalogId: CatalogId, database: DatabaseName, table: Name }));
    if (table) {
      table.tags = mergeLevels(table.tags, tagLevels(answer));
    }
  }
}

/** Work on all, a few at once. */
export async function atOnce<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        await work(item);
      }
    })
  );
}
