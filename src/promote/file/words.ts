/** The schema's errors in plain words. */
import type { ErrorObject } from 'ajv';
import type { IFinding } from './check';
import type { FieldPath } from './positions';

/** Forms that a pattern stands for, by the end of the field's path. */
const FORMS: readonly [RegExp, string][] = [
  [/^name$/, 'It has letters, digits, "_" and "-", begins with a letter or digit, and has at most 51 signs.'],
  [/^script$/, 'It is the path of a Python file, relative to this one, e.g. daily.py.'],
  [/^region$/, 'It is a region such as eu-west-1.'],
  [/^release$/, 'A release is written emr-X.Y.Z, e.g. emr-7.9.0, or emr-spark-X.Y.Z.'],
  [/^artifacts$/, 'It is s3://BUCKET/PREFIX/, with a slash at its end.'],
  [/^packages\[/, 'It is what pip takes, e.g. pandas==2.2.3.'],
  [/^image$/, 'It is ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG.'],
  [/snsTopicArn$/, 'It is arn:aws:sns:REGION:ACCOUNT:NAME.'],
  [/kmsKey$/, 'It is the ARN of the key, arn:aws:kms:REGION:ACCOUNT:key/ID.'],
  [/catalogId$/, 'It is an account: twelve digits, in quotes.'],
  [/arguments\[\d+\]\.name$/, 'It is a name as Python has them.'],
  [/table$/, 'It is DATABASE.TABLE, or DATABASE.* for all of a database.'],
  [/^(inputs|outputs)\[\d+\]$/, 'It is s3://BUCKET/PREFIX/, DATABASE.TABLE, or an object with s3, table or lfTags.'],
  [/(s3|location)$/, 'It is s3://BUCKET/PREFIX/.']
];

interface ISchemaNode {
  properties?: Record<string, object>;
}

/** One error of the schema as a finding. */
export function schemaFinding(
  error: ErrorObject,
  schema: ISchemaNode,
  nearest: (name: string, known: readonly string[]) => string | undefined
): IFinding & { ofKey?: boolean } {
  const params = error.params as Record<string, unknown>;
  const inner = pathOf(error.instancePath);
  // What is wrong with an item of inputs is wrong with it by all of its forms; only the item itself can be named.
  const at = inner[0] === 'inputs' || inner[0] === 'outputs' ? dataPath(inner, error) : inner;
  const field = textOf(at);
  const shown = show(error.data);
  switch (error.keyword) {
    case 'required': {
      const missing = String(params['missingProperty']);
      const about = (schema.properties?.[missing] as { description?: string } | undefined)?.description;
      return {
        path: at,
        message: `${field ? `${field} has no` : 'There is no'} "${missing}".`,
        fix: `Add ${missing}:${at.length === 0 && about ? ` ${about}` : ' it is needed.'}`
      };
    }
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const known = Object.keys((error.parentSchema as ISchemaNode | undefined)?.properties ?? {});
      const near = nearest(name, known);
      return {
        path: [...at, name],
        ofKey: true,
        message: `${field ? `${field} has` : 'There is'} no field "${name}".`,
        fix: near ? `Did you mean "${near}"?` : `The fields are ${known.join(', ')}.`
      };
    }
    case 'propertyNames':
    case 'pattern':
      if (error.propertyName !== undefined || error.keyword === 'propertyNames') {
        const name = String(error.propertyName ?? params['propertyName']);
        return {
          path: [...at, name],
          ofKey: true,
          message: `"${name}" cannot be a name in ${field}.`,
          fix:
            field === 'tags' ? 'Tags of aws: and jupyterlab-emr: are kept for AWS and for us.' : 'Look at its spelling.'
        };
      }
      return { path: at, message: `${field} cannot be ${shown}.`, ...fixOf(field) };
    case 'type':
      return {
        path: at,
        message: `${field} cannot be ${shown}.`,
        fix: (params['type'] === 'string' ? fixOf(field).fix : undefined) ?? `It has to be ${kinds(params['type'])}.`
      };
    case 'enum': {
      const values = (params['allowedValues'] as unknown[]).map(String);
      const near = nearest(String(error.data), values);
      return {
        path: at,
        message: `${field} cannot be ${shown}.`,
        fix: near ? `Did you mean ${near}? It is one of ${values.join(', ')}.` : `It is one of ${values.join(', ')}.`
      };
    }
    case 'minimum':
      return { path: at, message: `${field} cannot be ${shown}.`, fix: `It is at least ${String(params['limit'])}.` };
    case 'maximum':
      return { path: at, message: `${field} cannot be ${shown}.`, fix: `It is at most ${String(params['limit'])}.` };
    case 'uniqueItems':
      return { path: at, message: `${field} names something twice.`, fix: 'Take one of them away.' };
    default: {
      const { fix } = fixOf(field);
      return {
        path: at,
        message: `${field || 'The file'} cannot be ${shown}.`,
        fix: fix ?? `It ${error.message ?? ''}.`
      };
    }
  }
}

/** A field of an item of inputs or outputs where it is written as an object, else the item. */
function dataPath(path: FieldPath, error: ErrorObject): FieldPath {
  return path.length > 2 || error.keyword === 'additionalProperties' || error.keyword === 'type'
    ? path
    : path.slice(0, 2);
}

function fixOf(field: string): { fix?: string } {
  const form = FORMS.find(([pattern]) => pattern.test(field));
  return form ? { fix: form[1] } : {};
}

function pathOf(pointer: string): FieldPath {
  return pointer
    .split('/')
    .slice(1)
    .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map(part => (/^\d+$/.test(part) ? Number(part) : part));
}

function textOf(path: FieldPath): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index ? `.${part}` : part)).join('');
}

function kinds(type: unknown): string {
  const names: Record<string, string> = {
    object: 'a group of fields',
    array: 'a list',
    string: 'a text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false'
  };
  return (Array.isArray(type) ? type : [type]).map(name => names[String(name)] ?? String(name)).join(' or ');
}

function show(value: unknown): string {
  if (typeof value === 'string') {
    return `"${value.slice(0, 80)}"`;
  }
  if (value === null || value === undefined) {
    return 'empty';
  }
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a group of fields' : JSON.stringify(value);
}
