import { LivyClient } from '../client';
import { Looks } from '../looks';
import { FakeLivy, statement } from './fakeLivy';

import type { ILivyStatement } from '../types';

/** Milliseconds to a Livy that is far away; a look is made several times within it. */
const FAR = 60;

// Fifteen looks at a Livy that is slow on purpose take their time on a busy machine.
jest.setTimeout(60_000);

describe('looks at a statement of a Livy that is far away', () => {
  let fake: FakeLivy;
  let client: LivyClient;

  beforeEach(async () => {
    fake = new FakeLivy();
    client = new LivyClient({ url: await fake.start() });
  });

  afterEach(async () => {
    client.dispose();
    await fake.stop();
  });

  /** POST and follow as a cell does, with the number foretold. */
  async function run(code: string, lastId: number): Promise<ILivyStatement> {
    const looks = client.looks(0, lastId + 1);
    if (looks.pays) {
      looks.start();
    }
    const posted = await client.postStatement(0, code, 'pyspark', lastId);
    return (await client.follow(0, posted, { looks })).statement;
  }

  /** A session whose next statement has this number and is done after so many looks. */
  function serve(id: number, looksUntilDone: number, text = '2'): void {
    let posted = false;
    let looked = 0;
    fake.on('POST /sessions/0/statements', () => {
      posted = true;
      return { status: 201, body: statement(id, 'waiting') };
    });
    fake.on(`GET /sessions/0/statements/${id}`, () =>
      posted
        ? { body: ++looked > looksUntilDone ? statement(id, 'available', text) : statement(id, 'running') }
        : { status: 404, body: { msg: 'Statement not found' } }
    );
  }

  it('are sent before the answer to the POST is there, and overlap', async () => {
    serve(4, 3);
    fake.delayMs = FAR;
    await client.version();
    // The POST is answered when three looks at what it will make have come: none would, if one waited for its answer.
    const looks = (): number => fake.count('GET /sessions/0/statements/4');
    fake.hold = ({ method }) => method === 'POST' && looks() < 3;
    expect(await run('1+1', 3)).toMatchObject({ id: 4, state: 'available' });
    expect(looks()).toBeGreaterThanOrEqual(3);
    expect(fake.count('POST /sessions/0/statements')).toBe(1);
  });

  it('are made one after the other where Livy is near', async () => {
    serve(4, 5);
    fake.on('GET /sessions', () => ({ body: { sessions: [] } }));
    // On a busy machine the first requests may be slow ones.
    do {
      await client.listSessions();
    } while (client.http.line.roundTripMs >= 10);
    expect(await run('1+1', 3)).toMatchObject({ id: 4, state: 'available' });
    expect(fake.mostOpen).toBe(1);
  });

  it('never take another client’s statement for ours', async () => {
    serve(5, 1, 'ours');
    fake.on('GET /sessions/0/statements/4', () => ({ body: statement(4, 'available', 'theirs') }));
    fake.delayMs = FAR;
    await client.version();
    const done = await run('1+1', 3);
    expect(done.output).toMatchObject({ data: { 'text/plain': 'ours' } });
    expect(fake.count('GET /sessions/0/statements/4')).toBeGreaterThan(0);
  });

  it('bring a large result once, not as often as one looked', async () => {
    const sent: { signal: AbortSignal; onLarge: () => void; answer: (value: ILivyStatement) => void }[] = [];
    const looks = new Looks(4, (signal, onLarge) => new Promise(answer => sent.push({ signal, onLarge, answer })), {
      roundTripMs: 40,
      strainMs: 0,
      isFar: true
    });
    looks.start();
    const first = looks.next();
    while (sent.length < 3) {
      await new Promise(resolve => setImmediate(resolve));
    }
    sent[0]?.onLarge();
    expect(sent.map(look => look.signal.aborted)).toEqual([false, ...sent.slice(1).map(() => true)]);
    sent[0]?.answer(statement(4, 'available', 'much') as unknown as ILivyStatement);
    expect(await first).toMatchObject({ state: 'available' });
  });

  it('are aborted behind a large answer, and the client goes on', async () => {
    const text = 'x'.repeat(1_000_000);
    serve(4, 2, text);
    fake.delayMs = FAR;
    await client.version();
    const done = await run('big', 3);
    expect((done.output as { data: Record<string, string> }).data['text/plain']).toHaveLength(text.length);
    serve(5, 1);
    expect(await run('1+1', 4)).toMatchObject({ id: 5, state: 'available' });
  });

  it('give way to a patient look where they only fail', async () => {
    fake.on('POST /sessions/0/statements', () => ({ status: 201, body: statement(4, 'waiting') }));
    let noted: string | undefined;
    // It comes back once somebody who tries again says so: no look that fails quietly does.
    fake.on('GET /sessions/0/statements/4', () =>
      noted ? { body: statement(4, 'available', '2') } : { status: 503, body: 'starting' }
    );
    fake.delayMs = FAR;
    await client.version();
    const posted = await client.postStatement(0, '1+1', 'pyspark', 3);
    const onRetry = ({ error }: { error: Error & { code: string } }): void => void (noted = error.code);
    const { statement: done } = await client.follow(0, posted, { onRetry });
    expect(done.state).toBe('available');
    expect(noted).toBe('LivyFailed');
  });

  it('go on after a cancel', async () => {
    let cancelled = false;
    serve(4, Infinity);
    fake.on('POST /sessions/0/statements/4/cancel', () => {
      cancelled = true;
      return { body: { msg: 'canceled' } };
    });
    fake.on('GET /sessions/0/statements/4', () => ({ body: statement(4, cancelled ? 'cancelled' : 'running') }));
    fake.delayMs = FAR;
    await client.version();
    const abort = new AbortController();
    const posted = await client.postStatement(0, 'long', 'pyspark', 3);
    const followed = await client.follow(0, posted, {
      signal: abort.signal,
      onUpdate: update => update.state === 'running' && abort.abort()
    });
    expect(followed).toMatchObject({ cancelled: true, stillRunning: false });
    expect(fake.count('POST /sessions/0/statements/4/cancel')).toBe(1);
  });
});
