/** One request to Glue or Lake Formation: whose it is, which catalogue it means, what it finds there. */
import type { Column, Database, Partition, Table, TableVersion } from '@aws-sdk/client-glue';

import { glueNeeds } from '../access/apiActions';
import { refusal, type Guard } from '../access/guard';
import { AwsError } from '../errors';
import type { ICall, IService, Operation } from '../types';
import { hasOne, insufficient, Permits, type ITableAccess } from './permits';
import {
  current,
  invalid,
  notFound,
  type Catalog,
  type IDatabase,
  type IPartition,
  type ITable,
  type IVersion,
  type Lake
} from './store';

/** A table as a caller finds it. */
export interface IFound {
  catalog: Catalog;
  database: IDatabase;
  table: ITable;
  access: ITableAccess;
  /** The link by which it was found. */
  link?: ITable;
}

export class Asked {
  readonly permits: Permits;
  /** The account that is asked about. */
  readonly catalog: Catalog;

  constructor(
    readonly lake: Lake,
    readonly call: ICall,
    catalogId: string | undefined
  ) {
    this.permits = Permits.of(lake, call.caller);
    this.catalog = lake.catalog(catalogId ?? call.caller.accountId);
  }

  /**
   * A database, through a link where it is one.
   *
   * @throws AwsError `EntityNotFoundException`; `AccessDeniedException` where it may not even be looked at
   */
  database(name: string | undefined): { link: IDatabase; database: IDatabase; catalog: Catalog } {
    const link = this.catalog.database(required('Name', name));
    if (!link) {
      throw notFound(`Database ${name}`);
    }
    if (link.input.TargetDatabase && !this.permits.database(this.catalog, link).size) {
      throw insufficient(link.name, 'Describe');
    }
    const database = this.lake.target(link);
    if (!database) {
      throw notFound(`Database ${link.input.TargetDatabase?.DatabaseName}`);
    }
    return { link, database, catalog: this.lake.catalog(database.catalogId) };
  }

  /**
   * A table that the caller sees, through links.
   *
   * @throws AwsError `AccessDeniedException` also for a table that is not there, unless the caller may describe its
   *   database: nobody is to learn names by asking
   */
  table(databaseName: string | undefined, name: string | undefined): IFound {
    const { database, catalog } = this.database(required('DatabaseName', databaseName));
    const table = database.tables.get(required('Name', name).toLowerCase());
    if (!table) {
      throw this.permits.database(catalog, database).size > 0
        ? notFound(`Table ${name}`)
        : insufficient(name!.toLowerCase());
    }
    const access = this.permits.table(catalog, database, table);
    if (access.permissions.size === 0 && !access.selectsSome) {
      throw insufficient(table.name);
    }
    const link = current(table).input.TargetTable;
    if (!link) {
      return { catalog, database, table, access };
    }
    const found = new Asked(this.lake, this.call, link.CatalogId).table(link.DatabaseName, link.Name);
    return { ...found, link: table };
  }

  /** @throws AwsError `AccessDeniedException` where none of these permissions on a table was given */
  may({ access, table }: IFound, permission: 'ALTER' | 'DROP' | 'INSERT' | 'DELETE'): void {
    if (!hasOne(access.permissions, permission)) {
      throw insufficient(table.name, permission[0] + permission.slice(1).toLowerCase());
    }
  }
}

/** @throws AwsError `InvalidInputException` where it was not given */
export function required(member: string, value: string | undefined): string {
  if (!value) {
    throw invalid(`${member} has to be given.`);
  }
  return value;
}

export function viewDatabase(database: IDatabase, target: IDatabase = database): Database {
  const { Name: _, ...input } = target.input;
  const link = database.input.TargetDatabase;
  return {
    ...input,
    Name: database.name,
    CreateTime: target.at,
    CatalogId: database.catalogId,
    ...(link ? { TargetDatabase: link } : {})
  };
}

/** Without the columns that the caller may not see. */
export function viewTable({ catalog, database, table, access, link }: IFound, version = current(table)): Table {
  const { Name: _, StorageDescriptor, PartitionKeys, ...input } = version.input;
  const seen = (columns: Column[] | undefined) => columns?.filter(({ Name }) => access.shows(Name!));
  return {
    ...input,
    Name: (link ?? table).name,
    DatabaseName: link?.database ?? database.name,
    CatalogId: link?.catalogId ?? catalog.id,
    ...(StorageDescriptor
      ? { StorageDescriptor: { ...StorageDescriptor, Columns: seen(StorageDescriptor.Columns) } }
      : {}),
    PartitionKeys: seen(PartitionKeys) ?? [],
    CreateTime: table.versions[0].at,
    UpdateTime: version.at,
    CreatedBy: table.versions[0].by,
    IsRegisteredWithLakeFormation: isRegistered(catalog, StorageDescriptor?.Location),
    VersionId: version.id,
    ...(link ? { TargetTable: current(link).input.TargetTable } : {})
  };
}

export function viewVersion(found: IFound, version: IVersion): TableVersion {
  return { VersionId: version.id, Table: viewTable(found, version) };
}

export function viewPartition({ catalog, database, table, access }: IFound, { input, at }: IPartition): Partition {
  const { StorageDescriptor } = input;
  return {
    ...input,
    DatabaseName: database.name,
    TableName: table.name,
    CatalogId: catalog.id,
    CreationTime: at,
    ...(StorageDescriptor
      ? {
          StorageDescriptor: {
            ...StorageDescriptor,
            Columns: StorageDescriptor.Columns?.filter(({ Name }) => access.shows(Name!))
          }
        }
      : {})
  };
}

/** Whether Lake Formation gives out the data at a location. */
export function isRegistered(catalog: Catalog, location: string | undefined): boolean {
  const path = location?.replace(/^s3[an]?:\/\//, 'arn:aws:s3:::').replace(/\/?$/, '/');
  return path !== undefined && [...catalog.locations.keys()].some(arn => path.startsWith(arn.replace(/\/?$/, '/')));
}

/** Operations that ask IAM first, as every one of AWS does. */
export function guardedByIam(
  guard: Guard,
  service: 'glue' | 'lakeformation',
  operations: IService['operations']
): IService['operations'] {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, Operation] => [
      name,
      async (input: never, call: ICall) => {
        const needs =
          service === 'glue'
            ? glueNeeds(name, input, call.region)
            : [
                {
                  action: `lakeformation:${IAM_NAMES[name] ?? name}`,
                  resource: '*',
                  context: { 'aws:RequestedRegion': call.region }
                }
              ];
        for (const { action, resource, context } of needs) {
          const decision = await guard.decide(call.caller, action, resource, context);
          if (decision !== 'allowed') {
            throw new AwsError('AccessDeniedException', refusal(call.caller, action, resource, decision));
          }
        }
        return operation(input, call);
      }
    ])
  );
}

/** Operations whose action has another name. */
const IAM_NAMES: Record<string, string> = { GetTemporaryGlueTableCredentials: 'GetDataAccess' };
