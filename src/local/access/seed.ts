/** What the account has from the beginning: its users, its roles and what each may do, its buckets. */
import { ACCOUNT_ID } from '../identity';
import { INSTANCE_PROFILE, LAUNCH_ROLE, RUNTIME_ROLES, STEWARD_ROLE, USER_ROLE, type IRole } from '../roles';
import { LAKE_BUCKETS, lakeFiles, type ILakeFiles } from '../lake/seed/files';
import { templateObjects, TEMPLATES_BUCKET } from '../serviceCatalog/templateFiles';
import { boundaryPolicies, userPolicies } from './people';
import type { IPolicyDocument, IStatement } from './types';

/** Name of the one user whose keys the account gives out. */
export const USER = 'data-scientist';

/** The buckets of a region's demo. */
export interface IBuckets {
  /** Daily files of two producers below `trades/` and `positions/`, and what research writes. */
  data: string;
  /** Scripts, packages and logs of pipelines. */
  artifacts: string;
}

interface ISeedRole {
  name: string;
  description: string;
  /** JSON texts. */
  trust: string;
  policies: Record<string, string>;
}

/** First line to the moto process; it adds the token. */
export interface ISeed {
  accountId: string;
  region: string;
  users: { name: string; policies: Record<string, string> }[];
  roles: ISeedRole[];
  /** Managed policies. */
  policies: { name: string; document: string }[];
  buckets: IBuckets;
  /** The products' templates, texts by key. */
  templates: { bucket: string; objects: Record<string, string> };
  /** The tables of the data catalogue, whose files are made when they are first asked for. */
  lake: ILakeFiles[];
}

const allow = (Action: string | string[], Resource: string | string[], more: Partial<IStatement> = {}): IStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more
});
const policy = (...Statement: IStatement[]): IPolicyDocument => ({ Version: '2012-10-17', Statement });

/** A list of prefixes is listed by their names only, as a careful site grants it. */
function read(bucket: string, prefixes: string[]): IStatement[] {
  return [
    allow(
      's3:GetObject',
      // Spark looks whether an object bears the folder's very name.
      prefixes.flatMap(prefix => [`arn:aws:s3:::${bucket}/${prefix}`, `arn:aws:s3:::${bucket}/${prefix}/*`])
    ),
    allow(['s3:ListBucket'], `arn:aws:s3:::${bucket}`, {
      Condition: { StringLike: { 's3:prefix': prefixes.flatMap(prefix => [prefix, `${prefix}/*`]) } }
    }),
    allow('s3:GetBucketLocation', `arn:aws:s3:::${bucket}`)
  ];
}

function write(bucket: string, prefix: string): IStatement[] {
  return [
    allow(
      ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      [`arn:aws:s3:::${bucket}/${prefix}`, `arn:aws:s3:::${bucket}/${prefix}/*`]
    ),
    allow('s3:ListBucket', `arn:aws:s3:::${bucket}`, {
      Condition: { StringLike: { 's3:prefix': [prefix, `${prefix}/*`] } }
    })
  ];
}

/** What one needs to look into the data catalogue and to read by it; Lake Formation decides what of it. */
const CATALOGUE = [
  'glue:Get*',
  'glue:BatchGet*',
  'glue:SearchTables',
  'lakeformation:GetDataAccess',
  'lakeformation:Get*',
  'lakeformation:List*',
  'lakeformation:Search*'
];
const GRANTS = [
  'lakeformation:GrantPermissions',
  'lakeformation:RevokePermissions',
  'lakeformation:Batch*',
  'lakeformation:AddLFTagsToResource',
  'lakeformation:RemoveLFTagsFromResource'
];

/** EMR and what stands around it: whose account it is may do all of it. */
const CLUSTERS = ['servicecatalog:*', 'elasticmapreduce:*', 'secretsmanager:*'];

/**
 * What the account's user may do: it is a laptop's account, whose owner sets everything up too. Who has the policies of
 * deploy/aws and no more is the role {@link USER_ROLE}.
 */
