/** CloudFormation templates of products, read for what a cluster of them would be. Functions are not worked out. */
import { parse, type CollectionTag, type ScalarTag } from 'yaml';

/** Plain data in which `{Ref: …}` and `{'Fn::Name': …}` are functions. */
export type Value = string | number | boolean | null | undefined | Value[] | { [key: string]: Value };

interface IResource {
  Type?: string;
  Properties?: Record<string, Value>;
}

export interface ITemplate {
  Parameters?: Record<string, { Type?: string; Default?: Value; AllowedValues?: Value[] }>;
  Resources: Record<string, IResource>;
}

const FUNCTIONS =
  'And Base64 Cidr Equals FindInMap GetAZs GetAtt If ImportValue Join Not Or Select Split Sub Transform'.split(' ');

/** A short function on a text, a list and a map. */
function tags(name: string): (ScalarTag | CollectionTag)[] {
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
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

/** Read a template, YAML or JSON; undefined for what is none. */
export function readTemplate(text: string): ITemplate | undefined {
  try {
    // Collections inside of functions come as YAML's nodes: JSON makes plain data of them.
    const read = JSON.parse(JSON.stringify(parse(text, { customTags: TAGS, version: '1.1' }))) as ITemplate | null;
    return read !== null && typeof read === 'object' && isMap(read.Resources) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Resources of a type, their properties. */
export function resourcesOf(template: ITemplate, type: string): Record<string, Value>[] {
  return Object.values(template.Resources)
    .filter(resource => resource?.Type === type)
    .map(({ Properties = {} }) => Properties);
}

/** The resource of a type that a value refers to; undefined where it does not. */
export function referred(template: ITemplate, value: Value, type: string): Record<string, Value> | undefined {
  const name = isMap(value) ? value['Ref'] : undefined;
  const found =
    typeof name === 'string' && Object.hasOwn(template.Resources, name) ? template.Resources[name] : undefined;
  return found?.Type === type ? (found.Properties ?? {}) : undefined;
}

/** Not there whatever the conditions are. */
export function isAbsent(value: Value): boolean {
  if (isMap(value)) {
    const choice = value['Fn::If'];
    return value['Ref'] === 'AWS::NoValue' || (Array.isArray(choice) && choice.slice(1).every(isAbsent));
  }
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.every(isAbsent));
}

/**
 * The texts that a value can be as far as the template alone tells: written out, a parameter's default and allowed
 * values, both sides of a choice.
 */
export function possible(template: ITemplate, value: Value): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(one => possible(template, one));
  }
  if (!isMap(value)) {
    return value === undefined || value === null ? [] : String(value).split(',');
  }
  const { Ref: name, 'Fn::If': choice } = value;
  if (typeof name === 'string') {
    const { Default, AllowedValues = [] } = template.Parameters?.[name] ?? {};
    return [...new Set([...possible(template, Default), ...possible(template, AllowedValues)])];
  }
  if (Array.isArray(choice)) {
    return possible(template, choice.slice(1));
  }
  // What other functions make is not known; of plain maps, the members.
  return Object.keys(value).some(key => key.startsWith('Fn::'))
    ? []
    : Object.values(value).flatMap(member => possible(template, member));
}

/** A member of a map, however deep its way is. */
export function at(value: Value, ...way: string[]): Value {
  return way.reduce<Value>((found, key) => (isMap(found) && Object.hasOwn(found, key) ? found[key] : undefined), value);
}

/** Whether a key stands anywhere in it. */
export function has(value: Value, key: string): boolean {
  if (Array.isArray(value)) {
    return value.some(one => has(one, key));
  }
  return isMap(value) && (Object.hasOwn(value, key) || Object.values(value).some(member => has(member, key)));
}

function isMap(value: unknown): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
