/** Grants: made, taken back, listed. */
import type * as model from '@aws-sdk/client-lakeformation';

import { AwsError } from '../errors';
import { page } from '../paging';
import type { ICall, IService } from '../types';
import type { Asked } from './asked';
import { viewGrant, withCatalog, type IGrant } from './grants';
import type { AskedOf } from './lakeFormation';
import { insufficient } from './permits';
import { columnNames, current, invalid, notFound } from './store';
import { matches, matchesSome } from './tags';

type GrantInput = Partial<
  Pick<
    model.GrantPermissionsRequest,
    'CatalogId' | 'Principal' | 'Resource' | 'Permissions' | 'PermissionsWithGrantOption'
  >
>;

const PRINCIPAL =
  /^(arn:aws[^:]*:(iam|sts|quicksight|identitystore):.*|\d{12}(:IAMPrincipals)?|IAM_ALLOWED_PRINCIPALS|EVERYONE)$/;

export function grantOperations(asked: AskedOf): IService['operations'] {
  const one = (input: GrantInput, call: ICall) => {
    const { Resource } = input;
    const named =
      Resource?.Database ?? Resource?.Table ?? Resource?.TableWithColumns ?? Resource?.LFTagPolicy ?? Resource?.LFTag;
    return asked({ CatalogId: input.CatalogId ?? named?.CatalogId }, call);
  };
  const batch = (
    apply: (ask: Asked, input: GrantInput) => void,
    input: { Entries?: model.BatchPermissionsRequestEntry[] },
    call: ICall
  ) => ({
    Failures: (input.Entries ?? []).flatMap(entry => {
      try {
        apply(one(entry, call), entry);
        return [];
      } catch (error) {
        if (!(error instanceof AwsError)) {
          throw error;
        }
        return [{ RequestEntry: entry, Error: { ErrorCode: error.code, ErrorMessage: error.message } }];
      }
    })
  });
  return {
    GrantPermissions: (input: model.GrantPermissionsRequest, call: ICall) => (grant(one(input, call), input), {}),
    RevokePermissions: (input: model.RevokePermissionsRequest, call: ICall) => (revoke(one(input, call), input), {}),
    BatchGrantPermissions: (input: model.BatchGrantPermissionsRequest, call: ICall) => batch(grant, input, call),
    BatchRevokePermissions: (input: model.BatchRevokePermissionsRequest, call: ICall) => batch(revoke, input, call),
    ListPermissions: (input: model.ListPermissionsRequest, call: ICall): model.ListPermissionsResponse => {
      const ask = one(input, call);
      const { catalog, permits, lake } = ask;
      const principal = input.Principal?.DataLakePrincipalIdentifier;
      const all = permits.isAdmin(catalog, 'readOnly');
      const found = catalog.grants
        .list()
        // Who is no administrator is told of its own grants, and of those on what it may grant itself.
        .filter(
          given =>
            all ||
            permits.grants(catalog).includes(given) ||
            permits.mayGrant(catalog, given.resource, [...given.permissions])
        )
        .filter(given => principal === undefined || given.principal === principal)
        .filter(given => isOfType(given, input.ResourceType))
        .filter(given => !input.Resource || concerns(ask, given, input.Resource, input.IncludeRelated === 'TRUE'));
      const { items, next } = page(found, input.NextToken, input.MaxResults, lake.pageSize, 'InvalidInputException');
      return {
        PrincipalResourcePermissions: items.map(given => viewGrant(given)),
        ...(next ? { NextToken: next } : {})
      };
    }
  };
}

function grant(ask: Asked, input: GrantInput): void {
  const { principal, resource } = checked(ask, input);
  const { Permissions = [], PermissionsWithGrantOption = [] } = input;
  const all = [...new Set([...Permissions, ...PermissionsWithGrantOption])];
  ask.catalog.grants.add(principal, resource, all, PermissionsWithGrantOption, ask.permits.arn);
}

function revoke(ask: Asked, input: GrantInput): void {
  const { principal, resource } = checked(ask, input);
  const { Permissions = [], PermissionsWithGrantOption = [] } = input;
  if (!ask.catalog.grants.remove(principal, resource, Permissions, PermissionsWithGrantOption)) {
    throw invalid('No permissions revoked. Grantee does not have these permissions.');
  }
}

