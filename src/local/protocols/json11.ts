/** AWS JSON 1.1: `X-Amz-Target: PREFIX.Operation`, timestamps are seconds since the epoch. */
import { AwsError } from '../errors';
import type { ServiceName } from '../types';
import type { IProtocol } from './types';

const TARGETS: Record<string, ServiceName> = {
  AWS242ServiceCatalogService: 'servicecatalog',
  ElasticMapReduce: 'emr',
  secretsmanager: 'secretsmanager',
  TrentService: 'kms',
  AWSGlue: 'glue',
  AWSEvents: 'events',
  GraniteServiceVersion20100801: 'monitoring',
  Logs_20140328: 'logs'
};
const HEADERS = { 'content-type': 'application/x-amz-json-1.1' };

export const json11: IProtocol = {
  name: 'json',
  accepts: request => request.headers['x-amz-target'] !== undefined,
  target(request) {
    const [prefix, operation = ''] = String(request.headers['x-amz-target']).split('.');
    return { service: TARGETS[prefix] ?? 'unknown', operation };
  },
  read(body) {
    if (body.length === 0) {
      return {};
    }
    try {
      return JSON.parse(body.toString('utf8')) as unknown;
    } catch {
      throw new AwsError('SerializationException', 'The request body is not valid JSON.');
    }
  },
  answer: output => ({ status: 200, headers: HEADERS, body: JSON.stringify(output, seconds) }),
  refuse: error => ({
    status: error.status,
    headers: { ...HEADERS, 'x-amzn-errortype': error.code },
    // The services differ in the case of the key, and clients read both.
    body: JSON.stringify({ __type: error.code, message: error.message, Message: error.message, ...error.members })
  })
};

/** Replacer of JSON.stringify; `this[key]` is the value before Date.toJSON. */
function seconds(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key];
  return raw instanceof Date ? raw.getTime() / 1000 : value;
}