function scientist(): IPolicyDocument {
  const pipelines = [
    `arn:aws:iam::${ACCOUNT_ID}:role/emr-pipeline-*`,
    `arn:aws:iam::${ACCOUNT_ID}:role/emr-schedule-*`,
    `arn:aws:iam::${ACCOUNT_ID}:policy/emr-pipeline-*`
  ];
  return policy(
    allow(
      [
        's3:*',
        'kms:*',
        'glue:*',
        'emr-serverless:*',
        'scheduler:*',
        'events:*',
        'cloudwatch:*',
        'logs:*',
        ...CLUSTERS,
        ...CATALOGUE,
        ...GRANTS
      ],
      '*'
    ),
    // The producers' data is read by engines, with the keys that Lake Formation gives them.
    { Effect: 'Deny', Action: 's3:*', Resource: `arn:aws:s3:::${LAKE_BUCKETS}*` },
    allow(['iam:Get*', 'iam:List*', 'iam:Simulate*'], '*'),
    allow('iam:*', [...pipelines, USER_ROLE.arn]),
    allow(
      ['iam:PassRole', 'sts:AssumeRole', 'sts:TagSession'],
      [RUNTIME_ROLES.analyst.arn, RUNTIME_ROLES.engineer.arn, RUNTIME_ROLES.limited.arn, ...pipelines.slice(0, 2)]
    ),
    allow('sts:AssumeRole', [STEWARD_ROLE.arn, USER_ROLE.arn])
  );
}

function trust(principals: IStatement['Principal']): string {
  const Action = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principals, Action }] });
}

/** @param region - whose buckets there are */
export function makeSeed(region: string): ISeed {
  const buckets = { data: `emr-demo-${region}`, artifacts: `emr-artifacts-${region}` };
  const { data } = buckets;
  const instanceProfile = `arn:aws:iam::${ACCOUNT_ID}:role/${INSTANCE_PROFILE}`;
  const runtime = (role: IRole, description: string, statements: IStatement[]): ISeedRole => ({
    name: role.name,
    description,
    trust: trust(
      role.allowed
        ? { AWS: [instanceProfile, `arn:aws:iam::${ACCOUNT_ID}:root`], Service: 'emr-serverless.amazonaws.com' }
        : { AWS: instanceProfile }
    ),
    policies: {
      data: JSON.stringify(policy(...statements, allow(CATALOGUE, '*'))),
      // With --assume-role people work as these two, as they would with a role of another account.
      ...(role === RUNTIME_ROLES.analyst || role === RUNTIME_ROLES.engineer
        ? { clusters: JSON.stringify(policy(allow(CLUSTERS, '*'))) }
        : {})
    }
  });
  const bare = (name: string, service: string): ISeedRole => ({
    name,
    description: '',
    trust: trust({ Service: service }),
    policies: {}
  });
  return {
    accountId: ACCOUNT_ID,
    region,
    users: [{ name: USER, policies: { work: JSON.stringify(scientist()) } }],
    policies: Object.entries(boundaryPolicies(region)).map(([name, document]) => ({
      name,
      document: JSON.stringify(document)
    })),
    roles: [
      runtime(RUNTIME_ROLES.analyst, 'Reads trades, writes research/analyst', [
        ...read(data, ['trades', 'reference']),
        ...write(data, 'research/analyst')
      ]),
      runtime(RUNTIME_ROLES.engineer, 'Reads trades and positions, writes research', [
        ...read(data, ['trades', 'positions', 'reference']),
        ...write(data, 'research')
      ]),
      runtime(RUNTIME_ROLES.limited, 'Reads trades; of the catalogue what is public or internal', [
        ...read(data, ['trades', 'reference'])
      ]),
      runtime(RUNTIME_ROLES.denied, 'For others', read(data, ['positions'])),
      {
        name: STEWARD_ROLE.name,
        description: 'Keeps the data catalogue',
        trust: trust({ AWS: `arn:aws:iam::${ACCOUNT_ID}:root` }),
        policies: { catalogue: JSON.stringify(policy(allow(['glue:*', 'lakeformation:*'], '*'))) }
      },
      {
        name: USER_ROLE.name,
        description: 'Somebody who uses the extension, and may do no more',
        trust: trust({ AWS: `arn:aws:iam::${ACCOUNT_ID}:root` }),
        policies: Object.fromEntries(
          Object.entries(userPolicies(region, buckets.artifacts)).map(([name, text]) => [name, JSON.stringify(text)])
        )
      },
      bare(INSTANCE_PROFILE, 'ec2.amazonaws.com'),
      bare(LAUNCH_ROLE.name, 'servicecatalog.amazonaws.com')
    ],
    buckets,
    templates: { bucket: TEMPLATES_BUCKET, objects: templateObjects() },
    lake: lakeFiles(region)
  };
}
