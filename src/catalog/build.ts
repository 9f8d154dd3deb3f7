/** Reading all that an identity may see into an index, with as few calls as possible. */
import type { Database, IAsking, IAwsContext, TaggedTable } from '../aws';
import { getDatabases, getTables, listLfTags, searchTablesByLfTag } from '../aws';
import type { IAccount } from '../protocol';
import { errorInfo } from '../protocol';
import { indexed } from './read';
import { mergeLevels, tagLevels } from './tags';
import type { IIndexData, IIndexedTable, IProblem } from './types';
import { tableKey } from './types';

/** Databases that are read at once. */
const AT_ONCE = 4;

/** How far a build is. */
export interface IBuildProgress {
  databasesDone: number;
  databases: number;
  tables: number;
  columns: number;
  calls: number;
  note?: string;
}

/** What AWS is asked by: replaced in specs. */
export interface ICatalogPort {
  getDatabases: typeof getDatabases;
  getTables: typeof getTables;
  listLfTags: typeof listLfTags;
  searchTablesByLfTag: typeof searchTablesByLfTag;
}

/** The real one. */
export const AWS_PORT: ICatalogPort = { getDatabases, getTables, listLfTags, searchTablesByLfTag };

/** What is to be read. */
export interface IBuild {
  context: IAwsContext;
  as: string;
  /** Whom the answers are for. */
  account: Pick<IAccount, 'arn' | 'accountId'>;
  signal: AbortSignal;
  onProgress: (progress: IBuildProgress) => void;
  /** Read only this database anew; the rest is taken from here. */
  only?: { catalogId?: string; database: string; from: IIndexData };
  port?: ICatalogPort;
}

/**
 * Read it. What is denied or fails becomes a problem and the rest goes on; throws only where the list of databases
 * cannot be had.
 *
 * @throws EmrError
 */
export async function buildIndex(build: IBuild): Promise<IIndexData> {
  const { context, account, signal, only } = build;
  const port = build.port ?? AWS_PORT;
  const asOf = new Date().toISOString();
  const progress: IBuildProgress = { databasesDone: 0, databases: 0, tables: 0, columns: 0, calls: 0 };
  const tell = (change: Partial<IBuildProgress>): void => build.onProgress(Object.assign(progress, change));
  const asking: IAsking = {
    signal,
    onCall: () => {
      progress.calls++;
      delete progress.note;
    },
    onWait: note => tell({ note })
  };
  const problems: IProblem[] = [];
  const part = async <T>(what: string, body: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await body();
    } catch (error) {
      signal.throwIfAborted();
      problems.push({ what, error: errorInfo(error) });
      return undefined;
    }
  };

  const all = (await port.getDatabases(context, asking)).filter(({ Name }) => typeof Name === 'string' && Name !== '');
  const databases = databasesOf(all, account.accountId);
  const wanted = placesOf(databases).filter(
    ({ catalogId, name }) =>
      !only || (name === only.database && (only.catalogId === undefined || catalogId === only.catalogId))
  );
  tell({ databases: wanted.length });
  const tagging = readTags(port, context, accountsOf(databases, account.accountId), asking, part);
  const tables: IIndexedTable[] = [];
  await atOnce(wanted, async ({ catalogId, name }) => {
    const found = await part(`database ${name} (${catalogId})`, () =>
      port.getTables(context, { catalogId, database: name }, asking)
    );
    for (const table of found ?? []) {
      const entry = indexed(table, catalogId, name);
      tables.push(entry);
      progress.columns += entry.columns.length;
    }
    tell({ databasesDone: progress.databasesDone + 1, tables: tables.length });
  });
  const { tagged, tagValues } = await tagging;
  setTags(tables, tagged, account.accountId);
  const kept = only ? only.from.tables.filter(table => !wanted.some(place => isIn(table, place))) : [];
  const whole = [...kept, ...tables];
  fillLinks(whole);
  return {
    version: 1,
    as: build.as,
    arn: account.arn,
    accountId: account.accountId,
    asOf: only ? only.from.asOf : asOf,
    calls: progress.calls,
    databases,
    tables: whole,
    tagValues,
    problems
  };
}

function isIn(table: IIndexedTable, place: { catalogId: string; name: string }): boolean {
  return table.catalogId === place.catalogId && table.database === place.name;
}

function databasesOf(all: Database[], accountId: string): IIndexData['databases'] {
  return all.map(({ Name, CatalogId, TargetDatabase }) => ({
    catalogId: CatalogId ?? accountId,
    name: Name ?? '',
    ...(TargetDatabase?.DatabaseName
      ? {
          linkTo: {
            catalogId: TargetDatabase.CatalogId ?? CatalogId ?? accountId,
            database: TargetDatabase.DatabaseName
          }
        }
      : {})
  }));
}

/** Databases with tables of their own, each once: a link's tables are those of its target. */
function placesOf(databases: IIndexData['databases']): { catalogId: string; name: string }[] {
  const places = new Map<string, { catalogId: string; name: string }>();
  for (const { catalogId, name, linkTo } of databases) {
    const place = linkTo ? { catalogId: linkTo.catalogId, name: linkTo.database } : { catalogId, name };
    places.set(`${place.catalogId}/${place.name}`, place);
  }
  return [...places.values()];
}

function accountsOf(databases: IIndexData['databases'], own: string): string[] {
  return [...new Set([own, ...databases.map(({ catalogId, linkTo }) => linkTo?.catalogId ?? catalogId)])];
}

/** Tags of all tables: one search a key and account instead of one call a table. */
async function readTags(
  port: ICatalogPort,
  context: IAwsContext,
  accounts: string[],
  asking: IAsking,
  part: <T>(what: string, body: () => Promise<T>) => Promise<T | undefined>
): Promise<{ tagged: TaggedTable[]; tagValues: Record<string, string[]> }> {
  const pairs = (await part('LF-Tags', () => port.listLfTags(context, asking))) ?? [];
  const byKey = new Map<string, Set<string>>();
  for (const { TagKey, TagValues } of pairs) {
    if (TagKey) {
      byKey.set(TagKey, new Set([...(byKey.get(TagKey) ?? []), ...(TagValues ?? [])]));
    }
  }
  const tagValues = Object.fromEntries([...byKey].map(([key, values]) => [key, [...values].sort()]));
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
  return { tagged, tagValues };
}

function setTags(tables: IIndexedTable[], tagged: TaggedTable[], accountId: string): void {
  const byKey = new Map(tables.map(table => [tableKey(table), table]));
  for (const answer of tagged) {
    const { CatalogId = accountId, DatabaseName = '', Name = '' } = answer.Table ?? {};
    const table = byKey.get(tableKey({ catalogId: CatalogId, database: DatabaseName, table: Name }));
    if (table) {
      table.tags = mergeLevels(table.tags, tagLevels(answer));
    }
  }
}

/** A resource link shows what its target is, where that is seen too; its tags are its own, as Lake Formation has it. */
function fillLinks(tables: IIndexedTable[]): void {
  const byKey = new Map(tables.map(table => [tableKey(table), table]));
  for (const table of tables) {
    const target = table.linkTo && byKey.get(tableKey(table.linkTo));
    if (target && target !== table) {
      const { columns, partitionKeys, summary, owner, format, updatedAt, problem } = target;
      Object.assign(table, { columns, partitionKeys });
      Object.assign(
        table,
        Object.fromEntries(
          Object.entries({ summary, owner, format, updatedAt, problem }).filter(([, value]) => value !== undefined)
        )
      );
    }
  }
}

async function atOnce<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        await work(item);
      }
    })
  );
}
