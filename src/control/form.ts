/**
 * The launch form: DescribeProvisioningParameters as a JSON schema (draft 7) and a uiSchema. Pure; whatever the server
 * says, it answers with a form that can be shown and validated.
 *
 * Keys of the uiSchema beyond RJSF's own: `ui:options.constraintDescription`, the administrator's text to show instead
 * of the validator's when the value breaks `pattern` or a bound.
 */
import type { DescribeProvisioningParametersOutput, ProvisioningArtifactParameter } from '../aws';
import type { IProductForm } from '../protocol';
import { wholeValuePattern } from './pattern';

/** A JSON schema's part, as far as we write it. */
export interface ISchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: ISchema;
  uniqueItems?: boolean;
  properties?: Record<string, ISchema>;
  required?: string[];
}

type UiSchema = Record<string, unknown>;

/** How a parameter's value travels. */
export type ParameterKind = 'string' | 'number' | 'strings' | 'numbers';

/** What an AWS-specific type looks like, for the empty field. */
const EXAMPLES: Record<string, string> = {
  'AWS::EC2::AvailabilityZone::Name': 'us-east-1a',
  'AWS::EC2::Image::Id': 'ami-0123456789abcdef0',
  'AWS::EC2::Instance::Id': 'i-0123456789abcdef0',
  'AWS::EC2::KeyPair::KeyName': 'name of a key pair',
  'AWS::EC2::SecurityGroup::GroupName': 'name of a security group',
  'AWS::EC2::SecurityGroup::Id': 'sg-0123456789abcdef0',
  'AWS::EC2::Subnet::Id': 'subnet-0123456789abcdef0',
  'AWS::EC2::VPC::Id': 'vpc-0123456789abcdef0',
  'AWS::EC2::Volume::Id': 'vol-0123456789abcdef0',
  'AWS::Route53::HostedZone::Id': 'Z23YXV4OVPL04A',
  'AWS::SSM::Parameter::Name': '/path/of/the/parameter'
};

/** An item of a list that travels joined by commas. */
export const NO_COMMA = '^[^,]*$';

/** Names that a plain object cannot hold as ordinary keys. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** Number, list or text: ParameterType is free text, and what is not known is text. */
export function parameterKind(type: string | undefined): ParameterKind {
  const text = (type ?? 'String').trim();
  if (/^Number$/i.test(text)) {
    return 'number';
  }
  if (/^CommaDelimitedList$/i.test(text)) {
    return 'strings';
  }
  const list = /^List<\s*(.*?)\s*>$/i.exec(text);
  if (list) {
    return /^Number$/i.test(list[1]) ? 'numbers' : 'strings';
  }
  return 'string';
}

/**
 * The form for one version of a product.
 *
 * @param id - of what the form is
 * @param answer - DescribeProvisioningParameters' answer
 */
export function productForm(
  id: { productId: string; versionId: string; pathId?: string },
  answer: DescribeProvisioningParametersOutput
): IProductForm {
  const parameters: ISchema = { type: 'object', title: 'Parameters', properties: {}, required: [] };
  const ui: UiSchema = {};
  const order: string[] = [];
  for (const parameter of answer.ProvisioningArtifactParameters ?? []) {
    const key = parameter.ParameterKey;
    if (!key || RESERVED.has(key) || order.includes(key)) {
      continue;
    }
    const field = formField(key, parameter);
    parameters.properties![key] = field.schema;
    ui[key] = field.ui;
    order.push(key);
    if (field.required) {
      parameters.required!.push(key);
    }
  }
  const tags = tagFields(answer);
  return {
    ...id,
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { parameters, ...(tags ? { tags } : {}) },
      required: ['parameters', ...(tags ? ['tags'] : [])]
    },
    uiSchema: {
      'ui:order': ['parameters', ...(tags ? ['tags'] : [])],
      parameters: { 'ui:order': order, ...ui },
      ...(tags ? { tags: { 'ui:order': Object.keys(tags.properties ?? {}) } } : {})
    },
    instructions: (answer.UsageInstructions ?? [])
      .filter(instruction => instruction.Value)
      .map(instruction => ({ type: instruction.Type ?? 'instructions', value: instruction.Value ?? '' }))
  };
}

