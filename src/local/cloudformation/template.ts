/** CloudFormation templates as they stand in files: YAML with short functions, read into the long ones. */
import { parse, type CollectionTag, type ScalarTag } from 'yaml';

/** Plain data in which `{Ref: …}` and `{'Fn::Name': …}` are functions. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** One parameter, as it stands there: bounds may be numbers. */
export interface ITemplateParameter {
  Type: string;
  Default?: Value;
  NoEcho?: boolean | string;
  Description?: string;
  AllowedValues?: Value[];
  AllowedPattern?: string;
  ConstraintDescription?: string;
  MinLength?: Value;
  MaxLength?: Value;
  MinValue?: Value;
  MaxValue?: Value;
}

export interface IResource {
  Type: string;
  Condition?: string;
  Properties?: Record<string, Value>;
}

export interface ITemplate {
  Description?: string;
  Parameters?: Record<string, ITemplateParameter>;
  Mappings?: Record<string, Record<string, Record<string, Value>>>;
  Conditions?: Record<string, Value>;
  Resources: Record<string, IResource>;
  Outputs?: Record<string, { Description?: string; Value: Value; Condition?: string; Export?: { Name: Value } }>;
}

const FUNCTIONS = 'And Base64 Cidr Equals FindInMap GetAZs GetAtt If ImportValue Join Not Or Select Split Sub'.split(
  ' '
);

const long = (name: string) => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);

/** A short function on a text, a list and a map. */
function tags(name: string): (ScalarTag | CollectionTag)[] {
  const key = long(name);
  return [
    { tag: `!${name}`, resolve: (text: string) => ({ [key]: text }) },
    ...(['seq', 'map'] as const).map(collection => ({
      tag: `!${name}`,
      collection,
      resolve: (value: unknown) => ({ [key]: value }) as never
    }))
  ];
}

const TAGS = ['Ref', 'Condition', ...FUNCTIONS].flatMap(tags);

/** Read a template. @throws Error where it is no YAML, or has no resources */
export function readTemplate(text: string): ITemplate {
  const read = plain(parse(text, { customTags: TAGS, version: '1.1' })) as unknown as Partial<ITemplate> | null;
  if (!read || typeof read !== 'object' || !read.Resources) {
    throw new Error('The template has no Resources.');
  }
  return read as ITemplate;
}

/** Collections that stand inside a function come as YAML's nodes. */
function plain(value: unknown): Value {
  if (typeof (value as { toJSON?: unknown } | null)?.toJSON === 'function') {
    return plain((value as { toJSON(): unknown }).toJSON());
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  }
  return value as Value;
}

/** A value as text; what is no text, number or flag as JSON, for a message. */
export function textOf(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
