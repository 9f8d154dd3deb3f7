/** The past of a table: what changed from one version to the next. */
import type { Table, TableVersion } from '../aws';
import { getTableVersions } from '../aws';
import type { ISchemaVersion, ITableRef } from '../protocol';
import type { IAsker } from './asking';
import { readTable } from './asking';
import { columnsOf, contactOf, descriptionOf, ownerOf, parametersOf } from './read';
import { teamSnippets } from './snippets';

/** Versions of a table, the newest first, each with what changed since the one before. */
export async function versions(asker: IAsker, given: ITableRef): Promise<ISchemaVersion[]> {
  const { ref, linkTo } = await readTable(asker, given);
  const found = await getTableVersions(asker.context, linkTo ?? ref, asker.asking);
  return found.map((version, index) => schemaVersion(version, found[index + 1]?.Table));
}

function schemaVersion(
  { VersionId, Table: table = { Name: '' } }: TableVersion,
  before: Table | undefined
): ISchemaVersion {
  const time = table.UpdateTime ?? table.CreateTime;
  return {
    version: VersionId ?? '',
    ...(time instanceof Date ? { updatedAt: time.toISOString() } : {}),
    ...(table.CreatedBy ? { updatedBy: table.CreatedBy } : {}),
    ...difference(before, table)
  };
}

/** What is different in one definition from another. @param before - undefined: it is not known */
export function difference(
  before: Table | undefined,
  after: Table
): Pick<ISchemaVersion, 'added' | 'removed' | 'changed' | 'notes'> {
  if (!before) {
    return { added: [], removed: [], changed: [], notes: [] };
  }
  const [old, now] = [before, after].map(table => new Map(columnsOf(table).columns.map(column => [column[0], column])));
  const side = (columns: typeof old, others: typeof old) =>
    [...columns.values()].filter(([name]) => !others.has(name)).map(([name, type]) => ({ name, type }));
  const both = [...now.values()].flatMap(column => {
    const was = old.get(column[0]);
    return was ? [{ was, column }] : [];
  });
  const commented = both.filter(({ was, column }) => was[2] !== column[2]).map(({ column }) => column[0]);
  const texts: [string, string | undefined, string | undefined][] = [
    ['description', descriptionOf(before), descriptionOf(after)],
    ['owner', ownerOf(before), ownerOf(after)],
    ['contact', contactOf(before), contactOf(after)],
    ['location', before.StorageDescriptor?.Location, after.StorageDescriptor?.Location],
    [
      'partition keys',
      before.PartitionKeys?.map(({ Name }) => Name).join(', '),
      after.PartitionKeys?.map(({ Name }) => Name).join(', ')
    ],
    ['snippets', JSON.stringify(teamSnippets(parametersOf(before))), JSON.stringify(teamSnippets(parametersOf(after)))]
  ];
  const known = /^emr\.|^(owner|contact|comment|snippets)$|^transient_lastDdlTime$/;
  const parameters = [...new Set([...Object.keys(parametersOf(before)), ...Object.keys(parametersOf(after))])].filter(
    key => !known.test(key) && before.Parameters?.[key] !== after.Parameters?.[key]
  );
  return {
    added: side(now, old),
    removed: side(old, now),
    changed: both
      .filter(({ was, column }) => was[1] !== column[1])
      .map(({ was, column }) => ({ name: column[0], from: was[1], to: column[1] })),
    notes: [
      ...texts.filter(([, was, is]) => (was ?? '') !== (is ?? '')).map(([name]) => `The ${name} changed.`),
      ...(commented.length > 0 ? [`Comments changed: ${few(commented)}.`] : []),
      ...(parameters.length > 0 ? [`Parameters changed: ${few(parameters)}.`] : [])
    ]
  };
}

function few(names: string[]): string {
  return names.length > 10 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');
}
