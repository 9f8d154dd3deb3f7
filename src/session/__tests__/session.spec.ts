import { FakeLivy, statement } from '../../livy/__tests__/fakeLivy';
import { EmrError } from '../../protocol';
import { NotebookSession } from '..';

import type { IClusterInfo, IEmrPort } from '..';
import type { ISessionStatus } from '../../protocol';

const ROLE = 'arn:aws:iam::123456789012:role/analyst';
const BINDING = { clusterId: 'j-1', region: 'eu-west-1', runtimeRole: ROLE };

describe('NotebookSession', () => {
  let fake: FakeLivy;
  let url: string;
  let session: NotebookSession;
  let states: string[];
  let cluster: IClusterInfo;
  let place: { tls?: boolean; runtimeRoles?: boolean };
  let issue: () => Promise<{ username: string; password: string; expiresAt?: Date }>;
  let issued: number;
  const emr: IEmrPort = {
    describe: () => Promise.resolve(cluster),
    livy: () => Promise.resolve({ port: Number(new URL(url).port), ...place }),
    credentials: () => {
      issued++;
      return issue();
    }
  };
  const bind = () => session.connect({ livyUrl: url });

  beforeEach(async () => {
    fake = new FakeLivy();
    url = await fake.start();
    fake.on('POST /sessions', seen => ({ status: 201, body: { id: 4, state: 'starting', ...(seen.body as object) } }));
    fake.on('GET /sessions/4', (_seen, count) => ({
      body: { id: 4, state: count < 2 ? 'starting' : 'idle', appId: 'application_1', log: ['stdout: ', 'one', 'two'] }
    }));
    fake.on('DELETE /sessions/4', () => ({ body: { msg: 'deleted' } }));
    cluster = { id: 'j-1', name: 'trial', state: 'WAITING', dnsName: 'localhost', region: 'eu-west-1' };
    place = { tls: false, runtimeRoles: true };
    issued = 0;
    issue = () => Promise.resolve({ username: 'u', password: `secret-${issued}` });
    session = new NotebookSession({
      language: 'pyspark',
      site: { heartbeatTimeoutSeconds: 90, sessionDefaults: { queue: 'research', conf: { a: '1', b: '1' } } },
      env: { JPY_SESSION_NAME: '/home/ann/My Trial.ipynb', JUPYTERHUB_USER: 'ann' },
      sparkmagic: { sessionConfigs: { driverMemory: '2g', queue: 'old' } },
      emr: () => emr
    });
    states = [];
    session.board.onChange(status => {
      if (states.at(-1) !== status.state) {
        states.push(status.state);
      }
    });
  });

  afterEach(async () => {
    await session.shutdown();
    await fake.stop();
  });

  it('goes through its states, with a readable name, the heartbeat and the layered settings', async () => {
    session.settings = { conf: { b: '2' }, driverCores: 2 };
    const seen: (readonly [string, string[] | undefined])[] = [];
    await session.connect({ livyUrl: url }, { onProgress: progress => seen.push([progress.text, progress.log]) });
    expect(states).toEqual(['credentials', 'starting', 'idle']);
    const body = fake.seen.find(item => item.method === 'POST')?.body as Record<string, unknown>;
    expect(body).toEqual({
      name: expect.stringMatching(/^ann-My-Trial-[0-9a-f]{8}$/),
      heartbeatTimeoutInSecond: 90,
      queue: 'research',
      driverMemory: '2g',
      driverCores: 2,
      conf: { a: '1', b: '2' }
    });
    expect(seen.at(-1)).toEqual([expect.stringContaining('idle'), ['one', 'two']]);
    expect(session.status).toMatchObject({ state: 'idle', sessionId: 4, appId: 'application_1' });
    await session.disconnect();
    expect(fake.count('DELETE /sessions/4')).toBe(1);
    expect(session.status).toEqual({ state: 'disconnected', language: 'pyspark', since: expect.any(String) });
  });

  it('ends the half-made session when one interrupts the start', async () => {
    const abort = new AbortController();
    fake.on('GET /sessions/4', () => {
      abort.abort();
      return { body: { id: 4, state: 'starting' } };
    });
    await expect(session.connect({ livyUrl: url }, { signal: abort.signal })).rejects.toMatchObject({
      code: 'KeyboardInterrupt'
    });
    expect(fake.count('DELETE /sessions/4')).toBe(1);
    expect(session.status.state).toBe('disconnected');
    expect(session.status.reason).toBeUndefined();
  });

  it('says why a session did not start, from its log', async () => {
    fake.on('GET /sessions/4', () => ({ body: { id: 4, state: 'dead' } }));
    fake.on('GET /sessions/4/log', () => ({
      body: {
        log: [
          'INFO x',
          'java.lang.IllegalArgumentException: Required executor memory (99 GB) is above the max threshold',
          '\tat y'
        ]
      }
    }));
    await expect(bind()).rejects.toMatchObject({
      code: 'SessionNotStarted',
      message: expect.stringContaining('Required executor memory (99 GB)')
    });
    expect(session.status.reason?.code).toBe('SessionNotStarted');
  });

  it('runs: busy and idle again; an error is Spark’s own', async () => {
    await bind();
    states.length = 0;
    fake.on('POST /sessions/4/statements', () => ({ status: 201, body: statement(0, 'waiting') }));
    fake.on('GET /sessions/4/statements/0', () => ({ body: statement(0, 'available', '2') }));
    expect(await session.run({ code: '1+1', kind: 'pyspark' })).toEqual({
      displays: [],
      result: { 'text/plain': '2' }
    });
    expect(states).toEqual(['busy', 'idle']);
    expect(fake.count('POST /sessions/4/statements')).toBe(1);
    fake.on('POST /sessions/4/statements', () => ({
      status: 201,
      body: {
        id: 1,
        state: 'available',
        output: {
          status: 'error',
          ename: 'ZeroDivisionError',
          evalue: 'division by zero',
          traceback: ['Traceback (most recent call last):\n', 'ZeroDivisionError: division by zero\n']
        }
      }
    }));
    await expect(session.run({ code: '1/0', kind: 'pyspark' })).rejects.toMatchObject({
      ename: 'ZeroDivisionError',
      traceback: [expect.stringMatching(/ZeroDivisionError.*: division by zero/)]
    });
    expect(session.status.state).toBe('idle');
  });

  it('is lost, with the reason from the log, when the driver dies under a statement', async () => {
    await bind();
    fake.on('POST /sessions/4/statements', () => ({ status: 201, body: statement(0, 'running') }));
    fake.on('GET /sessions/4/statements/0', () => ({ status: 500, body: 'RPC is closed' }));
    fake.on('GET /sessions/4', () => ({ body: { id: 4, state: 'dead' } }));
    fake.on('GET /sessions/4/log', () => ({
      body: { log: ['Container killed by YARN for exceeding physical memory limits. 5.5 GB used'] }
    }));
    await expect(session.run({ code: 'x', kind: 'pyspark' })).rejects.toMatchObject({
      code: 'SessionLost',
      message: expect.stringContaining('exceeding physical memory limits')
    });
    expect(session.status).toMatchObject({ state: 'lost', reason: { code: 'SessionLost' } });
    await expect(session.run({ code: 'x', kind: 'pyspark' })).rejects.toMatchObject({ code: 'SessionLost' });
  });

  it('has ended when Livy does not know it any more', async () => {
    await bind();
    fake.on('POST /sessions/4/statements', () => ({ status: 404, body: { msg: "Session '4' not found." } }));
    fake.on('GET /sessions/4', () => ({ status: 404, body: { msg: "Session '4' not found." } }));
    await expect(session.run({ code: 'x', kind: 'pyspark' })).rejects.toMatchObject({ code: 'SessionEnded' });
    expect(session.status.state).toBe('ended');
  });

  it('names the cluster’s end as the reason when it took the session along', async () => {
    await session.connect({ clusterId: 'j-1', runtimeRole: ROLE });
    cluster = {
      ...cluster,
      state: 'TERMINATED',
      reason: { message: 'Idle for 3600 seconds' },
      endedAt: new Date('2026-01-02T03:04:05Z')
    };
    await fake.stop();
    await expect(session.run({ code: 'x', kind: 'pyspark' })).rejects.toMatchObject({
      code: 'ClusterTerminated',
      message: 'Cluster j-1 (trial) ended at 2026-01-02T03:04:05Z: Idle for 3600 seconds.'
    });
    expect(session.status.state).toBe('lost');
  });

  it('binds with session credentials, renews them on a 401 and keeps the session', async () => {
    const accepted = (authorization: string | undefined): boolean =>
      Buffer.from(authorization?.slice(6) ?? '', 'base64').toString() === `u:secret-${expired ? 2 : 1}`;
    let expired = false;
    fake.on('POST /sessions/4/statements', seen =>
      accepted(seen.authorization) ? { status: 201, body: statement(0, 'available', '2') } : { status: 401 }
    );
    issue = () =>
      Promise.resolve({ username: 'u', password: `secret-${issued}`, expiresAt: new Date(Date.now() + 900_000) });
    await session.connect({ clusterId: 'j-1', runtimeRole: ROLE });
    expect(session.status).toMatchObject({
      binding: { ...BINDING, sessionName: expect.any(String) },
      clusterName: 'trial',
      credentialsExpireAt: expect.any(String)
    });
    expired = true;
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    expect((await session.run({ code: '1+1', kind: 'pyspark' })).result).toEqual({ 'text/plain': '2' });
    now.mockRestore();
    expect(issued).toBe(2);
    expect(session.status.sessionId).toBe(4);
    expect(JSON.stringify(session.status)).not.toContain('secret');
  });

  it('tells that the renewed credentials are taken for another owner', async () => {
    let expired = false;
    fake.on('POST /sessions/4/statements', () => (expired ? { status: 403, body: { msg: 'no' } } : { status: 401 }));
    issue = () => {
      expired = issued > 1;
      return Promise.resolve({ username: `u${issued}`, password: `secret-${issued}`, lifeMs: 900_000 });
    };
    await session.connect({ clusterId: 'j-1', runtimeRole: ROLE });
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    await expect(session.run({ code: '1+1', kind: 'spark' })).rejects.toMatchObject({
      code: 'SessionNotVisible',
      message: expect.stringContaining('may not use session 4')
    });
    now.mockRestore();
    expect(session.status.state).toBe('lost');
    await session.disconnect();
    expect(fake.count('DELETE')).toBe(0);
  });

  it.each([
    [{ state: 'STARTING', dnsName: undefined }, {}, 'ClusterNotReady'],
    [{ state: 'TERMINATED', reason: { message: 'by user' } }, {}, 'ClusterTerminated'],
    [{ state: 'TERMINATED_WITH_ERRORS', reason: { code: 'BOOTSTRAP_FAILURE' } }, {}, 'ClusterFailed'],
    [{}, { runtimeRoles: false }, 'NoRuntimeRoles'],
    [{ dnsName: 'ip-10-0-0-1.ec2.internal' }, {}, 'InsecureEndpoint']
  ])('refuses a cluster that is %j %j with %s, and asks for no credentials', async (change, security, code) => {
    cluster = { ...cluster, ...change };
    place = { ...place, ...security };
    await expect(session.connect({ clusterId: 'j-1', runtimeRole: ROLE })).rejects.toMatchObject({ code });
    expect(issued).toBe(0);
    expect(session.status).toMatchObject({ state: 'disconnected', reason: { code } });
  });

  it('asks for a role where the cluster needs one, and refuses Kerberos where it has none', async () => {
    await expect(session.connect({ clusterId: 'j-1' })).rejects.toMatchObject({ code: 'RuntimeRoleNeeded' });
    await expect(session.connect({ clusterId: 'j-1', authType: 'Kerberos' })).rejects.toMatchObject({
      code: 'WrongAuthType'
    });
  });

  it('says how to bind, and with a stored binding gives the line', async () => {
    await expect(session.run({ code: '1', kind: 'pyspark' })).rejects.toMatchObject({ code: 'NotConnected' });
    session.setOffer({ binding: BINDING, auto: false });
    const error: unknown = await session.run({ code: '1', kind: 'pyspark' }).catch((thrown: unknown) => thrown);
    expect((error as EmrError).fix).toContain(
      `%emr connect --cluster-id j-1 --region eu-west-1 --runtime-role ${ROLE}`
    );
  });

  it('binds by itself where the stored binding may', async () => {
    fake.on('POST /sessions/4/statements', () => ({ status: 201, body: statement(0, 'available', '2') }));
    session.setOffer({ binding: BINDING, auto: true });
    expect(session.status).toMatchObject({ state: 'disconnected', binding: BINDING });
    expect((await session.run({ code: '1+1', kind: 'pyspark' })).result).toEqual({ 'text/plain': '2' });
  });

  it('joins a connect that is under way instead of starting a second session', async () => {
    const both: Promise<ISessionStatus>[] = [bind(), bind()];
    await expect(session.connect({ livyUrl: 'http://elsewhere:1' })).rejects.toMatchObject({
      code: 'ConnectInProgress'
    });
    await Promise.all(both);
    expect(fake.count('POST /sessions')).toBe(1);
    await bind();
    expect(fake.count('POST /sessions')).toBe(1);
  });

  it('stops a connect that is under way when one disconnects, and leaves no session', async () => {
    fake.on('GET /sessions/4', () => ({ body: { id: 4, state: 'starting' } }));
    const connecting = bind();
    const failed = expect(connecting).rejects.toMatchObject({ code: 'KeyboardInterrupt' });
    await new Promise<void>(resolve => session.board.onChange(status => void (status.sessionId === 4 && resolve())));
    expect((await session.disconnect()).state).toBe('disconnected');
    await failed;
    expect(fake.count('DELETE /sessions/4')).toBe(1);
  });

  it('deletes its session when the kernel ends', async () => {
    await bind();
    await session.shutdown();
    expect(fake.count('DELETE /sessions/4')).toBe(1);
  });

  it('takes no credential from an address', async () => {
    const error: unknown = await session
      .connect({ livyUrl: 'https://ann:pass-word@host:8998' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EmrError);
    expect(JSON.stringify(error)).not.toContain('pass-word');
  });
});
