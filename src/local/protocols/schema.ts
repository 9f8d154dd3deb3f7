/**
 * Inputs checked by the service's own model: the AWS SDK exports each shape as a Smithy schema
 * `[kind, namespace, name, traits, memberNames, memberSchemas, numberOfRequired]` (structures) or
 * `[kind, namespace, name, traits, …, element]` (lists, maps); numbers below 64 are simple types, 64 and 128 added to
 * one make a list or a map of it; a function gives a schema that is recursive; `[schema, traits]` is a member with traits.
 */
import { AwsError } from '../errors';
import type { InputSchema } from '../types';

const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const SIMPLE = 0;
const LIST_OF = 64;
const MAP_OF = 128;
/** Simple types: 0 string, 1 number, 2 boolean, 4 to 7 timestamp. */
const NAMES: Record<number, string> = { 0: 'a string', 1: 'a number', 2: 'a boolean' };

/**
 * The input with timestamps as `Date` and without members that are null or unknown.
 *
 * @throws AwsError `SerializationException` where a type is wrong, `ValidationException` where a required member is missing
 */
export function checkInput(schema: InputSchema, value: unknown): Record<string, unknown> {
  return structure(schema, value, '') as Record<string, unknown>;
}

function structure(schema: InputSchema, value: unknown, path: string): unknown {
  if (!isMap(value)) {
    throw wrong(path, 'a structure');
  }
  const [, , , , names, types, required = 0] = schema as [
    number,
    string,
    string,
    unknown,
    string[],
    unknown[],
    number?
  ];
  const result: Record<string, unknown> = {};
  names.forEach((name, index) => {
    const member = value[name];
    const at = path ? `${path}.${name}` : name;
    if (member !== undefined && member !== null) {
      result[name] = convert(types[index], member, at);
    } else if (index < required) {
      const lower = at[0].toLowerCase() + at.slice(1);
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value null at '${lower}' failed to satisfy constraint: Member must not be null`
      );
    }
  });
  return result;
}

function convert(type: unknown, value: unknown, path: string): unknown {
  if (typeof type === 'function') {
    return convert((type as () => unknown)(), value, path);
  }
  if (typeof type === 'number') {
    return type >= MAP_OF
      ? entries(type - MAP_OF, value, path)
      : type >= LIST_OF
        ? elements(type - LIST_OF, value, path)
        : simple(type, value, path);
  }
  const schema = type as InputSchema;
  if (typeof schema[0] !== 'number' || typeof schema[1] !== 'string') {
    return convert(schema[0], value, path); // a member with traits
  }
  switch (schema[0]) {
    case SIMPLE:
      return convert(schema[4], value, path);
    case LIST:
      return elements(schema[4], value, path);
    case MAP:
      return entries(schema[5], value, path);
    case STRUCTURE:
    default:
      return structure(schema, value, path);
  }
}

function elements(type: unknown, value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) {
    throw wrong(path, 'a list');
  }
  return value.map((item, index) => convert(type, item, `${path}.${index + 1}.member`));
}

function entries(type: unknown, value: unknown, path: string): Record<string, unknown> {
  if (!isMap(value)) {
    throw wrong(path, 'a map');
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(type, item, `${path}.${key}`)]));
}

function simple(type: number, value: unknown, path: string): unknown {
  if (type >= 4 && type <= 7) {
    const date = value instanceof Date ? value : new Date(typeof value === 'number' ? value * 1000 : NaN);
    if (Number.isNaN(date.getTime())) {
      throw wrong(path, 'a timestamp');
    }
    return date;
  }
  const number = typeof value === 'bigint' ? Number(value) : value;
  const expected = ['string', 'number', 'boolean'][type];
  if (expected && typeof number !== expected) {
    throw wrong(path, NAMES[type]);
  }
  return number;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function wrong(path: string, expected: string): AwsError {
  return new AwsError('SerializationException', `${path || 'The request body'} has to be ${expected}.`);
}
