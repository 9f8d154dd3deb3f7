import { isDeepStrictEqual } from 'node:util';

import { Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';

import type { ParsedNode, YAMLMap, YAMLSeq } from 'yaml';

/**
 * Put what a form holds into the text of a pipeline's file. Comments and order stay; where nothing differs, the text
 * does, to the letter.
 *
 * @param text - the file as it is; where it is not a YAML object, a new one is written
 * @param form - the whole pipeline, shaped as the file is; a member that is undefined is left out
 */
export function withForm(text: string, form: Readonly<Record<string, unknown>>): string {
  const parsed = parseDocument(text);
  if (parsed.errors.length > 0 || !isMap(parsed.contents)) {
    return new Document(plain(form)).toString();
  }
  if (isDeepStrictEqual(plain(parsed.toJS()), plain(form))) {
    return text;
  }
  mergeMap(parsed, parsed.contents, plain(form) as Record<string, unknown>);
  return parsed.toString();
}

/** The text as values for a form; undefined where it is no YAML object. */
export function formOf(text: string): Record<string, unknown> | undefined {
  const parsed = parseDocument(text);
  return parsed.errors.length === 0 && isMap(parsed.contents) ? (parsed.toJS() as Record<string, unknown>) : undefined;
}

type Container = Document.Parsed<ParsedNode> | Document;

function mergeMap(document: Container, map: YAMLMap<unknown, unknown>, values: Record<string, unknown>): void {
  for (const key of map.items.map(item => String(isScalar(item.key) ? item.key.value : item.key))) {
    if (!(key in values)) {
      map.delete(key);
    }
  }
  for (const [key, value] of Object.entries(values)) {
    merge(document, map.get(key, true), value, node => map.set(key, node));
  }
}

function mergeSeq(document: Container, seq: YAMLSeq, values: unknown[]): void {
  values.forEach((value, index) => merge(document, seq.items[index], value, node => (seq.items[index] = node)));
  seq.items.length = values.length;
}

function merge(document: Container, node: unknown, value: unknown, put: (node: unknown) => void): void {
  if (isMap(node) && isObject(value)) {
    mergeMap(document, node, value);
  } else if (isSeq(node) && Array.isArray(value)) {
    mergeSeq(document, node, value);
  } else if (isScalar(node) && !isObject(value) && !Array.isArray(value)) {
    if (node.value !== value) {
      // Its comment stays; how the old value was written (a number's digits, a block of text) does not.
      node.value = value;
      delete node.source;
    }
  } else {
    put(document.createNode(value));
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As JSON has it: without what is undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
