/** Changes of Glue's Data Catalog, by those whom Lake Formation lets. */
import type * as model from '@aws-sdk/client-glue';
import type { Permission, PrincipalPermissions, Resource } from '@aws-sdk/client-lakeformation';

import { AwsError } from '../errors';
import type { ICall, IService } from '../types';
import { required, type Asked, type IFound } from './asked';
import { hasOne, insufficient } from './permits';
import { columnNames, current, invalid, notFound, type Catalog, type IDatabase } from './store';

const NAME = /^[\w.$ -]{1,255}$/u;
const KEEP_VERSIONS = 1000;

export function writes(asked: (input: { CatalogId?: string }, call: ICall) => Asked): IService['operations'] {
  return {
    CreateDatabase: (input: model.CreateDatabaseRequest, call: ICall) => {
      const ask = asked(input, call);
      const name = checkName(input.DatabaseInput?.Name);
      if (!mayCreateDatabase(ask)) {
        throw insufficient('Catalog', 'Create Database');
      }
      if (ask.catalog.database(name)) {
        throw exists('Database', name);
      }
      const made = ask.catalog.addDatabase({ ...input.DatabaseInput, Name: name });
      const resource = { Database: { Name: made.name } };
      grantDefaults(ask.catalog, resource, ask.catalog.settings.CreateDatabaseDefaultPermissions ?? []);
      ask.catalog.grants.add(ask.permits.arn, resource, ['ALL'], ['ALL'], ask.permits.arn);
      return {};
    },
    UpdateDatabase: (input: model.UpdateDatabaseRequest, call: ICall) => {
      const ask = asked(input, call);
      const { database, catalog } = ask.database(input.Name);
      mayChange(ask, catalog, database, 'ALTER');
      database.input = { ...input.DatabaseInput, Name: database.name };
      return {};
    },
    DeleteDatabase: (input: model.DeleteDatabaseRequest, call: ICall) => {
      const ask = asked(input, call);
      const database = ask.catalog.database(required('Name', input.Name));
      if (!database) {
        throw notFound(`Database ${input.Name}`);
      }
      mayChange(ask, ask.catalog, database, 'DROP');
      ask.catalog.databases.delete(database.name);
      ask.catalog.grants.forget(({ Database, Table, TableWithColumns }) =>
        [Database?.Name, Table?.DatabaseName, TableWithColumns?.DatabaseName].includes(database.name)
      );
      return {};
    },
    CreateTable: (input: model.CreateTableRequest, call: ICall) => {
      const ask = asked(input, call);
      const { link, database, catalog } = ask.database(input.DatabaseName);
      const { TableInput } = input;
      const name = checkName(TableInput?.Name);
      if (!hasOne(ask.permits.database(catalog, database), 'CREATE_TABLE')) {
        throw insufficient(database.name, 'Create Table');
      }
      if (TableInput?.TargetTable && link !== database) {
        throw invalid('A table resource link cannot be made through a database resource link.');
      }
      if (database.tables.has(name)) {
        throw exists('Table', name);
      }
      checkColumns(TableInput!);
      const { CatalogId, DatabaseName, Name } = TableInput?.TargetTable ?? {};
      if (TableInput?.TargetTable && !(CatalogId && DatabaseName && Name)) {
        throw invalid('TargetTable has to name CatalogId, DatabaseName and Name.');
      }
      catalog.addTable(database, { ...TableInput, Name: name }, ask.permits.arn);
      const resource = { Table: { DatabaseName: database.name, Name: name } };
      grantDefaults(
        catalog,
        resource,
        database.input.CreateTableDefaultPermissions ?? catalog.settings.CreateTableDefaultPermissions ?? []
      );
      catalog.grants.add(ask.permits.arn, resource, ['ALL'], ['ALL'], ask.permits.arn);
      return {};
    },
    UpdateTable: (input: model.UpdateTableRequest, call: ICall) => {
      const ask = asked(input, call);
      const found = ask.table(input.DatabaseName, input.Name ?? input.TableInput?.Name);
      ask.may(found, 'ALTER');
      const { table, access } = found;
      const now = current(table);
      // A definition replaces the whole one: who was shown a part of it would delete the rest without knowing.
      if (!columnNames(now.input).every(column => access.shows(column))) {
        throw insufficient(table.name, 'Alter');
      }
      if (input.VersionId !== undefined && input.VersionId !== now.id) {
        throw new AwsError(
          'ConcurrentModificationException',
          `Update table failed due to concurrent modifications. The version of ${table.name} is ${now.id}, not ${input.VersionId}.`
        );
      }
      checkColumns(input.TableInput!);
      if (input.SkipArchive) {
        table.versions.pop();
      }
      table.versions.push({
        id: String(Number(now.id) + 1),
        input: { ...input.TableInput, Name: table.name },
        at: new Date(),
        by: ask.permits.arn
      });
      table.versions.splice(0, table.versions.length - KEEP_VERSIONS);
      return {};
    },
    DeleteTable: (input: model.DeleteTableRequest, call: ICall) => {
      drop(asked(input, call), input.DatabaseName, input.Name);
      return {};
    },
    BatchDeleteTable: (input: model.BatchDeleteTableRequest, call: ICall): model.BatchDeleteTableResponse => {
      const Errors: model.TableError[] = [];
      for (const name of input.TablesToDelete ?? []) {
        try {
          drop(asked(input, call), input.DatabaseName, name);
        } catch (error) {
          const { code, message } = error as AwsError;
          Errors.push({ TableName: name, ErrorDetail: { ErrorCode: code, ErrorMessage: message } });
        }
      }
      return { Errors };
    },
    CreatePartition: (input: model.CreatePartitionRequest, call: ICall) => {
      const ask = asked(input, call);
      const found = ask.table(input.DatabaseName, input.TableName);
      ask.may(found, 'INSERT');
      addPartition(found, input.PartitionInput!);
      return {};
    },
    BatchCreatePartition: (input: model.BatchCreatePartitionRequest, call: ICall) => {
      const ask = asked(input, call);
      const found = ask.table(input.DatabaseName, input.TableName);
      ask.may(found, 'INSERT');
      const Errors = (input.PartitionInputList ?? []).flatMap(partition => {
        try {
          addPartition(found, partition);
          return [];
        } catch (error) {
          const { code, message } = error as AwsError;
          return [{ PartitionValues: partition.Values, ErrorDetail: { ErrorCode: code, ErrorMessage: message } }];
        }
      });
      return { Errors };
    },
    DeletePartition: (input: model.DeletePartitionRequest, call: ICall) => {
      const ask = asked(input, call);
      const found = ask.table(input.DatabaseName, input.TableName);
      ask.may(found, 'DELETE');
      if (!found.table.partitions.delete((input.PartitionValues ?? []).join('\u0000'))) {
        throw notFound(`Partition ${input.PartitionValues?.join('/')}`);
      }
      return {};
    },
    BatchDeletePartition: (input: model.BatchDeletePartitionRequest, call: ICall) => {
      const ask = asked(input, call);
      const found = ask.table(input.DatabaseName, input.TableName);
      ask.may(found, 'DELETE');
      input.PartitionsToDelete?.forEach(({ Values }) => found.table.partitions.delete(Values!.join('\u0000')));
      return { Errors: [] };
    }
  };
}

