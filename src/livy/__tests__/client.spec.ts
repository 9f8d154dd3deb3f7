import { LivyClient } from '..';
import { FakeLivy, statement } from './fakeLivy';

import type { ICredentialSource, ILivyStatement } from '..';

const PASSWORD = 'top-secret-pass-word';

describe('LivyClient against a Livy that fails', () => {
  let fake: FakeLivy;
  let client: LivyClient;
  const open = async (credentials?: ICredentialSource, retryLimitMs = 5000) => {
    client = new LivyClient({
      url: await fake.start(),
      retryLimitMs,
      freshMs: 2000,
      ...(credentials ? { credentials } : {})
    });
  };

  beforeEach(() => {
    fake = new FakeLivy();
  });

  afterEach(async () => {
    client.dispose();
    await fake.stop();
  });

  it('takes the statement that was there when the connection broke after the POST', async () => {
    fake.on('POST /sessions/0/statements', () => undefined);
    fake.on('GET /sessions/0/statements', () => ({
      body: { statements: [statement(6, 'available', '2'), statement(7, 'running')] }
    }));
    await open();
    const posted = await client.postStatement(0, '1+1', 'pyspark', 6);
    expect(posted.id).toBe(7);
    expect(fake.count('POST')).toBe(1);
  });

  it('posts again only after it saw that the statement is not there', async () => {
    fake.on('POST /sessions/0/statements', (_seen, count) =>
      count === 1 ? undefined : { status: 201, body: statement(7, 'waiting') }
    );
    fake.on('GET /sessions/0/statements', () => ({ body: { statements: [statement(6, 'available', '2')] } }));
    await open();
    expect((await client.postStatement(0, '1+1', 'pyspark', 6)).id).toBe(7);
    expect(fake.seen.map(item => item.method)).toEqual(['POST', 'GET', 'GET', 'POST']);
  });

  it('never repeats a POST that was answered with an error', async () => {
    fake.on('POST /sessions/0/statements', () => ({ status: 500, body: 'java.lang.IllegalStateException: no' }));
    await open();
    await expect(client.postStatement(0, '1+1', 'pyspark', -1)).rejects.toMatchObject({
      code: 'LivyFailed',
      status: 500
    });
    expect(fake.seen).toHaveLength(1);
  });

  it('finds the session by its name when the connection broke after the POST', async () => {
    fake.on('POST /sessions', () => undefined);
    fake.on('GET /sessions', () => ({
      body: {
        sessions: [
          { id: 3, name: 'other', state: 'idle' },
          { id: 4, name: 'ann-trial-12ab', state: 'starting' }
        ]
      }
    }));
    await open();
    const { session } = await client.createSession({ name: 'ann-trial-12ab' });
    expect(session.id).toBe(4);
    expect(fake.count('POST')).toBe(1);
  });

  it('sends only what this Livy knows and says what it left out', async () => {
    fake.on('POST /sessions', () => ({ status: 201, body: { id: 1, state: 'starting' } }));
    await open();
    const { dropped } = await client.createSession({ name: 'n', idleTimeout: '1h', ttl: '4h', numExecutors: 2 });
    expect(dropped).toEqual(['idleTimeout']);
    expect(fake.seen.at(-1)?.body).toEqual({ name: 'n', ttl: '4h', numExecutors: 2 });
    expect(fake.seen.at(-1)?.headers['x-requested-by']).toBeTruthy();
  });

  it('reads on through 500s, 429s and broken connections', async () => {
    const faults = [{ status: 500, body: 'x' }, undefined, { status: 429, headers: { 'retry-after': '0' } }];
    fake.on('GET /sessions/0', () => (faults.length ? faults.shift() : { body: { id: 0, state: 'idle' } }));
    await open();
    const notes: string[] = [];
    const session = await client.getSession(0, { onRetry: note => void notes.push(note.error.code) });
    expect(session.state).toBe('idle');
    expect(notes).toEqual(['LivyFailed', 'LivyConnectionLost', 'LivyFailed']);
  });

  it('gives up reading at its limit', async () => {
    fake.on('GET /sessions/0', () => ({ status: 503, body: 'down' }));
    await open(undefined, 300);
    await expect(client.getSession(0)).rejects.toMatchObject({ code: 'LivyFailed', detail: 'HTTP 503: down' });
    expect(fake.seen.length).toBeGreaterThan(1);
  });

  it('does not retry what is wrong for good', async () => {
    await open();
    await expect(client.getSession(5)).rejects.toMatchObject({ code: 'LivyNotFound', status: 404 });
    expect(fake.seen).toHaveLength(1);
  });

  it('waits while fresh credentials are not known there yet', async () => {
    fake.on('GET /sessions/0', (_seen, count) => (count < 3 ? { status: 401 } : { body: { id: 0, state: 'idle' } }));
    const started = Date.now();
    let renewed = 0;
    await open({
      get: () => Promise.resolve({ username: 'u', password: PASSWORD }),
      renew: () => Promise.resolve(++renewed > 0),
      ageMs: () => Date.now() - started
    });
    expect((await client.getSession(0)).state).toBe('idle');
    expect(renewed).toBe(0);
  });

  it('renews expired credentials once, also for a POST, which a 401 did not run', async () => {
    let password = PASSWORD;
    fake.on('POST /sessions/0/statements', seen =>
      seen.authorization === `Basic ${Buffer.from('u:renewed').toString('base64')}`
        ? { status: 201, body: statement(0, 'waiting') }
        : { status: 401 }
    );
    await open({
      get: () => Promise.resolve({ username: 'u', password }),
      renew: () => {
        password = 'renewed';
        return Promise.resolve(true);
      },
      ageMs: () => 600_000
    });
    expect((await client.postStatement(0, '1', 'pyspark', -1)).id).toBe(0);
    expect(fake.seen).toHaveLength(2);
  });

  it('lets no credential out in an error', async () => {
    fake.on('GET /sessions/0', () => undefined);
    fake.on('GET /sessions/1', () => ({ status: 401, body: 'no' }));
    await open(
      {
        get: () => Promise.resolve({ username: 'u', password: PASSWORD }),
        renew: () => Promise.resolve(false),
        ageMs: () => Infinity
      },
      0
    );
    for (const id of [0, 1]) {
      const error: unknown = await client.getSession(id).catch((thrown: unknown) => thrown);
      const seen = new Set<unknown>();
      const text = JSON.stringify(error, (_key, value: unknown) => {
        if (typeof value === 'object' && value !== null) {
          if (seen.has(value)) {
            return undefined;
          }
          seen.add(value);
        }
        return value;
      });
      const all = text + String((error as Error).stack) + JSON.stringify(Object.getOwnPropertyDescriptors(error));
      expect(all).not.toContain(PASSWORD);
      expect(all).not.toContain(Buffer.from(`u:${PASSWORD}`).toString('base64'));
      expect((error as Error).cause).toBeUndefined();
    }
  });

  it('says so where something else answers', async () => {
    fake.on('GET /sessions/0', () => ({ status: 302, headers: { location: '/login' } }));
    fake.on('GET /sessions/1', () => ({ body: '<html>Sign in</html>' }));
    await open();
    await expect(client.getSession(0)).rejects.toMatchObject({ code: 'NotLivy' });
    await expect(client.getSession(1)).rejects.toMatchObject({ code: 'NotLivy' });
  });

  it('follows a statement with one POST, and cancels it once when asked', async () => {
    const abort = new AbortController();
    let cancelled = false;
    fake.on('POST /sessions/0/statements/3/cancel', () => {
      cancelled = true;
      return { body: { msg: 'canceled' } };
    });
    fake.on('GET /sessions/0/statements/3', () => ({ body: statement(3, cancelled ? 'cancelled' : 'running') }));
    await open();
    const followed = client.follow(0, statement(3, 'waiting') as unknown as ILivyStatement, {
      signal: abort.signal,
      onUpdate: update => {
        if (update.state === 'running') {
          abort.abort();
        }
      }
    });
    expect(await followed).toMatchObject({ cancelled: true, stillRunning: false });
    expect(fake.count('POST /sessions/0/statements/3/cancel')).toBe(1);
  });

  it('stops waiting for a cancelled statement at its limit, and says that it runs on', async () => {
    fake.on('POST /sessions/0/statements/3/cancel', () => ({ body: { msg: 'canceled' } }));
    fake.on('GET /sessions/0/statements/3', () => ({ body: statement(3, 'cancelling') }));
    await open();
    const followed = await client.follow(0, statement(3, 'running') as unknown as ILivyStatement, {
      signal: AbortSignal.abort(),
      cancelLimitMs: 50
    });
    expect(followed).toMatchObject({ cancelled: true, stillRunning: true });
  });
});

