/**
 * A cluster's Livy where the user has a real one (`LIVY_HOME`): that server on a port of its own, and before it a front
 * that does what EMR's does: TLS, the pairs that were issued, and whose each session is. Differences to ours: all
 * drivers have the environment of the account's owner (no keys of their role), and `kill-driver` deletes the session.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttp, request as ask } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

import { Admission } from './auth';
import type { ILivyConfig, ILivyCredential, ILivySessionInfo } from './config';
import { RealServer } from './realServer';

/** How often the sessions are looked at for the account, in milliseconds. */
const LOOK_MS = 2000;

interface IRawSession {
  id: number;
  name?: string | null;
  owner?: string | null;
  state: string;
  appId?: string | null;
  log?: string[];
}

export class RealLivy {
  private readonly admission = new Admission();
  private readonly server: Server;
  private readonly real: Pick<RealServer, 'url' | 'start' | 'end' | 'kill'>;
  /** Who made a session, by its number. */
  private readonly owners = new Map<number, string>();
  private readonly numbers = new Map<string, number>();
  private timer?: NodeJS.Timeout;
  private told = '';

  constructor(
    private readonly config: ILivyConfig,
    private readonly changed: (sessions: ILivySessionInfo[]) => void,
    real: string | RealLivy['real']
  ) {
    this.real = typeof real === 'string' ? new RealServer(real, config) : real;
    const listener = (request: IncomingMessage, response: ServerResponse): void =>
      void this.answer(request, response).catch(() => response.writeHead(502).end());
    this.server = config.tls ? createHttps(config.tls, listener) : createHttp(listener);
    this.server.keepAliveTimeout = 75_000;
  }

  /** The port that was had. */
  async listen(): Promise<number> {
    await this.real.start();
    this.timer = setInterval(() => void this.look(), LOOK_MS);
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.config.port, this.config.host, () =>
        resolve((this.server.address() as AddressInfo).port)
      );
    });
  }

  setCredentials(credentials: readonly ILivyCredential[]): void {
    this.admission.set(credentials);
  }

  killDriver(id: number): void {
    void fetch(`${this.real.url}/sessions/${id}`, { method: 'DELETE' }).catch(() => undefined);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.server.close();
    await this.real.end();
    this.server.closeAllConnections();
  }

  killAll(): void {
    this.real.kill();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = this.config.auth ? this.admission.user(request.headers.authorization) : null;
    if (user === undefined) {
      request.resume();
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="livy"', 'Cache-Control': 'no-store' }).end();
      return;
    }
    const { method = 'GET', url = '/' } = request;
    const [room, key, part] = url.split('?')[0].split('/').filter(Boolean);
    const owner = key === undefined ? undefined : this.owners.get(this.numbers.get(key) ?? Number(key));
    const looks = method === 'GET' && part === undefined;
    if (room === 'sessions' && owner !== undefined && owner !== user && !looks) {
      request.resume();
      json(response, 403, { msg: `User '${user}' not allowed to access session owned by '${owner}'.` });
      return;
    }
    const upstream = await this.forward(request, method, url);
    const status = upstream.statusCode ?? 502;
    if (room !== 'sessions' || part !== undefined || method === 'DELETE' || status >= 400) {
      response.writeHead(status, headersOf(upstream));
      upstream.pipe(response);
      return;
    }
    const body = JSON.parse(await text(upstream)) as IRawSession & { sessions?: IRawSession[] };
    if (method === 'POST' && user !== null) {
      this.owners.set(body.id, user);
      if (body.name) this.numbers.set(body.name, body.id);
    }
    const location = upstream.headers.location;
    json(
      response,
      status,
      body.sessions ? { ...body, sessions: body.sessions.map(one => this.shown(one, user)) } : this.shown(body, user),
      location ? { location } : {}
    );
  }

  /** A session with its owner; its log is for him. */
  private shown(session: IRawSession, user: string | null): IRawSession {
    const owner = this.owners.get(session.id) ?? session.owner ?? null;
    return { ...session, owner, ...(owner === user || user === null ? {} : { log: [] }) };
  }

  private forward(request: IncomingMessage, method: string, path: string): Promise<IncomingMessage> {
    const { 'content-type': type, 'x-requested-by': by, 'content-length': length } = request.headers;
    return new Promise((resolve, reject) => {
      const headers = {
        // It compresses even an empty body, and then does not say so.
        'accept-encoding': 'identity',
        ...(type ? { 'content-type': type } : {}),
        ...(by ? { 'x-requested-by': by } : {}),
        ...(length ? { 'content-length': length } : {})
      };
      const upstream = ask(this.real.url + path, { method, headers }, resolve).once('error', reject);
      request.pipe(upstream);
    });
  }

  private async look(): Promise<void> {
    const answer = await fetch(`${this.real.url}/sessions?size=1000`).catch(() => undefined);
    const body = (await answer?.json().catch(() => undefined)) as { sessions?: IRawSession[] } | undefined;
    const sessions = body?.sessions?.map(({ id, name, state, appId }): ILivySessionInfo => {
      const owner = this.owners.get(id);
      return { id, state, ...(name ? { name } : {}), ...(owner ? { owner } : {}), ...(appId ? { appId } : {}) };
    });
    const told = JSON.stringify(sessions);
    if (sessions && told !== this.told) {
      this.told = told;
      this.changed(sessions);
    }
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = ['content-type', 'content-length', 'location', 'retry-after'] as const;
  return Object.fromEntries(kept.flatMap(name => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

async function text(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const buffer = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': buffer.length, ...headers });
  response.end(buffer);
}
