/** CloudFormation's YAML: its short functions as tags, comments beside what they explain. */
import type { Node } from 'yaml';
import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** Plain data with CloudFormation's functions in it. */
export type CfnValue =
  string | number | boolean | Fn | Commented | CfnValue[] | { [key: string]: CfnValue | undefined };

/** `!Ref X`, `!GetAtt X.Arn`, `!Sub text`, `!Equals [a, b]`, … */
export class Fn {
  constructor(
    readonly name: 'Ref' | 'GetAtt' | 'Sub' | 'If' | 'Not' | 'Equals',
    readonly value: string | CfnValue[]
  ) {}
}

/** A value with a comment above it. */
export class Commented {
  constructor(
    readonly comment: string,
    readonly value: CfnValue
  ) {}
}

/** Columns of a comment. */
const WIDTH = 100;

/** Text with `${…}` of CloudFormation's in it becomes `!Sub`; other `${` are IAM's, and stay. */
export function sub(text: string): CfnValue {
  const mine = /\$\{(?=AWS::|Application\})/;
  return mine.test(text) ? new Fn('Sub', text.replace(/\$\{(?!AWS::|Application\})/g, '${!')) : text;
}

/** {@link sub} for all texts in plain data. */
export function subAll(value: unknown): CfnValue {
  if (typeof value === 'string') {
    return sub(value);
  }
  if (Array.isArray(value)) {
    return value.map(subAll);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, subAll(member)]));
  }
  return value as number | boolean;
}

/** The text of a template. */
export function cfnText(template: Record<string, CfnValue | undefined>, header: string): string {
  // YAML 1.1 is what CloudFormation and its linters read: what looks like a date there gets quotes.
  const document = new Document(null, { schema: 'yaml-1.1' });
  document.contents = node(template);
  document.commentBefore = comment(header);
  return document.toString({ lineWidth: 0, indentSeq: true });
}

function node(value: CfnValue): Node {
  if (value instanceof Commented) {
    const inner = node(value.value);
    inner.commentBefore = comment(value.comment);
    return inner;
  }
  if (value instanceof Fn) {
    const inner = node(value.value);
    inner.tag = `!${value.name}`;
    if (inner instanceof YAMLSeq) {
      inner.flow = true;
    }
    return inner;
  }
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map(node);
    return list;
  }
  if (typeof value === 'object') {
    const map = new YAMLMap();
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) {
        map.items.push(pair(key, member));
      }
    }
    return map;
  }
  return new Scalar(value);
}

/** Of a member, the comment stands above its key. */
function pair(key: string, member: CfnValue): Pair {
  const name = new Scalar(key);
  if (member instanceof Commented) {
    name.commentBefore = comment(member.comment);
    return new Pair(name, node(member.value));
  }
  return new Pair(name, node(member));
}

/** Lines of at most {@link WIDTH} columns; what is indented stays as it is. */
function comment(text: string): string {
  return text
    .split('\n')
    .flatMap(paragraph => {
      if (paragraph.startsWith('  ')) {
        return [` ${paragraph}`];
      }
      const lines = [''];
      for (const word of paragraph.split(' ')) {
        const last = lines[lines.length - 1];
        if (last && last.length + word.length >= WIDTH) {
          lines.push(word);
        } else {
          lines[lines.length - 1] = last ? `${last} ${word}` : word;
        }
      }
      return lines.map(line => ` ${line}`);
    })
    .join('\n');
}
