/** Ten pipelines, each with every access that its runs make and some of its neighbours', written by hand. */
import type { IPipeline, IPlace } from '../../../protocol';

/** One request as IAM gets it. */
export interface IAccess {
  action: string;
  resource: string;
  context?: Record<string, string>;
}

/** A pipeline, what it must be allowed, and what it must not. */
export interface ICase {
  pipeline: IPipeline;
  made: IAccess[];
  neighbours: IAccess[];
}

export const ACCOUNT = '111122223333';
export const OTHER = '444455556666';
export const APPLICATION = '00f1abcdexample0';
export const PLACE: IPlace = { accountId: ACCOUNT, region: 'eu-west-1', partition: 'aws', applicationId: APPLICATION };
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1111aaaa-22bb-33cc-44dd-555566667777`;
const KEY2 = `arn:aws:kms:us-east-1:${OTHER}:key/9999aaaa-22bb-33cc-44dd-555566667777`;

export function pipelineOf(name: string, more: Partial<IPipeline>): IPipeline {
  return {
    name,
    script: `${name}.py`,
    release: 'emr-7.12.0',
    architecture: 'ARM64',
    arguments: [],
    inputs: [],
    outputs: [],
    caps: { vcpu: 16, memoryGb: 64, diskGb: 200 },
    driver: { vcpu: 2, memoryGb: 4, diskGb: 20 },
    executor: { vcpu: 4, memoryGb: 16, diskGb: 20 },
    packages: [],
    sparkConf: {},
    retries: 0,
    timeLimitMinutes: 60,
    autoStopMinutes: 15,
    artifacts: 's3://artifacts/emr/',
    logs: {},
    tags: { team: 'research' },
    ...more
  };
}

const s3 = (action: string, key: string): IAccess => ({ action: `s3:${action}`, resource: `arn:aws:s3:::${key}` });
const list = (bucket: string, prefix: string): IAccess => ({
  action: 's3:ListBucket',
  resource: `arn:aws:s3:::${bucket}`,
  context: { 's3:prefix': prefix }
});
const glue = (action: string, what: string, account = ACCOUNT): IAccess => ({
  action: `glue:${action}`,
  resource: `arn:aws:glue:eu-west-1:${account}:${what}`
});
/** IAM asks for the catalogue, the database and the table, each for itself. */
const onTable = (actions: string[], database: string, table: string, account = ACCOUNT): IAccess[] =>
  actions.flatMap(action =>
    ['catalog', `database/${database}`, `table/${database}/${table}`].map(what => glue(action, what, account))
  );
const kms = (action: string, key: string, via: string): IAccess => ({
  action: `kms:${action}`,
  resource: key,
  context: { 'kms:ViaService': via }
});
const logs = (action: string, what: string): IAccess => ({
  action: `logs:${action}`,
  resource: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:${what}`
});

/** Script and logs of any run. */
const everyRun = (name: string, logsAt = `artifacts/emr/${name}/logs`): IAccess[] => [
  s3('GetObject', `artifacts/emr/${name}/scripts/0123abcd/${name}.py`),
  s3('PutObject', `${logsAt}/applications/${APPLICATION}/jobs/00r/SPARK_DRIVER/stdout.gz`)
];
const everyNeighbour = (name: string): IAccess[] => [
  s3('PutObject', `artifacts/emr/${name}/scripts/0123abcd/${name}.py`),
  s3('GetObject', `artifacts/emr/${name}-2/scripts/0123abcd/${name}.py`),
  s3('GetObject', `artifacts/emr/${name}/deployment.json`),
  s3('PutObject', `artifacts/emr/${name}/logs/applications/00f1another00000/jobs/00r/SPARK_DRIVER/stdout.gz`),
  s3('GetObject', `artifacts/emr/${name}/logs/applications/${APPLICATION}/jobs/00r/SPARK_DRIVER/stdout.gz`),
  list('artifacts', `emr/${name}/`),
  { action: 'sts:AssumeRole', resource: `arn:aws:iam::${ACCOUNT}:role/emr-pipeline-other` },
  {
    action: 'emr-serverless:StartJobRun',
    resource: `arn:aws:emr-serverless:eu-west-1:${ACCOUNT}:/applications/00other`
  },
  kms(
    'Decrypt',
    `arn:aws:kms:eu-west-1:${ACCOUNT}:key/00000000-0000-0000-0000-000000000000`,
    's3.eu-west-1.amazonaws.com'
  )
];

