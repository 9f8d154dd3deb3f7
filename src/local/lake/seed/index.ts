/** The demo's data catalogue: three teams' tables, their LF-Tags, and who was granted what. */
import type { Column, TableInput } from '@aws-sdk/client-glue';

import { USER } from '../../access/seed';
import { ACCOUNT_ID } from '../../identity';
import { Lake, type Catalog, type IDatabase } from '../store';
import { grantAll } from './grants';
import { formatOf } from './formats';
import { DAYS, readColumn, type IDatabaseSeed, type ITableSeed } from './table';
import { ACCOUNTS, databases } from './teams';

const MADE = new Date('2026-10-01T06:00:00Z');
const DAY = 86_400_000;

/** LF-Tags that every team's account has: agreed once, for all. */
const TAG_KEYS = {
  domain: ['market-data', 'reference', 'alternative', 'research'],
  sensitivity: ['public', 'internal', 'restricted', 'secret'],
  team: Object.keys(ACCOUNTS)
};

export function seedLake(region: string): Lake {
  const lake = new Lake(region);
  for (const id of Object.values(ACCOUNTS)) {
    Object.entries(TAG_KEYS).forEach(([key, values]) => lake.catalog(id).tagKeys.set(key, values));
  }
  databases(region).forEach(database => addDatabase(lake.catalog(database.catalogId), database));
  addLinks(lake);
  grantAll(lake, `arn:aws:iam::${ACCOUNT_ID}:user/${USER}`);
  return lake;
}

function addDatabase(catalog: Catalog, seed: IDatabaseSeed): void {
  const database = catalog.addDatabase(
    {
      Name: seed.name,
      Description: seed.description,
      LocationUri: `s3://${seed.bucket}/${seed.name}/`,
      Parameters: { owner: seed.owner },
      CreateTableDefaultPermissions: []
    },
    MADE
  );
  Object.entries(seed.tags).forEach(([key, value]) => database.tags.set(key, value));
  catalog.locations.set(
    `arn:aws:s3:::${seed.bucket}`,
    `arn:aws:iam::${catalog.id}:role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess`
  );
  seed.tables.forEach((table, index) => addTable(catalog, database, seed, table, index));
}

function addTable(catalog: Catalog, database: IDatabase, seed: IDatabaseSeed, table: ITableSeed, index: number): void {
  const by = `arn:aws:iam::${catalog.id}:role/${seed.owner}-publisher`;
  const made = catalog.addTable(database, tableInput(seed, table, table.addedLater), by, new Date(+MADE + index * DAY));
  table.addedLater.forEach((_, later) => {
    made.versions.push({
      id: String(later + 1),
      input: tableInput(seed, table, table.addedLater.slice(later + 1)),
      at: new Date(+MADE + (index + 10 * (later + 1)) * DAY),
      by
    });
  });
  Object.entries(table.tags).forEach(([key, value]) => made.tags.set(key, value));
  Object.entries(table.columnTags).forEach(([column, tags]) =>
    made.columnTags.set(column, new Map(Object.entries(tags)))
  );
  const [key] = table.partitions.map(readColumn);
  if (key && table.format !== 'iceberg') {
    const storage = made.versions.at(-1)!.input.StorageDescriptor!;
    for (const value of DAYS) {
      made.partitions.set(value, {
        input: {
          Values: [value],
          StorageDescriptor: { ...storage, Location: `${storage.Location}${key.Name}=${value}/` },
          Parameters: { recordCount: String(table.rows) }
        },
        at: new Date(`${value}T22:30:00Z`)
      });
    }
  }
}

function tableInput(seed: IDatabaseSeed, table: ITableSeed, without: readonly string[]): TableInput {
  const location = `s3://${seed.bucket}/${seed.name}/${table.name}/`;
  const partitions = table.partitions.map(readColumn);
  const columns: Column[] = table.broken
    ? [{ Name: 'symbol' }, { Name: 'payload', Type: 'struct<a:int,b:' }, { Name: ' ', Type: 'int' }]
    : table.columns.map(readColumn).filter(({ Name }) => !without.includes(Name));
  const { storage, parameters } = formatOf(table.format, location);
  const count = table.rows * (partitions.length > 0 ? DAYS.length : 1);
  return {
    Name: table.name,
    ...(table.description ? { Description: table.description } : {}),
    Owner: seed.owner,
    TableType: 'EXTERNAL_TABLE',
    // An Iceberg table's partitioning is its own: Glue knows the column like any other.
    PartitionKeys: table.format === 'iceberg' ? [] : partitions,
    StorageDescriptor: {
      Location: location,
      Columns: table.format === 'iceberg' ? [...columns, ...partitions] : columns,
      ...(table.broken ? {} : storage)
    },
    Parameters: {
      ...parameters,
      owner: seed.owner,
      contact: table.contact,
      recordCount: String(count),
      sizeKey: String(count * 12 * columns.length),
      ...(table.snippets.length > 0 ? { snippets: JSON.stringify(table.snippets) } : {}),
      ...(table.upstream.length > 0 ? { upstream: table.upstream.join(', ') } : {})
    }
  };
}

/** Names in the user's own account for what others share; some of it has none. */
function addLinks(lake: Lake): void {
  const own = lake.catalog(ACCOUNT_ID);
  for (const name of ['market_data', 'reference_data']) {
    const TargetDatabase = { CatalogId: ACCOUNTS['market-data'], DatabaseName: name };
    own.addDatabase({ Name: name, TargetDatabase, CreateTableDefaultPermissions: [] }, MADE);
  }
  const TargetTable = { CatalogId: ACCOUNTS['alternative-data'], DatabaseName: 'web_traffic', Name: 'page_visits' };
  const by = `arn:aws:iam::${ACCOUNT_ID}:role/research-publisher`;
  own.addTable(own.database('signals')!, { Name: 'web_visits', TargetTable }, by, MADE);
}
