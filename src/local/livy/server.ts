import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

import { Admission } from './auth';
import type { ILivyConfig, ILivyCredential, ILivySessionInfo } from './config';
import { LIVY_DEFAULTS } from './config';
import { LivyError } from './errors';
import { SessionManager } from './manager';
import type { IReply } from './routes';
import { Routes } from './routes';

/** One Livy: its port, its sessions, its list of who may enter. */
export class LivyServer {
  readonly sessions: SessionManager;
  private readonly admission = new Admission();
  private readonly routes: Routes;
  private readonly server: Server;
  private readonly scheme: 'http' | 'https';

  /** @param changed - called with all sessions whenever one of them changed. */
  constructor(
    private readonly config: ILivyConfig,
    changed: (sessions: ILivySessionInfo[]) => void
  ) {
    const knobs = { ...LIVY_DEFAULTS, ...config.knobs };
    this.sessions = new SessionManager(config, knobs, changed, owner => this.admission.environment(owner));
    this.routes = new Routes(this.sessions, knobs);
    this.scheme = config.tls ? 'https' : 'http';
    const listener = (request: IncomingMessage, response: ServerResponse): void => void this.answer(request, response);
    this.server = config.tls ? createHttps(config.tls, listener) : createHttp(listener);
    // Longer than clients keep a quiet connection: none meets a door that closes as it knocks.
    this.server.keepAliveTimeout = 75_000;
  }

  /** The port that was had. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.config.port, this.config.host, () => {
        this.server.off('error', reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  setCredentials(credentials: readonly ILivyCredential[]): void {
    this.admission.set(credentials);
  }

  /** SIGKILL to a session's driver. */
  killDriver(id: number): void {
    this.sessions.get(String(id))?.kill();
  }

  /** SIGKILL to every driver, while this process ends. */
  killAll(): void {
    this.sessions.killAll();
  }

  /** Ends every driver, then the port. */
  async close(): Promise<void> {
    this.server.close();
    await this.sessions.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: IReply;
    try {
      const body = await readBody(request);
      const user = this.config.auth ? this.admission.user(request.headers.authorization) : null;
      reply = user === undefined ? UNAUTHORIZED : await this.dispatch(request, body, user);
    } catch (error) {
      reply = refusal(error);
    }
    write(response, reply);
  }

  private dispatch(request: IncomingMessage, body: string, user: string | null): IReply | Promise<IReply> {
    const url = new URL(request.url ?? '/', 'http://livy');
    return this.routes.handle({
      method: request.method ?? 'GET',
      path: url.pathname.split('/').filter(Boolean).map(decodePart),
      query: url.searchParams,
      body,
      user,
      origin: `${this.scheme}://${request.headers.host ?? this.config.host}`
    });
  }
}

const UNAUTHORIZED: IReply = {
  status: 401,
  headers: { 'WWW-Authenticate': 'Basic realm="livy"', 'Cache-Control': 'no-store' }
};

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function refusal(error: unknown): IReply {
  if (error instanceof LivyError) return { status: error.status, json: error.body };
  return { status: 500, json: `java.lang.RuntimeException: ${error instanceof Error ? error.message : String(error)}` };
}

function write(response: ServerResponse, reply: IReply): void {
  const pieces = reply.pieces ?? (reply.json === undefined ? [] : [JSON.stringify(reply.json)]);
  const buffers = pieces.map(piece => (typeof piece === 'string' ? Buffer.from(piece) : piece));
  response.writeHead(reply.status, {
    ...(reply.status === 204 ? {} : { 'Content-Length': buffers.reduce((sum, { length }) => sum + length, 0) }),
    ...(pieces.length > 0 ? { 'Content-Type': 'application/json' } : {}),
    ...reply.headers
  });
  const [first, ...rest] = buffers;
  if (rest.length > 0 && buffers.every(({ length }) => length < 65_536)) {
    response.end(Buffer.concat(buffers));
    return;
  }
  if (first) response.write(first);
  for (const buffer of rest) response.write(buffer);
  response.end();
}
