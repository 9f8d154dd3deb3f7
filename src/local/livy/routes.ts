import type { ILivyKnobs } from './config';
import { LivyError, badRequest } from './errors';
import type { SessionManager } from './manager';
import { readCompletion, readExecute } from './request';
import type { Session } from './session';

/** A request that was admitted. */
export interface ICall {
  method: string;
  /** Decoded parts of the path. */
  path: string[];
  query: URLSearchParams;
  body: string;
  /** null: everybody may do everything (no authentication, so no access control). */
  user: string | null;
  /** As the client sees us, e.g. `https://127.0.0.1:8998`. */
  origin: string;
}

/** An answer; the pieces of a body that is JSON already, or a value to be written as JSON. */
export interface IReply {
  status: number;
  pieces?: (string | Buffer)[];
  json?: unknown;
  headers?: Record<string, string>;
}

type Handler = (call: ICall, session: Session) => IReply | Promise<IReply>;

/** Livy's three degrees: anybody may look, the owner may read, the owner may change. The last two are the same to us. */
const OPEN = 'open';
const OWNER = 'owner';

/** Livy's REST interface. */
export class Routes {
  private readonly sessionRoutes: { pattern: string; methods: Record<string, [typeof OPEN | typeof OWNER, Handler]> }[];

  constructor(
    private readonly sessions: SessionManager,
    private readonly knobs: ILivyKnobs
  ) {
    const view: Handler = (call, session) => ({ status: 200, json: this.view(session, call) });
    this.sessionRoutes = [
      { pattern: '', methods: { GET: [OPEN, view], DELETE: [OWNER, (_, session) => this.delete(session)] } },
      {
        pattern: 'state',
        methods: { GET: [OPEN, (_, session) => ({ status: 200, json: { id: session.id, state: session.state } })] }
      },
      { pattern: 'log', methods: { GET: [OWNER, log] } },
      { pattern: 'statements', methods: { GET: [OWNER, listStatements], POST: [OWNER, execute] } },
      { pattern: 'statements/*', methods: { GET: [OWNER, getStatement] } },
      { pattern: 'statements/*/cancel', methods: { POST: [OWNER, cancel] } },
      { pattern: 'completion', methods: { POST: [OWNER, complete] } },
      {
        pattern: 'connect',
        methods: {
          POST: [
            OWNER,
            (call, session) => {
              session.activity();
              return view(call, session);
            }
          ]
        }
      },
      {
        pattern: 'interrupt',
        methods: {
          POST: [
            OWNER,
            async (_, session) => {
              await session.stop();
              return { status: 200, json: { msg: 'interrupted' } };
            }
          ]
        }
      },
      {
        pattern: 'stop',
        methods: {
          POST: [
            OWNER,
            async (_, session) => {
              await session.stop();
              return { status: 204 };
            }
          ]
        }
      }
    ];
  }

  /** @throws LivyError any refusal. */
  handle(call: ICall): IReply | Promise<IReply> {
    const [room, ...rest] = call.path;
    if (room === 'sessions') return rest.length === 0 ? this.all(call) : this.one(call, rest);
    if (rest.length > 0 || call.method !== 'GET') throw new LivyError(404);
    if (room === 'version') return { status: 200, json: this.version() };
    if (room === 'batches') return { status: 200, json: { from: number(call, 'from', 0), total: 0, sessions: [] } };
    throw new LivyError(404);
  }

  private all(call: ICall): IReply {
    if (call.method === 'POST') {
      const session = this.sessions.create(call.body, call.user);
      return { status: 201, json: this.view(session, call), headers: { Location: `/sessions/${session.id}` } };
    }
    if (call.method !== 'GET') throw new LivyError(405);
    const from = number(call, 'from', 0);
    const all = this.sessions.all();
    return {
      status: 200,
      json: {
        from,
        total: all.length,
        sessions: all.slice(from, from + number(call, 'size', 100)).map(session => this.view(session, call))
      }
    };
  }