/** @throws AwsError where the caller may not grant it, or it cannot be granted */
function checked(ask: Asked, { Principal, Resource, Permissions }: GrantInput) {
  const { catalog, permits } = ask;
  const principal = Principal?.DataLakePrincipalIdentifier ?? '';
  if (!PRINCIPAL.test(principal)) {
    throw invalid(`Invalid principal ${JSON.stringify(principal)}.`);
  }
  if (!Permissions?.length) {
    throw invalid('Permissions has to name at least one permission.');
  }
  const resource = withCatalog(Resource ?? {}, catalog.id);
  const { Database, Table, TableWithColumns, LFTagPolicy, LFTag } = resource;
  const named = Database?.Name ?? Table?.DatabaseName ?? TableWithColumns?.DatabaseName;
  const tableName = Table?.Name ?? TableWithColumns?.Name;
  if (!permits.mayGrant(catalog, resource, Permissions)) {
    throw insufficient(tableName ?? named ?? 'Resource', 'Grantable permissions');
  }
  if (named !== undefined && !catalog.database(named)) {
    throw notFound(`Database ${named}`);
  }
  const table = tableName === undefined ? undefined : catalog.table(named!, tableName);
  if (tableName !== undefined && !table) {
    throw notFound(`Table ${tableName}`);
  }
  if (TableWithColumns && Permissions.some(permission => permission !== 'SELECT')) {
    throw invalid('Only SELECT can be granted on columns.');
  }
  const columns = table && columnNames(current(table).input);
  const unknown = [
    ...(TableWithColumns?.ColumnNames ?? []),
    ...(TableWithColumns?.ColumnWildcard?.ExcludedColumnNames ?? [])
  ].find(column => !columns?.includes(column));
  if (unknown !== undefined) {
    throw notFound(`Column ${unknown}`);
  }
  for (const { TagKey, TagValues } of LFTagPolicy?.Expression ?? (LFTag ? [LFTag] : [])) {
    const values = catalog.tagKeys.get(TagKey!);
    if (!values || TagValues!.some(value => value !== '*' && !values.includes(value))) {
      throw notFound(`Tag ${TagKey}=${TagValues!.join('|')}`);
    }
  }
  return { principal, resource };
}

function isOfType({ resource }: IGrant, type: model.DataLakeResourceType | undefined): boolean {
  const { Catalog, Database, Table, TableWithColumns, DataLocation, LFTag, LFTagPolicy } = resource;
  switch (type) {
    case undefined:
      return true;
    case 'CATALOG':
      return Catalog !== undefined;
    case 'DATABASE':
      return Database !== undefined;
    case 'TABLE':
      return (Table ?? TableWithColumns) !== undefined;
    case 'DATA_LOCATION':
      return DataLocation !== undefined;
    case 'LF_TAG':
      return LFTag !== undefined;
    case 'LF_TAG_POLICY':
      return LFTagPolicy !== undefined;
    case 'LF_TAG_POLICY_DATABASE':
    case 'LF_TAG_POLICY_TABLE':
      return LFTagPolicy !== undefined && type.endsWith(LFTagPolicy.ResourceType!);
    default:
      return false;
  }
}

/** Whether a grant is on a resource. @param related - also by its LF-Tags, and on parts of it */
function concerns(ask: Asked, { resource: given }: IGrant, wanted: model.Resource, related: boolean): boolean {
  const { catalog } = ask;
  const resource = withCatalog(wanted, catalog.id);
  if (JSON.stringify(given) === JSON.stringify(resource)) {
    return true;
  }
  const { Database, LFTagPolicy } = resource;
  if (LFTagPolicy) {
    return false;
  }
  const named = resource.Table ?? resource.TableWithColumns;
  const databaseName = Database?.Name ?? named?.DatabaseName;
  const database = databaseName === undefined ? undefined : catalog.database(databaseName);
  if (!database) {
    return false;
  }
  if (Database) {
    return (
      related && given.LFTagPolicy?.ResourceType === 'DATABASE' && matches(given.LFTagPolicy.Expression!, database.tags)
    );
  }
  const table = database.tables.get(named?.Name ?? '');
  if (given.Table?.DatabaseName === database.name && (given.Table.TableWildcard || !named?.Name)) {
    return true;
  }
  if (given.TableWithColumns?.DatabaseName === database.name) {
    return given.TableWithColumns.Name === named?.Name;
  }
  return (
    related &&
    table !== undefined &&
    given.LFTagPolicy?.ResourceType === 'TABLE' &&
    matchesSome(given.LFTagPolicy.Expression!, database, table, () => true)
  );
}