/** One parameter as a field. `required`: it has no default. */
function formField(
  key: string,
  parameter: ProvisioningArtifactParameter
): { schema: ISchema; ui: UiSchema; required: boolean } {
  const constraints = parameter.ParameterConstraints ?? {};
  const notes: string[] = [];
  let kind = parameterKind(parameter.ParameterType);
  const texts = unique(constraints.AllowedValues ?? []);
  if ((kind === 'number' || kind === 'numbers') && texts.some(text => toNumber(text) === undefined)) {
    kind = kind === 'number' ? 'string' : 'strings';
  }
  const numeric = kind === 'number' || kind === 'numbers';
  const item: ISchema = { type: numeric ? 'number' : 'string' };
  if (texts.length > 0) {
    item.enum = unique<unknown>(numeric ? texts.map(toNumber) : texts);
  } else if (numeric) {
    Object.assign(item, bounds(constraints.MinValue, constraints.MaxValue, 'minimum', 'maximum', false));
  } else {
    Object.assign(item, bounds(constraints.MinLength, constraints.MaxLength, 'minLength', 'maxLength', true));
  }
  if (!numeric && constraints.AllowedPattern) {
    const pattern = wholeValuePattern(constraints.AllowedPattern);
    if (pattern === undefined) {
      notes.push(`Must match ${constraints.AllowedPattern} (checked by the server).`);
    } else {
      item.pattern = pattern;
    }
  } else if (kind === 'strings' && texts.length === 0) {
    item.pattern = NO_COMMA;
  }
  const list = kind === 'strings' || kind === 'numbers';
  const schema: ISchema = {
    ...(list ? { type: 'array', items: item, ...(item.enum ? { uniqueItems: true } : {}) } : item),
    title: key
  };
  const hidden = parameter.IsNoEcho === true;
  const fallback = parameter.DefaultValue;
  if (fallback !== undefined && !hidden) {
    const value = typedValue(kind, fallback);
    if (value !== undefined && fits(value, item)) {
      schema.default = value;
    }
  }
  if (hidden && fallback !== undefined) {
    notes.push('Leave empty for the default.');
  }
  const description = [parameter.Description?.trim(), ...notes].filter(Boolean).join(' ');
  if (description) {
    schema.description = description;
  }
  return {
    schema,
    ui: fieldUi(parameter, kind, item, fallback),
    required: fallback === undefined
  };
}

function fieldUi(
  parameter: ProvisioningArtifactParameter,
  kind: ParameterKind,
  item: ISchema,
  fallback: string | undefined
): UiSchema {
  const ui: UiSchema = {};
  if (parameter.IsNoEcho === true && kind === 'string') {
    ui['ui:widget'] = 'password';
    ui['ui:autocomplete'] = 'new-password';
  } else if ((kind === 'strings' || kind === 'numbers') && item.enum) {
    ui['ui:widget'] = 'checkboxes';
  }
  const type = parameter.ParameterType ?? '';
  const inner = /^(?:List|AWS::SSM::Parameter::Value)<(.*)>$/i.exec(type)?.[1] ?? type;
  const example = /^AWS::SSM::Parameter::Value</i.test(type) ? EXAMPLES['AWS::SSM::Parameter::Name'] : EXAMPLES[inner];
  if (example && !item.enum) {
    ui[kind === 'strings' ? 'items' : 'ui:placeholder'] = kind === 'strings' ? { 'ui:placeholder': example } : example;
  }
  // A text with a default can be emptied on purpose: without this the default would come back.
  if (kind === 'string' && fallback && !item.enum && !item.minLength && parameter.IsNoEcho !== true) {
    ui['ui:emptyValue'] = '';
  }
  const text = parameter.ParameterConstraints?.ConstraintDescription?.trim();
  if (text) {
    ui['ui:options'] = { constraintDescription: text };
  }
  return ui;
}

function tagFields(answer: DescribeProvisioningParametersOutput): ISchema | undefined {
  const properties: Record<string, ISchema> = {};
  for (const option of answer.TagOptions ?? []) {
    const values = unique(option.Values ?? []);
    if (option.Key && values.length > 0 && !RESERVED.has(option.Key)) {
      const known = properties[option.Key]?.enum ?? [];
      const all = unique([...known, ...values]);
      properties[option.Key] = {
        type: 'string',
        title: option.Key,
        enum: all,
        ...(all.length === 1 ? { default: all[0] } : {})
      };
    }
  }
  const keys = Object.keys(properties);
  return keys.length === 0 ? undefined : { type: 'object', title: 'Tags', properties, required: keys };
}

/** Bounds that are numbers and leave something to choose; others are not said. */
function bounds(
  low: string | undefined,
  high: string | undefined,
  lowName: 'minimum' | 'minLength',
  highName: 'maximum' | 'maxLength',
  count: boolean
): ISchema {
  const read = (text: string | undefined) => {
    const value = toNumber(text);
    return value !== undefined && count && (value < 0 || !Number.isInteger(value)) ? undefined : value;
  };
  const min = read(low);
  const max = read(high);
  if (min !== undefined && max !== undefined && min > max) {
    return {};
  }
  return { ...(min === undefined ? {} : { [lowName]: min }), ...(max === undefined ? {} : { [highName]: max }) };
}

/** The number that a text says, undefined where it says none. */
export function toNumber(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') {
    return undefined;
  }
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A parameter's text as the form's value; undefined where it is not of that kind. */
export function typedValue(kind: ParameterKind, text: string): unknown {
  if (kind === 'string') {
    return text;
  }
  if (kind === 'number') {
    return toNumber(text);
  }
  const parts = text.trim() === '' ? [] : text.split(',').map(part => part.trim());
  if (kind === 'strings') {
    return parts;
  }
  const numbers: (number | undefined)[] = parts.map(toNumber);
  return numbers.includes(undefined) ? undefined : numbers;
}

/** A default that the choices do not hold is not shown: the server still knows it. */
function fits(value: unknown, item: ISchema): boolean {
  return !item.enum || (Array.isArray(value) ? value : [value]).every(one => item.enum?.includes(one));
}

function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}