/** What Spark asks where it reads Parquet below a prefix. */
const reads = (bucket: string, prefix: string): IAccess[] => [
  s3('GetObject', `${bucket}/${prefix}`),
  s3('GetObject', `${bucket}/${prefix}/day=2026-01-31/part-0.parquet`),
  list(bucket, `${prefix}/`),
  list(bucket, `${prefix}/day=2026-01-31/`),
  // S3 asks for this where there is no object of the name; without it Spark is told "forbidden", not "not found".
  list(bucket, prefix),
  list(bucket, `${prefix}/_temporary/0`)
];
/** What Spark asks where it writes Parquet below a prefix, and overwrites what is there. */
const writes = (bucket: string, prefix: string): IAccess[] => [
  ...reads(bucket, prefix),
  s3('PutObject', `${bucket}/${prefix}/_temporary/0/_temporary/attempt_0/part-0.parquet`),
  s3('GetObject', `${bucket}/${prefix}/_temporary/0/_temporary/attempt_0/part-0.parquet`),
  s3('DeleteObject', `${bucket}/${prefix}/_temporary/0/_temporary/attempt_0/part-0.parquet`),
  s3('DeleteObject', `${bucket}/${prefix}/_temporary/`),
  s3('PutObject', `${bucket}/${prefix}/_SUCCESS`),
  s3('DeleteObject', `${bucket}/${prefix}/day=2026-01-31/part-0.parquet`),
  s3('AbortMultipartUpload', `${bucket}/${prefix}/day=2026-01-31/part-0.parquet`)
];
/** Other data in the same bucket, and the same prefix in another. */
const besides = (bucket: string, prefix: string): IAccess[] => [
  s3('GetObject', `${bucket}/${prefix}-2/part-0.parquet`),
  s3('GetObject', `${bucket}/${prefix}2`),
  s3('PutObject', `${bucket}/${prefix}-2/part-0.parquet`),
  s3('DeleteObject', `${bucket}/${prefix}.bak/part-0.parquet`),
  s3('GetObject', `${bucket}/another/part-0.parquet`),
  s3('GetObject', `${bucket}-2/${prefix}/part-0.parquet`),
  s3('GetBucketPolicy', bucket),
  s3('PutObjectAcl', `${bucket}/${prefix}/part-0.parquet`),
  s3('GetObjectVersion', `${bucket}/${prefix}/part-0.parquet`),
  list(bucket, ''),
  list(bucket, prefix.slice(0, -1)),
  list(bucket, `${prefix}2`),
  list(bucket, `${prefix}-2/`),
  list(bucket, 'another/'),
  list(`${bucket}-2`, `${prefix}/`)
];
const onlyRead = (bucket: string, prefix: string): IAccess[] => [
  ...besides(bucket, prefix),
  s3('PutObject', `${bucket}/${prefix}/part-0.parquet`),
  s3('DeleteObject', `${bucket}/${prefix}/part-0.parquet`),
  s3('AbortMultipartUpload', `${bucket}/${prefix}/part-0.parquet`)
];
/** Spark's Glue client, whatever the script does. */
const opensGlue = (databases: string[], account = ACCOUNT): IAccess[] => [
  glue('GetDatabase', 'catalog', account),
  glue('GetDatabase', 'database/default', account),
  glue('GetDatabase', 'database/global_temp', account),
  glue('GetUserDefinedFunctions', 'catalog', account),
  ...['default', ...databases].flatMap(database => [
    glue('GetUserDefinedFunctions', `database/${database}`, account),
    glue('GetUserDefinedFunctions', `userDefinedFunction/${database}/f`, account)
  ])
];
const READ_TABLE = ['GetDatabase', 'GetTable', 'GetPartition', 'GetPartitions', 'BatchGetPartition'];
const readsTable = (database: string, table: string, account?: string): IAccess[] =>
  // GetDatabase asks for the catalogue and the database only.
  onTable(READ_TABLE, database, table, account).filter(
    ({ action, resource }) => action !== 'glue:GetDatabase' || !resource.includes(':table/')
  );
const WRITE_TABLE = [
  'CreateTable',
  'UpdateTable',
  'DeleteTable',
  'BatchCreatePartition',
  'UpdatePartition',
  'DeletePartition'
];
const otherTables = (database: string, table: string, account?: string): IAccess[] => [
  glue('GetTable', `table/${database}/${table}_2`, account),
  glue('GetTable', `table/${database}_2/${table}`, account),
  glue('GetPartitions', `table/${database}/salaries`, account),
  glue('GetDatabase', `database/${database}_2`, account),
  glue('CreateDatabase', `database/${database}`, account),
  glue('DeleteDatabase', `database/${database}`, account),
  glue('GetUserDefinedFunctions', 'database/payroll', account),
  glue('GetTables', `database/${database}_2`, account),
  glue('GetTable', 'table/payroll/salaries', account),
  glue('GetDatabase', 'database/payroll', account)
];
const notWritten = (database: string, table: string): IAccess[] =>
  WRITE_TABLE.map(action => glue(action, `table/${database}/${table}`));
