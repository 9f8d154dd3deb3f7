/** Python by its grammar: statements, names, literals. */
import { parser } from '@lezer/python';

import type { SyntaxNode, Tree } from '@lezer/common';

/** A piece of Python, parsed. */
export class Python {
  readonly tree: Tree;

  constructor(readonly code: string) {
    this.tree = parser.parse(code.endsWith('\n') ? code : `${code}\n`);
  }

  text(node: SyntaxNode): string {
    return this.code.slice(node.from, Math.min(node.to, this.code.length));
  }

  /** From 1. */
  lineOf(offset: number): number {
    return this.code.slice(0, offset).split('\n').length;
  }

  /** The statements at the top; those in one line by themselves. */
  statements(): SyntaxNode[] {
    return children(this.tree.topNode).flatMap(node =>
      node.name === 'StatementGroup'
        ? children(node).filter(item => item.name !== ';' && item.name !== 'Comment')
        : node.name === 'Comment'
          ? []
          : [node]
    );
  }

  /** All nodes, parents first. */
  *nodes(from: SyntaxNode = this.tree.topNode): Generator<SyntaxNode> {
    yield from;
    for (const child of children(from)) {
      yield* this.nodes(child);
    }
  }

  /** Offset of the first thing that is no Python; undefined where all is. */
  errorAt(): number | undefined {
    let at: number | undefined;
    this.tree.iterate({
      enter: node => {
        if (at === undefined && node.type.isError) {
          at = node.from;
        }
      }
    });
    return at;
  }

  /** Names that are used or bound as variables. */
  variables(): Set<string> {
    const names = new Set<string>();
    for (const node of this.nodes()) {
      if (node.name === 'VariableName') {
        names.add(this.text(node));
      }
    }
    return names;
  }

  /** Names that statements at the top bind: assignments, functions, classes, imports, loops, `with`. */
  bound(): Set<string> {
    const names = new Set<string>();
    for (const node of this.nodes()) {
      for (const name of this.boundBy(node)) {
        names.add(name);
      }
    }
    return names;
  }

  private boundBy(node: SyntaxNode): string[] {
    const parts = children(node);
    const named = (list: SyntaxNode[]) =>
      list.flatMap(part =>
        [...this.nodes(part)].filter(item => item.name === 'VariableName').map(item => this.text(item))
      );
    switch (node.name) {
      case 'AssignStatement': {
        const last = parts.map(part => part.name).lastIndexOf('AssignOp');
        return named(
          parts
            .slice(0, last)
            .filter(part => /^(VariableName|TupleExpression|ArrayExpression|ParenthesizedExpression)$/.test(part.name))
        );
      }
      case 'FunctionDefinition':
      case 'ClassDefinition':
        return named(parts.filter(part => part.name === 'VariableName').slice(0, 1));
      case 'ForStatement':
        return named(
          parts.slice(
            0,
            parts.findIndex(part => part.name === 'in')
          )
        );
      case 'WithStatement':
      case 'TryStatement':
        return parts.flatMap((part, index) =>
          part.name === 'as' && parts[index + 1] ? named([parts[index + 1]]) : []
        );
      case 'NamedExpression':
        return named(parts.slice(0, 1));
      case 'ImportStatement':
        return importOf(this, node).names.map(({ as }) => as);
      default:
        return [];
    }
  }
}

/** Children of a node, keywords and signs among them. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const list: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    list.push(child);
  }
  return list;
}

/** An import taken apart. */
export interface IImport {
  /** `from MODULE import`; undefined for a plain import. */
  module?: string;
  /** What is imported, and the name that it is bound to; `*` for all. */
  names: { name: string; as: string }[];
}

/** Take an import statement apart. */
export function importOf(python: Python, node: SyntaxNode): IImport {
  const text = python
    .text(node)
    .replace(/#[^\n]*/g, ' ')
    .replace(/[()\\\s]+/g, ' ')
    .trim();
  const from = /^from\s*(\S+)\s*import\s*(.*)$/.exec(text);
  const list = from ? (from[2] ?? '') : text.replace(/^import\s*/, '');
  const names = list
    .split(',')
    .map(item => item.trim())
    .filter(Boolean)
    .map(item => {
      const [name = '', as] = item.split(/\s+as\s+/);
      return { name, as: as ?? (from ? name : (name.split('.')[0] ?? name)) };
    });
  return { ...(from ? { module: from[1] } : {}), names };
}

/** The value of a literal: of a text, a number, a truth value, None, or lists, tuples and dictionaries of them. */
export function literal(python: Python, node: SyntaxNode | null): { value: unknown } | undefined {
  if (!node) {
    return undefined;
  }
  const text = python.text(node);
  const items = () => children(node).filter(item => !/^[[\](){},:]$/.test(item.name) && item.name !== 'Comment');
  switch (node.name) {
    case 'String':
      return stringValue(text);
    case 'ContinuedString': {
      const parts = children(node).map(part => literal(python, part));
      return parts.every(part => typeof part?.value === 'string')
        ? { value: parts.map(part => part?.value as string).join('') }
        : undefined;
    }
    case 'Number':
      return /[jJ]$/.test(text) ? undefined : number(text);
    case 'Boolean':
      return { value: text === 'True' };
    case 'None':
      return { value: null };
    case 'UnaryExpression': {
      const inner = literal(python, node.lastChild);
      const sign = /^[+-]/.exec(text)?.[0];
      return typeof inner?.value === 'number' && sign
        ? { value: sign === '-' ? -inner.value : inner.value }
        : undefined;
    }
    case 'ParenthesizedExpression': {
      const [inner, ...more] = items();
      return inner && more.length === 0 ? literal(python, inner) : undefined;
    }
    case 'ArrayExpression':
    case 'TupleExpression': {
      const values = items().map(item => literal(python, item));
      return values.every(value => value !== undefined) ? { value: values.map(value => value?.value) } : undefined;
    }
    case 'DictionaryExpression': {
      const parts = items();
      const values = parts.map(part => literal(python, part));
      if (parts.length % 2 || values.some(value => value === undefined)) {
        return undefined;
      }
      const keys = values.filter((_value, index) => index % 2 === 0);
      return keys.every(key => typeof key?.value === 'string')
        ? { value: Object.fromEntries(keys.map((key, index) => [key?.value as string, values[index * 2 + 1]?.value])) }
        : undefined;
    }
    default:
      return undefined;
  }
}

function number(text: string): { value: number } | undefined {
  const value = Number(text.replace(/_/g, ''));
  return Number.isNaN(value) ? undefined : { value };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\n': '',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0'
};

function stringValue(text: string): { value: string } | undefined {
  const match = /^([rRuU]?)("""|'''|"|')([\s\S]*)\2$/.exec(text);
  if (!match) {
    return undefined;
  }
  const [, prefix = '', , body = ''] = match;
  if (/r/i.test(prefix)) {
    return { value: body };
  }
  return {
    value: body.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S])/g, (all, sign: string) =>
      /^[xuU]./.test(sign)
        ? String.fromCodePoint(parseInt(sign.slice(1), 16))
        : (ESCAPES[sign] ?? (/["'\\]/.test(sign) ? sign : all))
    )
  };
}

/** A Python string literal of one line. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u{7f}-\u{9f}\u{2028}\u{2029}\u{d800}-\u{dfff}]/gu, sign => {
    return `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
