/** A deployment that meets trouble: what is told, what is left, and that the next one goes on. */
import { DescribeAlarmsCommand, CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { EMRServerlessClient, GetApplicationCommand, ListApplicationsCommand } from '@aws-sdk/client-emr-serverless';
import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DetachRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand
} from '@aws-sdk/client-iam';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client
} from '@aws-sdk/client-s3';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';

import type { IAwsContext } from '../../aws';
import type { IDeployStep, IDeployment } from '../../protocol';
import { EmrError } from '../../protocol';
import { createControl } from '..';
import type { ILocalAccount } from './localAccount';
import { startLocalAccount } from './localAccount';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:pipelines';
const BUCKET = 'emr-artifacts-us-east-1';
const ALL = 'logs: {retentionDays: 30}\nalarms: {snsTopicArn: "' + TOPIC + '", longerThanMinutes: 90}\n';
const SCHEDULE = 'schedule: {expression: "cron(0 6 * * ? *)", arguments: {day: "2026-01-01"}}\n';

function text(name: string, more = '', vcpu = 16): string {
  return `name: ${name}
script: script.py
release: emr-7.9.0
caps: {vcpu: ${vcpu}, memoryGb: 64, diskGb: 200}
driver: {vcpu: 1, memoryGb: 2, diskGb: 20}
artifacts: s3://${BUCKET}/pipelines/
arguments: [{name: day, type: date}]
inputs: [s3://emr-demo-us-east-1/raw/]
outputs: [s3://emr-demo-us-east-1/${name}/]
${more}`;
}

/** One of each service for all tests: to make one costs more than to ask it. */
const clients = new Map<unknown, unknown>();
function client<C>(Client: new (options: { forcePathStyle: boolean }) => C): C {
  const made = (clients.get(Client) as C | undefined) ?? new Client({ forcePathStyle: true });
  clients.set(Client, made);
  return made;
}

interface IAsked {
  more?: string;
  vcpu?: number;
  aws?: IAwsContext;
  undoOnFailure?: boolean;
  dryRun?: boolean;
  signal?: AbortSignal;
  onSteps?: (steps: IDeployStep[]) => void;
}

/** As command line, magic and page do it. */
async function deploy(name: string, asked: IAsked = {}): Promise<IDeployment> {
  const { more, vcpu, aws = {}, signal, onSteps = () => undefined, undoOnFailure, dryRun } = asked;
  const control = createControl({ aws, pollMs: 20 });
  try {
    return await control.call(
      'promote.deploy',
      {
        pipelineText: text(name, more, vcpu),
        scriptText: 'print(1)\n',
        token: 'a',
        ...(undoOnFailure ? { undoOnFailure } : {}),
        ...(dryRun ? { dryRun } : {})
      },
      { ...(signal ? { signal } : {}), onEvent: (_event, data) => 'steps' in data && onSteps(data.steps) }
    );
  } finally {
    control.dispose();
  }
}

async function refused(deployment: Promise<unknown>): Promise<EmrError> {
  const error = await deployment.then(
    () => undefined,
    (thrown: unknown) => thrown
  );
  expect(error).toBeInstanceOf(EmrError);
  return error as EmrError;
}

const statuses = (steps: IDeployStep[]): Record<string, string> =>
  Object.fromEntries(steps.map(({ id, status }) => [id, status]));

/** Names of all that AWS has of a pipeline. */
async function leftOf(name: string): Promise<string[]> {
  const { applications = [] } = await client(EMRServerlessClient).send(new ListApplicationsCommand({ maxResults: 50 }));
  const { Roles = [] } = await client(IAMClient).send(new ListRolesCommand());
  const { Contents = [] } = await client(S3Client).send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `pipelines/${name}/` })
  );
  const there = async (what: string, asked: Promise<unknown>): Promise<string[]> =>
    asked.then(
      () => [what],
      () => []
    );
  const own = `emr-pipeline-${name}`;
  return [
    ...applications.filter(one => one.name === name && one.state !== 'TERMINATED').map(() => 'application'),
    ...Roles.filter(({ RoleName }) => RoleName === own).map(() => 'role'),
    ...Roles.filter(({ RoleName }) => RoleName === `emr-schedule-${name}`).map(() => 'schedulerRole'),
    ...Contents.map(({ Key = '' }) => Key.split('/')[2] ?? ''),
    ...(await there('rule', client(EventBridgeClient).send(new DescribeRuleCommand({ Name: own })))),
    ...(await there('schedule', client(SchedulerClient).send(new GetScheduleCommand({ Name: own })))),
    ...((
      await client(CloudWatchLogsClient).send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: `/emr-pipeline/${name}` })
      )
    ).logGroups?.map(() => 'logGroup') ?? []),
    ...((
      await client(CloudWatchClient).send(new DescribeAlarmsCommand({ AlarmNames: [`${own}-long`] }))
    ).MetricAlarms?.map(() => 'alarm') ?? [])
  ].sort();
}

