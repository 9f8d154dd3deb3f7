import { EmrError, errorInfo } from '../../protocol';
import { findEndpoint } from '../connect/endpoint';

import type { IEndpointOptions } from '../connect/endpoint';
import type { IEmrPort } from '../connect/ports';
import type { IApplicationInfo, IServerlessPort } from '../connect/serverlessPort';
import type { IBindRequest } from '../types';

const ID = '00f1r2s3t4u5v6w7';
const ROLE = 'arn:aws:iam::123456789012:role/quant';
const OTHER = 'arn:aws:iam::123456789012:role/other';
const STARTED: IApplicationInfo = {
  id: ID,
  name: 'trials',
  state: 'STARTED',
  arn: `arn:aws:emr-serverless:eu-west-1:123456789012:/applications/${ID}`,
  release: 'emr-7.9.0',
  type: 'Spark',
  livy: true,
  autoStopMinutes: 15
};
const NOT_FOUND = new EmrError({ code: 'ApplicationNotFound', hop: 'emr-serverless', message: 'There is none.' });

/** An application that goes from one look's state to the next's; the last one stays. An error is thrown. */
class Application implements IServerlessPort {
  starts = 0;
  looks = 0;
  onStart: () => void = () => undefined;

  constructor(private readonly course: (Partial<IApplicationInfo> | Error)[] = [{}]) {}

  find(): Promise<IApplicationInfo> {
    return this.describe();
  }
  describe(): Promise<IApplicationInfo> {
    const now = this.course[Math.min(this.looks++, this.course.length - 1)];
    return now instanceof Error ? Promise.reject(now) : Promise.resolve({ ...STARTED, ...now });
  }
  start(): Promise<void> {
    this.starts++;
    return Promise.resolve().then(this.onStart);
  }
  keys() {
    return {
      get: () => Promise.resolve({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' }),
      renew: () => Promise.resolve(false)
    };
  }
}

function find(serverless: IServerlessPort, request: IBindRequest = {}, options: Partial<IEndpointOptions> = {}) {
  const told: string[] = [];
  const endpoint = findEndpoint(
    { applicationId: 'trials', runtimeRole: ROLE, ...request },
    { emr: { serverless } as IEmrPort, lookMs: 1, tell: text => told.push(text), ...options }
  );
  return { endpoint, told };
}

async function failure(promise: Promise<unknown>): Promise<ReturnType<typeof errorInfo>> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => errorInfo(error)
  );
}

