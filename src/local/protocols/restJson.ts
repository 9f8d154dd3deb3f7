/**
 * AWS REST-JSON: the operation is in the method and the path, its input in path, query and body. Which goes where is
 * told by the service's own model, as the AWS SDK exports it: `[9, namespace, name, {http: [method, path, status]}, () => input, () => output]`.
 */
import type { IncomingMessage } from 'node:http';

import { AwsError } from '../errors';
import { readSignature } from '../signature';
import type { InputSchema, ServiceName } from '../types';
import type { IProtocol } from './types';

const HEADERS = { 'content-type': 'application/json' };
/** Bit of a member's traits: it stands in the path. */
const LABEL = 1;
const LIST_OF = 64;
/** Refusals that this protocol answers with 403, whatever the JSON protocols do. */
const FORBIDDEN = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException'
]);

/** Where one member of an input is found. */
interface IMember {
  name: string;
  type: number;
  /** Name in the query; none: in the path. */
  query?: string;
}

interface IRoute {
  operation: string;
  method: string;
  pattern: RegExp;
  labels: string[];
  members: IMember[];
}

/** An operation's schema, as the SDK exports it. */
export type OperationSchema = readonly [
  9,
  string,
  string,
  string | { http?: [string, string, number] } | number,
  unknown,
  unknown
];

/** The schema of an operation's input. */
export function inputOf(schema: OperationSchema): InputSchema {
  return (schema[4] as () => InputSchema)();
}

/**
 * @param service - as boto3 names it
 * @param signingName - requests signed for it are of this protocol
 * @param schemas - the service's operations
 */
export function makeRestJson(
  service: ServiceName,
  signingName: string,
  schemas: readonly OperationSchema[]
): IProtocol {
  const routes = schemas.map(readRoute);
  const find = (request: IncomingMessage) => {
    const path = pathOf(request);
    return routes.find(({ method, pattern }) => method === request.method && pattern.test(path));
  };
  return {
    name: 'rest-json',
    accepts: request => readSignature(request)?.service === signingName,
    target: request => ({ service, operation: find(request)?.operation ?? `${request.method} ${pathOf(request)}` }),
    read(body, request) {
      const route = request && find(request);
      return { ...readBody(body), ...(route ? readLocations(route, request) : {}) };
    },
    answer: output => ({ status: 200, headers: HEADERS, body: JSON.stringify(output, seconds) }),
    refuse: error => ({
      status: FORBIDDEN.has(error.code) ? 403 : error.status,
      headers: { ...HEADERS, 'x-amzn-errortype': error.code },
      body: JSON.stringify({ message: error.message, ...error.members })
    })
  };
}

function readRoute(schema: OperationSchema): IRoute {
  const [, , operation, traits] = schema;
  const http = (typeof traits === 'object' && traits.http) || undefined;
  if (!http) {
    throw new Error(`The model of ${operation} says nothing of HTTP.`);
  }
  const labels: string[] = [];
  const pattern = http[1]
    .split('/')
    .map(part => {
      const label = /^\{(\w+)\+?\}$/.exec(part)?.[1];
      if (label === undefined) {
        return part;
      }
      labels.push(label);
      return '([^/]+)';
    })
    .join('/');
  const [, , , , names, types] = inputOf(schema) as [number, string, string, unknown, string[], unknown[]];
  const members = names.flatMap((name, index): IMember[] => {
    const member = types[index];
    const [type, location] = Array.isArray(member) ? (member as unknown[]) : [member, 0];
    if (location === LABEL) {
      return [{ name, type: Number(type) }];
    }
    const query = (location as { httpQuery?: string } | undefined)?.httpQuery;
    return query === undefined ? [] : [{ name, type: Number(type), query }];
  });
  return { operation, method: http[0], pattern: new RegExp(`^${pattern}/?$`), labels, members };
}

function readLocations(route: IRoute, request: IncomingMessage): Record<string, unknown> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const values = (route.pattern.exec(pathOf(request)) ?? []).slice(1).map(decodeURIComponent);
  const found: Record<string, unknown> = {};
  for (const { name, type, query } of route.members) {
    if (query === undefined) {
      found[name] = values[route.labels.indexOf(name)];
    } else if (searchParams.has(query)) {
      found[name] =
        type >= LIST_OF
          ? searchParams.getAll(query).map(text => convert(type - LIST_OF, text, name))
          : convert(type, searchParams.get(query)!, name);
    }
  }
  return found;
}

/** A value of the query: simple types 0 string, 1 number, 2 boolean, 4 to 7 timestamp (ISO 8601). */
function convert(type: number, text: string, name: string): unknown {
  const value =
    type === 1
      ? Number(text)
      : type === 2
        ? ({ true: true, false: false } as Record<string, boolean>)[text]
        : type >= 4
          ? new Date(text)
          : text;
  if (value === undefined || Number.isNaN(value instanceof Date ? value.getTime() : value)) {
    throw new AwsError('ValidationException', `${text} is not a valid value of ${name}.`);
  }
  return value;
}

function readBody(body: Buffer): Record<string, unknown> {
  if (body.length === 0) {
    return {};
  }
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0];
}

/** Replacer of JSON.stringify; `this[key]` is the value before Date.toJSON. */
function seconds(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key];
  return raw instanceof Date ? raw.getTime() / 1000 : value;
}
