/** A request passed on to moto: its method, path, headers and body as they came. */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

import { TOKEN_HEADER, type MotoProcess } from './process';

/** Headers that are of one connection only. */
const OF_THE_CONNECTION = [
  'connection',
  'keep-alive',
  'expect',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  TOKEN_HEADER
];

export interface IPassed {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** A request that is streamed on, or a body that was read. */
  body: IncomingMessage | Buffer;
}

/** Pass a request on. @returns moto's answer, its body not read yet */
export async function passOn(moto: MotoProcess, { method, path, headers, body }: IPassed): Promise<IncomingMessage> {
  const port = await moto.start();
  const sent: IncomingHttpHeaders = { ...headers, [TOKEN_HEADER]: moto.token };
  for (const name of OF_THE_CONNECTION) {
    if (name !== TOKEN_HEADER) {
      delete sent[name];
    }
  }
  if (Buffer.isBuffer(body)) {
    sent['content-length'] = String(body.length);
    delete sent['transfer-encoding'];
  }
  return new Promise((resolve, reject) => {
    const upstream = httpRequest({ host: '127.0.0.1', port, method, path, headers: sent }, resolve);
    upstream.on('error', reject);
    if (Buffer.isBuffer(body)) {
      upstream.end(body);
    } else {
      body.on('error', error => upstream.destroy(error));
      body.pipe(upstream);
    }
  });
}

/** The headers of an answer, without those of its connection. */
export function answerHeaders(answer: IncomingMessage): IncomingHttpHeaders {
  const headers = { ...answer.headers };
  for (const name of OF_THE_CONNECTION) {
    delete headers[name];
  }
  delete headers['transfer-encoding'];
  return headers;
}

export async function readAll(stream: IncomingMessage, most = 64 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += (chunk as Buffer).length;
    if (length > most) {
      throw new Error('The body is too long.');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
