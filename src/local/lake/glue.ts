/** Glue's Data Catalog as a caller sees it: what it may not see is left out. All else of Glue is moto's. */
import * as model from '@aws-sdk/client-glue';

import type { Guard } from '../access/guard';
import { page } from '../paging';
import { inputOf, type OperationSchema } from '../protocols/restJson';
import type { ICall, IService } from '../types';
import {
  Asked,
  guardedByIam,
  required,
  viewDatabase,
  viewPartition,
  viewTable,
  viewVersion,
  type IFound
} from './asked';
import { writes } from './glueWrites';
import { readExpression } from './partitionExpression';
import { insufficient } from './permits';
import { searchTables } from './searchTables';
import { current, invalid, notFound, type Catalog, type IDatabase, type Lake } from './store';

const SCHEMAS: Record<string, OperationSchema> = {
  GetDatabase: model.GetDatabase$,
  GetDatabases: model.GetDatabases$,
  CreateDatabase: model.CreateDatabase$,
  UpdateDatabase: model.UpdateDatabase$,
  DeleteDatabase: model.DeleteDatabase$,
  GetTable: model.GetTable$,
  GetTables: model.GetTables$,
  SearchTables: model.SearchTables$,
  CreateTable: model.CreateTable$,
  UpdateTable: model.UpdateTable$,
  DeleteTable: model.DeleteTable$,
  BatchDeleteTable: model.BatchDeleteTable$,
  GetTableVersion: model.GetTableVersion$,
  GetTableVersions: model.GetTableVersions$,
  GetPartition: model.GetPartition$,
  GetPartitions: model.GetPartitions$,
  BatchGetPartition: model.BatchGetPartition$,
  CreatePartition: model.CreatePartition$,
  BatchCreatePartition: model.BatchCreatePartition$,
  DeletePartition: model.DeletePartition$,
  BatchDeletePartition: model.BatchDeletePartition$
};

export function makeGlue(lakeOf: (region: string) => Lake, guard: Guard): IService {
  const asked = (input: { CatalogId?: string }, call: ICall) => new Asked(lakeOf(call.region), call, input.CatalogId);
  return {
    name: 'glue',
    inputs: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, inputOf(schema)])),
    operations: guardedByIam(guard, 'glue', { ...reads(asked), ...writes(asked) })
  };
}

function reads(asked: (input: { CatalogId?: string }, call: ICall) => Asked): IService['operations'] {
  return {
    GetDatabase: (input: model.GetDatabaseRequest, call: ICall): model.GetDatabaseResponse => {
      const ask = asked(input, call);
      const { link, database, catalog } = ask.database(input.Name);
      const sees = ask.permits.seesDatabase(catalog, database);
      if (!sees && link === database) {
        throw notFound(`Database ${input.Name}`);
      }
      return { Database: viewDatabase(link, sees ? database : link) };
    },
    GetDatabases: (input: model.GetDatabasesRequest, call: ICall): model.GetDatabasesResponse => {
      const ask = asked(input, call);
      const found = catalogs(ask, input.ResourceShareType).flatMap(catalog =>
        [...catalog.databases.values()]
          .filter(database => ask.permits.seesDatabase(catalog, database))
          .map(database => viewDatabase(database, targetOf(ask, database)))
      );
      const { items, next } = paged(ask, found, input);
      return { DatabaseList: items, ...(next ? { NextToken: next } : {}) };
    },
    GetTable: (input: model.GetTableRequest, call: ICall): model.GetTableResponse => ({
      Table: viewTable(asked(input, call).table(input.DatabaseName, input.Name))
    }),
    GetTables: (input: model.GetTablesRequest, call: ICall): model.GetTablesResponse => {
      const ask = asked(input, call);
      const named = nameFilter(input.Expression);
      const { items, next } = paged(
        ask,
        tablesOf(ask, input.DatabaseName).filter(({ table }) => named(table.name)),
        input
      );
      return { TableList: items.map(found => viewTable(found)), ...(next ? { NextToken: next } : {}) };
    },
    SearchTables: (input: model.SearchTablesRequest, call: ICall): model.SearchTablesResponse => {
      const ask = asked(input, call);
      const all = catalogs(ask, input.ResourceShareType).flatMap(catalog =>
        [...catalog.databases.values()]
          .filter(({ input: { TargetDatabase } }) => !TargetDatabase)
          .flatMap(database => seen(ask, catalog, database))
      );
      const { items, next } = paged(
        ask,
        searchTables(
          all.map(found => viewTable(found)),
          input
        ),
        input
      );
      return { TableList: items, ...(next ? { NextToken: next } : {}) };
    },
    GetTableVersion: (input: model.GetTableVersionRequest, call: ICall): model.GetTableVersionResponse => {
      const found = asked(input, call).table(input.DatabaseName, input.TableName);
      const version = found.table.versions.find(({ id }) => id === (input.VersionId ?? current(found.table).id));
      if (!version) {
        throw notFound(`Version ${input.VersionId} of table ${input.TableName}`);
      }
      return { TableVersion: viewVersion(found, version) };
    },
    GetTableVersions: (input: model.GetTableVersionsRequest, call: ICall): model.GetTableVersionsResponse => {
      const ask = asked(input, call);
      const found = ask.table(input.DatabaseName, input.TableName);
      const { items, next } = paged(ask, [...found.table.versions].reverse(), input);
      return {
        TableVersions: items.map(version => viewVersion(found, version)),
        ...(next ? { NextToken: next } : {})
      };
    },
    GetPartition: (input: model.GetPartitionRequest, call: ICall): model.GetPartitionResponse => {
      const found = asked(input, call).table(input.DatabaseName, input.TableName);
      const partition = found.table.partitions.get((input.PartitionValues ?? []).join('\u0000'));
      if (!partition) {
        throw notFound(`Partition ${input.PartitionValues?.join('/')}`);
      }
      return { Partition: viewPartition(found, partition) };
    },
    BatchGetPartition: (input: model.BatchGetPartitionRequest, call: ICall): model.BatchGetPartitionResponse => {
      const found = asked(input, call).table(input.DatabaseName, input.TableName);
      const all = (input.PartitionsToGet ?? []).map(({ Values }) => found.table.partitions.get(Values!.join('\u0000')));
      return {
        Partitions: all.filter(one => one !== undefined).map(one => viewPartition(found, one)),
        UnprocessedKeys: []
      };
    },
    GetPartitions: (input: model.GetPartitionsRequest, call: ICall): model.GetPartitionsResponse => {
      const ask = asked(input, call);
      const found = ask.table(input.DatabaseName, input.TableName);
      const keys = current(found.table).input.PartitionKeys ?? [];
      const test = input.Expression?.trim() ? readExpression(input.Expression, keys) : () => true;
      const { SegmentNumber = 0, TotalSegments = 1 } = input.Segment ?? {};
      const chosen = [...found.table.partitions.values()].filter(
        ({ input: { Values = [] } }, index) =>
          index % TotalSegments === SegmentNumber &&
          test(Object.fromEntries(keys.map(({ Name }, place) => [Name!, Values[place]])))
      );
      const { items, next } = paged(ask, chosen, input);
      return { Partitions: items.map(one => viewPartition(found, one)), ...(next ? { NextToken: next } : {}) };
    }
  };
}

