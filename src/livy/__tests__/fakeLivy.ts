import http from 'node:http';
import https from 'node:https';

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the fake saw it. */
export interface ISeen {
  method: string;
  path: string;
  body: unknown;
  authorization: string | undefined;
  headers: NodeJS.Dict<string | string[]>;
}

/** Answers a request; `undefined` lets the connection break after the request was read. */
export type Answer = (seen: ISeen, count: number) => { status?: number; body?: unknown; headers?: object } | undefined;

/**
 * A Livy that is made to fail in the ways a real one cannot be asked to. Answers by `METHOD /path`, the longest first.
 */
export class FakeLivy {
  readonly seen: ISeen[] = [];
  /** Milliseconds that a request is on its way, before it is acted upon. */
  delayMs = 0;
  /** A request is acted upon when this says so. */
  hold: (seen: ISeen) => boolean = () => false;
  /** Requests that are on their way, and the most there were at once. */
  open = 0;
  mostOpen = 0;
  private readonly server: Server;
  private readonly answers = new Map<string, Answer>();

  constructor(private readonly tls?: { cert: string; key: string }) {
    const handle = (request: IncomingMessage, response: ServerResponse): void => void this.handle(request, response);
    this.server = tls ? https.createServer(tls, handle) : http.createServer(handle);
    this.on('GET /version', () => ({ body: { version: '0.8.0-incubating' } }));
  }

  on(request: string, answer: Answer): this {
    this.answers.set(request, answer);
    return this;
  }

  /** How often a request was made, by its method and the beginning of its path. */
  count(request: string): number {
    return this.seen.filter(item => `${item.method} ${item.path}`.startsWith(request)).length;
  }

  async start(): Promise<string> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
    return `${this.tls ? 'https' : 'http'}://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    response.on('close', () => this.open--);
    if (this.delayMs > 0) {
      await new Promise(resolve => setTimeout(resolve, this.delayMs));
    }
    const seen: ISeen = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: text ? JSON.parse(text) : undefined,
      authorization: request.headers.authorization,
      headers: request.headers
    };
    const key = `${seen.method} ${seen.path.split('?')[0]}`;
    // What the session puts before its first Python statement is no cell: only who asks for it sees it.
    const code = (seen.body as { code?: unknown } | undefined)?.code;
    if (
      !this.answers.has('PRELUDE') &&
      typeof code === 'string' &&
      code.startsWith('# jupyterlab-emr: not a cell (prelude)')
    ) {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify(statement(-1, 'waiting')));
      return;
    }
    this.seen.push(seen);
    while (this.hold(seen)) {
      await new Promise(resolve => setTimeout(resolve, 2));
    }
    const made = this.answers.get(key);
    const answer = made
      ? made(seen, this.seen.filter(item => `${item.method} ${item.path.split('?')[0]}` === key).length)
      : { status: 404, body: { msg: `nothing at ${key}` } };
    if (!answer) {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
  }
}

/** A statement as Livy tells it. */
export function statement(id: number, state: string, text?: string, code = '1+1'): Record<string, unknown> {
  return {
    id,
    code,
    state,
    progress: state === 'available' ? 1 : 0,
    output: text === undefined ? null : { status: 'ok', execution_count: id, data: { 'text/plain': text } }
  };
}
