import { FakeLivy, statement } from '../../livy/__tests__/fakeLivy';
import { NotebookSession } from '..';
import { MissedFeed } from '../missed';
import { PARTS_LINE } from '../statement/prelude';

import type { IEmrPort, ITakenStatement } from '..';
import type { IMissedCell, ISessionStatus } from '../../protocol';

const ROLE = 'arn:aws:iam::123456789012:role/analyst';
const NAME = 'ann-trial-1a2b';
const BINDING = { clusterId: 'j-1', region: 'eu-west-1', runtimeRole: ROLE, sessionName: NAME };
/** The session as this Livy shows it to everybody. */
const OURS = { id: 3, name: NAME, owner: 'user_ann', kind: 'shared', state: 'idle' };

describe('a session that is there already', () => {
  let fake: FakeLivy;
  let url: string;
  let session: NotebookSession;
  let taken: ITakenStatement[];
  let onTaken: (one: ITakenStatement) => void;
  let shown: Record<string, unknown>[];
  let statements: Record<string, unknown>[];
  const make = (env: NodeJS.ProcessEnv = {}) => {
    const emr: IEmrPort = {
      describe: () =>
        Promise.resolve({ id: 'j-1', name: 'trial', state: 'WAITING', dnsName: 'localhost', region: 'eu-west-1' }),
      livy: () => Promise.resolve({ port: Number(new URL(url).port), tls: false, runtimeRoles: true }),
      credentials: () => Promise.resolve({ username: 'user_ann', password: 'p' })
    };
    return new NotebookSession({
      language: 'pyspark',
      site: {},
      env: { JUPYTERHUB_USER: 'ann', ...env },
      sparkmagic: {},
      emr: () => emr,
      onTaken: one => {
        taken.push(one);
        onTaken(one);
      }
    });
  };
  const until = (fits: (status: ISessionStatus) => unknown): Promise<ISessionStatus> =>
    new Promise(resolve => {
      const look = (status: ISessionStatus): void => {
        if (fits(status)) {
          stop();
          resolve(status);
        }
      };
      const stop = session.board.onChange(look);
      setImmediate(() => look(session.status));
    });
  const offer = (more: object = {}, auto = true) =>
    session.setOffer({ binding: { ...BINDING, ...more }, notebookPath: 'trial.ipynb', auto });

  beforeEach(async () => {
    fake = new FakeLivy();
    url = await fake.start();
    taken = [];
    onTaken = () => undefined;
    shown = [OURS];
    statements = [];
    fake.on('GET /sessions', () => ({ body: { sessions: shown } }));
    fake.on('GET /sessions/3', () => ({ body: shown.find(item => item['id'] === 3) ?? OURS }));
    fake.on('GET /sessions/3/statements', seen => {
      const query = new URLSearchParams(seen.path.split('?')[1]);
      const [from, size] = [Number(query.get('from') ?? 0), Number(query.get('size') ?? 1000)];
      return { body: { total_statements: statements.length, statements: statements.slice(from, from + size) } };
    });
    fake.on('DELETE /sessions/3', () => ({ body: { msg: 'deleted' } }));
    fake.on('POST /sessions', seen => ({
      status: 201,
      body: { id: 9, state: 'idle', owner: 'user_ann', ...(seen.body as object) }
    }));
    fake.on('GET /sessions/9', () => ({ body: { id: 9, state: 'idle', owner: 'user_ann' } }));
    fake.on('DELETE /sessions/9', () => ({ body: { msg: 'deleted' } }));
    fake.on('POST /sessions/9/statements', () => ({ status: 201, body: statement(0, 'available', '2') }));
    session = make();
  });

  afterEach(async () => {
    await session.shutdown();
    await fake.stop();
  });

  it('is taken up at the offer, and no other is made', async () => {
    statements = [{ ...statement(4, 'available', '1'), completed: Date.now() - 12 * 60_000 }];
    offer();
    const status = await until(({ state }) => state === 'idle');
    expect(status).toMatchObject({ sessionId: 3, binding: { sessionName: NAME } });
    expect(status.found).toBe(
      `Found session 3 ${NAME}, idle, last used 12 min ago: variables are as they were; %emr connect --fresh starts anew.`
    );
    expect(fake.count('POST /sessions')).toBe(0);
    expect(taken).toEqual([]);
    // By other words for the same, one stays connected.
    await session.connect({ clusterId: 'j-1' });
    await session.connect({ clusterId: 'j-1', runtimeRole: ROLE, sessionName: NAME });
    expect(fake.count('DELETE')).toBe(0);
  });

  it('is left alone where the notebook may not bind by itself', async () => {
    offer({}, false);
    await new Promise(setImmediate);
    expect(fake.seen).toEqual([]);
    expect((await session.connect({ clusterId: 'j-1', runtimeRole: ROLE })).sessionId).toBe(3);
  });

  it('its running statements are followed, each for its cell, ours passed over', async () => {
    statements = [
      statement(5, 'available', '1'),
      { ...statement(6, 'running', undefined, 'slow()'), started: 1000 },
      statement(7, 'waiting', undefined, '# jupyterlab-emr: not a cell\nx')
    ];
    let ended = false;
    fake.on('GET /sessions/3/statements/6', () => ({
      body: ended ? statement(6, 'available', '42', 'slow()') : statement(6, 'running', undefined, 'slow()')
    }));
    offer({ statement: 6, statementCell: 'cell-a' });
    const status = await until(({ state }) => state === 'busy');
    expect(status).toMatchObject({
      statement: { id: 6, cellId: 'cell-a', since: '1970-01-01T00:00:01.000Z' },
      found: expect.stringContaining('still running statement 6')
    });
    expect(taken).toMatchObject([{ id: 6, session: NAME, code: 'slow()', cellId: 'cell-a' }]);
    expect(await session.quick('x', 100)).toBeUndefined();
    await expect(session.connect({ clusterId: 'j-2' })).rejects.toMatchObject({ code: 'SessionBusy' });
    ended = true;
    expect(await taken[0]?.result).toEqual({ displays: [], result: { 'text/plain': '42' } });
    expect((await until(({ state }) => state === 'idle')).statement).toBeUndefined();
    expect(fake.count('POST /sessions/3/statements')).toBe(0);
  });

  it('one that failed tells what it had printed, then its error; once more by its number', async () => {
    const line = `${PARTS_LINE}${JSON.stringify({ stdout: 'so far\n', stderr: 'beware\n', parts: [] })}`;
    const failed = {
      ...statement(6, 'available', undefined, 'slow()'),
      output: { status: 'error', ename: 'ValueError', evalue: 'no', traceback: ['ValueError: no\n', line] }
    };
    statements = [statement(6, 'running', undefined, 'slow()')];
    fake.on('GET /sessions/3/statements/6', () => ({ body: failed }));
    const told: unknown[] = [];
    onTaken = one => {
      one.onPrinted(parts => told.push(...parts));
      one.result.catch((error: Error) => told.push(error.name));
    };
    offer({ statement: 6, statementCell: 'cell-a' });
    await until(({ state }) => state === 'idle');
    const printed = [
      { kind: 'stdout', text: 'so far\n' },
      { kind: 'stderr', text: 'beware\n' }
    ];
    expect(told).toEqual([...printed, 'ValueError']);
    const again: unknown[] = [];
    await expect(session.result(6, { onPrinted: parts => again.push(...parts) })).rejects.toMatchObject({
      name: 'ValueError'
    });
    expect(again).toEqual(printed);
  });

  it('a statement that ended meanwhile is delivered, unless a later one was posted', async () => {
    statements = [statement(6, 'available', '42')];
    offer({ statement: 6, statementCell: 'cell-a' });
    await until(({ state }) => state === 'idle' || state === 'busy');
    expect(await taken[0]?.result).toMatchObject({ result: { 'text/plain': '42' } });
    session = make();
    taken = [];
    statements = [statement(6, 'available', '42'), statement(7, 'available', '43')];
    offer({ statement: 6, statementCell: 'cell-a' });
    await until(({ state }) => state === 'idle');
    expect(taken).toEqual([]);
  });

  it('an interrupt cancels what was taken up', async () => {
    statements = [statement(6, 'running', undefined, 'slow()')];
    let cancelled = false;
    fake.on('POST /sessions/3/statements/6/cancel', () => {
      cancelled = true;
      return { body: { msg: 'canceled' } };
    });
    fake.on('GET /sessions/3/statements/6', () => ({
      body: {
        ...statement(6, cancelled ? 'cancelled' : 'running'),
        output: cancelled ? { status: 'error', ename: 'E', evalue: 'was cancelled' } : null
      }
    }));
    offer({ statement: 6 });
    await until(({ state }) => state === 'busy');
    session.interrupt();
    await expect(taken[0]?.result).rejects.toMatchObject({ code: 'KeyboardInterrupt' });
    expect(fake.count('POST /sessions/3/statements/6/cancel')).toBe(1);
  });

  it.each([
    ['gone', [], /is gone: it was ended/],
    ['dead', [{ ...OURS, state: 'dead' }], /is gone: it is dead/],
    ['another owner’s', [{ ...OURS, owner: 'user_bob' }], /somebody else’s \(user_bob\)\./],
    ['of one language only', [{ ...OURS, kind: 'pyspark' }], /takes pyspark only/]
  ])('that is %s: said, and a new one is made when a cell needs it', async (_what, list, said) => {
    shown = list;
    offer();
    const status = await until(({ found }) => found);
    expect(status).toMatchObject({ state: 'disconnected', binding: BINDING });
    expect(status.found).toMatch(said);
    expect(fake.count('POST')).toBe(0);
    expect((await session.run({ code: '1+1', kind: 'pyspark' })).result).toEqual({ 'text/plain': '2' });
    expect(session.status.found).toMatch(said);
    expect(session.status.found).toMatch(/Session 9 ann-trial-[0-9a-f]+ is new/);
    expect(fake.count('POST /sessions/9/statements')).toBe(1);
  });

  it('of a notebook that somebody else sent is not taken up by itself, but by name', async () => {
    session = make({ JUPYTERHUB_USER: 'bob' });
    offer();
    const { found } = await until(status => status.found);
    expect(found).toContain(`%emr connect --session-name ${NAME} takes it up.`);
    await session.connect({ clusterId: 'j-1', runtimeRole: ROLE, sessionName: NAME });
    expect(session.status.sessionId).toBe(3);
  });

  it.each([
    ['another owner', { owner: 'user_bob' }],
    ['one language', { kind: 'pyspark' }]
  ])('a name that is taken by a session of %s is refused', async (_what, change) => {
    shown = [{ ...OURS, ...change }];
    await expect(session.connect({ clusterId: 'j-1', runtimeRole: ROLE, sessionName: NAME })).rejects.toMatchObject({
      code: 'SessionNameTaken'
    });
    expect(fake.count('POST')).toBe(0);
    expect(fake.count('DELETE')).toBe(0);
  });

  it('where Livy knows no owners the name tells', async () => {
    shown = [{ ...OURS, owner: null }];
    await session.connect({ livyUrl: url, sessionName: NAME });
    expect(session.status.sessionId).toBe(3);
    session = make({ JUPYTERHUB_USER: 'bob' });
    await expect(session.connect({ livyUrl: url, sessionName: NAME })).rejects.toMatchObject({
      code: 'SessionNameTaken',
      fix: expect.stringContaining('"bob-"')
    });
  });

  it('ends with --fresh, under the same name where the user gave it, and only once', async () => {
    const order: string[] = [];
    fake.on('DELETE /sessions/3', () => {
      order.push('delete');
      shown = [];
      return { body: {} };
    });
    fake.on('POST /sessions', seen => {
      order.push('post');
      return { status: 201, body: { id: 9, state: 'idle', ...(seen.body as object) } };
    });
    await session.connect({ clusterId: 'j-1', runtimeRole: ROLE, sessionName: NAME, fresh: true });
    expect(order).toEqual(['delete', 'post']);
    expect(session.info?.name).toBe(NAME);
    expect(session.status.found).toBeUndefined();
    await session.connect(session.request ?? {});
    expect(fake.count('POST /sessions')).toBe(1);
  });

  it('is left by a restart of the kernel, with the statement that runs there', async () => {
    fake.on('POST /sessions/9/statements', () => ({ status: 201, body: statement(0, 'running') }));
    fake.on('GET /sessions/9/statements/0', () => ({ body: statement(0, 'running') }));
    await session.connect({ livyUrl: url });
    const running = session.run({ code: 'slow()', kind: 'pyspark', cellId: 'cell-a' });
    const failed = expect(running).rejects.toMatchObject({ code: 'KernelRestarted' });
    expect((await until(({ statement: runs }) => runs)).statement).toMatchObject({ id: 0, cellId: 'cell-a' });
    await session.shutdown(true);
    await failed;
    expect(fake.count('POST /sessions/9/statements/0/cancel')).toBe(0);
    expect(fake.count('DELETE')).toBe(0);
  });

  it('is left by the end of the kernel where the user keeps it, without a heartbeat', async () => {
    await session.connect({ clusterId: 'j-1', runtimeRole: ROLE, keep: true });
    expect(fake.seen.find(({ method }) => method === 'POST')?.body).not.toHaveProperty('heartbeatTimeoutInSecond');
    expect(session.status.binding).toMatchObject({ keep: true });
    await session.shutdown();
    expect(fake.count('DELETE')).toBe(0);
    // What the notebook has stored says so to the next kernel.
    session = make();
    offer({ keep: true });
    await until(({ state }) => state === 'idle');
    await session.shutdown();
    expect(fake.count('DELETE')).toBe(0);
  });

  it('a look that nobody asked for gives way to who asks for something else', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>(resolve => (release = resolve));
    const slow = make();
    jest.spyOn(slow['options'], 'emr').mockImplementation(
      () =>
        ({
          describe: async () => {
            await held;
            throw new Error('too late');
          }
        }) as unknown as IEmrPort
    );
    session = slow;
    offer();
    await session.connect({ livyUrl: url });
    expect(session.status.sessionId).toBe(9);
    release();
  });
});

