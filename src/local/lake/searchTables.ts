/** Glue's own search: words in what is known of a table, filters on its properties, an order. */
import type { SearchTablesRequest, Table } from '@aws-sdk/client-glue';

import { invalid } from './store';

const PROPERTIES: Record<string, (table: Table) => unknown> = {
  Name: table => table.Name,
  DatabaseName: table => table.DatabaseName,
  Owner: table => table.Owner,
  Description: table => table.Description,
  TableType: table => table.TableType,
  CatalogId: table => table.CatalogId,
  CreateTime: table => table.CreateTime?.getTime(),
  UpdateTime: table => table.UpdateTime?.getTime()
};

/** @throws AwsError `InvalidInputException` for a property that cannot be searched by */
export function searchTables(tables: Table[], { SearchText, Filters, SortCriteria }: SearchTablesRequest): Table[] {
  const words = SearchText?.trim() ? readWords(SearchText) : [];
  let found = tables.filter(table => {
    const text = words.length === 0 ? '' : textOf(table);
    return words.every(word => text.includes(word));
  });
  for (const { Key, Value = '', Comparator = 'EQUALS' } of Filters ?? []) {
    found = found.filter(table => compare(property(table, Key!), Value, Comparator));
  }
  const [sort] = SortCriteria ?? [];
  if (sort) {
    const sign = sort.Sort === 'DESC' ? -1 : 1;
    const by = (table: Table) => property(table, sort.FieldName!) as string | number;
    found = [...found].sort((one, other) => (by(one) < by(other) ? -sign : by(one) > by(other) ? sign : 0));
  }
  return found;
}

/** Words; what stands in quotes is one. */
function readWords(text: string): string[] {
  return [...text.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word);
}

function textOf({ Name, DatabaseName, Description, StorageDescriptor, PartitionKeys, Parameters }: Table): string {
  const columns = [...(StorageDescriptor?.Columns ?? []), ...(PartitionKeys ?? [])];
  return [
    Name,
    DatabaseName,
    Description,
    ...columns.flatMap(column => [column.Name, column.Comment]),
    ...Object.values(Parameters ?? {})
  ]
    .join('\n')
    .toLowerCase();
}

function property(table: Table, key: string): unknown {
  if (Object.hasOwn(PROPERTIES, key)) {
    return PROPERTIES[key](table);
  }
  const parameter = /^parameters?\.(.+)$/i.exec(key)?.[1] ?? key;
  if (/^(columns?|partitionkeys?)$/i.test(key)) {
    throw invalid(`SearchTables cannot search by ${key}.`);
  }
  return table.Parameters?.[parameter];
}

function compare(value: unknown, wanted: string, comparator: string): boolean {
  if (value === undefined) {
    return false;
  }
  const other = typeof value === 'number' ? Date.parse(wanted) || Number(wanted) : wanted;
  switch (comparator) {
    case 'GREATER_THAN':
      return (value as number) > (other as number);
    case 'LESS_THAN':
      return (value as number) < (other as number);
    case 'GREATER_THAN_EQUALS':
      return (value as number) >= (other as number);
    case 'LESS_THAN_EQUALS':
      return (value as number) <= (other as number);
    default:
      return value === other;
  }
}