const EVERYTHING = [
  'alarm',
  'application',
  'deployment.json',
  'logGroup',
  'role',
  'rule',
  'schedule',
  'schedulerRole',
  'scripts'
];

let account: ILocalAccount;
beforeAll(async () => {
  account = await startLocalAccount(500);
}, 60_000);
afterAll(() => account.stop());
afterEach(() => account.mend());

describe('a deployment', () => {
  it('makes log group and alarms, which others read, and takes them away again', async () => {
    const made = await deploy('told', { more: ALL + SCHEDULE });
    expect(await leftOf('told')).toEqual(EVERYTHING);
    const rules = client(EventBridgeClient);
    const rule = await rules.send(new DescribeRuleCommand({ Name: 'emr-pipeline-told' }));
    expect(JSON.parse(rule.EventPattern ?? '')).toEqual({
      source: ['aws.emr-serverless'],
      'detail-type': ['EMR Serverless Job Run State Change'],
      detail: { applicationId: [made.applicationId], state: ['FAILED', 'CANCELLED'] }
    });
    const { Targets } = await rules.send(new ListTargetsByRuleCommand({ Rule: 'emr-pipeline-told' }));
    expect(Targets).toEqual([{ Id: 'topic', Arn: TOPIC }]);
    const again = await deploy('told', { more: ALL + SCHEDULE });
    expect(new Set(again.steps.map(({ status }) => status))).toEqual(new Set(['unchanged', 'skipped']));

    const without = await deploy('told', { more: SCHEDULE });
    expect(statuses(without.steps)).toMatchObject({ alarms: 'removed', logGroup: 'skipped', role: 'changed' });
    expect(await leftOf('told')).toEqual(EVERYTHING.filter(one => !['alarm', 'rule'].includes(one)));
    await deploy('told', { more: ALL + SCHEDULE });
    const control = createControl({ pollMs: 20 });
    await control.call('promote.remove', { pipeline: 'told', token: 'b' });
    control.dispose();
    expect(await leftOf('told')).toEqual(['logGroup', 'scripts']);
  }, 60_000);

  it('names what is not allowed, keeps what was done, and goes on when it is', async () => {
    const iam = client(IAMClient);
    const RoleName = 'emr-pipeline-limited-deployer';
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' }
          ]
        })
      })
    );
    const allowBut = (action?: string) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName,
          PolicyName: 'work',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: '*', Resource: '*' },
              ...(action ? [{ Effect: 'Deny', Action: action, Resource: '*' }] : [])
            ]
          })
        })
      );
    const aws = { assumeRole: Role?.Arn ?? '' };
    const cases: [action: string, resource: string, there: string[]][] = [
      ['emr-serverless:ListApplications', '', []],
      ['s3:ListBucket', BUCKET, []],
      ['iam:GetRole', 'role/emr-pipeline-limited', []],
      ['scheduler:GetSchedule', 'schedule/default/emr-pipeline-limited', []],
      ['logs:DescribeLogGroups', '', []],
      ['events:DescribeRule', 'rule/emr-pipeline-limited', []],
      ['cloudwatch:DescribeAlarms', 'alarm:emr-pipeline-limited-long', []],
      ['emr-serverless:CreateApplication', '', []],
      ['iam:CreateRole', 'role/emr-pipeline-limited', ['application']],
      ['iam:PutRolePolicy', 'role/emr-pipeline-limited', ['application']],
      ['logs:CreateLogGroup', 'log-group:/emr-pipeline/limited', ['application', 'role']],
      ['logs:PutRetentionPolicy', 'log-group:/emr-pipeline/limited', ['application', 'logGroup', 'role']],
      ['s3:PutObject', 'pipelines/limited/scripts/', ['application', 'logGroup', 'role']],
      [
        'emr-serverless:TagResource',
        '/applications/',
        ['application', 'deployment.json', 'logGroup', 'role', 'scripts']
      ],
      [
        'events:PutRule',
        'rule/emr-pipeline-limited',
        ['application', 'deployment.json', 'logGroup', 'role', 'scripts']
      ],
      ['events:PutTargets', 'rule/emr-pipeline-limited', EVERYTHING.filter(one => !/alarm|sched/.test(one))],
      [
        'cloudwatch:PutMetricAlarm',
        'alarm:emr-pipeline-limited-long',
        EVERYTHING.filter(one => !/alarm|sched/.test(one))
      ],
      ['iam:PassRole', 'role/emr-schedule-limited', EVERYTHING.filter(one => one !== 'schedule')],
      [
        'scheduler:CreateSchedule',
        'schedule/default/emr-pipeline-limited',
        EVERYTHING.filter(one => one !== 'schedule')
      ]
    ];
    for (const [action, resource, there] of cases) {
      await allowBut(action);
      const { message, fix } = await refused(deploy('limited', { more: ALL + SCHEDULE, aws }));
      expect(message).toContain(action);
      expect(message).toContain(resource);
      expect(fix).toContain(action);
      const left = await leftOf('limited');
      expect({ action, left }).toEqual({ action, left: there });
      // Who reads of the failure reads what this deployment had done.
      if (['iam:CreateRole', 'logs:CreateLogGroup', 'emr-serverless:TagResource', 'iam:PassRole'].includes(action)) {
        expect(message).toContain('Done until then, and kept:');
      }
    }
    await allowBut();
    const done = await deploy('limited', { more: ALL + SCHEDULE, aws });
    expect(await leftOf('limited')).toEqual(EVERYTHING);
    expect(statuses(done.steps)).toMatchObject({ application: 'unchanged', role: 'unchanged', schedule: 'created' });
  }, 120_000);

  it.each(['application', 'role', 'logGroup', 'script', 'manifest', 'alarms', 'schedulerRole'])(
    'that is stopped at the step %s leaves nothing unknown, and the next goes on',
    async step => {
      const name = `stop-${step.toLowerCase()}`;
      const abort = new AbortController();
      let last: IDeployStep[] = [];
      const stopped = deploy(name, {
        more: ALL + SCHEDULE,
        signal: abort.signal,
        onSteps: steps => {
          last = steps;
          if (steps.some(({ id, status }) => id === step && status === 'active')) {
            abort.abort(new Error('Interrupted'));
          }
        }
      });
      await expect(stopped).rejects.toThrow();
      const before = statuses(last);
      expect(Object.values(before)).toContain('pending');
      // A step either did nothing, or is known to have done it: no more and no less is there.
      const done = last.filter(({ status }) => status === 'created').map(({ id }) => id);
      const found = await leftOf(name);
      expect(found.includes('application')).toBe(done.includes('application'));
      expect(found.includes('role')).toBe(done.includes('role'));
      expect(found.includes('scripts')).toBe(done.includes('script'));
      expect(found.includes('deployment.json')).toBe(done.includes('manifest'));
      expect(found.includes('rule')).toBe(done.includes('alarms'));
      const next = await deploy(name, { more: ALL + SCHEDULE });
      expect(await leftOf(name)).toEqual(EVERYTHING);
      const after = statuses(next.steps);
      for (const id of done) {
        expect({ id, status: after[id] }).toEqual({ id, status: 'unchanged' });
      }
    },
    30_000
  );

  it('that is stopped and is to be undone leaves nothing', async () => {
    const abort = new AbortController();
    const stopped = deploy('stop-undo', {
      more: ALL + SCHEDULE,
      signal: abort.signal,
      undoOnFailure: true,
      onSteps: steps => steps.some(({ id, status }) => id === 'schedulerRole' && status === 'active') && abort.abort()
    });
    await expect(stopped).rejects.toThrow();
    expect(await leftOf('stop-undo')).toEqual([]);
  }, 30_000);

  it('that fails puts back what it had changed, also in the step that failed', async () => {
    const first = await deploy('back', { more: ALL + SCHEDULE });
    const look = async () => ({
      application: await client(EMRServerlessClient)
        .send(new GetApplicationCommand({ applicationId: first.applicationId }))
        .then(({ application }) => application?.maximumCapacity),
      policy: await client(IAMClient)
        .send(new GetRolePolicyCommand({ RoleName: 'emr-pipeline-back', PolicyName: 'emr-pipeline-back' }))
        .then(({ PolicyDocument }) => PolicyDocument),
      rule: await client(EventBridgeClient)
        .send(new ListTargetsByRuleCommand({ Rule: 'emr-pipeline-back' }))
        .then(({ Targets }) => Targets),
      alarm: await client(CloudWatchClient)
        .send(new DescribeAlarmsCommand({ AlarmNames: ['emr-pipeline-back-long'] }))
        .then(({ MetricAlarms }) => MetricAlarms?.[0]?.EvaluationPeriods),
      days: await client(CloudWatchLogsClient)
        .send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/emr-pipeline/back' }))
        .then(({ logGroups }) => logGroups?.[0]?.retentionInDays)
    });
    const before = await look();
    const changed =
      'logs: {retentionDays: 60}\n' +
      `alarms: {snsTopicArn: "${TOPIC}-2", longerThanMinutes: 30}\n` +
      'schedule: {expression: "cron(0 7 * * ? *)", arguments: {day: "2026-01-01"}}\n';
    await account.fault('scheduler', 'UpdateSchedule', 'ServiceQuotaExceededException');
    const late = await refused(deploy('back', { more: changed, vcpu: 20, undoOnFailure: true }));
    expect(late.message).toContain('taken back');
    expect(await look()).toEqual(before);
    // The rule is written, its target is not: the step itself fails.
    await account.fault('events', 'PutTargets', 'ManagedRuleException');
    await refused(deploy('back', { more: changed, vcpu: 20, undoOnFailure: true }));
    expect(await look()).toEqual(before);
    const same = await deploy('back', { more: ALL + SCHEDULE });
    expect(new Set(same.steps.map(({ status }) => status))).toEqual(new Set(['unchanged', 'skipped']));
  }, 60_000);

  it('of two at once makes one pipeline', async () => {
    const ended = await Promise.allSettled([1, 2, 3].map(() => deploy('crowd', { more: ALL + SCHEDULE })));
    const errors = ended.flatMap(one => (one.status === 'rejected' ? [one.reason as EmrError] : []));
    expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    expect(await leftOf('crowd')).toEqual(EVERYTHING);
    const ids = ended.flatMap(one => (one.status === 'fulfilled' ? [one.value.applicationId] : []));
    expect(new Set(ids).size).toBe(1);
    const after = await deploy('crowd', { more: ALL + SCHEDULE });
    expect(after.applicationId).toBe(ids[0]);
    expect(new Set(after.steps.map(({ status }) => status))).toEqual(new Set(['unchanged', 'skipped']));
  }, 60_000);

  it('says that a colleague deployed something else meanwhile', async () => {
    await deploy('between');
    const s3 = client(S3Client);
    const place = { Bucket: BUCKET, Key: 'pipelines/between/deployment.json' };
    const record = await (await s3.send(new GetObjectCommand(place))).Body?.transformToString();
    // Mine looks whether the script is there, and is made to wait for that.
    await account.local('POST', 'faults', {
      service: 's3',
      operation: 'HeadObject',
      code: 'SlowDown',
      status: 503,
      times: 2
    });
    let theirs: Promise<unknown> | undefined;
    const mine = deploy('between', {
      vcpu: 20,
      onSteps: steps => {
        if (steps.some(({ id, status }) => id === 'script' && status === 'active')) {
          const Body = record?.replace('"vcpu": 16', '"vcpu": 24') ?? '';
          expect(Body).toContain('24');
          theirs ??= s3.send(new PutObjectCommand({ ...place, Body }));
        }
      }
    });
    const { code, message } = await refused(mine);
    await theirs;
    expect(code).toBe('DeployedMeanwhile');
    expect(message).toContain('Done until then, and kept: Application');
  }, 30_000);

  it('shows what was changed by hand, and puts it right', async () => {
    await deploy('drift');
    const iam = client(IAMClient);
    const own = { RoleName: 'emr-pipeline-drift', PolicyName: 'emr-pipeline-drift' };
    const wide = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
    await iam.send(new PutRolePolicyCommand({ ...own, PolicyDocument: JSON.stringify(wide) }));
    await iam.send(new PutRolePolicyCommand({ ...own, PolicyName: 'by-hand', PolicyDocument: JSON.stringify(wide) }));
    const attached = { RoleName: own.RoleName, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' };
    const couldAttach = await iam.send(new AttachRolePolicyCommand(attached)).then(
      () => true,
      () => false
    );
    const planned = await deploy('drift', { dryRun: true });
    expect(statuses(planned.steps)).toMatchObject({ role: 'changed', application: 'unchanged' });
    expect(planned.roleDiff?.join('\n')).toMatch(/^- .*s3:\*/m);
    const done = await deploy('drift');
    expect(statuses(done.steps)['role']).toBe('changed');
    expect(done.left.join('\n')).toMatch(/emr-pipeline-drift.*by-hand/);
    if (couldAttach) {
      expect(done.left.join('\n')).toContain('ReadOnlyAccess');
      await iam.send(new DetachRolePolicyCommand(attached));
    }
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand(own));
    expect(decodeURIComponent(PolicyDocument)).not.toContain('"s3:*"');
  }, 30_000);

  it('outlives throttling, and a bucket that keeps versions', async () => {
    await client(S3Client).send(
      new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } })
    );
    await account.fault('emr-serverless', 'CreateApplication', 'ThrottlingException', 2);
    await account.fault('events', 'PutRule', 'ThrottlingException', 2);
    await account.fault('iam', 'CreateRole', 'Throttling', 2);
    await deploy('busy', { more: ALL + SCHEDULE });
    expect(await leftOf('busy')).toEqual(EVERYTHING);
  }, 60_000);
});