const dataAccess: IAccess = { action: 'lakeformation:GetDataAccess', resource: '*' };
const VIA = 's3.eu-west-1.amazonaws.com';

const plain = (name: string, more: Partial<IPipeline>, made: IAccess[], neighbours: IAccess[]): ICase => ({
  pipeline: pipelineOf(name, more),
  made: [...everyRun(name, more.logs?.s3?.slice('s3://'.length, -1)), ...made],
  neighbours: [...everyNeighbour(name), ...neighbours]
});

export const CASES: ICase[] = [
  plain(
    'daily-spread',
    { inputs: [{ s3: 's3://market/raw/quotes/' }], outputs: [{ s3: 's3://research/features/spread/' }] },
    [...reads('market', 'raw/quotes'), ...writes('research', 'features/spread')],
    [
      ...onlyRead('market', 'raw/quotes'),
      ...besides('research', 'features/spread'),
      glue('GetTable', 'catalog'),
      glue('GetTable', 'table/market/quotes'),
      glue('GetDatabase', 'database/default'),
      dataAccess
    ]
  ),
  plain(
    'packages',
    {
      packages: ['pandas==2.2.3'],
      inputs: [{ s3: 's3://market/raw/quotes' }, { s3: 's3://market/reference/isin.csv' }],
      outputs: [{ s3: 's3://market/derived/' }]
    },
    [
      s3('GetObject', 'artifacts/emr/packages/packages/0123abcd/environment.tar.gz'),
      ...reads('market', 'raw/quotes'),
      s3('GetObject', 'market/reference/isin.csv'),
      s3('GetObject', 'market/reference/isin.csv/part-0'),
      list('market', 'reference/isin.csv/'),
      list('market', 'reference/isin.csv'),
      ...writes('market', 'derived')
    ],
    [...onlyRead('market', 'raw/quotes'), ...onlyRead('market', 'reference/isin.csv'), ...besides('market', 'derived')]
  ),
  plain(
    'encrypted',
    {
      inputs: [{ s3: 's3://market/secret/', kmsKey: KEY2 }],
      outputs: [{ s3: 's3://research/secret/', kmsKey: KEY }],
      logs: { kmsKey: KEY }
    },
    [
      ...reads('market', 'secret'),
      kms('Decrypt', KEY2, 's3.us-east-1.amazonaws.com'),
      ...writes('research', 'secret'),
      kms('GenerateDataKey', KEY, VIA),
      kms('Decrypt', KEY, VIA)
    ],
    [
      ...onlyRead('market', 'secret'),
      ...besides('research', 'secret'),
      kms('Decrypt', KEY, 'dynamodb.eu-west-1.amazonaws.com'),
      kms('GenerateDataKey', KEY, 'ebs.eu-west-1.amazonaws.com'),
      kms('GenerateDataKey', KEY2, 's3.us-east-1.amazonaws.com'),
      kms('Decrypt', KEY2, VIA),
      kms('ScheduleKeyDeletion', KEY, VIA),
      { action: 'kms:Decrypt', resource: KEY }
    ]
  ),
  plain(
    'read-table',
    {
      inputs: [{ table: 'Market.Trades', location: 's3://lake/market/trades/' }],
      outputs: [{ s3: 's3://research/volumes/' }]
    },
    [
      ...opensGlue(['market']),
      ...readsTable('market', 'trades'),
      ...reads('lake', 'market/trades'),
      ...writes('research', 'volumes')
    ],
    [
      ...otherTables('market', 'trades'),
      ...notWritten('market', 'trades'),
      ...besides('research', 'volumes'),
      ...onlyRead('lake', 'market/trades'),
      dataAccess
    ]
  ),
  plain(
    'write-table',
    { outputs: [{ table: 'research.volumes', location: 's3://lake/research/volumes/' }] },
    [
      ...opensGlue(['research']),
      ...readsTable('research', 'volumes'),
      ...onTable(WRITE_TABLE, 'research', 'volumes'),
      ...writes('lake', 'research/volumes')
    ],
    [...otherTables('research', 'volumes'), ...besides('lake', 'research/volumes'), dataAccess]
  ),
  plain(
    'lake-formation',
    { inputs: [{ table: 'market.*' }], outputs: [{ table: 'research.features' }] },
    [
      ...opensGlue(['market', 'research']),
      ...readsTable('market', 'anything'),
      ...onTable(['GetTables'], 'market', 'anything'),
      ...readsTable('research', 'features'),
      ...onTable(WRITE_TABLE, 'research', 'features'),
      dataAccess
    ],
    [
      ...otherTables('research', 'features'),
      ...notWritten('market', 'anything'),
      s3('GetObject', 'lake/market/trades/part-0.parquet'),
      { action: 'lakeformation:GrantPermissions', resource: '*' }
    ]
  ),
  plain(
    'by-tags',
    {
      inputs: [{ lfTags: { domain: ['market'], class: ['public', 'internal'] } }],
      outputs: [{ s3: 's3://research/tags/' }]
    },
    [
      ...opensGlue(['market']),
      ...readsTable('market', 'trades'),
      ...onTable(['GetTables'], 'market', 'trades'),
      dataAccess,
      ...writes('research', 'tags')
    ],
    [
      ...notWritten('market', 'trades'),
      ...besides('research', 'tags'),
      { action: 'lakeformation:PutDataLakeSettings', resource: '*' }
    ]
  ),
  plain(
    'cross-account',
    {
      inputs: [{ table: 'market.trades', location: 's3://their-lake/trades/', catalogId: OTHER }],
      outputs: [{ s3: 's3://research/theirs/' }],
      sparkConf: { 'spark.hadoop.hive.metastore.glue.catalogid': OTHER }
    },
    [
      ...opensGlue(['market'], OTHER),
      ...readsTable('market', 'trades', OTHER),
      ...reads('their-lake', 'trades'),
      ...writes('research', 'theirs')
    ],
    [
      ...otherTables('market', 'trades', OTHER),
      glue('GetTable', 'table/market/trades'),
      glue('GetDatabase', 'database/default'),
      ...onlyRead('their-lake', 'trades'),
      ...besides('research', 'theirs')
    ]
  ),
  plain(
    'emrfs-and-logs',
    {
      release: 'emr-7.9.0',
      inputs: [{ s3: 's3://market/raw/' }],
      outputs: [{ s3: 's3://research/a/b/' }],
      logs: { s3: 's3://logs/emr/', retentionDays: 30 }
    },
    [
      ...reads('market', 'raw'),
      ...writes('research', 'a/b'),
      ...['a_$folder$', 'a/b_$folder$'].flatMap(key =>
        ['GetObject', 'PutObject', 'DeleteObject'].map(action => s3(action, `research/${key}`))
      ),
      ...['CreateLogGroup', 'DescribeLogStreams'].map(action => logs(action, '/emr-pipeline/emrfs-and-logs:*')),
      ...['CreateLogStream', 'PutLogEvents'].map(action =>
        logs(action, '/emr-pipeline/emrfs-and-logs:log-stream:driver')
      ),
      { action: 'logs:DescribeLogGroups', resource: '*' }
    ],
    [
      ...onlyRead('market', 'raw'),
      ...besides('research', 'a/b'),
      s3('PutObject', 'research/c_$folder$'),
      s3('PutObject', 'research/a/other_$folder$'),
      s3('PutObject', `logs/emr/applications/00f1another00000/jobs/00r/SPARK_DRIVER/stdout.gz`),
      logs('PutLogEvents', '/emr-pipeline/another:log-stream:driver'),
      logs('CreateLogGroup', '/emr-pipeline/emrfs-and-logs-2:*'),
      logs('DeleteLogGroup', '/emr-pipeline/emrfs-and-logs:*')
    ]
  ),
  plain(
    'odd-names',
    {
      inputs: [{ s3: 's3://market/raw files/${aws:username}/$x/' }],
      outputs: [{ s3: 's3://whole-bucket/' }]
    },
    [
      ...reads('market', 'raw files/${aws:username}/$x'),
      ...writes('whole-bucket', 'any').filter(({ resource }) => resource !== 'arn:aws:s3:::whole-bucket/any'),
      list('whole-bucket', '')
    ],
    [
      ...onlyRead('market', 'raw files/${aws:username}/$x'),
      s3('GetObject', 'market/raw files/someone/$x/part-0.parquet'),
      list('market', 'raw files/someone/$x/'),
      s3('GetObject', 'whole-bucket-2/part-0.parquet')
    ]
  )
];
