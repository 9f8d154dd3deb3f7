/** The one loopback endpoint: AWS calls in their protocols, the control API below `/_local`, presigned UIs below `/_ui`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import type { CallLog } from '../calls';
import { SCHEMAS } from '../emrServerless/service';
import { AwsError, unknownOperation } from '../errors';
import type { Faults } from '../faults';
import type { Identities } from '../identity';
import { uuid } from '../ids';
import { LAKE_FORMATION_SCHEMAS } from '../lake/lakeFormation';
import type { Gateway } from '../moto/gateway';
import { cbor } from '../protocols/cbor';
import { ec2Query } from '../protocols/ec2Query';
import { json11 } from '../protocols/json11';
import { query } from '../protocols/query';
import { makeRestJson } from '../protocols/restJson';
import { checkInput } from '../protocols/schema';
import type { IHttpAnswer, IProtocol } from '../protocols/types';
import { SCHEDULER_SCHEMAS } from '../scheduler/service';
import { readSignature } from '../signature';
import type { IService, Operation, ServiceName } from '../types';

const emrServerless = makeRestJson('emr-serverless', 'emr-serverless', Object.values(SCHEMAS));
const scheduler = makeRestJson('scheduler', 'scheduler', Object.values(SCHEDULER_SCHEMAS));
const lakeFormation = makeRestJson('lakeformation', 'lakeformation', Object.values(LAKE_FORMATION_SCHEMAS));
const PROTOCOLS: readonly IProtocol[] = [emrServerless, scheduler, lakeFormation, json11, cbor, ec2Query, query];
const MAX_BODY = 4 * 1024 * 1024;

/** Something that answers below a path of its own, beside AWS. */
export interface IRoute {
  prefix: string;
  handle(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> | void;
}

export interface IServerParts {
  services: readonly IService[];
  identities: Identities;
  faults: Faults;
  calls: CallLog;
  routes: readonly IRoute[];
  /** Answers what no service here does. */
  gateway?: Gateway;
}

export function makeServer(parts: IServerParts): Server {
  const server = createServer((request, response) => {
    void serve(parts, request, response).catch(error => {
      process.stderr.write(`local account: ${(error as Error).stack}\n`);
      if (!response.headersSent) {
        respond(response, { status: 500, headers: { 'content-type': 'application/json' }, body: '{}' });
      } else {
        response.destroy();
      }
    });
  });
  // Longer than any SDK keeps a connection, so that none is closed under a request.
  server.keepAliveTimeout = 120_000;
  return server;
}

async function serve(parts: IServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (parts.gateway?.streams(request)) {
    await parts.gateway.stream(request, response);
    return;
  }
  const body = await readBody(request);
  const route = parts.routes.find(({ prefix }) => request.url?.startsWith(prefix));
  if (route) {
    await route.handle(request, response, body);
    return;
  }
  // A request that speaks no protocol of AWS gets AWS's JSON: never HTML, which SDKs take for a passing trouble.
  const protocol = PROTOCOLS.find(candidate => candidate.accepts(request)) ?? json11;
  respond(response, await callAws(parts, protocol, request, body));
}

async function callAws(
  { services, identities, faults, calls, gateway }: IServerParts,
  protocol: IProtocol,
  request: IncomingMessage,
  body: Buffer
): Promise<IHttpAnswer> {
  const requestId = uuid();
  const target = protocol.target(request, body);
  const name: ServiceName = target.service;
  const call = {
    time: new Date().toISOString(),
    service: name,
    operation: target.operation,
    protocol: protocol.name,
    region: readSignature(request)?.region ?? '',
    caller: ''
  };
  let answer: IHttpAnswer;
  try {
    const { caller, region } = identities.authenticate(request, body, protocol === query || protocol === ec2Query);
    call.caller = caller.arn;
    const service = services.find(candidate => candidate.name === name);
    const operations: Record<string, Operation | undefined> = service?.operations ?? {};
    const operation = Object.hasOwn(operations, target.operation) ? operations[target.operation] : undefined;
    if (faults.isPatient(name, target.operation)) {
      await faults.meet(name, target.operation, protocol.read(body, request));
    } else {
      faults.check(name, target.operation);
    }
    if (!operation && gateway?.serves(name)) {
      const passed = await gateway.pass({
        service: name,
        operation: target.operation,
        input: protocol.read(body),
        request,
        body,
        caller,
        region
      });
      calls.add({ ...call, outcome: passed.outcome });
      return { ...passed, headers: { ...passed.headers, 'x-amzn-requestid': requestId } };
    }
    if (!operation) {
      throw protocol === query || protocol === ec2Query
        ? new AwsError('InvalidAction', `Could not find operation ${target.operation} for version 2011-06-15`)
        : unknownOperation(target.operation);
    }
    const schema = service?.inputs?.[target.operation];
    const read = protocol.read(body, request);
    const input = schema ? checkInput(schema, read) : read;
    const output = await operation(input as never, { caller, region, requestId });
    answer = protocol.answer(output, target.operation, requestId);
    calls.add({ ...call, outcome: 'ok' });
  } catch (error) {
    const refusal =
      error instanceof AwsError ? error : new AwsError('InternalFailure', 'The local account failed.', 500);
    if (refusal !== error) {
      process.stderr.write(`local account: ${target.operation}: ${(error as Error).stack}\n`);
    }
    answer = protocol.refuse(refusal, requestId);
    calls.add({ ...call, outcome: refusal.code });
  }
  return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': requestId } };
}

export function respond(response: ServerResponse, { status, headers, body }: IHttpAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

export function respondJson(response: ServerResponse, status: number, value: unknown): void {
  respond(response, { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > MAX_BODY) {
      throw new Error('The request body is too long.');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