function drop(ask: Asked, databaseName: string | undefined, name: string | undefined): void {
  const { database, catalog } = ask.database(databaseName);
  const table = database.tables.get(required('Name', name).toLowerCase());
  if (!table) {
    throw notFound(`Table ${name}`);
  }
  ask.may({ catalog, database, table, access: ask.permits.table(catalog, database, table) }, 'DROP');
  database.tables.delete(table.name);
  catalog.grants.forget(
    ({ Table, TableWithColumns }) =>
      (Table?.DatabaseName === database.name && Table.Name === table.name) ||
      (TableWithColumns?.DatabaseName === database.name && TableWithColumns.Name === table.name)
  );
}

function addPartition({ table }: IFound, input: model.PartitionInput): void {
  const keys = current(table).input.PartitionKeys ?? [];
  if (input.Values?.length !== keys.length) {
    throw invalid(
      `The number of partition keys (${keys.length}) does not match the number of values (${input.Values?.length ?? 0}).`
    );
  }
  const key = input.Values.join('\u0000');
  if (table.partitions.has(key)) {
    throw exists('Partition', input.Values.join('/'));
  }
  table.partitions.set(key, { input, at: new Date() });
}

function mayCreateDatabase({ permits, catalog, call }: Asked): boolean {
  return (
    permits.isAdmin(catalog) ||
    // Until an administrator takes it from everybody, IAM alone decides.
    (catalog.id === call.caller.accountId &&
      (catalog.settings.CreateDatabaseDefaultPermissions ?? []).some(
        ({ Principal }) => Principal?.DataLakePrincipalIdentifier === 'IAM_ALLOWED_PRINCIPALS'
      )) ||
    permits
      .grants(catalog)
      .some(({ resource, permissions }) => resource.Catalog && hasOne(permissions, 'CREATE_DATABASE'))
  );
}

function mayChange({ permits }: Asked, catalog: Catalog, database: IDatabase, permission: 'ALTER' | 'DROP'): void {
  if (!hasOne(permits.database(catalog, database), permission)) {
    throw insufficient(database.name, permission === 'ALTER' ? 'Alter' : 'Drop');
  }
}

function grantDefaults(
  catalog: Catalog,
  resource: Resource,
  defaults: readonly (PrincipalPermissions | model.PrincipalPermissions)[]
): void {
  for (const { Principal, Permissions } of defaults) {
    catalog.grants.add(Principal!.DataLakePrincipalIdentifier!, resource, Permissions as Permission[]);
  }
}

/** In lower case, as Glue keeps names. */
function checkName(name: string | undefined): string {
  if (!name || !NAME.test(name)) {
    throw invalid(
      `Name ${JSON.stringify(name)} is not valid: letters, digits, '_', '.', '$', ' ' and '-', at most 255.`
    );
  }
  return name.toLowerCase();
}

function checkColumns({ StorageDescriptor, PartitionKeys }: model.TableInput): void {
  const seen = new Set<string>();
  for (const { Name } of [...(StorageDescriptor?.Columns ?? []), ...(PartitionKeys ?? [])]) {
    if (!Name || seen.has(Name)) {
      throw invalid(Name ? `Duplicate column name: ${Name}.` : 'A column has to have a name.');
    }
    seen.add(Name);
  }
}

function exists(what: string, name: string): AwsError {
  return new AwsError('AlreadyExistsException', `${what} ${name} already exists.`);
}
