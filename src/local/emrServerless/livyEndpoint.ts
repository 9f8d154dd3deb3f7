/**
 * The applications' Livy endpoint: `https://127.0.0.1:PORT/REGION/APPLICATION`, one port for all. It checks the signature
 * (version 4, service `emr-serverless`), starts the application, and passes requests to that application's own Livy.
 */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';

import type { IServerCertificate } from '../ca';
import { HOST } from '../emr/cluster';
import { AwsError } from '../errors';
import { respondJson } from '../http/server';
import type { Identities } from '../identity';
import { readSignature } from '../signature';
import type { ICaller } from '../types';
import { checkPassRole, roleProblem, type IAccess } from './access';
import { sessionDemand, type IDemand } from './demand';
import type { IPass, LivyApplication } from './livyApplication';

const PATH = /^\/([\w-]+)\/([0-9a-z]+)(\/[^?]*)?(\?.*)?$/;
const ROLE = 'emr-serverless.session.executionRoleArn';
const MAX_BODY = 4 * 1024 * 1024;

/** A request that is not let through. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message);
  }
}

export interface ILivyEndpointParts {
  identities: Identities;
  access: IAccess;
  find(region: string, applicationId: string): LivyApplication | undefined;
}

export class LivyEndpoint {
  private readonly server: Server;

  constructor(
    certificate: IServerCertificate,
    private readonly parts: ILivyEndpointParts
  ) {
    this.server = createServer(certificate, (request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        if (response.headersSent) {
          response.destroy();
        } else if (error instanceof Refusal || error instanceof AwsError) {
          const status = error instanceof AwsError ? 403 : error.status;
          respondJson(response, status, { message: error.message });
        } else {
          process.stderr.write(`local account: Livy endpoint: ${(error as Error).stack}\n`);
          respondJson(response, 500, { message: 'Internal server error' });
        }
      });
    });
    this.server.keepAliveTimeout = 75_000;
  }

  /** @returns what stands in the site's configuration: its URL, with the region and the application to be filled in */
  async listen(): Promise<string> {
    await new Promise<void>((done, fail) => {
      this.server.once('error', fail);
      this.server.listen(0, HOST, done);
    });
    const { port } = this.server.address() as { port: number };
    return `https://${HOST}:${port}/{region}/{applicationId}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const [, region, applicationId, path = '/', search = ''] = PATH.exec(request.url ?? '') ?? [];
    const caller = this.authenticate(request, body, region);
    const livy = region === undefined ? undefined : this.parts.find(region, applicationId);
    if (!livy) {
      throw new Refusal(404, `Application ${applicationId ?? ''} does not exist.`);
    }
    await this.parts.access.require(caller, 'emr-serverless:AccessLivyEndpoints', livy.application.arn);
    if (!livy.enabled) {
      throw new Refusal(400, `The Livy endpoint is not enabled for application ${applicationId}.`);
    }
    const parts = path.split('/').filter(Boolean);
    if (request.method === 'POST' && parts.length === 1 && parts[0] === 'sessions') {
      await this.create(livy, caller, region, request, response, body);
      return;
    }
    const { port } = livy;
    if (port === undefined) {
      // Nothing runs for it: it has no sessions.
      if (request.method === 'GET' && parts.length === 1) {
        respondJson(response, 200, { from: 0, total: 0, sessions: [] });
      } else {
        respondJson(response, 404, { msg: `Session '${parts[1] ?? ''}' not found.` });
      }
      return;
    }
    await pass(port, livy.passFor(parts[1]), path + search, request, response, body);
  }

  /** @throws Refusal as AWS's front door refuses */
  private authenticate(request: IncomingMessage, body: Buffer, region: string | undefined): ICaller {
    const { caller } = this.parts.identities.authenticate(request, body, false);
    const signature = readSignature(request)!;
    if (signature.service !== 'emr-serverless') {
      throw new Refusal(403, `Credential should be scoped to correct service: 'emr-serverless'.`);
    }
    if (region !== undefined && signature.region !== region) {
      throw new Refusal(403, `Credential should be scoped to a valid region, not '${signature.region}'.`);
    }
    return caller;
  }

  private async create(
    livy: LivyApplication,
    caller: ICaller,
    region: string,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer
  ): Promise<void> {
    const role = readJson(body).conf?.[ROLE];
    if (!role) {
      throw new Refusal(400, `An execution role is required: name it in the session's conf as ${ROLE}.`);
    }
    try {
      await checkPassRole(this.parts.access, caller, role);
    } catch (error) {
      throw new Refusal((error as AwsError).code === 'AccessDeniedException' ? 403 : 400, (error as Error).message);
    }
    const keys = await this.parts.access.assume(role, livy.application.arn, livy.application.id);
    if (!keys) {
      throw new Refusal(400, roleProblem(role));
    }
    const opened = await livy.open(caller, role, this.parts.access.environment(keys, region), demand(body));
    if (typeof opened === 'string') {
      throw new Refusal(400, opened);
    }
    let sessionId: number | undefined;
    try {
      sessionId = await pass(opened.port, opened.pass, '/sessions', request, response, body);
    } finally {
      opened.settle(sessionId);
    }
  }
}

/**
 * Hand a request on, with our own credentials instead of the caller's.
 *
 * @returns the session that it made, where it made one
 */
async function pass(
  port: number,
  { username, password }: IPass,
  path: string,
  { method }: IncomingMessage,
  response: ServerResponse,
  body: Buffer
): Promise<number | undefined> {
  const headers = {
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    'content-type': 'application/json',
    'content-length': body.length
  };
  const ask = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ host: HOST, port, path, method, headers }, resolve)
        .once('error', () => reject(new Refusal(502, 'The Livy of the application does not answer.')))
        .end(body);
    });
  let answer = await ask();
  // A new user is told to the process on another way than requests take.
  for (let tries = 0; answer.statusCode === 401 && tries < 40; tries++) {
    answer.resume();
    await new Promise(resolve => setTimeout(resolve, 25));
    answer = await ask();
  }
  const made = answer.statusCode === 201 ? /^\/sessions\/(\d+)$/.exec(answer.headers.location ?? '')?.[1] : undefined;
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
  return made === undefined ? undefined : Number(made);
}

function readJson(body: Buffer): Parameters<typeof sessionDemand>[0] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null) {
    throw new Refusal(400, 'The request body is not valid JSON.');
  }
  return value;
}

/** @throws Refusal where there is no such worker */
function demand(body: Buffer): IDemand {
  try {
    return sessionDemand(readJson(body));
  } catch (error) {
    throw new Refusal(400, (error as Error).message);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > MAX_BODY) {
      throw new Refusal(413, 'Request too long');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
