/** What the account passes on to moto: S3 as a stream, and the calls to IAM, KMS and Glue that it does not answer itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import { needsOf } from '../access/apiActions';
import { refusal } from '../access/guard';
import { AwsError } from '../errors';
import type { IHttpAnswer } from '../protocols/types';
import type { ICaller, ServiceName } from '../types';
import { isS3, serveS3, type IS3Parts } from './s3';
import { answerHeaders, passOn, readAll } from './upstream';

const SERVICES: ReadonlySet<ServiceName> = new Set(['iam', 'kms', 'glue']);
const READS = /^(Get|List|Describe|Search|BatchGet)/;

/** One call to pass on. */
export interface IPassedCall {
  service: ServiceName;
  operation: string;
  input: unknown;
  request: IncomingMessage;
  body: Buffer;
  caller: ICaller;
  region: string;
}

export class Gateway {
  constructor(private readonly parts: IS3Parts) {}

  /** Whether a request is to be given to {@link Gateway.stream}, its body unread. */
  streams(request: IncomingMessage): boolean {
    return isS3(request);
  }

  stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return serveS3(this.parts, request, response);
  }

  serves(service: ServiceName): boolean {
    return SERVICES.has(service);
  }

  /** @throws AwsError `AccessDenied` (IAM) or `AccessDeniedException` where the caller may not */
  async pass(call: IPassedCall): Promise<IHttpAnswer & { outcome: string }> {
    const { moto, guard, directory } = this.parts;
    const { service, operation, request, caller, region } = call;
    const input = (call.input ?? {}) as Record<string, unknown>;
    for (const { action, resource, context } of await needsOf(service, operation, input, region, directory)) {
      const decision = await guard.decide(caller, action, resource, context);
      if (decision !== 'allowed') {
        const code = service === 'iam' ? 'AccessDenied' : 'AccessDeniedException';
        throw new AwsError(code, refusal(caller, action, resource, decision), service === 'iam' ? 403 : 400);
      }
    }
    const passed = await passOn(moto, {
      method: request.method ?? 'POST',
      path: request.url ?? '/',
      headers: request.headers,
      body: forMoto(call, input)
    });
    const body = await readAll(passed);
    if (!READS.test(operation)) {
      directory.forget();
    }
    const status = passed.statusCode ?? 500;
    if (status >= 500) {
      // moto answers what it does not have with HTML and 500, which SDKs take for a passing trouble.
      throw new AwsError('UnknownOperationException', `The local account does not have ${service}:${operation}.`);
    }
    const headers = Object.fromEntries(
      Object.entries(answerHeaders(passed)).flatMap(([name, value]) =>
        value === undefined || name === 'content-length' ? [] : [[name, String(value)]]
      )
    );
    return { status, headers, body, outcome: status < 400 ? 'ok' : errorCode(body.toString('utf8')) };
  }
}

/** The body as moto is to see it: it does not know whose keys these are. */
function forMoto({ service, operation, body, caller }: IPassedCall, input: Record<string, unknown>): Buffer {
  const user = /:user\/(?:.*\/)?([^/]+)$/.exec(caller.arn)?.[1];
  return service === 'iam' && operation === 'GetUser' && input['UserName'] === undefined && user !== undefined
    ? Buffer.from(`${body.toString('utf8')}&UserName=${encodeURIComponent(user)}`)
    : body;
}

function errorCode(text: string): string {
  return /<Code>([^<]+)<|"__type":\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.slice(1).find(Boolean) ?? 'Error';
}
