import { FakeLivy, statement } from '../../livy/__tests__/fakeLivy';
import { NotebookSession } from '..';

import type { IEmrPort } from '..';

/** A Livy that was started anew counts from 0: what has our number may be somebody else's session. */
describe('identity of a session', () => {
  let fake: FakeLivy;
  let url: string;
  let session: NotebookSession;
  let name: string | null;
  let clock: jest.SpyInstance;
  const minutesPass = () => {
    const before = performance.now();
    clock.mockReturnValue(before + 120_000);
  };

  beforeEach(async () => {
    clock = jest.spyOn(performance, 'now');
    fake = new FakeLivy();
    url = await fake.start();
    fake.on('POST /sessions', seen => {
      ({ name } = seen.body as { name: string });
      return { status: 201, body: { id: 0, name, state: 'idle' } };
    });
    fake.on('GET /sessions/0', () => ({ body: { id: 0, name, state: 'idle' } }));
    fake.on('GET /sessions', () => ({ body: { sessions: [{ id: 3, name: 'taken', state: 'busy', owner: 'bob' }] } }));
    fake.on('DELETE /sessions/0', () => ({ body: { msg: 'deleted' } }));
    fake.on('POST /sessions/0/statements', () => ({ status: 201, body: statement(0, 'available', '2') }));
    session = new NotebookSession({
      language: 'pyspark',
      site: {},
      env: {},
      sparkmagic: {},
      emr: () => ({}) as IEmrPort
    });
  });

  afterEach(async () => {
    clock.mockRestore();
    await session.shutdown();
    await fake.stop();
  });

  it.each(['bobs-prices-12ab', null])('posts nothing to, and deletes nothing of, the session %j', async other => {
    await session.connect({ livyUrl: url });
    await session.run({ code: '1+1', kind: 'pyspark' });
    name = other;
    minutesPass();
    await expect(session.run({ code: 'secret()', kind: 'pyspark' })).rejects.toMatchObject({
      code: 'SessionEnded',
      message: expect.stringContaining('another session')
    });
    expect(fake.count('POST /sessions/0/statements')).toBe(1);
    await session.disconnect();
    expect(fake.count('DELETE')).toBe(0);
  });

  it('posts nothing again where the session changed hands behind a broken connection', async () => {
    await session.connect({ livyUrl: url });
    fake.on('POST /sessions/0/statements', () => {
      name = 'bobs';
      return undefined;
    });
    fake.on('GET /sessions/0/statements', () => ({ body: { statements: [] } }));
    await expect(session.run({ code: 'secret()', kind: 'pyspark' })).rejects.toMatchObject({ code: 'SessionEnded' });
    expect(fake.count('POST /sessions/0/statements')).toBe(1);
  });

  it('looks before it deletes', async () => {
    await session.connect({ livyUrl: url });
    name = 'bobs';
    minutesPass();
    await session.shutdown();
    expect(fake.count('DELETE')).toBe(0);
  });

  it('asks no more than the statement itself while the last look is fresh', async () => {
    await session.connect({ livyUrl: url });
    const before = fake.seen.length;
    await session.run({ code: '1+1', kind: 'pyspark' });
    expect(fake.seen.length - before).toBe(1);
  });

  it('frees what a session in error still holds, once one is done with it', async () => {
    await session.connect({ livyUrl: url });
    fake.on('GET /sessions/0', () => ({ body: { id: 0, name, state: 'error' } }));
    fake.on('GET /sessions/0/log', () => ({ body: { log: ['stderr: ', 'Interpreter died: exit code 137'] } }));
    minutesPass();
    await expect(session.run({ code: '1', kind: 'pyspark' })).rejects.toMatchObject({ code: 'SessionLost' });
    fake.on('GET /sessions/0/log', () => ({ status: 404, body: { msg: "Session '0' not found." } }));
    expect(await session.logs()).toEqual(['Interpreter died: exit code 137']);
    await session.disconnect();
    expect(fake.count('DELETE /sessions/0')).toBe(1);
  });

  it('is lost with its interpreter, although Livy goes on taking statements', async () => {
    await session.connect({ livyUrl: url });
    const died = { status: 'error', ename: 'Error', evalue: 'Interpreter died:\n', traceback: [] };
    fake.on('POST /sessions/0/statements', () => ({ status: 201, body: { id: 0, state: 'available', output: died } }));
    // The session's state comes a little later than the statement's end.
    fake.on('GET /sessions/0', (_seen, count) => ({ body: { id: 0, name, state: count < 3 ? 'busy' : 'error' } }));
    await expect(session.run({ code: 'os._exit(7)', kind: 'pyspark' })).rejects.toMatchObject({
      code: 'SessionLost',
      message: expect.stringContaining('interpreter has died')
    });
    expect(session.status.state).toBe('lost');
  });

  it('takes no session over that has the asked name', async () => {
    await expect(session.connect({ livyUrl: url, sessionName: 'taken' })).rejects.toMatchObject({
      code: 'SessionNameTaken',
      message: expect.stringContaining('session 3, busy, of bob')
    });
    expect(fake.count('POST')).toBe(0);
  });
});
