/** What Glue says of a table, in the catalogue's words. Tables are made by many hands: nothing of them is relied on. */
import type { Column, Table } from '../aws';
import type { IndexedColumn, IIndexedTable } from './types';
import { noTags } from './tags';

/** Longer texts are cut in the index: a comment of a megabyte finds nothing more than its beginning. */
const MAX_TEXT = 2000;
const MAX_COMMENT = 500;
const MAX_SUMMARY = 240;

/** Parameters of a table that the catalogue reads and writes. */
export const PARAMETERS = {
  /** Markdown; where Glue's own description (2,048 characters) is too short. */
  description: 'emr.description',
  owner: 'emr.owner',
  contact: 'emr.contact',
  /** `emr.snippet.1` is the code, `emr.snippet.1.title` and `emr.snippet.1.language` what it is. */
  snippet: 'emr.snippet.',
  /** `database.table`, comma-separated. */
  upstream: 'emr.upstream',
  downstream: 'emr.downstream'
} as const;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Parameters of a table; what is no text is left out. */
export function parametersOf(table: Table): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table.Parameters ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  );
}

/** Its description, Markdown. */
export function descriptionOf(table: Table): string | undefined {
  const parameters = parametersOf(table);
  return text(parameters[PARAMETERS.description]) ?? text(table.Description) ?? text(parameters['comment']);
}

/** Who it belongs to: the parameter, or whom Glue names. */
export function ownerOf(table: Table): string | undefined {
  const parameters = parametersOf(table);
  return text(parameters[PARAMETERS.owner]) ?? text(parameters['owner']) ?? text(table.Owner);
}

/** Whom to ask. */
export function contactOf(table: Table): string | undefined {
  const parameters = parametersOf(table);
  return text(parameters[PARAMETERS.contact]) ?? text(parameters['contact']);
}

/** The first sentence or line of a Markdown text, without its marks. */
export function summaryOf(markdown: string | undefined): string | undefined {
  const line = markdown
    ?.slice(0, MAX_TEXT)
    .split('\n')
    .map(item =>
      item
        .replace(/<[^>]*>/g, '')
        .replace(/^[\s#>*+-]+/, '')
        .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    )
    .map(item => item.replace(/[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}/g, '$1').trim())
    .find(item => item !== '');
  if (line === undefined) {
    return undefined;
  }
  const sentence = /^.{20,}?[.!?](?=\s)/.exec(line)?.[0] ?? line;
  return sentence.length > MAX_SUMMARY ? `${sentence.slice(0, MAX_SUMMARY - 1)}…` : sentence;
}

/** `Parquet`, `Iceberg`, …; of a table without any sign undefined. */
export function formatOf(table: Table): string | undefined {
  const parameters = parametersOf(table);
  if (table.TableType === 'VIRTUAL_VIEW' || table.ViewDefinition) {
    return 'View';
  }
  const descriptor = table.StorageDescriptor;
  const said = [
    parameters['table_type'],
    parameters['spark.sql.sources.provider'],
    parameters['classification'],
    table.TableType,
    descriptor?.InputFormat,
    descriptor?.SerdeInfo?.SerializationLibrary
  ].filter((item): item is string => typeof item === 'string');
  for (const item of said) {
    const name = /iceberg|delta|hudi|parquet|orc|avro|json|csv|opencsv/i.exec(item)?.[0].toLowerCase();
    if (name) {
      return FORMATS[name];
    }
  }
  return descriptor?.InputFormat ? 'Hive' : undefined;
}

const FORMATS: Record<string, string> = {
  iceberg: 'Iceberg',
  delta: 'Delta',
  hudi: 'Hudi',
  parquet: 'Parquet',
  orc: 'ORC',
  avro: 'Avro',
  json: 'JSON',
  csv: 'CSV',
  opencsv: 'CSV'
};

function column({ Name, Type, Comment }: Column): IndexedColumn[] {
  if (typeof Name !== 'string' || Name === '') {
    return [];
  }
  const type = text(Type) ?? '';
  const comment = text(Comment);
  return [comment === undefined ? [Name, type] : [Name, type, comment]];
}

/** Columns and, as the last `partitionKeys` of them, partition keys. Iceberg leaves columns of the past in Glue. */
export function columnsOf(table: Table): { columns: IndexedColumn[]; partitionKeys: number } {
  const keys = list(table.PartitionKeys).flatMap(column);
  const own = list(table.StorageDescriptor?.Columns)
    .filter(({ Parameters }) => Parameters?.['iceberg.field.current'] !== 'false')
    .flatMap(column)
    // Some writers repeat them.
    .filter(([name]) => !keys.some(([key]) => key === name));
  return { columns: [...own, ...keys], partitionKeys: keys.length };
}

function list<T>(value: T[] | undefined): T[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'object' && item !== null) : [];
}

/** What is wrong with a table as Glue has it; undefined: nothing that one would see. */
export function problemOf(table: Table, columns: readonly IndexedColumn[]): string | undefined {
  if (table.TargetTable) {
    return undefined;
  }
  if (columns.length === 0) {
    return table.StorageDescriptor
      ? 'It has no columns that can be seen.'
      : 'Its definition is broken: it has neither columns nor a storage descriptor.';
  }
  const names = new Set<string>();
  for (const [name, type] of columns) {
    if (!type) {
      return `Its definition is broken: the column ${name.slice(0, 80)} has no type.`;
    }
    if (names.has(name.toLowerCase())) {
      return `Its definition is broken: there are two columns ${name.slice(0, 80)}.`;
    }
    names.add(name.toLowerCase());
  }
  return undefined;
}

/** When it was last changed: by Glue's own time, or a later one of its data. ISO 8601. */
export function updatedAt(table: Table): string | undefined {
  const times = [table.UpdateTime ?? table.CreateTime]
    .map(time => (time instanceof Date ? time.getTime() : NaN))
    .filter(time => Number.isFinite(time));
  return times.length > 0 ? new Date(Math.max(...times)).toISOString() : undefined;
}

/** The index's entry of a table. @param catalogId - where Glue does not say: the account that was asked */
export function indexed(table: Table, catalogId: string, database: string): IIndexedTable {
  const { columns, partitionKeys } = columnsOf(table);
  const link = table.TargetTable;
  const summary = summaryOf(descriptionOf(table));
  const entry: IIndexedTable = {
    catalogId: table.CatalogId ?? catalogId,
    database: table.DatabaseName ?? database,
    table: table.Name ?? '',
    columns: columns.map(([name, type, comment]) =>
      comment === undefined
        ? [name, type.slice(0, MAX_TEXT)]
        : [name, type.slice(0, MAX_TEXT), comment.slice(0, MAX_COMMENT)]
    ),
    partitionKeys,
    tags: noTags()
  };
  const optional: Partial<IIndexedTable> = {
    summary,
    owner: ownerOf(table)?.slice(0, MAX_SUMMARY),
    format: formatOf(table),
    updatedAt: updatedAt(table),
    problem: problemOf(table, columns),
    ...(link?.Name && link.DatabaseName
      ? { linkTo: { catalogId: link.CatalogId ?? entry.catalogId, database: link.DatabaseName, table: link.Name } }
      : {})
  };
  return Object.assign(entry, Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)));
}
