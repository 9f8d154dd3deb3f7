/** Reading all that an identity may see into an index, with as few calls as possible. */
import type { Database, IAsking, IAwsContext } from '../aws';
import {
  getDatabases,
  getTables,
  getTableLfTags,
  isCredentialsError,
  isDenied,
  listLfTags,
  searchTablesByLfTag
} from '../aws';
import type { IAccount } from '../protocol';
import { errorInfo } from '../protocol';
import { indexed } from './read';
import { atOnce, readTags, readTagsOf, setTags } from './readTags';
import type { IIndexData, IIndexedTable, IProblem } from './types';
import { placeKey, tableKey } from './types';

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
  getTableLfTags: typeof getTableLfTags;
}

/** The real one. */
export const AWS_PORT: ICatalogPort = { getDatabases, getTables, listLfTags, searchTablesByLfTag, getTableLfTags };

/** What is to be read. */
export interface IBuild {
  context: IAwsContext;
  as: string;
  /** Whom the answers are for. */
  account: Pick<IAccount, 'arn' | 'accountId'>;
  signal: AbortSignal;
  onProgress: (progress: IBuildProgress) => void;
  /** Tables of one more database, without LF-Tags: they come last. */
  onTables?: (tables: IIndexedTable[]) => void;
  /** What was known before: it stays where a database cannot be asked just now. */
  from?: IIndexData;
  /** Read only this database anew; the rest is taken from what was known. */
  only?: { catalogId?: string; database: string };
  port?: ICatalogPort;
}

/** Does a part of the whole; what fails becomes a problem. */
export type Part = <T>(what: string, body: () => Promise<T>) => Promise<T | undefined>;
type Place = { catalogId: string; name: string };

/**
 * Read it. What is denied or fails becomes a problem and the rest goes on; throws only where the list of databases
 * cannot be had, or the credentials are no longer good for anything.
 *
 * @throws EmrError
 */
export async function buildIndex(build: IBuild): Promise<IIndexData> {
  const { context, account, signal, from, only } = build;
  const port = build.port ?? AWS_PORT;
  const asOf = new Date().toISOString();
  const progress: IBuildProgress = { databasesDone: 0, databases: 0, tables: 0, columns: 0, calls: 0 };
  const tell = (change: Partial<IBuildProgress>): void => build.onProgress(Object.assign(progress, change));
  const asking: IAsking = {
    signal,
    onCall: () => {
      delete progress.note;
      tell({ calls: progress.calls + 1 });
    },
    onWait: note => tell({ note })
  };
  const asked = new Set<string>();
  const problems: IProblem[] = [];
  const part: Part = async (what, body) => {
    asked.add(what);
    try {
      return await body();
    } catch (error) {
      signal.throwIfAborted();
      const info = errorInfo(error);
      if (isCredentialsError(info)) {
        throw error;
      }
      problems.push({ what, error: info });
      return undefined;
    }
  };

  const again = only && from ? { from, place: placeOf(from, only) } : undefined;
  const databases =
    again?.place && again.from.databases.some(({ catalogId }) => catalogId === account.accountId)
      ? again.from.databases
      : databasesOf(await named(port, context, asking), account.accountId);
  const wanted = only
    ? placesOf(databases).filter(place => isSame(place, again?.place ?? placeOf({ databases }, only)))
    : placesOf(databases);
  tell({ databases: wanted.length });
  const tagging = only ? undefined : readTags(port, context, accountsOf(databases, account.accountId), asking, part);
  // Awaited below: a failure before that is no unhandled one.
  tagging?.catch(() => undefined);
  const tables: IIndexedTable[] = [];
  const readAt: Record<string, string> = {};
  await atOnce(wanted, async place => {
    const what = `database ${place.name} (${place.catalogId})`;
    const found = await part(what, () =>
      port.getTables(context, { catalogId: place.catalogId, database: place.name }, asking)
    );
    const entries = (found ?? []).map(table => indexed(table, place.catalogId, place.name));
    const reason = problems.find(problem => problem.what === what)?.error;
    if (found || !from || !reason || isDenied(reason) || reason.code === 'EntityNotFoundException') {
      readAt[placeKey(place)] = asOf;
      tables.push(...entries);
      build.onTables?.(entries);
    } else {
      // Just now it cannot be asked: what was known of it stays, with its age.
      readAt[placeKey(place)] = from.readAt?.[placeKey(place)] ?? from.asOf;
      tables.push(...from.tables.filter(table => isIn(table, place)));
    }
    progress.columns += entries.reduce((sum, { columns }) => sum + columns.length, 0);
    tell({ databasesDone: progress.databasesDone + 1, tables: tables.length });
  });
  const { tagged, tagValues } = tagging
    ? await tagging
    : await readTagsOf(port, context, { tables, from, wanted }, asking, part);
  setTags(tables, tagged, account.accountId);
  const kept = only ? (from?.tables ?? []).filter(table => !wanted.some(place => isIn(table, place))) : [];
  const whole = [...kept, ...tables];
  fillLinks(whole);
  const times = only ? { ...timesOf(from), ...readAt } : readAt;
  return {
    version: 1,
    as: build.as,
    arn: account.arn,
    accountId: account.accountId,
    asOf: Object.values(times).sort()[0] ?? asOf,
    calls: progress.calls,
    databases,
    tables: whole,
    tagValues,
    problems: [...(only ? (from?.problems ?? []).filter(({ what }) => !asked.has(what)) : []), ...problems],
    readAt: times
  };
}

async function named(port: ICatalogPort, context: IAwsContext, asking: IAsking): Promise<Database[]> {
  return (await port.getDatabases(context, asking)).filter(({ Name }) => typeof Name === 'string' && Name !== '');
}

/** When each database was read, also in an index that does not say so of each. */
function timesOf(from: IIndexData | undefined): Record<string, string> {
  return from
    ? Object.fromEntries(
        placesOf(from.databases).map(place => [placeKey(place), from.readAt?.[placeKey(place)] ?? from.asOf])
      )
    : {};
}

/** Where the tables of a database are, a link followed; undefined: it is not known. */
function placeOf(
  { databases }: Pick<IIndexData, 'databases'>,
  { catalogId, database }: NonNullable<IBuild['only']>
): Place | undefined {
  const is = (account: string): boolean => catalogId === undefined || account === catalogId;
  const found = databases.find(item => item.name === database && is(item.catalogId));
  return found
    ? { catalogId: found.linkTo?.catalogId ?? found.catalogId, name: found.linkTo?.database ?? found.name }
    : placesOf(databases).find(place => place.name === database && is(place.catalogId));
}

function isSame(place: Place, other: Place | undefined): boolean {
  return other !== undefined && placeKey(place) === placeKey(other);
}

function isIn(table: IIndexedTable, place: Place): boolean {
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
function placesOf(databases: IIndexData['databases']): Place[] {
  const places = new Map<string, Place>();
  for (const { catalogId, name, linkTo } of databases) {
    const place = linkTo ? { catalogId: linkTo.catalogId, name: linkTo.database } : { catalogId, name };
    places.set(placeKey(place), place);
  }
  return [...places.values()];
}

function accountsOf(databases: IIndexData['databases'], own: string): string[] {
  return [...new Set([own, ...databases.map(({ catalogId, linkTo }) => linkTo?.catalogId ?? catalogId)])];
}

/** A resource link shows what its target is, where that is seen too; its tags are its own, as Lake Formation has it. */
export function fillLinks(tables: IIndexedTable[]): void {
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
