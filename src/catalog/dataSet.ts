/** The page of one data set. */
import type { Partition } from '../aws';
import { getPartitions, getTable, principalArn } from '../aws';
import type { IDataSet, IErrorInfo, ISnippet, ITableRef } from '../protocol';
import { errorInfo } from '../protocol';
import type { Askers, IAsker, IRead } from './asking';
import { governed, readTable, tagsOf } from './asking';
import { accessOf, covers } from './grants';
import { producerOf } from './facets';
import { readAs } from './names';
import {
  PARAMETERS,
  columnsOf,
  contactOf,
  descriptionOf,
  formatOf,
  ownerOf,
  parametersOf,
  problemOf,
  updatedAt
} from './read';
import { generatedSnippets, teamSnippets } from './snippets';
import { inheritedColumnTags, inheritedTableTags } from './tags';

/** All about a table that an identity may know. @param other - identity whose columns are compared */
export async function dataSet(askers: Askers, asker: IAsker, ref: ITableRef, other?: string): Promise<IDataSet> {
  const read = await readTable(asker, ref);
  const { table, linkTo } = read;
  const target = linkTo ?? read.ref;
  const [levels, parts, alsoVisible] = await Promise.all([
    tagsOf(asker, target),
    partitionsOf(asker, read),
    other === undefined ? undefined : visibleTo(askers, other, target, asker)
  ]);
  const permissions = await permissionsOf(askers, asker, governed(target, [levels], [table]));
  const { columns, partitionKeys } = columnsOf(table);
  const parameters = parametersOf(table);
  const page: IDataSet = {
    as: asker.as,
    ...read.ref,
    producer: producerOf({ catalogId: read.ref.catalogId, ...(linkTo ? { linkTo } : {}) }),
    tags: inheritedTableTags(levels),
    columns: columns.map(([name, type, comment], index) => ({
      name,
      type,
      partition: index >= columns.length - partitionKeys,
      tags: inheritedColumnTags(levels, name),
      ...(comment === undefined ? {} : { comment }),
      ...(alsoVisible ? { alsoVisible: alsoVisible.has(name) } : {})
    })),
    readAs: readAs(read.ref, asker.account.accountId, asker.index),
    permissions,
    parameters,
    snippets: []
  };
  const optional: Partial<IDataSet> = {
    description: descriptionOf(table),
    owner: ownerOf(table),
    contact: contactOf(table),
    location: table.StorageDescriptor?.Location,
    format: formatOf(table),
    sizeBytes: number(parameters['totalSize'] ?? parameters['total_size'] ?? parameters['sizeKey']),
    rows: number(parameters['numRows'] ?? parameters['recordCount']),
    partitions: parts?.items && !parts.more ? parts.items.length : undefined,
    unread: parts?.unread && [parts.unread],
    createdAt: table.CreateTime instanceof Date ? table.CreateTime.toISOString() : undefined,
    updatedAt: updatedAt(table),
    version: table.VersionId,
    linkTo,
    lineage: lineageOf(read),
    problem: read.problem ?? problemOf(table, columns)
  };
  Object.assign(page, Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)));
  page.snippets = snippetsOf(page, latestOf(page, parts?.items ?? []));
  return page;
}

/**
 * Snippets of a data set, the team’s first.
 *
 * @param partition - values to filter by
 * @param columns - only these, of those that may be seen
 */
export function snippetsOf(page: IDataSet, partition?: Record<string, string>, columns?: string[]): ISnippet[] {
  const wanted = columns && new Set(columns);
  const shown = page.columns.filter(({ name }) => wanted?.has(name) ?? true);
  const keys = page.columns.filter(column => column.partition && !shown.includes(column));
  const generated = generatedSnippets({
    readAs: page.readAs,
    columns: shown,
    // A filter by a key that is not selected.
    keys,
    ...(partition ? { partition } : {}),
    ...(page.format ? { format: page.format } : {})
  });
  return [...teamSnippets(page.parameters), ...generated];
}

function number(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Partitions that Glue lists, or why it does not; Iceberg has its own. */
async function partitionsOf(
  asker: IAsker,
  { table, linkTo, ref }: IRead
): Promise<{ items?: Partition[]; more?: boolean; unread?: IErrorInfo } | undefined> {
  if (!table.PartitionKeys?.length || formatOf(table) === 'Iceberg') {
    return undefined;
  }
  try {
    return await getPartitions(asker.context, linkTo ?? ref, asker.asking);
  } catch (error) {
    asker.asking.signal?.throwIfAborted();
    return { unread: errorInfo(error) };
  }
}

/** The newest partition, for a filter that finds rows. */
function latestOf(page: IDataSet, partitions: Partition[]): Record<string, string> | undefined {
  const keys = page.columns.filter(column => column.partition);
  const order = new Intl.Collator('en', { numeric: true });
  let latest: string[] | undefined;
  for (const { Values = [] } of partitions) {
    const at = Values.findIndex((value, index) => value !== latest?.[index]);
    if (
      Values.length === keys.length &&
      (!latest || (at >= 0 && order.compare(Values[at] ?? '', latest[at] ?? '') > 0))
    ) {
      latest = Values;
    }
  }
  return latest && Object.fromEntries(keys.map(({ name }, index) => [name, latest[index] ?? '']));
}

async function visibleTo(askers: Askers, as: string, ref: Required<ITableRef>, asker: IAsker): Promise<Set<string>> {
  try {
    const table = await getTable(askers.identities.context(as), ref, asker.asking);
    return new Set(columnsOf(table).columns.map(([name]) => name));
  } catch {
    asker.asking.signal?.throwIfAborted();
    return new Set();
  }
}

/** What the identity may do: by the grants that it, or else the user, may list. */
async function permissionsOf(askers: Askers, asker: IAsker, table: ReturnType<typeof governed>): Promise<string[]> {
  const arn = asker.as === 'self' ? principalArn(asker.account.arn) : asker.as;
  for (const as of new Set([asker.as, 'self'])) {
    try {
      const other = as === asker.as ? asker : await askers.of(as, asker.asking.signal);
      const { permissions } = accessOf(await askers.grantsOf(other, table.catalogId), covers(arn), table);
      if (permissions.size > 0) {
        return [...permissions].sort();
      }
    } catch {
      asker.asking.signal?.throwIfAborted();
    }
  }
  return [];
}

/** What the table was made of, and what is made of it. */
function lineageOf({ table }: IRead): IDataSet['lineage'] {
  const parameters = parametersOf(table);
  const names = (text: string | undefined): string[] =>
    (text ?? '')
      .split(/[,\s]+/)
      .filter(Boolean)
      .slice(0, 200);
  // A view of several dialects names its tables by ARN: arn:aws:glue:REGION:ACCOUNT:table/DATABASE/TABLE.
  const objects = (table.ViewDefinition?.SubObjects ?? []).flatMap(arn => {
    const [, database, name] = /:table\/([^/]+)\/(.+)$/.exec(arn) ?? [];
    return database && name ? [`${database}.${name}`] : [];
  });
  const upstream = [...new Set([...names(parameters[PARAMETERS.upstream] ?? parameters['upstream']), ...objects])];
  const downstream = names(parameters[PARAMETERS.downstream] ?? parameters['downstream']);
  return upstream.length + downstream.length > 0 ? { upstream, downstream } : undefined;
}
