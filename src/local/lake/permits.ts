/** What one caller may, by Lake Formation: named grants, grants on LF-Tag expressions, administrators. */
import type { LFTag, Permission, Resource } from '@aws-sdk/client-lakeformation';

import { AwsError } from '../errors';
import type { ICaller } from '../types';
import type { IGrant } from './grants';
import { columnNames, current, type Catalog, type IDatabase, type ITable, type Lake } from './store';
import { matches, tagsOfColumn, tagsOfTable } from './tags';

/** What a caller may do with a table. */
export interface ITableAccess {
  /** Without SELECT, which is per column. `ALL` stands for every one. */
  permissions: ReadonlySet<Permission>;
  /** Columns that may be read. */
  selects: (column: string) => boolean;
  /** Whether there is a column that may be read. */
  selectsSome: boolean;
  /** Columns that are shown: those that may be read; all where the table may be described and nothing be read. */
  shows: (column: string) => boolean;
}

/** Permissions that an administrator has on everything of its account: on what is known of the data, not on the data. */
const ADMIN: readonly Permission[] = ['DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE'];

/** As whom Lake Formation knows a caller: the user, or the role behind a session. */
export function principalArn(caller: ICaller): string {
  const [, account, role] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(caller.arn) ?? [];
  return role === undefined ? caller.arn : `arn:aws:iam::${account}:role/${role}`;
}

export class Permits {
  readonly arn: string;
  private readonly granted = new Map<string, IGrant[]>();

  /** @param principal - ARN of a user or role */
  constructor(
    private readonly lake: Lake,
    private readonly accountId: string,
    principal: string
  ) {
    this.arn = principal;
  }

  static of(lake: Lake, caller: ICaller): Permits {
    return new Permits(lake, caller.accountId, principalArn(caller));
  }

  /** Whether the caller administers an account's data lake; of others' nobody here is one. */
  isAdmin(catalog: Catalog, also: 'readOnly' | 'none' = 'none'): boolean {
    const { DataLakeAdmins = [], ReadOnlyAdmins = [] } = catalog.settings;
    return [...DataLakeAdmins, ...(also === 'readOnly' ? ReadOnlyAdmins : [])].some(
      ({ DataLakePrincipalIdentifier }) => DataLakePrincipalIdentifier === this.arn
    );
  }

  /** What reaches this caller of a catalogue's grants. */
  grants(catalog: Catalog): readonly IGrant[] {
    let found = this.granted.get(catalog.id);
    if (!found) {
      const own = catalog.id === this.accountId;
      const names = [
        this.arn,
        `${this.accountId}:IAMPrincipals`,
        ...(own ? ['IAM_ALLOWED_PRINCIPALS'] : []),
        // What was shared with the account is its administrators', who pass it on.
        ...(!own && this.isAdmin(this.lake.catalog(this.accountId)) ? [this.accountId] : [])
      ];
      found = names.flatMap(name => catalog.grants.of(name));
      this.granted.set(catalog.id, found);
    }
    return found;
  }

  /** Permissions on a database itself. */
  database(catalog: Catalog, database: IDatabase, which: 'permissions' | 'grantable' = 'permissions'): Set<Permission> {
    const found = new Set<Permission>(this.isAdmin(catalog) ? ADMIN : []);
    if (this.isAdmin(catalog, 'readOnly')) {
      found.add('DESCRIBE');
    }
    for (const grant of this.grants(catalog)) {
      const { Database, LFTagPolicy } = grant.resource;
      if (
        Database?.Name === database.name ||
        (LFTagPolicy?.ResourceType === 'DATABASE' && matches(LFTagPolicy.Expression!, database.tags))
      ) {
        grant[which].forEach(permission => found.add(permission));
      }
    }
    return found;
  }

  /** Whether a database is shown: something may be done with it or with a table in it. */
  seesDatabase(catalog: Catalog, database: IDatabase): boolean {
    return (
      this.database(catalog, database).size > 0 ||
      [...database.tables.values()].some(table => this.seesTable(catalog, database, table))
    );
  }

