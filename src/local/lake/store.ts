/** What the catalogues of one region hold: databases, tables with their versions, LF-Tags, grants. In memory. */
import type { DatabaseInput, PartitionInput, TableInput } from '@aws-sdk/client-glue';
import type { DataLakeSettings } from '@aws-sdk/client-lakeformation';

import { AwsError } from '../errors';
import { Grants } from './grants';

/** LF-Tags assigned to one resource: one value a key. */
export type Tags = Map<string, string>;

/** A table's definition as it was at one time. */
export interface IVersion {
  /** Glue's VersionId: `0`, `1`, … */
  id: string;
  input: TableInput;
  at: Date;
  /** ARN of who wrote it. */
  by: string;
}

/** A partition of a table. */
export interface IPartition {
  input: PartitionInput;
  at: Date;
}

/** A table, or a link to one of another database (`input.TargetTable`). */
export interface ITable {
  catalogId: string;
  database: string;
  name: string;
  /** Oldest first; never empty. */
  versions: IVersion[];
  tags: Tags;
  /** By column. */
  columnTags: Map<string, Tags>;
  /** By their values, joined. */
  partitions: Map<string, IPartition>;
}

/** A database, or a link to one of another account (`input.TargetDatabase`). */
export interface IDatabase {
  catalogId: string;
  name: string;
  input: DatabaseInput;
  at: Date;
  tags: Tags;
  tables: Map<string, ITable>;
}

/** What one account has. */
export class Catalog {
  readonly databases = new Map<string, IDatabase>();
  /** Keys of LF-Tags with their values. */
  readonly tagKeys = new Map<string, string[]>();
  readonly grants: Grants;
  /** Locations whose data Lake Formation gives out: ARN of S3 with the role that it reads as. */
  readonly locations = new Map<string, string>();
  /** New databases and tables are everybody's whom IAM lets, until somebody says otherwise: AWS's own default. */
  settings: DataLakeSettings = {
    DataLakeAdmins: [],
    ReadOnlyAdmins: [],
    CreateDatabaseDefaultPermissions: [everybody()],
    CreateTableDefaultPermissions: [everybody()],
    TrustedResourceOwners: []
  };

  constructor(readonly id: string) {
    this.grants = new Grants(id);
  }

  database(name: string): IDatabase | undefined {
    return this.databases.get(name.toLowerCase());
  }

  table(database: string, name: string): ITable | undefined {
    return this.database(database)?.tables.get(name.toLowerCase());
  }

  addDatabase(input: DatabaseInput, at = new Date()): IDatabase {
    const name = input.Name!.toLowerCase();
    const made = { catalogId: this.id, name, input, at, tags: new Map(), tables: new Map() };
    this.databases.set(name, made);
    return made;
  }

  addTable(database: IDatabase, input: TableInput, by: string, at = new Date()): ITable {
    const name = input.Name!.toLowerCase();
    const made: ITable = {
      catalogId: this.id,
      database: database.name,
      name,
      versions: [{ id: '0', input, at, by }],
      tags: new Map(),
      columnTags: new Map(),
      partitions: new Map()
    };
    database.tables.set(name, made);
    return made;
  }
}

/** The catalogues of all accounts in one region. */
export class Lake {
  private readonly catalogs = new Map<string, Catalog>();
  /** Most items of one page: small, so that paging is walked in every test and demo. */
  pageSize = 7;

  constructor(readonly region: string) {}

  /** An account's catalogue, empty where nobody has put anything into it. */
  catalog(id: string): Catalog {
    let found = this.catalogs.get(id);
    if (!found) {
      found = new Catalog(id);
      this.catalogs.set(id, found);
    }
    return found;
  }

  all(): IterableIterator<Catalog> {
    return this.catalogs.values();
  }

  /** The database itself, or what it links to. */
  target(database: IDatabase): IDatabase | undefined {
    const link = database.input.TargetDatabase;
    return link ? this.catalogs.get(link.CatalogId!)?.database(link.DatabaseName!) : database;
  }
}

/** The definition as it is now. */
export function current(table: ITable): IVersion {
  return table.versions.at(-1)!;
}

/** Names of a table's columns, the partition keys last. */
export function columnNames({ StorageDescriptor, PartitionKeys }: TableInput): string[] {
  return [...(StorageDescriptor?.Columns ?? []), ...(PartitionKeys ?? [])].map(({ Name }) => Name!);
}

export function notFound(what: string): AwsError {
  return new AwsError('EntityNotFoundException', `${what} not found.`);
}

/** Glue's and Lake Formation's code for a wrong input. */
export function invalid(message: string): AwsError {
  return new AwsError('InvalidInputException', message);
}

function everybody(): { Principal: { DataLakePrincipalIdentifier: string }; Permissions: ['ALL'] } {
  return { Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Permissions: ['ALL'] };
}