  private one(call: ICall, [idOrName, ...rest]: string[]): IReply | Promise<IReply> {
    const shape = rest.map((part, index) => (index === 1 ? '*' : part)).join('/');
    const route = this.sessionRoutes.find(({ pattern }) => pattern === shape);
    if (route === undefined) throw new LivyError(404);
    if (!Object.hasOwn(route.methods, call.method)) throw new LivyError(405);
    const [access, handler] = route.methods[call.method];
    // Livy reads the body before it looks for the session; what is wrong with it is said first.
    if (call.method === 'POST' && (shape === 'statements' || shape === 'completion')) checkBody(shape, call.body);
    const session = this.sessions.get(idOrName);
    if (session === undefined) throw new LivyError(404, { msg: `Session '${idOrName}' not found.` });
    if (access === OWNER && !mayUse(session, call.user)) throw new LivyError(403);
    session.heartbeat();
    return handler({ ...call, path: rest }, session);
  }

  private async delete(session: Session): Promise<IReply> {
    await this.sessions.delete(session);
    return { status: 200, json: { msg: 'deleted' } };
  }

  /** A session as Livy shows it, members in its order; its log lines are for its owner. */
  private view(session: Session, call: ICall): object {
    const { request } = session;
    return {
      id: session.id,
      name: request.name,
      appId: session.appId,
      owner: session.owner,
      proxyUser: null,
      state: session.state,
      kind: request.kind,
      appInfo: {
        driverLogUrl: session.appId === null ? null : `${call.origin}/sessions/${session.id}/log?from=0&size=-1`,
        sparkUiUrl: session.sparkUiUrl
      },
      log: mayUse(session, call.user) ? session.logLines().slice(-10) : [],
      ttl: request.ttl,
      ...(this.knobs.version.startsWith('0.8') ? {} : { idleTimeout: request.idleTimeout }),
      driverMemory: request.driverMemory,
      driverCores: request.driverCores,
      executorMemory: request.executorMemory,
      executorCores: request.executorCores,
      conf: request.conf,
      archives: request.archives,
      files: request.files,
      heartbeatTimeoutInSecond: request.heartbeatTimeoutInSecond,
      jars: request.jars,
      numExecutors: request.numExecutors,
      pyFiles: request.pyFiles,
      queue: request.queue
    };
  }

  private version(): object {
    return {
      url: '',
      branch: '',
      revision: '',
      version: `${this.knobs.version}-incubating`,
      date: '2026-11-22T06:35:33Z',
      user: ''
    };
  }
}

function mayUse(session: Session, user: string | null): boolean {
  return user === null || session.owner === user;
}

function checkBody(shape: string, body: string): void {
  try {
    if (shape === 'statements') readExecute(body);
    else readCompletion(body);
  } catch (error) {
    if (error instanceof LivyError && error.status === 500) return; // said by the driver, so after all else
    throw error;
  }
}

/** Livy's `params("from").toInt`. */
function number(call: ICall, name: string, fallback: number): number {
  const text = call.query.get(name);
  return text === null ? fallback : integer(text);
}

function integer(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) throw badRequest(`For input string: "${text}"`);
  return Number(text);
}

const log: Handler = (call, session) => {
  const lines = session.logLines();
  let size = number(call, 'size', 100);
  if (size < 0) size = lines.length;
  let from = number(call, 'from', -1);
  if (from < 0) from = Math.max(0, lines.length - size);
  return { status: 200, json: { id: session.id, from, total: lines.length, log: lines.slice(from, from + size) } };
};

const listStatements: Handler = (call, session) => {
  const all = session.allStatements();
  if (call.query.get('order')?.trim().toLowerCase() === 'desc') all.reverse();
  const from = number(call, 'from', 0);
  const chosen = all.slice(from, from + number(call, 'size', all.length));
  const pieces = chosen.flatMap((statement, index) => [index > 0 ? ',' : '', ...statement.render()]);
  return { status: 200, pieces: [`{"total_statements":${all.length},"statements":[`, ...pieces, ']}'] };
};

const execute: Handler = (call, session) => {
  const { code, kind } = readExecute(call.body);
  const statement = session.execute(code, kind);
  return {
    status: 201,
    pieces: statement.render(),
    headers: { Location: `/sessions/${session.id}/statements/${statement.id}` }
  };
};

const getStatement: Handler = (call, session) => {
  const statement = session.statement(integer(call.path[1]));
  if (statement === undefined) throw new LivyError(404, 'Statement not found');
  return { status: 200, pieces: statement.render() };
};

const cancel: Handler = (call, session) => {
  session.cancel(integer(call.path[1]));
  return { status: 200, json: { msg: 'canceled' } };
};

const complete: Handler = async (call, session) => {
  const { code, kind, cursor } = readCompletion(call.body);
  return { status: 200, json: { candidates: await session.complete(code, kind, cursor) } };
};
