/**
 * The IAM actions that our policies may hold, with the resources that IAM takes for each.
 * Source: AWS' Service Authorization Reference; the specs compare it with the published data.
 */

const ACCOUNT = String.raw`(?:\d{12}|\$\{AWS::AccountId\})`;
const REGION = String.raw`(?:[a-z]{2}(?:-[a-z]+)+-\d|\$\{AWS::Region\})`;
const PARTITION = String.raw`arn:(?:aws(?:-[a-z]+)*|\$\{AWS::Partition\})`;
const BUCKET = `${PARTITION}:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]`;

/** A kind of resource: what its ARN looks like. */
const RESOURCES = {
  object: `${BUCKET}/.+`,
  bucket: BUCKET,
  key: `${PARTITION}:kms:${REGION}:${ACCOUNT}:key/[A-Za-z0-9-]+`,
  glue: `${PARTITION}:glue:${REGION}:${ACCOUNT}:(?:catalog|database/[^/]+|table/[^/]+/[^/]+)`,
  functions: `${PARTITION}:glue:${REGION}:${ACCOUNT}:(?:catalog|database/[^/]+|userDefinedFunction/[^/]+/[^/]+)`,
  application: `${PARTITION}:emr-serverless:${REGION}:${ACCOUNT}:/applications/[^/*]+`,
  role: `${PARTITION}:iam::${ACCOUNT}:role/[^*]+`,
  logGroup: `${PARTITION}:logs:${REGION}:${ACCOUNT}:log-group:[^:*]+:\\*`,
  none: '\\*'
};

type Kind = keyof typeof RESOURCES;

const BY_KIND: Record<Kind, string[]> = {
  object: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
  bucket: ['s3:ListBucket'],
  key: ['kms:Decrypt', 'kms:GenerateDataKey'],
  glue: [
    'glue:GetDatabase',
    'glue:GetTable',
    'glue:GetTables',
    'glue:GetPartition',
    'glue:GetPartitions',
    'glue:BatchGetPartition',
    'glue:CreateTable',
    'glue:UpdateTable',
    'glue:DeleteTable',
    'glue:BatchCreatePartition',
    'glue:UpdatePartition',
    'glue:DeletePartition'
  ],
  functions: ['glue:GetUserDefinedFunctions'],
  application: ['emr-serverless:StartJobRun'],
  role: ['iam:PassRole'],
  logGroup: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
  none: ['lakeformation:GetDataAccess', 'logs:DescribeLogGroups']
};

/** Whether IAM's ARN of a resource is one that an action takes; undefined: the action is not known. */
export function takesResource(action: string, arn: string): boolean | undefined {
  const kind = KINDS.get(action);
  return kind && PATTERNS[kind].test(arn);
}

/** Actions that know no single resource. */
export function knowsNoResource(action: string): boolean {
  return KINDS.get(action) === 'none';
}

/** All known actions, `service:Name`. */
export function knownActions(): string[] {
  return [...KINDS.keys()];
}

const KINDS = new Map(
  Object.entries(BY_KIND).flatMap(([kind, actions]) => actions.map((action): [string, Kind] => [action, kind as Kind]))
);

const PATTERNS = Object.fromEntries(
  Object.entries(RESOURCES).map(([kind, pattern]) => [kind, new RegExp(`^${pattern}$`, 's')])
) as Record<Kind, RegExp>;