/** The account's own catalogue, those of others that share with it, or both. */
function catalogs(ask: Asked, share: model.ResourceShareType | undefined): Catalog[] {
  const others = [...ask.lake.all()].filter(({ id }) => id !== ask.catalog.id);
  return share === 'FOREIGN' ? others : share === 'ALL' ? [ask.catalog, ...others] : [ask.catalog];
}

/** What a database's properties are taken from: of a link its target, where the caller may know of it. */
function targetOf(ask: Asked, database: IDatabase): IDatabase {
  const target = ask.lake.target(database);
  return target && ask.permits.seesDatabase(ask.lake.catalog(target.catalogId), target) ? target : database;
}

/** Tables of a database that the caller sees; of another account's those that it shares, no links of its own. */
function tablesOf(ask: Asked, name: string | undefined): IFound[] {
  const { link, database, catalog } = ask.database(required('DatabaseName', name));
  if (link === database && !ask.permits.seesDatabase(catalog, database)) {
    throw catalog.id === ask.call.caller.accountId ? notFound(`Database ${name}`) : insufficientOn(database);
  }
  return seen(ask, catalog, database).flatMap(found => {
    const target = current(found.table).input.TargetTable;
    if (!target) {
      return [found];
    }
    if (link !== database) {
      return [];
    }
    try {
      return [ask.table(database.name, found.table.name)];
    } catch {
      return [found]; // the link is shown, with nothing of its target
    }
  });
}

function insufficientOn({ name }: IDatabase): Error {
  return insufficient(name, 'Describe');
}

function seen(ask: Asked, catalog: Catalog, database: IDatabase): IFound[] {
  const found: IFound[] = [];
  for (const table of database.tables.values()) {
    const access = ask.permits.table(catalog, database, table);
    if (access.permissions.size > 0 || access.selectsSome) {
      found.push({ catalog, database, table, access });
    }
  }
  return found;
}

function nameFilter(expression: string | undefined): (name: string) => boolean {
  if (!expression) {
    return () => true;
  }
  try {
    const pattern = new RegExp(`^(?:${expression.replace(/(?<!\.)\*/g, '.*')})$`, 'i');
    return name => pattern.test(name);
  } catch {
    throw invalid(`Expression ${expression} cannot be read.`);
  }
}

function paged<T>(
  ask: Asked,
  items: readonly T[],
  { NextToken, MaxResults }: { NextToken?: string; MaxResults?: number }
) {
  return page(items, NextToken, MaxResults, ask.lake.pageSize, 'InvalidInputException');
}