describe('an address where nothing is', () => {
  it('is told at once, with the port to look at', async () => {
    const fake = new FakeLivy();
    const url = await fake.start();
    await fake.stop();
    const client = new LivyClient({ url, retryLimitMs: 0 });
    await expect(client.version()).rejects.toMatchObject({
      code: 'LivyRefused',
      message: expect.stringContaining(new URL(url).port)
    });
    client.dispose();
  });
});

describe('a POST through a gateway and a full Livy', () => {
  let fake: FakeLivy;
  let client: LivyClient;
  const open = async () => (client = new LivyClient({ url: await fake.start(), retryLimitMs: 5000 }));

  beforeEach(() => {
    fake = new FakeLivy();
  });

  afterEach(async () => {
    client.dispose();
    await fake.stop();
  });

  it.each([502, 503, 504])('looks after a %d whether the statement was taken, then posts it again', async status => {
    fake.on('POST /sessions/0/statements', (_seen, count) =>
      count < 3 ? { status, body: '<html>upstream</html>' } : { status: 201, body: statement(7, 'waiting') }
    );
    fake.on('GET /sessions/0/statements', () => ({ body: { statements: [] } }));
    await open();
    expect((await client.postStatement(0, '1+1', 'pyspark', 6)).id).toBe(7);
    expect(fake.seen.map(item => item.method)).toEqual(['POST', 'GET', 'POST', 'GET', 'POST']);
  });

  it('takes the statement that a 504 had hidden', async () => {
    fake.on('POST /sessions/0/statements', () => ({ status: 504 }));
    fake.on('GET /sessions/0/statements', () => ({
      body: { statements: [statement(7, 'running', undefined, 'a\nb')] }
    }));
    await open();
    expect((await client.postStatement(0, 'a\r\nb', 'pyspark', 6)).id).toBe(7);
    expect(fake.count('POST')).toBe(1);
  });

  it('waits for a place where Livy starts as many sessions as it may, for as long as it was told', async () => {
    const body = { msg: 'Rejected, too many sessions are being created!' };
    fake.on('POST /sessions', (_seen, count) =>
      count === 1 ? { status: 400, body, headers: { 'retry-after': '0' } } : { status: 201, body: { id: 3 } }
    );
    await open();
    const notes: string[] = [];
    const { session } = await client.createSession(
      { name: 'n' },
      { placeLimitMs: 60_000, onRetry: ({ error }) => void notes.push(error.code) }
    );
    expect(session.id).toBe(3);
    expect(notes).toEqual(['TooManySessions']);
    fake.on('POST /sessions', () => ({ status: 400, body }));
    await expect(client.createSession({ name: 'n' })).rejects.toMatchObject({ code: 'TooManySessions' });
  });

  it('knows its own session behind a refusal of its name, and nobody else’s', async () => {
    const duplicate = { status: 400, body: { msg: 'Rejected, Reason: Duplicate session name: Some(n) for session 4' } };
    let listed = 0;
    fake.on('GET /sessions', () => ({ body: { sessions: ++listed > 2 ? [{ id: 3, name: 'n', state: 'idle' }] : [] } }));
    fake.on('POST /sessions', (_seen, count) => (count === 1 ? undefined : duplicate));
    await open();
    expect((await client.createSession({ name: 'n' })).session.id).toBe(3);
    await expect(client.createSession({ name: 'n' })).rejects.toMatchObject({ code: 'LivyRejected' });
  });
});