describe('the Livy of an application', () => {
  it('is found by the application’s ARN, with the role in the session’s properties', async () => {
    const endpoint = await find(new Application()).endpoint;
    expect(endpoint).toMatchObject({
      applicationId: ID,
      clusterName: 'trials',
      region: 'eu-west-1',
      runtimeRole: ROLE,
      sessionConf: { 'emr-serverless.session.executionRoleArn': ROLE },
      http: {
        url: `https://${ID}.livy.emr-serverless-services.eu-west-1.amazonaws.com`,
        verify: true,
        narrow: true,
        version: '0.8'
      }
    });
    expect(endpoint.http).not.toHaveProperty('credentials');
  });

  it.each([
    ['aws-cn', 'cn-north-1', 'cn-north-1.amazonaws.com.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'us-gov-west-1.amazonaws.com']
  ])('has the address of partition %s', async (partition, region, end) => {
    const arn = `arn:${partition}:emr-serverless:${region}:123456789012:/applications/${ID}`;
    const { http } = await find(new Application([{ arn }])).endpoint;
    expect(http.url).toBe(`https://${ID}.livy.emr-serverless-services.${end}`);
  });

  it('trusts the site’s bundle at the site’s own address only', async () => {
    const own = { caBundle: '/etc/site.pem', serverlessLivyUrl: 'https://gate.example/{region}/{applicationId}' };
    const { http: gate } = await find(new Application(), {}, own).endpoint;
    expect(gate).toMatchObject({ url: `https://gate.example/eu-west-1/${ID}`, caFile: '/etc/site.pem' });
    const { http: aws } = await find(new Application(), {}, { caBundle: '/etc/site.pem' }).endpoint;
    expect(aws).not.toHaveProperty('caFile');
    const { http: named } = await find(new Application(), { caBundle: '/mine.pem' }).endpoint;
    expect(named.caFile).toBe('/mine.pem');
  });

  it('does not send a ttl to releases before 7.8', async () => {
    expect((await find(new Application([{ release: 'emr-7.7.0' }])).endpoint).http.version).toBe('0.7');
  });

  it.each([
    [{ runtimeRole: ROLE }, { configuredRole: OTHER }, ROLE],
    [{ runtimeRole: undefined }, { configuredRole: OTHER, runtimeRoles: [{ arn: ROLE }] }, OTHER],
    [{ runtimeRole: undefined }, { runtimeRoles: [{ arn: ROLE }] }, ROLE]
  ])('of %j and %j takes role %s', async (request, options, role) => {
    expect((await find(new Application(), request as IBindRequest, options).endpoint).runtimeRole).toBe(role);
  });

  it('asks for a role before anything is started', async () => {
    const application = new Application([{ state: 'STOPPED' }]);
    const roles = [{ arn: ROLE }, { arn: OTHER }];
    const told = await failure(find(application, { runtimeRole: undefined }, { runtimeRoles: roles }).endpoint);
    expect(told).toMatchObject({ code: 'RuntimeRoleNeeded' });
    expect(told.fix).toContain(OTHER);
    expect(application.starts).toBe(0);
  });

  it.each([
    [{ livy: false }, 'NoLivyEndpoint', 'livyEndpointEnabled'],
    [{ type: 'Hive' }, 'NoLivyEndpoint', 'runs Hive'],
    [{ release: 'emr-6.13.0' }, 'NoLivyEndpoint', 'emr-6.14.0'],
    [{ state: 'TERMINATED' }, 'ApplicationDeleted', 'was deleted']
  ])('%j: %s', async (change, code, words) => {
    const told = await failure(find(new Application([change])).endpoint);
    expect(told.code).toBe(code);
    expect(told.message).toContain(words);
  });
});

describe('an application that is not started', () => {
  it('is started once, and each look is told', async () => {
    const application = new Application([
      { state: 'CREATING' },
      { state: 'CREATED' },
      { state: 'STARTING' },
      { state: 'STARTING', details: 'Waiting for capacity' },
      {}
    ]);
    const { endpoint, told } = find(application);
    await endpoint;
    expect(application.starts).toBe(1);
    expect(told.map(text => text.replace(/\(\d+ s\)/, '(n s)'))).toEqual([
      `Application trials (${ID}) is CREATED (n s)`,
      `Starting application trials (${ID})`,
      `Application trials (${ID}) is STARTING (n s)`,
      `Application trials (${ID}) is STARTING (n s): Waiting for capacity`,
      `Application trials (${ID}) is STARTED (n s)`
    ]);
  });

  it('that is stopping is waited for first', async () => {
    const application = new Application([{ state: 'STOPPING' }, { state: 'STOPPED' }, { state: 'STARTING' }, {}]);
    await find(application).endpoint;
    expect(application.starts).toBe(1);
  });

  it('stays so where nobody asked for a session', async () => {
    const application = new Application([{ state: 'STOPPED', details: 'Idle.' }]);
    const told = await failure(find(application, {}, { mayStart: false }).endpoint);
    expect(told).toMatchObject({ code: 'ApplicationStopped' });
    expect(told.message).toContain('is STOPPED: Idle.');
    expect(application.starts).toBe(0);
  });

  it('may be started by somebody else in between', async () => {
    const application = new Application([{ state: 'STOPPED' }, { state: 'STARTING' }, {}]);
    application.onStart = () => {
      throw new EmrError({ code: 'ConflictException', hop: 'emr-serverless', message: 'It is starting.' });
    };
    await expect(find(application).endpoint).resolves.toMatchObject({ applicationId: ID });
  });

  it('that may not be started says so', async () => {
    const application = new Application([{ state: 'STOPPED' }]);
    application.onStart = () => {
      throw new EmrError({ code: 'AccessDeniedException', hop: 'emr-serverless', message: 'No.' });
    };
    expect(await failure(find(application).endpoint)).toMatchObject({ code: 'AccessDeniedException' });
  });

  it('that does not come up is told with the reason', async () => {
    const back = { state: 'STOPPED', details: 'No subnet has addresses left' };
    const application = new Application([{ state: 'STOPPED' }, { state: 'STARTING' }, back, back, back, back, back]);
    const told = await failure(find(application, {}, { lookMs: 5 }).endpoint);
    expect(told).toMatchObject({ code: 'ApplicationNotStarted' });
    expect(told.message).toContain('No subnet has addresses left');
    const late = new Application([{ state: 'STOPPED' }, { state: 'STARTING' }]);
    const slow = await failure(find(late, {}, { startLimitMs: 30 }).endpoint);
    expect(slow.message).toContain('still STARTING');
  });

  it('is looked at through throttling, and not through a refusal', async () => {
    const throttled = new EmrError({ code: 'ThrottlingException', hop: 'emr-serverless', message: 'Slow down.' });
    const course = [{ state: 'STARTING' }, throttled, throttled, {}];
    await expect(find(new Application(course)).endpoint).resolves.toMatchObject({ applicationId: ID });
    const denied = new EmrError({ code: 'AccessDeniedException', hop: 'emr-serverless', message: 'No.' });
    expect(await failure(find(new Application([{ state: 'STARTING' }, denied])).endpoint)).toMatchObject({
      code: 'AccessDeniedException'
    });
  });

  it('is waited for until the user stops it', async () => {
    const abort = new AbortController();
    const { endpoint } = find(
      new Application([{ state: 'STARTING' }]),
      {},
      { signal: abort.signal, tell: () => abort.abort() }
    );
    expect(await failure(endpoint)).toMatchObject({ code: 'KeyboardInterrupt' });
  });
});

describe('why a session on it is gone', () => {
  it.each([
    [{ state: 'STOPPED' }, 'ApplicationStopped', 'after 15 idle minutes'],
    [{ state: 'STOPPING', details: 'Stopped by user.' }, 'ApplicationStopped', ': Stopped by user.'],
    [NOT_FOUND, 'ApplicationDeleted', 'was deleted']
  ])('%j is %s', async (then, code, words) => {
    const { gone } = await find(new Application([{}, then])).endpoint;
    const told = await gone();
    expect(told?.code).toBe(code);
    expect(told?.message).toContain(words);
  });

  it('is not the application where that runs', async () => {
    const { gone } = await find(new Application()).endpoint;
    await expect(gone()).resolves.toBeUndefined();
  });
});
