/** Lake Formation: LF-Tags, who was granted what. All answers are for the caller. */
import type {
  DataLakeSettings,
  GetResourceLFTagsResponse,
  LFTagPair,
  PrincipalResourcePermissions,
  Resource,
  TaggedTable
} from '@aws-sdk/client-lakeformation';

import { EmrError } from '../protocol';
import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';
import type { IGlueTable } from './glue';
import type * as LakeFormationSdk from './sdk/lakeFormation';
import { listed, patiently } from './pages';
import type { IAsking } from './pages';

export type {
  DataLakeSettings,
  GetResourceLFTagsResponse,
  LFTagPair,
  PrincipalResourcePermissions,
  TaggedTable
} from '@aws-sdk/client-lakeformation';

const lakeFormation = service(
  'lake-formation',
  () => import('./sdk/lakeFormation'),
  (sdk, config) => new sdk.LakeFormationClient(config)
);

function action(does: string, iam: string, resource?: string): IAwsAction {
  return { does, iam: `lakeformation:${iam}`, ...(resource ? { resource } : {}) };
}

/** Values of a key that one search takes. */
const MAX_VALUES = 50;

/** The LF-Tags that the caller may see: its account's and those shared with it. */
export async function listLfTags(context: IAwsContext, asking: IAsking = {}): Promise<LFTagPair[]> {
  const found = await listed(asking, 'LFTags', NextToken =>
    lakeFormation(context, action('list the LF-Tags', 'ListLFTags'), asking.signal, (client, sdk, options) =>
      client.send(new sdk.ListLFTagsCommand({ ResourceShareType: 'ALL', MaxResults: 100, NextToken }), options)
    )
  );
  return found.items;
}

/** Tables that have one of these values of a key, with all their tags, by where they are set. */
export async function searchTablesByLfTag(
  context: IAwsContext,
  tag: { catalogId?: string; key: string; values: string[] },
  asking: IAsking = {}
): Promise<TaggedTable[]> {
  const { catalogId, key, values } = tag;
  const found: TaggedTable[] = [];
  for (let at = 0; at < values.length; at += MAX_VALUES) {
    const Expression = [{ TagKey: key, TagValues: values.slice(at, at + MAX_VALUES) }];
    const part = await listed(asking, 'TableList', NextToken =>
      lakeFormation(
        context,
        action(`search tables by the LF-Tag ${key}`, 'SearchTablesByLFTags', catalogId),
        asking.signal,
        (client, sdk, options) =>
          client.send(
            new sdk.SearchTablesByLFTagsCommand({
              ...(catalogId ? { CatalogId: catalogId } : {}),
              Expression,
              MaxResults: 100,
              NextToken
            }),
            options
          )
      )
    );
    found.push(...part.items);
  }
  return found;
}

function tableResource({ catalogId, database, table }: IGlueTable): Resource {
  return { Table: { ...(catalogId ? { CatalogId: catalogId } : {}), DatabaseName: database, Name: table } };
}

function columnsResource({ catalogId, database, table }: IGlueTable, columns: string[]): Resource {
  return {
    TableWithColumns: {
      ...(catalogId ? { CatalogId: catalogId } : {}),
      DatabaseName: database,
      Name: table,
      ColumnNames: columns
    }
  };
}

/** Tags of one table by where they are set: on its database, itself, its columns. */
export async function getTableLfTags(
  context: IAwsContext,
  table: IGlueTable,
  asking: IAsking = {}
): Promise<GetResourceLFTagsResponse> {
  const name = `${table.database}.${table.table}`;
  return patiently(asking, () =>
    lakeFormation(
      context,
      action(`read the LF-Tags of ${name}`, 'GetResourceLFTags', name),
      asking.signal,
      (client, sdk, options) =>
        client.send(
          new sdk.GetResourceLFTagsCommand({
            ...(table.catalogId ? { CatalogId: table.catalogId } : {}),
            Resource: tableResource(table)
          }),
          options
        )
    )
  );
}

