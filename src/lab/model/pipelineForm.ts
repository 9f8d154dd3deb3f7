/** The JSON Schema of a pipeline's file as a form can show it, and values on the way there and back. */
import type { IProblem } from '../../protocol';

type Schema = Record<string, unknown>;
type Values = Record<string, unknown>;

/** What most people look at; the rest is folded. */
export const MAIN_FIELDS = [
  'name',
  'description',
  'release',
  'architecture',
  'arguments',
  'inputs',
  'outputs',
  'schedule',
  'caps'
] as const;

/** The part of a schema with some of its fields, in their order. */
export function partOf(schema: Schema, isMain: boolean): Schema {
  const properties = (schema['properties'] ?? {}) as Schema;
  const main: readonly string[] = MAIN_FIELDS;
  const names = isMain
    ? main.filter(name => name in properties)
    : Object.keys(properties).filter(name => !main.includes(name));
  const required = (schema['required'] ?? []) as string[];
  return {
    type: 'object',
    properties: Object.fromEntries(names.map(name => [name, properties[name]])),
    required: required.filter(name => names.includes(name))
  };
}

/**
 * References resolved, and what RJSF has no field for made into text: a value of several types, and data that may be
 * said as text or as an object. Lists of data that hold objects are left out: they are edited in the file.
 */
export function formSchema(schema: Schema, values: Values): { schema: Schema; inFile: string[] } {
  const definitions = (schema['$defs'] ?? schema['definitions'] ?? {}) as Record<string, Schema>;
  const { $schema: _, $id: __, $defs: ___, definitions: ____, title: _____, ...rest } = schema;
  const inFile = Object.entries((rest['properties'] ?? {}) as Record<string, Schema>)
    .filter(([name, field]) => isData(field) && hasObjects(values[name]))
    .map(([name]) => name);
  const whole = simplify(rest, definitions) as { properties: Schema };
  const properties = Object.fromEntries(Object.entries(whole.properties).filter(([name]) => !inFile.includes(name)));
  return { schema: { ...whole, properties }, inFile };
}

function isData(field: Schema): boolean {
  const items = field['items'] as Schema | undefined;
  return items?.['anyOf'] !== undefined || String(items?.['$ref']).endsWith('/data');
}

function hasObjects(value: unknown): boolean {
  return Array.isArray(value) && value.some(item => typeof item !== 'string');
}

function simplify(node: unknown, definitions: Record<string, Schema>): unknown {
  if (Array.isArray(node)) {
    return node.map(item => simplify(item, definitions));
  }
  if (typeof node !== 'object' || node === null) {
    return node;
  }
  const { $ref: reference, ...own } = node as Schema;
  const named = typeof reference === 'string' ? definitions[reference.split('/').pop() ?? ''] : undefined;
  const { anyOf, type, propertyNames: _, ...rest } = { ...named, ...own };
  const simple = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      // Members are named as they like: one may be "type".
      key === 'properties'
        ? Object.fromEntries(
            Object.entries(value as Schema).map(([name, field]) => [name, simplify(field, definitions)])
          )
        : simplify(value, definitions)
    ])
  );
  if (anyOf !== undefined) {
    return { type: 'string', ...(rest['description'] === undefined ? {} : { description: rest['description'] }) };
  }
  return type === undefined && rest['enum'] === undefined
    ? simple
    : { ...simple, ...(type === undefined ? {} : { type: Array.isArray(type) ? 'string' : type }) };
}

/** Values as the form shows them: where its schema says text, a number or a truth value as text. */
export function toForm(values: unknown, schema: unknown): unknown {
  const { type, properties, items, additionalProperties } = (schema ?? {}) as Record<string, unknown>;
  if (Array.isArray(values)) {
    return values.map(value => toForm(value, items));
  }
  if (typeof values === 'object' && values !== null) {
    const known = (properties ?? {}) as Schema;
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, toForm(value, known[name] ?? additionalProperties)])
    );
  }
  return type === 'string' && (typeof values === 'number' || typeof values === 'boolean') ? String(values) : values;
}

/**
 * What the form holds as the file says it: numbers that were made text are numbers again where they did not change, and
 * what is empty is not said, unless it was.
 */
export function fromForm(edited: unknown, original: unknown): unknown {
  if (Array.isArray(edited)) {
    const before: unknown[] = Array.isArray(original) ? (original as unknown[]) : [];
    // An entry that was added and not filled yet says nothing.
    const entries = edited.map((value, index) => fromForm(value, before[index]));
    return entries.filter(value => value !== undefined && value !== null && value !== '');
  }
  if (typeof edited === 'object' && edited !== null) {
    const before = (typeof original === 'object' && original !== null ? original : {}) as Values;
    return Object.fromEntries(
      Object.entries(edited)
        .map(([name, value]) => [name, fromForm(value, before[name])] as const)
        .filter(([name, value]) => !isEmpty(value) || (name in before && isEmpty(before[name]) && value !== undefined))
    );
  }
  return (typeof original === 'number' || typeof original === 'boolean') && edited === String(original)
    ? original
    : edited;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === '' ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}

/** RJSF's tree of errors. */
export interface IErrorTree {
  __errors?: string[];
  [name: string]: IErrorTree | string[] | undefined;
}

/** Problems of the file at the fields that they are about. */
export function errorTree(problems: readonly IProblem[]): IErrorTree {
  const tree: IErrorTree = {};
  for (const { field, message, fix, severity } of problems) {
    if (field === undefined || severity !== 'error') {
      continue;
    }
    let at = tree;
    for (const name of field.split(/[./[\]]+/).filter(Boolean)) {
      at = (at[name] ??= {}) as IErrorTree;
    }
    (at.__errors ??= []).push(fix ? `${message} ${fix}` : message);
  }
  return tree;
}
