/** Checks what a form (or a command line) sends against the form's own schema, and writes it as Service Catalog takes it. */
import type Ajv from 'ajv';
import type { ErrorObject } from 'ajv';

import type { ProvisioningArtifactParameter } from '../aws';
import type { IProductForm, IProvisionRequest } from '../protocol';
import { CLUSTER_NAME, EmrError } from '../protocol';
import type { ISchema, ParameterKind } from './form';
import { NO_COMMA, parameterKind, toNumber, typedValue } from './form';

/** What Service Catalog takes. */
export interface IProvisionValues {
  parameters: { Key: string; Value: string }[];
  tags: { Key: string; Value: string }[];
}

/** @throws EmrError `InvalidName` */
export function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string' || !CLUSTER_NAME.test(name)) {
    throw new EmrError({
      code: 'InvalidName',
      hop: 'config',
      message: `"${String(name).slice(0, 140)}" cannot be the name of a cluster.`,
      fix: 'Use up to 128 letters, digits, dots, underscores and hyphens, and begin with a letter or a digit.'
    });
  }
}

/**
 * The values of a provision request, checked.
 *
 * @param definitions - the parameters as the server described them
 * @throws EmrError `InvalidParameter` naming each parameter, its value (unless it is a secret) and the rule
 */
export async function provisionValues(
  form: IProductForm,
  definitions: ProvisioningArtifactParameter[],
  request: Pick<IProvisionRequest, 'parameters' | 'tags'>
): Promise<IProvisionValues> {
  const { parameters: parameterSchema, tags: tagSchema } = form.schema['properties'] as Record<
    'parameters' | 'tags',
    ISchema | undefined
  >;
  const fields = parameterSchema?.properties ?? {};
  const secrets = new Set(definitions.filter(one => one.IsNoEcho).map(one => one.ParameterKey ?? ''));
  const problems: string[] = [];
  const parameters = coerceAll(request.parameters ?? {}, fields, problems, 'parameter');
  const tags = coerceAll(request.tags ?? {}, tagSchema?.properties ?? {}, problems, 'tag');
  for (const [key, field] of Object.entries(tagSchema?.properties ?? {})) {
    tags[key] ??= field.default;
  }
  const validator = await makeValidator();
  const check = validator.compile({ ...form.schema, $schema: undefined });
  if (!check({ parameters, tags })) {
    problems.push(...(check.errors ?? []).map(error => problem(error, form, secrets)));
  }
  if (problems.length > 0) {
    throw new EmrError({
      code: 'InvalidParameter',
      hop: 'config',
      message: [...new Set(problems)].join(' '),
      fix: 'Correct the values and try again.'
    });
  }
  return {
    parameters: Object.entries(parameters)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => ({ Key: key, Value: serialize(value, definition(definitions, key)) }))
      // A secret left empty is the template's default.
      .filter(({ Key, Value }) => !(secrets.has(Key) && Value === '')),
    tags: Object.entries(tags)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => ({ Key: key, Value: String(value) }))
  };
}

async function makeValidator(): Promise<Ajv> {
  const { default: Validator } = await import('ajv');
  return new Validator({ allErrors: true, strict: false, verbose: true });
}

function definition(
  definitions: ProvisioningArtifactParameter[],
  key: string
): ProvisioningArtifactParameter | undefined {
  return definitions.find(one => one.ParameterKey === key);
}

/** Texts (a command line's) become what the schema asks; unknown names are problems. */
function coerceAll(
  values: Record<string, unknown>,
  fields: Record<string, ISchema>,
  problems: string[],
  what: 'parameter' | 'tag'
): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null) {
      continue;
    }
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) {
      const names = Object.keys(fields);
      problems.push(`The product has no ${what} "${key}"${names.length ? ` (it has ${names.join(', ')})` : ''}.`);
      continue;
    }
    known[key] = typeof value === 'string' ? coerce(field, value) : value;
  }
  return known;
}

function coerce(field: ISchema, text: string): unknown {
  const kind: ParameterKind =
    field.type === 'array' ? (field.items?.type === 'number' ? 'numbers' : 'strings') : (field.type as ParameterKind);
  if (kind === 'number' && text.trim() === '') {
    return undefined;
  }
  return typedValue(kind, text) ?? text;
}

function serialize(value: unknown, parameter: ProvisioningArtifactParameter | undefined): string {
  const texts = parameter?.ParameterConstraints?.AllowedValues ?? [];
  const one = (item: unknown): string => {
    const kind = parameterKind(parameter?.ParameterType);
    // "1.0" among the allowed values is "1.0", not "1".
    const original =
      typeof item === 'number' && (kind === 'number' || kind === 'numbers')
        ? texts.find(text => toNumber(text) === item)
        : undefined;
    return original ?? String(item);
  };
  return Array.isArray(value) ? value.map(one).join(',') : one(value);
}

function problem(error: ErrorObject, form: IProductForm, secrets: Set<string>): string {
  const [section, name, ...rest] = error.instancePath.split('/').slice(1).map(unescapePointer);
  if (error.keyword === 'required') {
    const missing = String((error.params as { missingProperty?: unknown }).missingProperty);
    return `${section === 'tags' ? 'Tag' : 'Parameter'} "${missing}" is needed: it has no default.`;
  }
  const ui = form.uiSchema[section] as Record<string, { 'ui:options'?: { constraintDescription?: string } }>;
  const told = ui?.[name]?.['ui:options']?.constraintDescription;
  const value = secrets.has(name) ? '' : ` ${JSON.stringify(error.data)?.slice(0, 200)}`;
  const where = rest.length > 0 ? ` (item ${Number(rest[0]) + 1})` : '';
  const rule = `${ruleText(error)}${told ? ` (${told.replace(/\.$/, '')})` : ''}`;
  return `${section === 'tags' ? 'Tag' : 'Parameter'} "${name}"${where}:${value} ${rule}.`;
}

function ruleText(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'enum':
      return `is none of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`;
    case 'pattern':
      return params['pattern'] === NO_COMMA
        ? 'holds a comma'
        : `does not match ${String(params['pattern']).replace(/^\^\(\?:(.*)\)\$$/s, '$1')}`;
    case 'minLength':
      return `is shorter than ${String(params['limit'])}`;
    case 'maxLength':
      return `is longer than ${String(params['limit'])}`;
    case 'minimum':
      return `is less than ${String(params['limit'])}`;
    case 'maximum':
      return `is more than ${String(params['limit'])}`;
    case 'type':
      return `is not of type ${String(params['type'])}`;
    case 'uniqueItems':
      return 'holds a value twice';
    default:
      return error.message ?? 'is not valid';
  }
}

function unescapePointer(text: string): string {
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}
