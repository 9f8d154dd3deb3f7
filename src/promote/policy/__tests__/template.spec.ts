/** The CloudFormation template: cfn-lint finds nothing in it, and what two pipelines are given is never shared. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse } from 'yaml';

import type { IPipeline } from '../../../protocol';
import { runInput, universalInput } from '../../startRun';
import { roleDocuments } from '../document';
import { planRole } from '../plan';
import { template } from '../template';
import { ACCOUNT, APPLICATION, CASES, PLACE, pipelineOf } from './pipelines';

/** The tests' own interpreter: scripts/test.mjs names it. */
const PYTHON = process.env['EMR_PYTHON'] ?? join(__dirname, '../../../../.cache/venv/bin/python');
const LINT = 'from cfnlint.runner import main; main()';
const SCHEDULED = {
  schedule: {
    expression: 'cron(0 6 * * ? *)',
    timezone: 'Europe/Zurich',
    arguments: { day: '<aws.scheduler.scheduled-time>' }
  },
  arguments: [
    { name: 'day', type: 'string' as const },
    { name: 'text', type: 'string' as const, default: 'a ${b} "c" \\d' }
  ],
  alarms: { snsTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms', longerThanMinutes: 90 }
};
const ALL = CASES.map(({ pipeline }, at) =>
  // Every other one with a schedule and alarms.
  at % 2 ? pipeline : { ...pipeline, ...SCHEDULED, alarms: { ...SCHEDULED.alarms, longerThanMinutes: at ? 90 : 3000 } }
);

interface IResource {
  Type: string;
  Properties: Record<string, unknown>;
}

/** CloudFormation's tags read as `{Sub: …}`. */
function read(text: string): { Resources: Record<string, IResource>; Outputs: Record<string, unknown> } {
  const tag = (name: string, collection?: 'seq') => ({
    tag: `!${name}`,
    collection,
    resolve: (value: unknown) => ({ [name]: value })
  });
  const template: unknown = parse(text, {
    customTags: [
      tag('Ref'),
      tag('Sub'),
      tag('GetAtt'),
      tag('If', 'seq'),
      tag('Not', 'seq'),
      tag('Equals', 'seq')
    ] as never
  });
  return template as ReturnType<typeof read>;
}

const many = pipelineOf('many', {
  ...SCHEDULED,
  inputs: Array.from({ length: 100 }, (_, at) => ({
    s3: `s3://bucket-number-${at}/quite/a/long/prefix/number/${at}/`
  })),
  outputs: [{ s3: 's3://research/many/' }]
});
const SCRIPT = 's3://artifacts/emr/scripts/0123/script.py';
const ARCHIVE = 's3://artifacts/emr/packages/0123/environment.tar.gz';
const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/emr:1';
const made = (pipeline: IPipeline): string =>
  template(pipeline, SCRIPT, PLACE, pipeline.packages.length ? { archiveUri: ARCHIVE } : {});

/** What CloudFormation makes of `!Sub`, `!Ref` and `!GetAtt` in the account of the specs. */
function resolved(value: unknown): unknown {
  const known: Record<string, string> = {
    'AWS::AccountId': ACCOUNT,
    'AWS::Region': 'eu-west-1',
    'AWS::Partition': 'aws',
    Application: APPLICATION,
    'Role.Arn': `arn:aws:iam::${ACCOUNT}:role/ROLE`,
    ScriptUri: SCRIPT,
    ArchiveUri: ARCHIVE
  };
  if (Array.isArray(value)) {
    return value.map(resolved);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if ('Sub' in value) {
    return (value.Sub as string).replace(/\$\{(!?)([^}]*)\}/g, (all, kept: string, name: string) => {
      expect([all, kept || name in known]).toEqual([all, kept || true]);
      return kept ? `\${${name}}` : known[name];
    });
  }
  if ('Ref' in value || 'GetAtt' in value) {
    const name = String('Ref' in value ? value.Ref : value.GetAtt);
    return known[name] ?? name;
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member)]));
}

/** Runs cfn-lint, its informational checks too. */
function cfnLint(files: string[]): string {
  // The ARN of a user's key is the user's, partition and all.
  const args = [
    '-c',
    LINT,
    '--include-checks',
    'I',
    '--ignore-checks',
    'I3042',
    '--regions',
    'eu-west-1',
    '--',
    ...files
  ];
  const { stdout, stderr } = spawnSync(PYTHON, args, { encoding: 'utf8' });
  return `${stdout}${stderr}`.trim();
}

