/** The clients of what pipelines need, on the wire: errors in our words, pages, cancelling. */
import { EmrError } from '../../protocol';
import { getAlarm } from '../cloudWatch';
import { createLogGroup, getLogGroup } from '../cloudWatchLogs';
import { getApplication, listApplications } from '../emrServerless';
import { deleteApplication, getJobRun, listJobRunAttempts, listJobRuns, startJobRun } from '../emrServerlessJobs';
import { deleteEventRule, getEventRule, putEventRule } from '../eventBridge';
import { deleteRole, getRole, getRolePolicy } from '../iamRoles';
import { deleteObject, getObject, headObject, listObjects, putObject, s3Place } from '../s3';
import { deleteSchedule, getSchedule } from '../scheduler';
import { startEndpoint } from './scripted';

interface IAsked {
  method: string;
  /** Path with its query; of a query protocol its action. */
  path: string;
  body: string;
  target: string;
}
interface IAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

let stop: () => Promise<void>;
let answer: (asked: IAsked) => IAnswer | undefined;
const asked: IAsked[] = [];

const json = (value: object, status = 200): IAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value)
});
const refusal = (code: string, status: number, message = 'as told'): IAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
  body: JSON.stringify({ message, __type: code })
});
const xml = (body: string, status = 200): IAnswer => ({ status, headers: { 'content-type': 'text/xml' }, body });
const iamError = (code: string, message: string, status: number): IAnswer =>
  xml(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    status
  );

async function failing(work: Promise<unknown>): Promise<EmrError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown
  );
  expect(error).toBeInstanceOf(EmrError);
  return error as EmrError;
}

