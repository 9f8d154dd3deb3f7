/** The catalogue's index as it is in memory and on disk. */
import type { IErrorInfo, ITableRef } from '../protocol';

/** Tags by where they are set; the nearest one counts. */
export interface ITagLevels {
  database: Record<string, string>;
  table: Record<string, string>;
  /** By column. */
  columns: Record<string, Record<string, string>>;
}

/** Name, type, comment. */
export type IndexedColumn = [name: string, type: string, comment?: string];

/** A table in the index. */
export interface IIndexedTable {
  catalogId: string;
  database: string;
  table: string;
  /** Plain text, the first lines of the description. */
  summary?: string;
  owner?: string;
  format?: string;
  /** ISO 8601. */
  updatedAt?: string;
  /** Partition keys are the last `partitionKeys` of them. */
  columns: IndexedColumn[];
  partitionKeys: number;
  tags: ITagLevels;
  linkTo?: Required<ITableRef>;
  problem?: string;
}

/** What could not be asked. */
export interface IProblem {
  what: string;
  error: IErrorInfo;
}

/** An index, as it is stored. */
export interface IIndexData {
  version: 1;
  as: string;
  arn: string;
  accountId: string;
  /** ISO 8601: when the oldest part was asked. */
  asOf: string;
  calls: number;
  databases: { catalogId: string; name: string; linkTo?: { catalogId: string; database: string } }[];
  tables: IIndexedTable[];
  /** All LF-Tags with the values that they may have. */
  tagValues: Record<string, string[]>;
  problems: IProblem[];
  /** ISO 8601: when the tables of a database were read, by {@link placeKey}. */
  readAt?: Record<string, string>;
}

/** One key for a database in maps. */
export function placeKey({ catalogId, name }: { catalogId: string; name: string }): string {
  return `${catalogId}/${name}`;
}

/** One key for a table in maps. */
export function tableKey({ catalogId, database, table }: ITableRef): string {
  return `${catalogId ?? ''}/${database}/${table}`;
}
