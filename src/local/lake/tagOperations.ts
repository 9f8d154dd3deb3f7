/** LF-Tags on resources: assigned, taken away, asked for, searched by. */
import type * as model from '@aws-sdk/client-lakeformation';

import { page } from '../paging';
import type { ICall, IService } from '../types';
import { Asked, required, type IFound } from './asked';
import type { AskedOf } from './lakeFormation';
import { hasOne, insufficient } from './permits';
import { columnNames, current, invalid, notFound, type Catalog, type IDatabase, type Tags } from './store';
import { known } from './tagKeys';
import { matches, matchesSome, pairs, tagsOfColumn, tagsOfTable } from './tags';

export function tagOperations(asked: AskedOf): IService['operations'] {
  return {
    AddLFTagsToResource: (input: model.AddLFTagsToResourceRequest, call: ICall) =>
      change(asked(input, call), input, (tags, key, value) => tags.set(key, value)),
    RemoveLFTagsFromResource: (input: model.RemoveLFTagsFromResourceRequest, call: ICall) =>
      change(asked(input, call), input, (tags, key, value) => tags.get(key) === value && tags.delete(key)),
    GetResourceLFTags: (input: model.GetResourceLFTagsRequest, call: ICall): model.GetResourceLFTagsResponse => {
      const place = find(asked(input, call), input.Resource);
      const { database, found } = place;
      const sees = visibleKeys(place.ask, place.catalog);
      const answer = { LFTagOnDatabase: pairs(place.catalog.id, database.tags, sees) };
      return found ? { ...answer, ...tagged(found, sees, input.ShowAssignedLFTags === true, place.columns) } : answer;
    },
    SearchDatabasesByLFTags: (
      input: model.SearchDatabasesByLFTagsRequest,
      call: ICall
    ): model.SearchDatabasesByLFTagsResponse => {
      const ask = asked(input, call);
      const { catalog, permits, lake } = ask;
      const expression = checked(ask, input.Expression);
      const sees = visibleKeys(ask, catalog);
      const found = [...catalog.databases.values()].filter(
        database => matches(expression, database.tags) && permits.seesDatabase(catalog, database)
      );
      const { items, next } = page(found, input.NextToken, input.MaxResults, lake.pageSize, 'InvalidInputException');
      return {
        DatabaseList: items.map(({ name, tags }) => ({
          Database: { CatalogId: catalog.id, Name: name },
          LFTags: pairs(catalog.id, tags, sees)
        })),
        ...(next ? { NextToken: next } : {})
      };
    },
    SearchTablesByLFTags: (
      input: model.SearchTablesByLFTagsRequest,
      call: ICall
    ): model.SearchTablesByLFTagsResponse => {
      const ask = asked(input, call);
      const { catalog, permits, lake } = ask;
      const expression = checked(ask, input.Expression);
      const sees = visibleKeys(ask, catalog);
      const found: IFound[] = [];
      for (const database of catalog.databases.values()) {
        for (const table of database.tables.values()) {
          const access = permits.table(catalog, database, table);
          if (
            (access.permissions.size > 0 || access.selectsSome) &&
            matchesSome(expression, database, table, access.shows)
          ) {
            found.push({ catalog, database, table, access });
          }
        }
      }
      const { items, next } = page(found, input.NextToken, input.MaxResults, lake.pageSize, 'InvalidInputException');
      return {
        TableList: items.map(one => ({
          Table: { CatalogId: catalog.id, DatabaseName: one.database.name, Name: one.table.name },
          LFTagOnDatabase: pairs(catalog.id, one.database.tags, sees),
          ...tagged(one, sees, false)
        })),
        ...(next ? { NextToken: next } : {})
      };
    }
  };
}

type Sees = (key: string) => boolean;

function visibleKeys({ permits }: Asked, catalog: Catalog): Sees {
  const visible = new Set([...catalog.tagKeys.keys()].filter(key => permits.tag(catalog, key).has('DESCRIBE')));
  return key => visible.has(key);
}

