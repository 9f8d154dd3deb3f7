/** What was granted to whom, and what follows from it for one table. */
import type { PrincipalResourcePermissions } from '../aws';
import type { IGrant, LfTags } from '../protocol';
import { columnTags, expressionText, fits, tableTags } from './tags';
import type { ITagLevels } from './types';

/** Everybody whom IAM lets, where Lake Formation does not govern. */
export const EVERYBODY = 'IAM_ALLOWED_PRINCIPALS';

/** A table, for the question who may do what with it. */
export interface IGoverned {
  catalogId: string;
  database: string;
  table: string;
  /** All of its columns. */
  columns: readonly string[];
  tags: ITagLevels;
}

/** What a grant gives on one table. */
export interface IReach {
  permissions: string[];
  grantable: string[];
  /** Columns that SELECT reaches; undefined: all. */
  columns?: string[];
  via: IGrant['via'];
  resource: string;
}

/** The principal of a grant. */
export function principalOf(grant: PrincipalResourcePermissions): string {
  return grant.Principal?.DataLakePrincipalIdentifier ?? '';
}

/** The LF-Tag expression of a grant; undefined: it is of another kind. */
export function expressionOf(grant: PrincipalResourcePermissions): LfTags | undefined {
  const policy = grant.Resource?.LFTagPolicy;
  return policy?.Expression && policy.ResourceType === 'TABLE'
    ? Object.fromEntries(policy.Expression.map(({ TagKey, TagValues }) => [TagKey ?? '', TagValues ?? []]))
    : undefined;
}

/** Whether tags fit an expression of a grant, where `*` is any value. */
export function grantFits(tags: Record<string, string>, expression: LfTags): boolean {
  return fits(
    tags,
    Object.fromEntries(
      Object.entries(expression).map(([key, values]) => [
        key,
        values.includes('*') && Object.hasOwn(tags, key) ? [tags[key] ?? ''] : values
      ])
    )
  );
}

function same(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}

/** What a grant gives on a table; undefined: nothing. */
export function reachOf(grant: PrincipalResourcePermissions, table: IGoverned): IReach | undefined {
  const given = {
    permissions: (grant.Permissions ?? []).map(String),
    grantable: (grant.PermissionsWithGrantOption ?? []).map(String)
  };
  const { Database, Table, TableWithColumns, LFTagPolicy } = grant.Resource ?? {};
  const isHere = (catalogId: string | undefined): boolean => catalogId === undefined || catalogId === table.catalogId;
  const name = `${table.database}.${table.table}`;
  if (Table && isHere(Table.CatalogId) && same(Table.DatabaseName, table.database)) {
    if (Table.TableWildcard || Table.Name === undefined) {
      return { ...given, via: 'database', resource: `all tables of ${table.database}` };
    }
    return same(Table.Name, table.table) ? { ...given, via: 'table', resource: `table ${name}` } : undefined;
  }
  if (
    TableWithColumns &&
    isHere(TableWithColumns.CatalogId) &&
    same(TableWithColumns.DatabaseName, table.database) &&
    same(TableWithColumns.Name, table.table)
  ) {
    const { ColumnNames: named, ColumnWildcard } = TableWithColumns;
    const excluded = ColumnWildcard?.ExcludedColumnNames ?? [];
    const columns = table.columns.filter(column =>
      named?.length ? named.some(item => same(item, column)) : !excluded.some(item => same(item, column))
    );
    const what = named?.length ? named.join(', ') : `all but ${excluded.join(', ') || 'none'}`;
    return { ...given, columns, via: 'columns', resource: `columns ${what} of ${name}` };
  }
  if (Database && isHere(Database.CatalogId) && same(Database.Name, table.database)) {
    return { ...given, columns: [], via: 'database', resource: `database ${table.database}` };
  }
  const expression = LFTagPolicy && isHere(LFTagPolicy.CatalogId) ? expressionOf(grant) : undefined;
  if (expression) {
    const whole = grantFits(tableTags(table.tags), expression);
    const columns = table.columns.filter(column => grantFits(columnTags(table.tags, column), expression));
    if (!whole && columns.length === 0) {
      return undefined;
    }
    return {
      ...given,
      ...(columns.length === table.columns.length ? {} : { columns }),
      via: 'tags',
      resource: `LF-Tag expression ${expressionText(expression)}`
    };
  }
  return undefined;
}

/** What one principal may do with a table. */
export interface IAccess {
  /** Without those on the database itself. */
  permissions: Set<string>;
  /** Columns that may be read. */
  columns: Set<string>;
}

/** What follows for one principal from all grants. */
export function accessOf(
  grants: readonly PrincipalResourcePermissions[],
  isPrincipal: (principal: string) => boolean,
  table: IGoverned
): IAccess {
  const permissions = new Set<string>();
  const columns = new Set<string>();
  for (const grant of grants) {
    const reach = isPrincipal(principalOf(grant)) ? reachOf(grant, table) : undefined;
    if (!reach || (reach.via === 'database' && reach.columns)) {
      continue;
    }
    const isAll = reach.permissions.includes('ALL') || reach.permissions.includes('SUPER_USER');
    reach.permissions.forEach(permission => permissions.add(permission));
    if (isAll || reach.permissions.includes('SELECT')) {
      (reach.columns ?? table.columns).forEach(column => columns.add(column));
    }
  }
  return { permissions, columns };
}

/** Whether a grant's principal is an identity, or holds it. @param arn - of a user or role */
export function covers(arn: string): (principal: string) => boolean {
  const account = /^arn:[\w-]+:iam::(\d{12}):/.exec(arn)?.[1];
  return principal =>
    principal === arn || principal === EVERYBODY || (account !== undefined && principal === `${account}:IAMPrincipals`);
}

/** The grants that reach a table, for the audit. */
export function grantsOn(grants: readonly PrincipalResourcePermissions[], table: IGoverned): IGrant[] {
  return grants.flatMap(grant => {
    const reach = reachOf(grant, table);
    if (!reach) {
      return [];
    }
    const { columns, ...more } = reach;
    return [
      {
        principal: principalOf(grant),
        ...more,
        ...(columns && more.via !== 'database' ? { columns } : {}),
        ...(grant.LastUpdatedBy ? { grantedBy: grant.LastUpdatedBy } : {}),
        ...(grant.LastUpdated instanceof Date ? { updatedAt: grant.LastUpdated.toISOString() } : {})
      }
    ];
  });
}
