/** Who was granted what in one account's catalogue. */
import type { DetailsMap, Permission, PrincipalResourcePermissions, Resource } from '@aws-sdk/client-lakeformation';

/** One principal's permissions on one resource. */
export interface IGrant {
  /** ARN of a user or role, an account's id, `ACCOUNT:IAMPrincipals` or `IAM_ALLOWED_PRINCIPALS`. */
  principal: string;
  resource: Resource;
  permissions: Set<Permission>;
  /** Those that the principal may pass on. */
  grantable: Set<Permission>;
  at: Date;
  by: string;
}

export class Grants {
  private readonly byKey = new Map<string, IGrant>();
  private byPrincipal = new Map<string, IGrant[]>();

  constructor(private readonly catalogId: string) {}

  /** In the order in which they were made. */
  list(): IGrant[] {
    return [...this.byKey.values()];
  }

  of(principal: string): readonly IGrant[] {
    return this.byPrincipal.get(principal) ?? [];
  }

  add(
    principal: string,
    resource: Resource,
    permissions: readonly Permission[],
    grantable: readonly Permission[] = [],
    by = '',
    at = new Date()
  ): void {
    const full = withCatalog(resource, this.catalogId);
    const key = keyOf(principal, full);
    const found = this.byKey.get(key);
    if (found) {
      permissions.forEach(permission => found.permissions.add(permission));
      grantable.forEach(permission => found.grantable.add(permission));
      found.at = at;
      return;
    }
    const made = {
      principal,
      resource: full,
      permissions: new Set(permissions),
      grantable: new Set(grantable),
      at,
      by
    };
    this.byKey.set(key, made);
    this.byPrincipal.set(principal, [...this.of(principal), made]);
  }

  /** @returns whether there was such a grant */
  remove(
    principal: string,
    resource: Resource,
    permissions: readonly Permission[],
    grantable: readonly Permission[] = []
  ): boolean {
    const key = keyOf(principal, withCatalog(resource, this.catalogId));
    const found = this.byKey.get(key);
    if (!found || !permissions.every(permission => found.permissions.has(permission))) {
      return false;
    }
    permissions.forEach(permission => {
      found.permissions.delete(permission);
      found.grantable.delete(permission);
    });
    grantable.forEach(permission => found.grantable.delete(permission));
    if (found.permissions.size === 0) {
      this.byKey.delete(key);
      this.byPrincipal.set(
        principal,
        this.of(principal).filter(grant => grant !== found)
      );
    }
    return true;
  }

  /** A resource is gone, and what was granted on it. */
  forget(is: (resource: Resource) => boolean): void {
    for (const [key, { resource }] of this.byKey) {
      if (is(resource)) {
        this.byKey.delete(key);
      }
    }
    this.byPrincipal = new Map();
    for (const grant of this.byKey.values()) {
      this.byPrincipal.set(grant.principal, [...this.of(grant.principal), grant]);
    }
  }
}

/** As ListPermissions answers it. */
export function viewGrant(grant: IGrant, AdditionalDetails?: DetailsMap): PrincipalResourcePermissions {
  return {
    Principal: { DataLakePrincipalIdentifier: grant.principal },
    Resource: grant.resource,
    Permissions: [...grant.permissions],
    PermissionsWithGrantOption: [...grant.grantable],
    LastUpdated: grant.at,
    ...(grant.by ? { LastUpdatedBy: grant.by } : {}),
    ...(AdditionalDetails ? { AdditionalDetails } : {})
  };
}

/** The resource in one form: with the account, names in lower case, lists in order. */
export function withCatalog(resource: Resource, catalogId: string): Resource {
  const lower = (text: string | undefined) => text?.toLowerCase();
  const { Catalog, Database, Table, TableWithColumns, LFTag, LFTagPolicy, DataLocation } = resource;
  if (Database) {
    return { Database: { CatalogId: Database.CatalogId ?? catalogId, Name: lower(Database.Name) } };
  }
  if (Table) {
    return {
      Table: {
        CatalogId: Table.CatalogId ?? catalogId,
        DatabaseName: lower(Table.DatabaseName),
        ...(Table.Name === undefined || Table.TableWildcard ? { TableWildcard: {} } : { Name: lower(Table.Name) })
      }
    };
  }
  if (TableWithColumns) {
    return {
      TableWithColumns: {
        CatalogId: TableWithColumns.CatalogId ?? catalogId,
        DatabaseName: lower(TableWithColumns.DatabaseName),
        Name: lower(TableWithColumns.Name),
        ...(TableWithColumns.ColumnNames?.length
          ? { ColumnNames: [...TableWithColumns.ColumnNames].sort() }
          : {
              ColumnWildcard: {
                ExcludedColumnNames: [...(TableWithColumns.ColumnWildcard?.ExcludedColumnNames ?? [])].sort()
              }
            })
      }
    };
  }
  if (LFTagPolicy) {
    return {
      LFTagPolicy: {
        CatalogId: LFTagPolicy.CatalogId ?? catalogId,
        ResourceType: LFTagPolicy.ResourceType,
        Expression: (LFTagPolicy.Expression ?? [])
          .map(({ TagKey, TagValues }) => ({
            TagKey: lower(TagKey),
            TagValues: TagValues!.map(value => value.toLowerCase()).sort()
          }))
          .sort((one, other) => (one.TagKey! < other.TagKey! ? -1 : 1))
      }
    };
  }
  if (LFTag) {
    return {
      LFTag: {
        CatalogId: LFTag.CatalogId ?? catalogId,
        TagKey: lower(LFTag.TagKey),
        TagValues: LFTag.TagValues!.map(value => value.toLowerCase()).sort()
      }
    };
  }
  return DataLocation ? { DataLocation: { CatalogId: catalogId, ...DataLocation } } : { Catalog: Catalog ?? {} };
}

function keyOf(principal: string, resource: Resource): string {
  return `${principal} ${JSON.stringify(resource)}`;
}
