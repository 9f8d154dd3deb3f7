/**
 * What Spark has to be told to use the Glue Data Catalog and Lake Formation: a run that is started by the API (EMR Studio's
 * are another matter) does not use them by itself.
 */
import type { IDataRef, IPipeline } from './types';

/** Source: EMR Serverless User Guide, "Metastore configuration": needed where a job is started by SDK or CLI. */
const CATALOGUE: Record<string, string> = {
  'spark.hadoop.hive.metastore.client.factory.class':
    'com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory',
  'spark.sql.catalogImplementation': 'hive'
};

/**
 * Full table access: Lake Formation's credentials for the files of the tables that are registered with it, the role's own for
 * all others. Source: EMR Serverless User Guide, "Lake Formation full table access" (Hive and Delta tables; an Iceberg
 * catalogue has settings of its own, which the pipeline's sparkConf may add).
 */
const FULL_TABLE_ACCESS: Record<string, string> = {
  'spark.hadoop.fs.s3.credentialsResolverClass': 'com.amazonaws.glue.accesscontrol.AWSLakeFormationCredentialResolver',
  'spark.hadoop.fs.s3.useDirectoryHeaderAsFolderObject': 'true',
  'spark.hadoop.fs.s3.folderObject.autoAction.disabled': 'true',
  'spark.sql.catalog.skipLocationValidationOnCreateTable.enabled': 'true',
  'spark.sql.catalog.createDirectoryAfterTable.enabled': 'true',
  'spark.sql.catalog.dropDirectoryBeforeTable.enabled': 'true'
};

/** The first release with full table access: emr-7.8.0 (EMRFS), emr-7.10.0 (S3A). Same source. */
export const FIRST_FULL_TABLE_ACCESS: [major: number, minor: number] = [7, 8];

/** Whether Lake Formation hands out the files of these data: tables without a location, and data named by LF-Tags. */
export function isHandedOut({ table, lfTags, location }: IDataRef): boolean {
  return lfTags !== undefined || (table !== undefined && location === undefined);
}

/** Spark's settings for the tables of a pipeline; none where it names no tables. */
export function catalogueConf({ inputs, outputs }: Pick<IPipeline, 'inputs' | 'outputs'>): Record<string, string> {
  const data = [...inputs, ...outputs];
  return {
    ...(data.some(({ table, lfTags }) => table !== undefined || lfTags !== undefined) ? CATALOGUE : {}),
    ...(data.some(isHandedOut) ? FULL_TABLE_ACCESS : {})
  };
}
