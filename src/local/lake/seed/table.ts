/** How the demo's tables are written down. */
export type Format = 'parquet' | 'iceberg' | 'json' | 'csv';

/** A column: `NAME TYPE COMMENT…`, the type without spaces. */
export type ColumnText = string;

/** What is said of a table. */
export interface ITableSeed {
  name: string;
  /** Markdown. */
  description: string;
  format: Format;
  columns: readonly ColumnText[];
  partitions: readonly ColumnText[];
  /** In each partition; of an unpartitioned table in all. */
  rows: number;
  tags: Record<string, string>;
  columnTags: Record<string, Record<string, string>>;
  contact: string;
  snippets: readonly { title: string; language: 'pyspark' | 'sql' | 'scala' | 'r'; code: string }[];
  /** Tables that it is made of, `DATABASE.TABLE`. */
  upstream: readonly string[];
  /** Columns that were added later, one a version: older versions have them not. */
  addedLater: readonly string[];
  /** Nothing that could be read: a trouble for whoever shows it. */
  broken: boolean;
}

export interface IDatabaseSeed {
  catalogId: string;
  name: string;
  description: string;
  owner: string;
  bucket: string;
  tags: Record<string, string>;
  tables: readonly ITableSeed[];
}

export function table(
  name: string,
  description: string,
  columns: readonly ColumnText[],
  more: Partial<ITableSeed> = {}
): ITableSeed {
  return {
    name,
    description,
    columns,
    format: 'parquet',
    partitions: [],
    rows: 200,
    tags: {},
    columnTags: {},
    contact: '#data-help',
    snippets: [],
    upstream: [],
    addedLater: [],
    broken: false,
    ...more
  };
}

export function readColumn(text: ColumnText): { Name: string; Type: string; Comment: string } {
  const [, Name, Type, Comment] = /^(\S+) (\S+) ?(.*)$/.exec(text)!;
  return { Name, Type, Comment };
}

/** Trading days that every partitioned table has. */
export const DAYS = ['2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05', '2026-11-06'];
