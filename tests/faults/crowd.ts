/**
 * A hundred notebooks on one cluster: the sessions of a hundred kernels (src/session, as the kernel has it) in one
 * process, against a Livy without Spark in another, which can do so many requests a second and no more.
 *
 *   node crowd.mjs        prints one JSON line on what was seen
 */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';

import { NotebookSession } from '../../src/session';

import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IEmrPort } from '../../src/session';

const NOTEBOOKS = 100;
/** Requests that the stand-in does in a second. */
const CAPACITY = 400;
/** Sessions that it starts at once (livy.server.session.max-creation). */
const MAX_CREATION = 25;
const START_MS = 1500;
/** Its idle limit: shorter than the statements, so that each has to be kept alive. */
const IDLE_MS = 20_000;
const WORK_MS = 30_000;

interface ISession {
  id: number;
  name: string;
  born: number;
  active: number;
  statements: { id: number; code: string; started: number }[];
}

/** What the stand-in saw. */
interface ISeen {
  /** Requests by kind. */
  counts: Record<string, number>;
  /** Most requests that waited for their turn at once. */
  longestQueue: number;
  /** Most requests in a second of the clock. */
  busiestSecond: number;
  refused: number;
  /** Sessions that ran into the idle limit under their statement. */
  expiredAtWork: number;
  names: number;
}

function serve(): void {
  const sessions = new Map<number, ISession>();
  const names = new Set<string>();
  const seen: ISeen = { counts: {}, longestQueue: 0, busiestSecond: 0, refused: 0, expiredAtWork: 0, names: 0 };
  let [nextId, queued, second, inSecond, free] = [0, 0, 0, 0, 0];
  const busy = (session: ISession): boolean => session.statements.some(one => Date.now() - one.started < WORK_MS);

  setInterval(() => {
    for (const session of sessions.values()) {
      if (Date.now() - session.active > IDLE_MS) {
        seen.expiredAtWork += Number(busy(session));
        sessions.delete(session.id);
      }
    }
  }, 200);

  const view = (session: ISession) => ({
    id: session.id,
    name: session.name,
    kind: 'shared',
    state: Date.now() - session.born < START_MS ? 'starting' : busy(session) ? 'busy' : 'idle'
  });
  const statement = ({ id, code, started }: ISession['statements'][0]) => {
    const done = Date.now() - started >= WORK_MS;
    const output = { status: 'ok', execution_count: id, data: { 'text/plain': code } };
    return { id, code, state: done ? 'available' : 'running', started, output: done ? output : null };
  };
  const answer = (method: string, path: string[], body: { name?: string; code?: string }): [number, unknown] => {
    const [room, id, part, number] = path;
    if (room === 'version') return [200, { version: '0.8.0-incubating' }];
    if (id === undefined && method === 'POST') {
      if ([...sessions.values()].filter(one => view(one).state === 'starting').length >= MAX_CREATION) {
        seen.refused++;
        return [400, { msg: 'Rejected, too many sessions are being created!' }];
      }
      if ([...sessions.values()].some(one => one.name === body.name)) {
        return [400, { msg: `Rejected, Reason: Duplicate session name: Some(${body.name}) for session ${nextId++}` }];
      }
      const now = Date.now();
      const session: ISession = { id: nextId++, name: body.name ?? '', born: now, active: now, statements: [] };
      names.add(session.name);
      sessions.set(session.id, session);
      return [201, view(session)];
    }
    if (id === undefined) return [200, { sessions: [...sessions.values()].map(view) }];
    const session = sessions.get(Number(id));
    if (!session) return [404, { msg: `Session '${id}' not found.` }];
    if (method !== 'GET') session.active = Date.now();
    if (method === 'DELETE') return [200, sessions.delete(session.id)];
    if (part === 'statements' && method === 'POST' && number === undefined) {
      const made = { id: session.statements.length, code: body.code ?? '', started: Date.now() };
      session.statements.push(made);
      return [201, statement(made)];
    }
    if (part === 'statements' && number !== undefined) {
      const found = session.statements[Number(number)];
      return found ? [200, statement(found)] : [404, 'Statement not found'];
    }
    if (part === 'statements') {
      return [200, { total_statements: session.statements.length, statements: session.statements.map(statement) }];
    }
    return [200, view(session)];
  };

  const server = createServer((request, response) => {
    void read(request).then(body => {
      const path = (request.url ?? '').split('?')[0]?.split('/').filter(Boolean) ?? [];
      const kind = `${request.method} ${path.map(part => (/^\d+$/.test(part) ? 'N' : part)).join('/')}`;
      seen.counts[kind] = (seen.counts[kind] ?? 0) + 1;
      const now = Math.floor(Date.now() / 1000);
      [second, inSecond] = [now, now === second ? inSecond + 1 : 1];
      seen.busiestSecond = Math.max(seen.busiestSecond, inSecond);
      seen.longestQueue = Math.max(seen.longestQueue, ++queued);
      free = Math.max(free, performance.now()) + 1000 / CAPACITY;
      setTimeout(() => {
        queued--;
        const [status, json] = answer(request.method ?? '', path, body);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      }, free - performance.now());
    });
  }).listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on('message', () => process.send?.({ seen: { ...seen, names: names.size } }));
  process.on('disconnect', () => process.exit(0));
}

async function read(request: IncomingMessage): Promise<{ name?: string; code?: string }> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text ? (JSON.parse(text) as { name?: string; code?: string }) : {};
}

async function crowd(): Promise<void> {
  const livy = fork(process.argv[1] ?? '', ['serve']);
  const tell = <T>(): Promise<T> => new Promise(resolve => livy.once('message', message => resolve(message as T)));
  const look = async (): Promise<ISeen> => {
    const answer = tell<{ seen: ISeen }>();
    livy.send('seen');
    return (await answer).seen;
  };
  const { port } = await tell<{ port: number }>();
  const errors: string[] = [];
  const failed = (error: unknown): undefined => void errors.push(String(error));
  const notebooks = Array.from(
    { length: NOTEBOOKS },
    () =>
      new NotebookSession({
        language: 'pyspark',
        site: {},
        env: { JUPYTERHUB_USER: 'ana', JPY_SESSION_NAME: 'Untitled.ipynb' },
        sparkmagic: {},
        emr: () => ({}) as IEmrPort
      })
  );
  const waited = new Set<number>();
  const work = async (book: NotebookSession, at: number) => {
    book.settings = { ttl: `${IDLE_MS / 1000}s` };
    const onProgress = ({ text }: { text: string }): unknown => text.includes('as many sessions') && waited.add(at);
    await book.connect({ livyUrl: `http://127.0.0.1:${port}` }, { onProgress });
    return book.run({ code: `result ${at}`, kind: 'spark' });
  };
  const results = await Promise.all(notebooks.map((book, at) => work(book, at).catch(failed)));
  const ran = await look();
  const right = results.filter((result, at) => result?.stdout?.trim() === `result ${at}`).length;
  await Promise.all(notebooks.map(book => book.disconnect().catch(failed)));
  const ended = await look();
  livy.disconnect();
  const numbers = {
    notebooks: NOTEBOOKS,
    capacity: CAPACITY,
    idleSeconds: IDLE_MS / 1000,
    workSeconds: WORK_MS / 1000
  };
  console.log(JSON.stringify({ ...numbers, errors, right, waited: waited.size, ran, ended }));
  process.exit(0);
}

if (process.argv[2] === 'serve') {
  serve();
} else {
  void crowd();
}
