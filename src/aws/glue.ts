/** Glue's Data Catalog: databases, tables with their columns, versions, partitions. All answers are for the caller. */
import type { Database, Partition, Table, TableInput, TableVersion } from '@aws-sdk/client-glue';

import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';
import { listed, patiently } from './pages';
import type { IAsking } from './pages';

export type { Column, Database, Partition, Table, TableInput, TableVersion } from '@aws-sdk/client-glue';

/** A table by its names; without `catalogId` in the caller's own account. */
export interface IGlueTable {
  catalogId?: string;
  database: string;
  table: string;
}

const glue = service(
  'glue',
  () => import('./sdk/glue'),
  (sdk, config) => new sdk.GlueClient(config)
);

/** `database.table (111122223333)`. */
function named({ catalogId, database, table }: Partial<IGlueTable>): string {
  return `${[database, table].filter(Boolean).join('.')}${catalogId ? ` (${catalogId})` : ''}`;
}

function action(does: string, iam: string, what: Partial<IGlueTable> = {}): IAwsAction {
  const resource = named(what);
  return {
    does: resource ? `${does} ${resource}` : does,
    iam: `glue:${iam}`,
    ...(resource ? { resource, condition: 'and by Lake Formation, where it governs the data' } : {})
  };
}

/** Names as the API takes them. */
function ids({ catalogId, database, table }: IGlueTable) {
  return { ...(catalogId ? { CatalogId: catalogId } : {}), DatabaseName: database, Name: table };
}

/** The databases of the caller's account and those shared with it. */
export async function getDatabases(context: IAwsContext, asking: IAsking = {}): Promise<Database[]> {
  const found = await listed(asking, 'DatabaseList', NextToken =>
    glue(context, action('list the databases', 'GetDatabases'), asking.signal, (client, sdk, to) =>
      client.send(new sdk.GetDatabasesCommand({ NextToken, MaxResults: 100, ResourceShareType: 'ALL' }), to)
    )
  );
  return found.items;
}

/** Tables of a database that the caller may see, each with the columns that it may see. */
export async function getTables(
  context: IAwsContext,
  of: { catalogId?: string; database: string },
  asking: IAsking = {}
): Promise<Table[]> {
  const found = await listed(asking, 'TableList', NextToken =>
    glue(context, action('list the tables of', 'GetTables', of), asking.signal, (client, sdk, options) =>
      client.send(
        new sdk.GetTablesCommand({
          ...(of.catalogId ? { CatalogId: of.catalogId } : {}),
          DatabaseName: of.database,
          NextToken,
          MaxResults: 100
        }),
        options
      )
    )
  );
  return found.items;
}

/**
 * One table as the caller may see it.
 *
 * @throws EmrError `EntityNotFoundException`, `AccessDeniedException`, …
 */
export async function getTable(context: IAwsContext, table: IGlueTable, asking: IAsking = {}): Promise<Table> {
  const answer = await patiently(asking, () =>
    glue(context, action('read the table', 'GetTable', table), asking.signal, (client, sdk, options) =>
      client.send(new sdk.GetTableCommand(ids(table)), options)
    )
  );
  return answer.Table ?? { Name: table.table };
}

/** Versions of a table, the newest first. Glue keeps 100,000; the last `most` hundred are read. */
export async function getTableVersions(
  context: IAwsContext,
  table: IGlueTable,
  asking: IAsking = {},
  most = 3
): Promise<TableVersion[]> {
  const { Name, ...of } = ids(table);
  const found = await listed(
    asking,
    'TableVersions',
    NextToken =>
      glue(context, action('list the versions of', 'GetTableVersions', table), asking.signal, (client, sdk, options) =>
        client.send(new sdk.GetTableVersionsCommand({ ...of, TableName: Name, NextToken, MaxResults: 100 }), options)
      ),
    most
  );
  return found.items.sort((a, b) => Number(b.VersionId ?? 0) - Number(a.VersionId ?? 0));
}

/** Partitions of a table, without their columns; `more`: there are others. */
export async function getPartitions(
  context: IAwsContext,
  table: IGlueTable,
  asking: IAsking = {},
  most = 2
): Promise<{ items: Partition[]; more: boolean }> {
  const { Name, ...of } = ids(table);
  return listed(
    asking,
    'Partitions',
    NextToken =>
      glue(context, action('list the partitions of', 'GetPartitions', table), asking.signal, (client, sdk, options) =>
        client.send(
          new sdk.GetPartitionsCommand({
            ...of,
            TableName: Name,
            NextToken,
            MaxResults: 1000,
            ExcludeColumnSchema: true
          }),
          options
        )
      ),
    most
  );
}

/**
 * Write a table's definition.
 *
 * @param version - the version that it was made from: where there is a newer one, Glue refuses
 * @throws EmrError `ConcurrentModificationException`, …
 */
export async function updateTable(
  context: IAwsContext,
  table: IGlueTable,
  input: TableInput,
  version: string | undefined,
  asking: IAsking = {}
): Promise<void> {
  const { Name: _name, ...of } = ids(table);
  await patiently(asking, () =>
    glue(context, action('change the table', 'UpdateTable', table), asking.signal, (client, sdk, options) =>
      client.send(
        new sdk.UpdateTableCommand({ ...of, TableInput: input, ...(version ? { VersionId: version } : {}) }),
        options
      )
    )
  );
}

/** Make a resource link: a name in one of the caller's databases for a table elsewhere. */
export async function createLink(
  context: IAwsContext,
  link: IGlueTable,
  target: Required<IGlueTable>,
  asking: IAsking = {}
): Promise<void> {
  await patiently(asking, () =>
    glue(context, action('make the resource link', 'CreateTable', link), asking.signal, (client, sdk, options) =>
      client.send(
        new sdk.CreateTableCommand({
          ...(link.catalogId ? { CatalogId: link.catalogId } : {}),
          DatabaseName: link.database,
          TableInput: {
            Name: link.table,
            TargetTable: { CatalogId: target.catalogId, DatabaseName: target.database, Name: target.table }
          }
        }),
        options
      )
    )
  );
}
