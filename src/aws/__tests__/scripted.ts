/** A loopback endpoint that speaks AWS JSON: answers from a table, and remembers what it was asked. */
import type { AddressInfo } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

import { closeClients } from '../client';

/** An answer, or an error with AWS's code. */
export type Answer = object | { __error: string; message?: string; status?: number };
/** Operation to answer; a function sees the request. */
export type Script = Record<string, Answer | ((input: Record<string, unknown>) => Answer)>;

export interface IScripted {
  script: Script;
  asked: { operation: string; input: Record<string, unknown>; userAgent: string }[];
  stop(): Promise<void>;
}

/**
 * Answer on loopback as AWS, and point the environment's AWS at it.
 *
 * @param answer - gets each request with its body
 * @returns ends it and puts the environment back
 */
export async function startEndpoint(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void
): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk as Buffer));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const before = { ...process.env };
  for (const name of Object.keys(process.env).filter(one => one.startsWith('AWS_'))) {
    delete process.env[name];
  }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true'
  });
  return async () => {
    closeClients();
    process.env = before;
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  };
}

/** Start it, and point the environment's AWS at it. */
export async function startScripted(script: Script = {}): Promise<IScripted> {
  const state: IScripted = { script, asked: [], stop: () => Promise.resolve() };
  state.stop = await startEndpoint((request, response, body) => {
    const operation = String(request.headers['x-amz-target']).split('.').pop() ?? '';
    const input = JSON.parse(body || '{}') as Record<string, unknown>;
    state.asked.push({ operation, input, userAgent: String(request.headers['user-agent']) });
    const entry = state.script[operation] ?? { __error: 'UnknownOperationException' };
    const answer = (typeof entry === 'function' ? entry(input) : entry) as {
      __error?: string;
      message?: string;
      status?: number;
    };
    const failed = answer.__error !== undefined;
    response.writeHead(failed ? (answer.status ?? 400) : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(failed ? { __type: answer.__error, message: answer.message } : answer));
  });
  return state;
}
