import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ILivySessionInfo } from '../config';
import { RealLivy } from '../real';

/** What a Livy without authentication does for the front before it. */
function upstream(): Server {
  const sessions = new Map<number, object>();
  return createServer((request, response) => {
    const [, id, part] = (request.url ?? '').split('?')[0].split('/').filter(Boolean);
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    let text = '';
    request.on('data', chunk => (text += String(chunk)));
    request.on('end', () => {
      if (request.method === 'POST' && part === undefined) {
        const made = {
          id: sessions.size,
          owner: null,
          state: 'idle',
          log: ['a line'],
          ...(JSON.parse(text) as object)
        };
        sessions.set(made.id, made);
        answer(201, made);
      } else if (part !== undefined) {
        answer(201, { id: 0, code: (JSON.parse(text) as { code: string }).code, by: request.headers.authorization });
      } else if (id === undefined) {
        answer(200, { from: 0, total: sessions.size, sessions: [...sessions.values()] });
      } else {
        const found = sessions.get(Number(id)) ?? [...sessions.values()].find(one => 'name' in one && one.name === id);
        answer(found ? 200 : 404, found ?? { msg: `Session '${id}' not found.` });
      }
    });
  });
}

describe('the front before a real Livy', () => {
  let behind: Server;
  let livy: RealLivy;
  let url: string;
  let told: ILivySessionInfo[];
  const ended = jest.fn(() => Promise.resolve());
  const ask = async (user: string, method: string, path: string, body?: object) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`${user}:pw-${user}`).toString('base64')}` },
      ...(body ? { body: JSON.stringify(body) } : {})
    });
    const text = await answer.text();
    return { status: answer.status, body: (text ? JSON.parse(text) : undefined) as Record<string, unknown> };
  };

  beforeEach(async () => {
    behind = upstream();
    await new Promise<void>(resolve => behind.listen(0, '127.0.0.1', resolve));
    told = [];
    livy = new RealLivy(
      { clusterId: 'j-1', host: '127.0.0.1', port: 0, auth: true, python: 'python3', workDir: '/nowhere' },
      sessions => (told = sessions),
      {
        url: `http://127.0.0.1:${(behind.address() as AddressInfo).port}`,
        start: () => Promise.resolve(),
        end: ended,
        kill: () => undefined
      }
    );
    livy.setCredentials(
      ['ann', 'bob', 'old'].map(username => ({
        username,
        passwordSha256: createHash('sha256').update(`pw-${username}`).digest('hex'),
        role: '',
        expiresAt: username === 'old' ? 1 : Date.now() + 60_000
      }))
    );
    url = `http://127.0.0.1:${await livy.listen()}`;
  });
  afterEach(async () => {
    await livy.close();
    behind.close();
  });

  it('admits the pairs that were issued, while they last', async () => {
    expect((await ask('ann', 'GET', '/sessions')).status).toBe(200);
    expect((await ask('old', 'GET', '/sessions')).status).toBe(401);
    expect((await ask('eve', 'POST', '/sessions', {})).status).toBe(401);
  });

  it('knows whose each session is, by number and by name', async () => {
    const made = await ask('ann', 'POST', '/sessions', { name: 'ann-1' });
    expect(made).toMatchObject({ status: 201, body: { id: 0, owner: 'ann', log: ['a line'] } });
    expect((await ask('ann', 'POST', '/sessions/0/statements', { code: '1' })).body).toEqual({ id: 0, code: '1' });
    for (const key of ['0', 'ann-1']) {
      const seen = await ask('bob', 'GET', `/sessions/${key}`);
      expect(seen).toMatchObject({ status: 200, body: { owner: 'ann', log: [] } });
      expect((await ask('bob', 'POST', `/sessions/${key}/statements`, { code: '1' })).status).toBe(403);
      expect((await ask('bob', 'GET', `/sessions/${key}/log`)).status).toBe(403);
      expect((await ask('bob', 'DELETE', `/sessions/${key}`)).status).toBe(403);
    }
    expect((await ask('bob', 'GET', '/sessions')).body).toMatchObject({ sessions: [{ id: 0, owner: 'ann', log: [] }] });
    expect((await ask('bob', 'GET', '/sessions/7')).status).toBe(404);
  });

  it('tells the account of them, and ends with the server', async () => {
    await ask('ann', 'POST', '/sessions', { name: 'ann-1' });
    const deadline = Date.now() + 10_000;
    while (told.length === 0 && Date.now() < deadline) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    expect(told).toEqual([{ id: 0, state: 'idle', name: 'ann-1', owner: 'ann' }]);
    await livy.close();
    expect(ended).toHaveBeenCalled();
    await expect(fetch(url)).rejects.toThrow();
  });
});
