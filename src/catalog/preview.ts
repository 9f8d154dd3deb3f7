/** Who would see more and who less after a change of tags: worked out from the grants, nothing is changed. */
import type { IAccessChange, ICatalogEdit } from '../protocol';
import type { Askers, IAsker } from './asking';
import { governed, readTable, tableRef, tagsOf } from './asking';
import type { IAccess, IGoverned } from './grants';
import { accessOf, covers, principalOf } from './grants';
import type { ITagLevels } from './types';

/** Tags as an edit would leave them. */
export function changed(
  levels: ITagLevels,
  { tags, columnTags }: Pick<ICatalogEdit, 'tags' | 'columnTags'>
): ITagLevels {
  const apply = (own: Record<string, string>, edit: Record<string, string | null>): Record<string, string> =>
    Object.fromEntries(
      Object.entries({ ...own, ...edit }).filter((entry): entry is [string, string] => entry[1] !== null)
    );
  const columns = new Map(Object.entries(levels.columns));
  for (const [name, edit] of Object.entries(columnTags ?? {})) {
    columns.set(name, apply(columns.get(name) ?? {}, edit));
  }
  return { database: levels.database, table: apply(levels.table, tags ?? {}), columns: Object.fromEntries(columns) };
}

/** Compare before and after for each principal that any grant names. Principals without a difference are left out. */
export async function preview(
  askers: Askers,
  asker: IAsker,
  edit: Pick<ICatalogEdit, 'table' | 'tags' | 'columnTags'>
): Promise<IAccessChange[]> {
  const { ref, linkTo, table } = await readTable(asker, tableRef(edit.table));
  const target = linkTo ?? ref;
  const levels = await tagsOf(asker, target);
  const grants = await askers.allGrants(asker, target.catalogId);
  const before = governed(target, [levels], [table]);
  const after: IGoverned = { ...before, tags: changed(levels, edit) };
  const principals = [...new Set(grants.map(principalOf))].filter(Boolean).sort();
  return principals.flatMap(principal => {
    // A role also has what everybody of its account has.
    const is = principal.startsWith('arn:') ? covers(principal) : (other: string): boolean => other === principal;
    const [was, will] = [accessOf(grants, is, before), accessOf(grants, is, after)];
    const gains = more(was, will, before);
    const loses = more(will, was, before);
    return gains.length + loses.length > 0 ? [{ principal, gains, loses }] : [];
  });
}

/** What the second may do that the first may not, in words. */
function more(less: IAccess, much: IAccess, table: IGoverned): string[] {
  const columns = [...much.columns].filter(column => !less.columns.has(column));
  const others = [...much.permissions].filter(item => item !== 'SELECT' && !less.permissions.has(item)).sort();
  const all = columns.length === table.columns.length;
  return [
    ...(columns.length > 0
      ? [
          all
            ? 'SELECT on the table'
            : `SELECT on ${columns.length > 20 ? `${columns.length} columns` : columns.join(', ')}`
        ]
      : []),
    ...others.map(item => `${item} on the table`)
  ];
}