describe('a start that is interrupted', () => {
  it('lets the user go while the POST is under way, and ends what it made', async () => {
    const fake = new FakeLivy();
    const url = await fake.start();
    const abort = new AbortController();
    const session = new NotebookSession({
      language: 'pyspark',
      site: {},
      env: {},
      sparkmagic: {},
      emr: () => ({}) as IEmrPort
    });
    fake.on('POST /sessions', seen => {
      abort.abort();
      return { status: 201, body: { id: 5, state: 'starting', ...(seen.body as object) } };
    });
    fake.on('DELETE /sessions/5', () => ({ body: {} }));
    await expect(session.connect({ livyUrl: url }, { signal: abort.signal })).rejects.toMatchObject({
      code: 'KeyboardInterrupt'
    });
    await session.shutdown();
    expect(fake.count('DELETE /sessions/5')).toBe(1);
    expect(session.status.state).toBe('disconnected');
    await fake.stop();
  });
});

describe('MissedFeed', () => {
  const cell = (execution: string, running: boolean, text = ''): IMissedCell => ({
    execution,
    code: 'x',
    executionCount: 1,
    running,
    outputs: [{ output_type: 'stream', name: 'stdout', text }]
  });

  it('tells of what was told as running and of what nobody asked for, at most once a second, and of each end', () => {
    jest.useFakeTimers();
    let tell: (cell: IMissedCell, unasked: boolean) => void = () => undefined;
    const pushed: string[] = [];
    const seen = jest.fn();
    const outputs = {
      missed: () => [cell('a', true), cell('b', false)],
      dropped: () => 0,
      seen,
      onChange: (listener: typeof tell) => {
        tell = listener;
        return () => (tell = () => undefined);
      }
    };
    const feed = new MissedFeed(outputs, item =>
      pushed.push(`${item.execution} ${item.running} ${JSON.stringify(item.outputs[0]?.['text'])}`)
    );
    tell(cell('a', true, '1'), false);
    expect(pushed).toEqual([]);
    expect(feed.missed()).toHaveLength(2);
    for (const text of ['1', '2', '3']) {
      tell(cell('a', true, text), false);
      tell(cell('b', false, text), false);
    }
    expect(pushed).toEqual(['a true "1"']);
    jest.advanceTimersByTime(1000);
    expect(pushed).toEqual(['a true "1"', 'a true "3"']);
    tell(cell('a', true, '4'), false);
    tell(cell('a', false, '5'), false);
    jest.advanceTimersByTime(5000);
    expect(pushed).toEqual(['a true "1"', 'a true "3"', 'a false "5"']);
    tell(cell('taken', false, '6'), true);
    expect(pushed.at(-1)).toBe('taken false "6"');
    feed.dispose();
    tell(cell('taken', false, '7'), true);
    expect(pushed).toHaveLength(4);
    jest.useRealTimers();
  });

  it('what one page asks for comes to the others too', () => {
    const listeners = new Set<(cell: IMissedCell, unasked: boolean) => void>();
    const tell = (item: IMissedCell) => listeners.forEach(listener => listener(item, false));
    const outputs = {
      missed: () => [cell('a', true, '1'), cell('b', false)],
      dropped: () => 0,
      seen: () => undefined,
      onChange: (listener: (cell: IMissedCell, unasked: boolean) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      }
    };
    const pushed: string[] = [];
    const open = (name: string) =>
      new MissedFeed(outputs, item => pushed.push(`${name}: ${item.execution} ${item.running}`));
    const [here, there, gone] = [open('here'), open('there'), open('gone')];
    gone.dispose();
    here.missed();
    expect(pushed).toEqual(['there: a true', 'there: b false']);
    tell(cell('a', false, '2'));
    expect(pushed.slice(2)).toEqual(['here: a false', 'there: a false']);
    here.dispose();
    there.dispose();
  });
});
