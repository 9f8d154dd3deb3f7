/** A table that was changed, made or deleted: every index of this process is right again with two calls for it. */
import { getTable, getTableLfTags } from '../aws';
import type { ITableRef } from '../protocol';
import { EmrError } from '../protocol';
import { fillLinks } from './build';
import type { CatalogIdentities } from './identities';
import type { CatalogIndexes } from './indexes';
import { indexed } from './read';
import { tagLevels } from './tags';
import type { IIndexData, IIndexedTable } from './types';
import { tableKey } from './types';

/** Read a table as each identity sees it now, and put it into that identity’s index. */
export async function reread(
  indexes: CatalogIndexes,
  identities: CatalogIdentities,
  ref: Required<ITableRef>
): Promise<void> {
  await Promise.allSettled(
    indexes.all().map(async index => {
      await index.known();
      if (index.state.state === 'none') {
        return;
      }
      const entry = await entryOf(identities, index.as, ref);
      if (entry === 'unknown') {
        await index.refresh({ database: ref.database, catalogId: ref.catalogId });
      } else {
        await index.change(data => put(data, ref, entry));
      }
    })
  );
}

/** The table is not there for this identity any more. */
export function remove(data: IIndexData, ref: Required<ITableRef>): void {
  put(data, ref, undefined);
}

/** Undefined: there is none to be seen; `unknown`: it cannot be asked just now. */
async function entryOf(
  identities: CatalogIdentities,
  as: string,
  ref: Required<ITableRef>
): Promise<IIndexedTable | 'unknown' | undefined> {
  const context = identities.context(as);
  try {
    const entry = indexed(await getTable(context, ref), ref.catalogId, ref.database);
    if (!entry.linkTo) {
      entry.tags = tagLevels(await getTableLfTags(context, ref));
    }
    return entry;
  } catch (error) {
    return error instanceof EmrError && /^(EntityNotFound|AccessDenied)/.test(error.code) ? undefined : 'unknown';
  }
}

function put(data: IIndexData, ref: Required<ITableRef>, entry: IIndexedTable | undefined): void {
  const key = tableKey(ref);
  const at = data.tables.findIndex(table => tableKey(table) === key);
  data.tables.splice(at < 0 ? data.tables.length : at, at < 0 ? 0 : 1, ...(entry ? [entry] : []));
  fillLinks(data.tables);
}