describe('template', () => {
  const dir = mkdtempSync(join(tmpdir(), 'emr-template-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const written = (name: string, text: string): string => {
    const file = join(dir, `${name}.yaml`);
    writeFileSync(file, text);
    return file;
  };

  it('leaves cfn-lint nothing to say, for all pipelines', () => {
    expect(cfnLint([...ALL, many].map(pipeline => written(pipeline.name, made(pipeline))))).toBe('');
  }, 60_000);

  it('is looked at in earnest: a wrong action and a wrong property are found', () => {
    const wrong = made(ALL[0])
      .replace('s3:AbortMultipartUpload', 's3:AbortMultipartUploads')
      .replace('ReleaseLabel:', 'Release:');
    const said = cfnLint([written('wrong', wrong)]);
    expect(['W3037', 'E3002'].filter(rule => !said.includes(rule))).toEqual([]);
  }, 60_000);

  it.each(ALL.map(pipeline => [pipeline.name, pipeline] as const))(
    '%s: holds the policy that is planned',
    (_name, pipeline) => {
      const { Role } = read(made(pipeline)).Resources;
      const plan = planRole(pipeline, PLACE, { logGroupMade: true });
      const { inline } = roleDocuments(plan);
      expect(resolved(Role.Properties['Policies'])).toEqual([{ PolicyName: plan.roleName, PolicyDocument: inline }]);
      expect(resolved(Role.Properties['AssumeRolePolicyDocument'])).toEqual(plan.trust);
    }
  );

  it('puts what a role has no room for into managed policies', () => {
    const { Resources } = read(made(many));
    const documents = Object.values(Resources)
      .filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy')
      .map(({ Properties }) => resolved(Properties['PolicyDocument']));
    const { managed } = roleDocuments(planRole(many, PLACE));
    expect(documents.length).toBeGreaterThan(0);
    // Longer words in the template may cut the list elsewhere; all of it is there.
    const resources = (list: unknown): string[] => JSON.stringify(list).match(/arn:aws:s3:::bucket[^"]*/g) ?? [];
    const inline = resolved(Resources['Role'].Properties['Policies']);
    expect(resources([documents, inline]).sort()).toEqual(resources(planRole(many, PLACE).statements).sort());
    expect(managed.length).toBeGreaterThan(0);
    expect((Resources['Role'].Properties['ManagedPolicyArns'] as unknown[]).length).toBe(documents.length);
  });

  it('schedules exactly the run that is started by hand', () => {
    const pipeline = { ...ALL[0], packages: ['pandas==2.2.3'] };
    const { Target } = read(template(pipeline, SCRIPT, PLACE, { archiveUri: ARCHIVE })).Resources['Schedule']
      .Properties as { Target: { Input: unknown } };
    const record = {
      version: 1 as const,
      pipeline,
      applicationId: APPLICATION,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/ROLE`,
      scriptUri: SCRIPT,
      scriptSha: '',
      archiveUri: ARCHIVE
    };
    expect(JSON.parse(resolved(Target.Input) as string)).toEqual(
      JSON.parse(
        JSON.stringify(
          universalInput(runInput(record, pipeline.schedule!.arguments!, '<aws.scheduler.execution-id>', 'schedule'))
        )
      )
    );
  });

  it('asks who deploys it for the archive of packages where none is made yet', () => {
    const pipeline = { ...ALL[0], packages: ['pandas==2.2.3'] };
    const text = template(pipeline, SCRIPT, PLACE);
    expect(text).toContain('spark.archives=${ArchiveUri}#environment');
    expect(cfnLint([written('no-archive', text)])).toBe('');
    expect(/ArchiveUri:\n {4}Type: String\n {4}Description/.test(text)).toBe(true);
    expect(template({ ...pipeline, image: IMAGE }, SCRIPT, PLACE)).not.toContain('ArchiveUri');
  }, 60_000);

  it('gives no two pipelines the same application, role, schedule or log group', () => {
    const names = ALL.flatMap(pipeline =>
      Object.values(read(made(pipeline)).Resources).flatMap(({ Type, Properties }) => {
        const name = ['Name', 'RoleName', 'LogGroupName', 'AlarmName'].map(key => Properties[key]).find(Boolean);
        return name ? [`${Type} ${JSON.stringify(name)}`] : [];
      })
    );
    expect(names.length).toBeGreaterThan(20);
    expect(new Set(names).size).toBe(names.length);
  });

  it('tells of failures and of runs that take too long, as far back as CloudWatch looks', () => {
    const [days, hours] = [ALL[0], ALL[2]].map(pipeline => read(made(pipeline)).Resources);
    expect(days['FailureRule'].Properties['EventPattern']).toEqual({
      source: ['aws.emr-serverless'],
      'detail-type': ['EMR Serverless Job Run State Change'],
      detail: { applicationId: [{ Ref: 'Application' }], state: ['FAILED', 'CANCELLED'] }
    });
    expect(days['LongRunAlarm'].Properties).toMatchObject({ Period: 3600, EvaluationPeriods: 50 });
    expect(hours['LongRunAlarm'].Properties).toMatchObject({ Period: 60, EvaluationPeriods: 90 });
  });

  it('says each reason above its statement, and how to deploy it', () => {
    const text = made(ALL[0]);
    expect(text).toMatch(
      /# inputs\[0\]\.s3 is read from s3:\/\/market\/raw\/quotes\/[^\n]*(\n *#[^\n]*)*\n *- Sid: Input0Read/
    );
    expect(text).toContain('--capabilities CAPABILITY_NAMED_IAM');
  });
});
