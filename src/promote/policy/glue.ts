/**
 * Statements for tables of the Glue Data Catalog: the calls that Spark's Glue client makes.
 * Source: awslabs/aws-glue-data-catalog-client-for-apache-hive-metastore, AWSCatalogMetastoreClient (Spark) and
 * GlueMetastoreClientDelegate. AWS's example for EMR Serverless ("Metastore configuration") names the same actions and some
 * that this client does not call (GetDatabases, CreatePartition, CreateDatabase); it was not run against AWS from here.
 */
import type { IPlace, IReasonedStatement } from '../../protocol';
import { glueArn, wrong } from './arns';

const READ = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartition', 'glue:GetPartitions', 'glue:BatchGetPartition'];
const WRITE = [
  'glue:CreateTable',
  'glue:UpdateTable',
  'glue:DeleteTable',
  'glue:BatchCreatePartition',
  'glue:UpdatePartition',
  'glue:DeletePartition'
];
/** Spark's setting that names the account of the catalogue. */
const CATALOG_CONF = 'spark.hadoop.hive.metastore.glue.catalogid';
const NAME = /^[^\s./*?$\\]{1,255}$/;

/** A use of tables. */
export interface ITableUse {
  sid: string;
  /** `*`: any; only LF-Tags ask for that. */
  database: string;
  /** `*`: any of the database. */
  table: string;
  catalogId?: string;
  /** Tags by which the tables are named. */
  lfTags?: Record<string, string[]>;
  write: boolean;
  asked: string;
}

/**
 * `DATABASE.TABLE` or `DATABASE.*`.
 *
 * @throws EmrError `UsageError` where it is neither
 */
export function parseTable(text: string, field: string): { database: string; table: string } {
  const [database, table, ...more] = text.split('.');
  if (more.length > 0 || !NAME.test(database) || !(table === '*' || NAME.test(table ?? ''))) {
    throw wrong(`${field}: "${text}" names no table.`, 'Write DATABASE.TABLE, or DATABASE.* for all of a database.');
  }
  // Glue keeps names in small letters, and a policy's ARNs are compared by the letter.
  return { database: database.toLowerCase(), table: table.toLowerCase() };
}

/** Account of the catalogue that a pipeline's session opens; undefined: the own one. */
export function sessionCatalog(sparkConf: Record<string, string>): string | undefined {
  return sparkConf[CATALOG_CONF];
}

/** Statement for the tables of one input or output. */
export function tableStatement(place: IPlace, use: ITableUse): IReasonedStatement {
  const arn = (what: string): string => glueArn(place, use.catalogId, what);
  const of = use.catalogId && use.catalogId !== place.accountId ? ` in the catalogue of account ${use.catalogId}` : '';
  const tables =
    use.database === '*'
      ? 'which tables carry these tags is Lake Formation’s to say, and it hands out no other'
      : `${use.write ? 'writes' : 'reads'} ${use.table === '*' ? `the tables of ${use.database}` : `${use.database}.${use.table}`}${of}`;
  return {
    sid: `${use.sid}Tables`,
    effect: 'Allow',
    actions: [...READ, ...(use.table === '*' ? ['glue:GetTables'] : []), ...(use.write ? WRITE : [])],
    resources: [arn('catalog'), arn(`database/${use.database}`), arn(`table/${use.database}/${use.table}`)],
    reason: use.write
      ? `${use.asked} ${tables}: Spark looks it up, makes or replaces it, and registers, changes and drops its partitions.`
      : `${use.asked} ${tables}: Spark looks up the definition and the partitions.`
  };
}

/**
 * What Spark's Glue client asks of every catalogue that it opens, whatever the script does: that there is a database
 * `default` and that there is none called `global_temp`; and the functions of the databases.
 */
export function sessionStatements(
  place: IPlace,
  catalogId: string | undefined,
  uses: ITableUse[]
): IReasonedStatement[] {
  const arn = (what: string): string => glueArn(place, catalogId, what);
  const databases = [...new Set(uses.map(({ database }) => database))].sort();
  const known = databases.includes('*') ? ['*'] : [...new Set(['default', ...databases])];
  // What the tables' own statements allow already is not said twice.
  const here = new Set(
    uses
      .filter(use => (use.catalogId ?? place.accountId) === (catalogId ?? place.accountId))
      .map(({ database }) => database)
  );
  const open = [
    ...(here.size > 0 ? [] : [arn('catalog')]),
    ...['default', 'global_temp'].filter(name => !here.has(name) && !here.has('*')).map(name => arn(`database/${name}`))
  ];
  return [
    ...(open.length > 0 ? [openStatement(open)] : []),
    {
      sid: 'CatalogueFunctions',
      effect: 'Allow',
      actions: ['glue:GetUserDefinedFunctions'],
      resources: [
        arn('catalog'),
        ...known.map(name => arn(`database/${name}`)),
        ...known.map(name => arn(`userDefinedFunction/${name}/*`))
      ],
      reason:
        'Tables are named in inputs or outputs: Spark lists the functions of the databases that it opens (AWS names it for every job that uses the Glue catalogue).'
    }
  ];
}

function openStatement(resources: string[]): IReasonedStatement {
  return {
    sid: 'CatalogueOpen',
    effect: 'Allow',
    actions: ['glue:GetDatabase'],
    resources,
    reason:
      'Tables are named in inputs or outputs: where Spark opens the Glue catalogue it looks up the databases default and global_temp, and fails where it may not.'
  };
}