/** All that was granted in an account, as far as the caller may know. */
export async function listPermissions(
  context: IAwsContext,
  catalogId: string | undefined,
  asking: IAsking = {}
): Promise<PrincipalResourcePermissions[]> {
  const found = await listed(asking, 'PrincipalResourcePermissions', NextToken =>
    lakeFormation(
      context,
      action('list what was granted to whom', 'ListPermissions', catalogId),
      asking.signal,
      (client, sdk, options) =>
        client.send(
          new sdk.ListPermissionsCommand({
            ...(catalogId ? { CatalogId: catalogId } : {}),
            MaxResults: 1000,
            NextToken
          }),
          options
        )
    )
  );
  return found.items;
}

/** Administrators of the data lake, what new tables are given to everybody, which engines filter themselves. */
export async function dataLakeSettings(context: IAwsContext, asking: IAsking = {}): Promise<DataLakeSettings> {
  const answer = await patiently(asking, () =>
    lakeFormation(
      context,
      action('read the settings of the data lake', 'GetDataLakeSettings'),
      asking.signal,
      (client, sdk, options) => client.send(new sdk.GetDataLakeSettingsCommand({}), options)
    )
  );
  return answer.DataLakeSettings ?? {};
}

/** Tags that are set on a table, or on some of its columns. */
export interface ITagChange {
  table: IGlueTable;
  /** Without it the table itself. */
  columns?: string[];
  tags: { key: string; value: string }[];
}

/** Set tags. @throws EmrError naming the first that was refused */
export async function addLfTags(context: IAwsContext, change: ITagChange, asking: IAsking = {}): Promise<void> {
  await changeTags(context, change, asking, 'AddLFTagsToResource', (client, sdk, request, options) =>
    client.send(new sdk.AddLFTagsToResourceCommand(request), options)
  );
}

/** Take tags away. @throws EmrError naming the first that was refused */
export async function removeLfTags(context: IAwsContext, change: ITagChange, asking: IAsking = {}): Promise<void> {
  await changeTags(context, change, asking, 'RemoveLFTagsFromResource', (client, sdk, request, options) =>
    client.send(new sdk.RemoveLFTagsFromResourceCommand(request), options)
  );
}

type Sdk = typeof LakeFormationSdk;

async function changeTags(
  context: IAwsContext,
  { table, columns, tags }: ITagChange,
  asking: IAsking,
  iam: string,
  send: (
    client: InstanceType<Sdk['LakeFormationClient']>,
    sdk: Sdk,
    request: { CatalogId?: string; Resource: Resource; LFTags: LFTagPair[] },
    options: { abortSignal?: AbortSignal }
  ) => Promise<{ Failures?: { LFTag?: LFTagPair; Error?: { ErrorCode?: string; ErrorMessage?: string } }[] }>
): Promise<void> {
  const what = `${table.database}.${table.table}${columns ? ` (${columns.join(', ')})` : ''}`;
  const does = `change the LF-Tags of ${what}`;
  const CatalogId = table.catalogId;
  const answer = await patiently(asking, () =>
    lakeFormation(context, action(does, iam, what), asking.signal, (client, sdk, options) =>
      send(
        client,
        sdk,
        {
          ...(CatalogId ? { CatalogId } : {}),
          Resource: columns ? columnsResource(table, columns) : tableResource(table),
          LFTags: tags.map(({ key, value }) => ({ TagKey: key, TagValues: [value] }))
        },
        options
      )
    )
  );
  const [failure] = answer.Failures ?? [];
  if (failure) {
    const { LFTag, Error: reason } = failure;
    throw new EmrError({
      code: reason?.ErrorCode ?? 'TagRefused',
      hop: 'lake-formation',
      message: `Could not ${does}: ${LFTag?.TagKey ?? 'a tag'}=${LFTag?.TagValues?.join(', ') ?? ''} was refused${reason?.ErrorMessage ? `: ${reason.ErrorMessage}` : ''}.`,
      fix: `Ask the platform team for ASSOCIATE on the LF-Tag ${LFTag?.TagKey ?? ''}, or choose another value.`
    });
  }
}