/** @param onlyAssigned - without what is inherited */
function tagged({ catalog, database, table, access }: IFound, sees: Sees, onlyAssigned: boolean, named?: string[]) {
  const columns = columnNames(current(table).input).filter(
    column => access.shows(column) && (named === undefined || named.includes(column))
  );
  const none: Tags = new Map();
  return {
    LFTagsOnTable: pairs(catalog.id, onlyAssigned ? table.tags : tagsOfTable(database, table), sees),
    LFTagsOnColumns: columns
      .map(Name => ({
        Name,
        LFTags: pairs(
          catalog.id,
          onlyAssigned ? (table.columnTags.get(Name) ?? none) : tagsOfColumn(database, table, Name),
          sees
        )
      }))
      .filter(({ LFTags }) => LFTags.length > 0)
  };
}

/** @throws AwsError `EntityNotFoundException` for a key that is not there; `InvalidInputException` for none at all */
function checked(ask: Asked, expression: model.LFTag[] | undefined): model.LFTag[] {
  if (!expression?.length) {
    throw invalid('Expression has to name at least one LF-Tag.');
  }
  for (const { TagKey, TagValues } of expression) {
    known(ask, TagKey, 'DESCRIBE');
    if (!TagValues?.length) {
      throw invalid(`TagValues of ${TagKey} has to name at least one value.`);
    }
  }
  return expression;
}

interface IPlace {
  ask: Asked;
  catalog: Catalog;
  database: IDatabase;
  found?: IFound;
  columns?: string[];
}

/** @throws AwsError where it is not there or not to be seen */
function find(ask: Asked, resource: model.Resource | undefined): IPlace {
  const { Database, Table, TableWithColumns } = resource ?? {};
  const of = (catalogId: string | undefined) =>
    catalogId === undefined ? ask : new Asked(ask.lake, ask.call, catalogId);
  if (Database) {
    const inner = of(Database.CatalogId);
    const { database, catalog } = inner.database(Database.Name);
    if (!inner.permits.seesDatabase(catalog, database)) {
      throw insufficient(database.name, 'Describe');
    }
    return { ask: inner, catalog, database };
  }
  const named = Table ?? TableWithColumns;
  if (!named) {
    throw invalid('Resource has to be a Database, a Table or a TableWithColumns.');
  }
  const inner = of(named.CatalogId);
  const found = inner.table(named.DatabaseName, required('Name', named.Name));
  const columns = TableWithColumns?.ColumnNames;
  const missing = columns?.find(column => !columnNames(current(found.table).input).includes(column));
  if (missing !== undefined) {
    throw notFound(`Column ${missing}`);
  }
  return { ask: inner, catalog: found.catalog, database: found.database, found, ...(columns ? { columns } : {}) };
}

/** Each tag by itself: one that cannot be assigned does not keep the others from it. */
function change(
  asked: Asked,
  input: { Resource?: model.Resource; LFTags?: model.LFTagPair[] },
  apply: (tags: Tags, key: string, value: string) => unknown
): model.AddLFTagsToResourceResponse {
  const { ask, catalog, database, found, columns } = find(asked, input.Resource);
  const permissions = found ? found.access.permissions : ask.permits.database(catalog, database);
  if (!hasOne(permissions, 'ALTER')) {
    throw insufficient((found?.table ?? database).name, 'Alter');
  }
  const Failures: model.LFTagError[] = [];
  for (const LFTag of input.LFTags ?? []) {
    const key = LFTag.TagKey!.toLowerCase();
    const [value = '', more] = LFTag.TagValues?.map(text => text.toLowerCase()) ?? [];
    const fail = (ErrorCode: string, ErrorMessage: string) =>
      Failures.push({ LFTag, Error: { ErrorCode, ErrorMessage } });
    if (!catalog.tagKeys.get(key)?.includes(value)) {
      fail('EntityNotFoundException', `Tag ${key}=${value} does not exist.`);
    } else if (more !== undefined) {
      fail('InvalidInputException', `A resource has one value of ${key}.`);
    } else if (!ask.permits.tag(catalog, key, value).has('ASSOCIATE')) {
      fail('AccessDeniedException', `Insufficient Lake Formation permission(s): Required Associate on ${key}=${value}`);
    } else {
      targets(database, found, columns).forEach(tags => apply(tags, key, value));
    }
  }
  return { Failures };
}

function targets(database: IDatabase, found: IFound | undefined, columns: string[] | undefined): Tags[] {
  if (!found) {
    return [database.tags];
  }
  if (!columns) {
    return [found.table.tags];
  }
  return columns.map(column => {
    const tags = found.table.columnTags.get(column) ?? new Map<string, string>();
    found.table.columnTags.set(column, tags);
    return tags;
  });
}