  table(
    catalog: Catalog,
    database: IDatabase,
    table: ITable,
    which: 'permissions' | 'grantable' = 'permissions'
  ): ITableAccess {
    const permissions = new Set<Permission>(this.isAdmin(catalog) ? ADMIN : []);
    if (this.isAdmin(catalog, 'readOnly')) {
      permissions.add('DESCRIBE');
    }
    let everyColumn = false;
    const readable: ((column: string) => boolean)[] = [];
    const described: ((column: string) => boolean)[] = [];
    const byTag = (expression: readonly LFTag[]) => (column: string) =>
      matches(expression, tagsOfColumn(database, table, column));
    for (const grant of this.grants(catalog)) {
      const given = grant[which];
      const reads = given.has('SELECT') || given.has('ALL');
      const { Table, TableWithColumns, LFTagPolicy } = grant.resource;
      if (Table?.DatabaseName === database.name && (Table.TableWildcard || Table.Name === table.name)) {
        given.forEach(permission => permissions.add(permission));
        everyColumn ||= reads;
      } else if (TableWithColumns?.DatabaseName === database.name && TableWithColumns.Name === table.name) {
        const { ColumnNames, ColumnWildcard } = TableWithColumns;
        if (reads) {
          readable.push(column =>
            ColumnNames ? ColumnNames.includes(column) : !ColumnWildcard!.ExcludedColumnNames!.includes(column)
          );
        }
      } else if (LFTagPolicy?.ResourceType === 'TABLE') {
        const expression = LFTagPolicy.Expression!;
        if (matches(expression, tagsOfTable(database, table))) {
          given.forEach(permission => permissions.add(permission));
        }
        if (reads) {
          readable.push(byTag(expression));
        } else if (given.has('DESCRIBE')) {
          described.push(byTag(expression));
        }
      }
    }
    permissions.delete('SELECT');
    const selects = (column: string): boolean => everyColumn || readable.some(reads => reads(column));
    const columns = columnNames(current(table).input);
    const selectsSome = everyColumn || (readable.length > 0 && columns.some(selects));
    const whole = permissions.size > 0;
    const isAdmin = this.isAdmin(catalog, 'readOnly');
    return {
      permissions,
      selects,
      selectsSome,
      shows: column =>
        isAdmin || (selectsSome ? selects(column) : whole || described.some(describes => describes(column)))
    };
  }

  seesTable(catalog: Catalog, database: IDatabase, table: ITable): boolean {
    const { permissions, selectsSome } = this.table(catalog, database, table);
    return permissions.size > 0 || selectsSome;
  }

  /** Permissions on one value of an LF-Tag's key. @param value - none: on any value of it */
  tag(catalog: Catalog, key: string, value?: string): Set<Permission> {
    const found = new Set<Permission>(this.isAdmin(catalog) ? ['ALTER', 'DROP', 'DESCRIBE', 'ASSOCIATE'] : []);
    if (this.isAdmin(catalog, 'readOnly')) {
      found.add('DESCRIBE');
    }
    for (const { resource, permissions } of this.grants(catalog)) {
      const { LFTag } = resource;
      if (
        LFTag?.TagKey === key &&
        (value === undefined || LFTag.TagValues!.some(one => one === '*' || one === value))
      ) {
        permissions.forEach(permission => found.add(permission));
      }
    }
    if (found.has('ASSOCIATE')) {
      found.add('DESCRIBE');
    }
    return found;
  }

  /** Whether the caller may grant these permissions on a resource. */
  mayGrant(catalog: Catalog, resource: Resource, permissions: readonly Permission[]): boolean {
    if (this.isAdmin(catalog)) {
      return true;
    }
    const has = (given: ReadonlySet<Permission>, all = given.has('ALL')) =>
      permissions.every(permission => all || given.has(permission));
    const { Database, Table, TableWithColumns } = resource;
    const key = JSON.stringify(resource);
    if (
      this.grants(catalog).some(grant => JSON.stringify(grant.resource) === key && has(grant.grantable)) // the very same
    ) {
      return true;
    }
    const database = catalog.database(Database?.Name ?? Table?.DatabaseName ?? TableWithColumns?.DatabaseName ?? '');
    if (!database) {
      return false;
    }
    if (Database) {
      return has(this.database(catalog, database, 'grantable'));
    }
    const table = database.tables.get(Table?.Name ?? TableWithColumns?.Name ?? '');
    if (!table) {
      return false;
    }
    const access = this.table(catalog, database, table, 'grantable');
    const columns = TableWithColumns?.ColumnNames ?? columnNames(current(table).input);
    return permissions.every(permission =>
      permission === 'SELECT'
        ? columns.every(column => access.selects(column))
        : access.permissions.has('ALL') || access.permissions.has(permission)
    );
  }
}

/** Whether one of these was given; `ALL` is every one. */
export function hasOne(given: ReadonlySet<Permission>, ...wanted: Permission[]): boolean {
  return given.has('ALL') || wanted.some(permission => given.has(permission));
}

/** As Lake Formation says it. @param required - `Alter`, `Create Table`, …; none where it does not say */
export function insufficient(name: string, required?: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s)${required === undefined ? ` on ${name}` : `: Required ${required} on ${name}`}`
  );
}
