/** Where in the file a field stands. */
import { isMap, isNode, isPair, isScalar } from 'yaml';

import type { Document, LineCounter, Node } from 'yaml';

/** From 1. */
export interface IPosition {
  line: number;
  column: number;
}

/** Path into the document: names and numbers. */
export type FieldPath = readonly (string | number)[];

/** `caps.vcpu`, `arguments[0].type`. */
export function pathText(path: FieldPath): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index ? `.${part}` : part)).join('');
}

/** Position of the field; of the nearest one around it where it is not there. */
export function positionOf(document: Document, counter: LineCounter, path: FieldPath, ofKey = false): IPosition {
  for (let length = path.length; length >= 0; length--) {
    const node = nodeAt(document, path.slice(0, length), ofKey || length < path.length);
    const start = node?.range?.[0];
    if (start !== undefined) {
      const { line, col } = counter.linePos(start);
      return { line, column: col };
    }
  }
  return { line: 1, column: 1 };
}

function nodeAt(document: Document, path: FieldPath, ofKey: boolean): Node | undefined {
  const last = path.at(-1);
  if (ofKey && typeof last === 'string') {
    const parent: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
    const pair = isMap(parent)
      ? parent.items.find(item => isPair(item) && isScalar(item.key) && String(item.key.value) === last)
      : undefined;
    return isNode(pair?.key) ? pair.key : undefined;
  }
  const node: unknown = path.length ? document.getIn(path, true) : document.contents;
  return isNode(node) ? node : undefined;
}
