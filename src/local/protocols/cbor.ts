/** Smithy RPC v2 CBOR: `POST /service/NAME/operation/Operation`, timestamps carry tag 1. boto3's way to Service Catalog. */
import { Decoder, Encoder } from 'cbor-x';

import { AwsError } from '../errors';
import type { ServiceName } from '../types';
import type { IProtocol } from './types';

const SERVICES: Record<string, ServiceName> = {
  AWS242ServiceCatalogService: 'servicecatalog',
  ElasticMapReduce: 'emr',
  secretsmanager: 'secretsmanager',
  TrentService: 'kms',
  AWSGlue: 'glue',
  AWSEvents: 'events',
  GraniteServiceVersion20100801: 'monitoring',
  Logs_20140328: 'logs'
};
const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
const PATH = /^\/service\/([^/]+)\/operation\/([^/?]+)/;

const encoder = new Encoder({ useRecords: false, mapsAsObjects: true, variableMapSize: true, tagUint8Array: false });
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });

export const cbor: IProtocol = {
  name: 'cbor',
  accepts: request => PATH.test(request.url ?? ''),
  target(request) {
    const [, name, operation] = PATH.exec(request.url ?? '') ?? ['', '', ''];
    return { service: SERVICES[name] ?? 'unknown', operation };
  },
  read(body) {
    if (body.length === 0) {
      return {};
    }
    try {
      return decoder.decode(body) as unknown;
    } catch {
      throw new AwsError('SerializationException', 'The request body is not valid CBOR.');
    }
  },
  answer: output => ({ status: 200, headers: HEADERS, body: encode(output) }),
  refuse: error => ({
    status: error.status,
    headers: { ...HEADERS, 'x-amzn-errortype': error.code },
    body: encode({ __type: error.code, message: error.message, Message: error.message, ...error.members })
  })
};

function encode(value: object): Buffer {
  return encoder.encode(defined(value));
}

/** Without members that are undefined, which JSON leaves out by itself. */
function defined(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(defined);
  }
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [key, defined(member)])
    );
  }
  return value;
}
