/** The catalogue behind its methods. One for a process and account. */
import type { IAwsContext } from '../aws';
import { createLink } from '../aws';
import type { CatalogMethods, ICatalogSearch, IRuntimeRole } from '../protocol';
import { EmrError, errorInfo } from '../protocol';
import { Askers, governed, readTable, tableRef, tagsOf, whole } from './asking';
import { dataSet, snippetsOf } from './dataSet';
import { remove, reread } from './change';
import { edit } from './edit';
import { explain } from './explain';
import { grantsOn } from './grants';
import { CatalogIdentities } from './identities';
import type { IndexListener } from './indexes';
import { CatalogIndexes } from './indexes';
import { preview } from './preview';
import { tableKey } from './types';
import { versions } from './versions';

/** How a catalogue is made. */
export interface ICatalogOptions {
  aws: IAwsContext;
  /** Runtime roles that are offered. */
  roles: (signal?: AbortSignal) => Promise<IRuntimeRole[]>;
  env?: NodeJS.ProcessEnv;
}

/** The handlers of {@link CatalogMethods}. */
export type CatalogHandlers = {
  [M in keyof CatalogMethods]: (
    params: CatalogMethods[M]['params'],
    signal: AbortSignal | undefined,
    onIndex: IndexListener
  ) => Promise<CatalogMethods[M]['result']>;
};

/** Make it. It costs nothing until it is asked. */
export function createCatalog({ aws, roles, env }: ICatalogOptions): { handlers: CatalogHandlers; dispose(): void } {
  const identities = new CatalogIdentities(aws, roles);
  const indexes = new CatalogIndexes({ identities, ...(env ? { env } : {}) });
  const askers = new Askers(identities, indexes);
  const asker = async (as: string | undefined, signal: AbortSignal | undefined) =>
    askers.of(await identities.resolve(as, signal), signal);
  const handlers: CatalogHandlers = {
    'catalog.identities': (_params, signal) => identities.list(signal),
    async 'catalog.search'(params, signal, onIndex) {
      const as = await identities.resolve(params.as, signal);
      const index = indexes.of(as);
      await index.ensure(onIndex);
      return index.search(checked(params));
    },
    async 'catalog.refresh'({ as, database, catalogId }, signal, onIndex) {
      const index = indexes.of(await identities.resolve(as, signal));
      await index.refresh(
        { ...(database === undefined ? {} : { database }), ...(catalogId === undefined ? {} : { catalogId }) },
        onIndex
      );
      return index.state;
    },
    async 'catalog.table'({ as, table, other }, signal) {
      const by = await asker(as, signal);
      const ref = whole(tableRef(table), by);
      try {
        return await dataSet(
          askers,
          by,
          ref,
          other === undefined ? undefined : await identities.resolve(other, signal)
        );
      } catch (error) {
        if (
          errorInfo(error).code === 'TableNotFound' &&
          by.index?.tables.some(item => tableKey(item) === tableKey(ref))
        ) {
          await indexes.of(by.as).change(data => remove(data, ref));
        }
        throw error;
      }
    },
    'catalog.versions': async ({ as, table }, signal) => versions(await asker(as, signal), tableRef(table)),
    async 'catalog.snippets'({ as, table, columns, partition }, signal) {
      const page = await dataSet(askers, await asker(as, signal), tableRef(table));
      const unknown = [...(columns ?? []), ...Object.keys(partition ?? {})].find(
        name => !page.columns.some(column => column.name === name)
      );
      if (unknown !== undefined) {
        throw wrong(
          `${table.database}.${table.table} has no column "${unknown.slice(0, 120)}" that may be seen.`,
          `Its columns: ${page.columns
            .slice(0, 30)
            .map(({ name }) => name)
            .join(', ')}.`
        );
      }
      return columns || partition ? snippetsOf(page, partition, columns) : page.snippets;
    },
    'catalog.explain': async ({ as, table, column }, signal) =>
      explain(askers, await asker(as, signal), tableRef(table), column),
    async 'catalog.grants'({ as, table }, signal) {
      const by = await asker(as, signal);
      const { ref, linkTo, table: found } = await readTable(by, tableRef(table));
      const target = linkTo ?? ref;
      const [levels, list] = await Promise.all([tagsOf(by, target), askers.allGrants(by, target.catalogId)]);
      return grantsOn(list, governed(target, [levels], [found]));
    },
    'catalog.preview': async (params, signal) => preview(askers, await asker(params.as, signal), params),
    async 'catalog.edit'(params, signal) {
      const by = await asker(params.as, signal);
      const ref = await edit(askers, by, params);
      await reread(indexes, identities, ref);
      return dataSet(askers, await asker(params.as, signal), params.table);
    },
    'catalog.tags': async ({ as }, signal) => (await asker(as, signal)).index?.tagValues ?? {},
    async 'catalog.names'({ as, database, table }) {
      const index = await indexes
        .of(await identities.resolve(as))
        .known()
        .catch(() => undefined);
      return index ? namesIn(index, database, table) : [];
    },
    async 'catalog.link'({ as, table, database, name }, signal) {
      const by = await asker(as, signal);
      const { ref, linkTo } = await readTable(by, tableRef(table));
      const link = whole(tableRef({ database, table: name }), by);
      await createLink(by.context, link, linkTo ?? ref, by.asking);
      await reread(indexes, identities, link);
      return link;
    }
  };
  return { handlers, dispose: () => indexes.dispose() };
}

/** Names as Spark’s completion wants them: the account’s own, and links under their own names. */
function namesIn(
  index: NonNullable<Awaited<ReturnType<ReturnType<CatalogIndexes['of']>['known']>>>,
  database: string | undefined,
  table: string | undefined
): CatalogMethods['catalog.names']['result'] {
  const own = index.databases.filter(({ catalogId }) => catalogId === index.accountId);
  if (database === undefined) {
    return own.map(({ name }) => ({ name }));
  }
  const wanted = own.find(({ name }) => name.toLowerCase() === database.toLowerCase());
  const place = wanted && (wanted.linkTo ?? { catalogId: wanted.catalogId, database: wanted.name });
  const tables = index.tables.filter(item => item.catalogId === place?.catalogId && item.database === place.database);
  if (table === undefined) {
    return tables.map(item => ({ name: item.table }));
  }
  const found = tables.find(item => item.table.toLowerCase() === table.toLowerCase());
  return (found?.columns ?? []).map(([name, type, comment]) => ({
    name,
    type,
    ...(comment === undefined ? {} : { comment })
  }));
}

function wrong(message: string, fix: string): EmrError {
  return new EmrError({ code: 'UsageError', hop: 'config', message, fix });
}

function checked(params: ICatalogSearch): ICatalogSearch {
  const { text, chosen, sort } = params;
  if (text !== undefined && (typeof text !== 'string' || text.length > 1000)) {
    throw wrong('The text to search for is no text of at most 1,000 characters.', 'Shorten it.');
  }
  if (sort !== undefined && !['relevance', 'freshness', 'name'].includes(sort)) {
    throw wrong(`Results cannot be sorted by "${String(sort)}".`, 'By relevance, freshness or name.');
  }
  for (const [id, values] of Object.entries(chosen ?? {})) {
    if (!/^(tag:.+|account|database|format)$/.test(id) || !Array.isArray(values)) {
      throw wrong(
        `Results cannot be narrowed by "${id.slice(0, 80)}".`,
        'By tag:KEY, account, database or format, each with a list of values.'
      );
    }
  }
  return params;
}