beforeAll(async () => {
  stop = await startEndpoint((request, response, body) => {
    const path = new URLSearchParams(body).get('Action') ?? request.url ?? '';
    const target =
      String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .pop() ?? '';
    const call = { method: request.method ?? '', path, body, target };
    asked.push(call);
    const said = answer(call);
    if (said) {
      response.writeHead(said.status ?? 200, said.headers).end(said.body);
    }
  });
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(() => stop());

const HERE = {};

describe('EMR Serverless', () => {
  it('lists by pages, without what is deleted', async () => {
    answer = ({ path }) =>
      json(
        path.includes('nextToken=two')
          ? {
              applications: [
                { id: 'b', state: 'TERMINATED' },
                { id: 'c', state: 'STARTED' }
              ]
            }
          : { applications: [{ id: 'a', state: 'CREATED' }], nextToken: 'two' }
      );
    expect((await listApplications(HERE)).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(asked).toHaveLength(2);
  });

  it('lists as many runs as are wanted, newest first, and every attempt', async () => {
    answer = ({ path }) => {
      const at = Number(new URL(path, 'http://x').searchParams.get('nextToken') ?? 0);
      if (path.includes('/attempts')) {
        return json({ jobRunAttempts: [{ attempt: 2 - at }], ...(at === 0 ? { nextToken: '1' } : {}) });
      }
      return json({ jobRuns: [{ id: `r${at}`, createdAt: 1000 + at }], nextToken: String(at + 1) });
    };
    expect((await listJobRuns(HERE, 'app', 3)).map(({ id }) => id)).toEqual(['r2', 'r1', 'r0']);
    expect((await listJobRunAttempts(HERE, 'app', 'run')).map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('says what is not there, and takes what is gone for deleted', async () => {
    answer = () => refusal('ResourceNotFoundException', 404);
    expect((await failing(getApplication(HERE, 'app'))).code).toBe('ApplicationNotFound');
    expect((await failing(getJobRun(HERE, 'app', 'run'))).code).toBe('RunNotFound');
    await expect(deleteApplication(HERE, 'app')).resolves.toBeUndefined();
  });

  it('names permission, resource and the role that has to be passed', async () => {
    answer = () => refusal('AccessDeniedException', 403);
    const start = { applicationId: 'app', clientToken: 't', executionRoleArn: 'arn:aws:iam::1:role/r' };
    const { message, fix } = await failing(startJobRun(HERE, start));
    expect(message).toContain('emr-serverless:StartJobRun on app');
    expect(fix).toContain('iam:PassRole on arn:aws:iam::1:role/r');
  });

  it('is asked no longer than the user wants', async () => {
    answer = () => undefined;
    const abort = new AbortController();
    const work = failing(listApplications(HERE, abort.signal));
    while (asked.length === 0) {
      await new Promise(setImmediate);
    }
    abort.abort();
    expect((await work).code).toBe('Cancelled');
  });
});

describe('S3', () => {
  const page = (keys: string[], token?: string): IAnswer =>
    xml(
      `<ListBucketResult>${keys.map(key => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('')}` +
        `${token ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''}</ListBucketResult>`
    );

  it('lists by pages, and no more than is wanted', async () => {
    answer = ({ path }) => (path.includes('continuation-token') ? page(['p/c', 'p/d']) : page(['p/a', 'p/b'], 'more'));
    expect((await listObjects(HERE, 's3://bucket/p/', 3)).map(({ uri }) => uri)).toEqual([
      's3://bucket/p/a',
      's3://bucket/p/b',
      's3://bucket/p/c'
    ]);
    expect((await listObjects(HERE, 's3://bucket/p/', 1)).length).toBe(1);
    expect(asked).toHaveLength(3);
  });

  it('takes what is not there for nothing, and a missing bucket for an error', async () => {
    answer = ({ method }) => (method === 'HEAD' ? { status: 404 } : xml('<Error><Code>NoSuchKey</Code></Error>', 404));
    await expect(headObject(HERE, 's3://bucket/key')).resolves.toBeUndefined();
    await expect(getObject(HERE, 's3://bucket/key')).resolves.toBeUndefined();
    answer = () => xml('<Error><Code>NoSuchBucket</Code></Error>', 404);
    const { code, message, fix } = await failing(putObject(HERE, 's3://bucket/key', 'x'));
    expect([code, fix]).toEqual(['NoSuchBucket', expect.stringContaining('make the bucket')]);
    expect(message).toContain('s3://bucket/key');
  });

  it('tells a refusal without a text from trouble without a text', async () => {
    answer = () => ({ status: 403 });
    const denied = await failing(headObject(HERE, 's3://bucket/key'));
    expect([denied.code, denied.message]).toEqual(['AccessDenied', expect.stringContaining('s3:GetObject')]);
    answer = () => ({ status: 400 });
    const bad = await failing(headObject(HERE, 's3://bucket/key'));
    expect([bad.code, bad.message]).toEqual(['S3Refused', expect.stringContaining('HTTP 400')]);
    answer = () => xml('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>', 403);
    expect((await failing(deleteObject(HERE, 's3://bucket/key'))).message).toContain('s3:DeleteObject');
  });

  it('goes to the region that the bucket is in', async () => {
    answer = ({ body: _body, path }) =>
      asked.length === 1
        ? {
            status: 301,
            headers: { 'x-amz-bucket-region': 'eu-west-1', 'content-type': 'text/xml' },
            body: '<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>'
          }
        : path.startsWith('/bucket')
          ? { status: 200, body: 'there' }
          : { status: 500 };
    await expect(getObject(HERE, 's3://bucket/key')).resolves.toEqual(Buffer.from('there'));
    expect(asked).toHaveLength(2);
  });

  it.each(['s3:/bucket/key', 'https://bucket/key', 's3://B/key', ''])('takes no %j for an address', uri => {
    expect(() => s3Place(uri)).toThrow('is not an address');
  });
});

describe('IAM', () => {
  it('reads a role whose policies are encoded, and takes one that is gone for none', async () => {
    const policy = { Version: '2012-10-17', Statement: [] };
    const encoded = encodeURIComponent(JSON.stringify(policy));
    answer = ({ path }) =>
      xml(
        path === 'GetRole'
          ? `<GetRoleResponse><GetRoleResult><Role><RoleName>r</RoleName><Arn>arn</Arn><AssumeRolePolicyDocument>${encoded}</AssumeRolePolicyDocument><Tags><member><Key>k</Key><Value>v</Value></member></Tags></Role></GetRoleResult></GetRoleResponse>`
          : `<GetRolePolicyResponse><GetRolePolicyResult><PolicyDocument>${encoded}</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>`
      );
    await expect(getRole(HERE, 'r')).resolves.toMatchObject({ arn: 'arn', trust: policy, tags: { k: 'v' } });
    await expect(getRolePolicy(HERE, 'r', 'p')).resolves.toEqual(policy);
    answer = () => iamError('NoSuchEntity', 'gone', 404);
    await expect(getRole(HERE, 'r')).resolves.toBeUndefined();
    await expect(deleteRole(HERE, 'r', ['p'])).resolves.toBeUndefined();
  });

  it('says why a role with other policies cannot be deleted', async () => {
    answer = ({ path }) =>
      path === 'DeleteRole'
        ? iamError('DeleteConflict', 'must detach all policies first', 409)
        : xml('<DeleteRolePolicyResponse/>');
    const { message, fix } = await failing(deleteRole(HERE, 'r', ['p']));
    expect(message).toContain('must detach all policies first');
    expect(fix).toContain('take them away');
  });
});

describe('EventBridge Scheduler, EventBridge, CloudWatch', () => {
  it('take what is not there for none, and what is gone for deleted', async () => {
    answer = () => refusal('ResourceNotFoundException', 404);
    await expect(getSchedule(HERE, 's')).resolves.toBeUndefined();
    await expect(deleteSchedule(HERE, 's')).resolves.toBeUndefined();
    answer = () => refusal('ResourceNotFoundException', 400);
    await expect(getEventRule(HERE, 'r')).resolves.toBeUndefined();
    await expect(deleteEventRule(HERE, 'r')).resolves.toBeUndefined();
  });

  it('take the log group of the very name only, and one that is there for made', async () => {
    answer = () => json({ logGroups: [{ logGroupName: '/a/b-other', retentionInDays: 3 }] });
    await expect(getLogGroup(HERE, '/a/b')).resolves.toBeUndefined();
    answer = () => refusal('ResourceAlreadyExistsException', 400);
    await expect(createLogGroup(HERE, { name: '/a/b' }, {})).resolves.toBeUndefined();
  });

  it('say which target was refused, which HTTP calls a success', async () => {
    answer = ({ target }) =>
      json(
        target === 'PutTargets'
          ? { FailedEntryCount: 1, FailedEntries: [{ ErrorCode: 'NoTopic', ErrorMessage: 'no such topic' }] }
          : { RuleArn: 'arn' }
      );
    const rule = { name: 'r', description: '', pattern: {}, targetArn: 'arn:topic' };
    const { code, message } = await failing(putEventRule(HERE, rule));
    expect([code, message]).toEqual(['NoTopic', expect.stringMatching(/arn:topic.*no such topic/)]);
  });

  it('name the permission that is missing', async () => {
    answer = () => refusal('AccessDeniedException', 400);
    expect((await failing(getSchedule(HERE, 's'))).fix).toContain('scheduler:GetSchedule on schedule/default/s');
    expect((await failing(getEventRule(HERE, 'r'))).fix).toContain('events:DescribeRule on rule/r');
    expect((await failing(getLogGroup(HERE, 'g'))).fix).toContain('logs:DescribeLogGroups on log-group:g');
    expect((await failing(getAlarm(HERE, 'a'))).fix).toContain('cloudwatch:DescribeAlarms on alarm:a');
  });
});
