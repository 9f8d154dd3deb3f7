/** Which S3 addresses and tables a script names, as far as they can be read from it. */
import { sqlReferences } from './sqlReferences';
import { Python, children, literal } from './python';

import type { SyntaxNode } from '@lezer/common';
import type { IDataRef } from '../types';

/** What a script reads and writes. */
export interface IReferences {
  reads: IDataRef[];
  writes: IDataRef[];
  /** Addresses that EMR Serverless cannot reach: a cluster's HDFS. */
  hdfs: string[];
}

/** A text as far as it is known. */
interface IKnown {
  text: string;
  /** All of it is known. */
  whole: boolean;
}

const FILES =
  /^(?:parquet|csv|json|orc|text|load|avro|textFile|wholeTextFiles|binaryFiles|sequenceFile|newAPIHadoopFile)$/;
const FILE_WRITES =
  /^(?:parquet|csv|json|orc|text|save|start|saveAsTextFile|saveAsSequenceFile|saveAsPickleFile|saveAsNewAPIHadoopFile)$/;
const PANDAS_READ = /^read_(?:parquet|csv|json|excel|feather|orc|pickle|table|fwf|hdf|xml)$/;
const PANDAS_WRITE = /^to_(?:parquet|csv|json|excel|feather|orc|pickle|hdf|xml)$/;
const TABLE_WRITES = /^(?:saveAsTable|insertInto|writeTo|toTable)$/;

/** Walk a script's calls. */
export function referencesOf(code: string): IReferences {
  const python = new Python(code);
  const walk = new Walk(python);
  for (const node of python.nodes()) {
    if (node.name === 'AssignStatement') {
      walk.assign(node);
    } else if (node.name === 'CallExpression') {
      walk.call(node);
    }
  }
  return walk.result();
}

class Walk {
  private readonly constants = new Map<string, IKnown>();
  private readonly views = new Set<string>();
  private readonly found = { reads: new Set<string>(), writes: new Set<string>() };
  private readonly hdfs = new Set<string>();
  private database = 'default';

  constructor(private readonly python: Python) {
    // Defaults of arguments that are addresses or tables; a day or a number is another one in each run.
    for (const match of python.code.matchAll(
      /add_argument\(\s*"--(\w+)"[^)]*?default=["'](s3[an]?:\/\/[^"'\\]*|\w+\.\w+)["']/g
    )) {
      this.constants.set(`arguments.${match[1] ?? ''}`, { text: match[2] ?? '', whole: true });
    }
  }

  result(): IReferences {
    const list = (texts: Set<string>) =>
      [...texts]
        .sort()
        .filter(item => ![...texts].some(other => other !== item && other.endsWith('/') && item.startsWith(other)))
        .map(item => (item.startsWith('s3://') ? { s3: item } : { table: item }));
    return {
      reads: list(this.found.reads),
      writes: list(this.found.writes),
      hdfs: [...this.hdfs].sort()
    };
  }

  assign(node: SyntaxNode): void {
    const parts = children(node);
    const [target] = parts;
    const value = parts.at(-1);
    if (target?.name === 'VariableName' && value) {
      const known = this.evaluate(value);
      const name = this.python.text(target);
      if (known) {
        this.constants.set(name, known);
      } else {
        this.constants.delete(name);
      }
    }
  }

  call(node: SyntaxNode): void {
    const callee = node.firstChild;
    const list = node.getChild('ArgList');
    if (!callee || !list) {
      return;
    }
    const text = this.python.text(callee).replace(/\s+/g, '');
    const method = /(\w+)$/.exec(text)?.[1] ?? '';
    const first = this.argument(list, method === 'save' || FILES.test(method) ? 'path' : undefined);
    const paths = first ? this.texts(first) : [];
    if (
      /^(?:createOrReplaceTempView|createTempView|createGlobalTempView|createOrReplaceGlobalTempView|registerTempTable)$/.test(
        method
      )
    ) {
      paths.forEach(path => this.views.add(path.text.toLowerCase()));
    } else if (method === 'sql' && first) {
      this.sql(this.template(first) ?? '');
    } else if (TABLE_WRITES.test(method)) {
      paths.forEach(path => this.table(path, 'writes'));
    } else if (method === 'table' && !text.includes('.write')) {
      paths.forEach(path => this.table(path, 'reads'));
    } else if (/\.write(?:Stream)?\b/.test(text) && FILE_WRITES.test(method)) {
      paths.forEach(path => this.address(path, 'writes'));
    } else if (/^saveAs\w+File$/.test(method) || PANDAS_WRITE.test(method)) {
      paths.forEach(path => this.address(path, 'writes'));
    } else if (FILES.test(method) || PANDAS_READ.test(method)) {
      paths.forEach(path => this.address(path, 'reads'));
    } else if (method === 'option' && paths[0]?.text === 'path') {
      const second = this.arguments(list)[1];
      const known = second && this.evaluate(second);
      if (known) {
        this.address(known, text.includes('.write') ? 'writes' : 'reads');
      }
    }
  }

  /** The first argument, or the one of that name. */
  private argument(list: SyntaxNode, keyword?: string): SyntaxNode | undefined {
    const parts = children(list);
    const named = parts.findIndex(
      (part, index) =>
        part.name === 'VariableName' &&
        this.python.text(part) === (keyword ?? 'name') &&
        parts[index + 1]?.name === 'AssignOp'
    );
    return named >= 0 ? parts[named + 2] : this.arguments(list)[0];
  }

  private arguments(list: SyntaxNode): SyntaxNode[] {
    const parts = children(list).filter(part => !/^[(),*]+$/.test(part.name) && part.name !== 'Comment');
    return parts[1]?.name === 'AssignOp' ? [] : parts;
  }

  /** A text, or the texts of a list. */
  private texts(node: SyntaxNode): IKnown[] {
    if (node.name === 'ArrayExpression' || node.name === 'TupleExpression') {
      return children(node).flatMap(item => this.evaluate(item) ?? []);
    }
    const known = this.evaluate(node);
    return known ? [known] : [];
  }

  /** What a text expression is, as far as the code says: its beginning at least. */
  private evaluate(node: SyntaxNode): IKnown | undefined {
    const value = literal(this.python, node)?.value;
    if (typeof value === 'string') {
      return { text: value, whole: true };
    }
    switch (node.name) {
      case 'VariableName':
        return this.constants.get(this.python.text(node));
      case 'MemberExpression':
        return this.constants.get(this.python.text(node).replace(/^arguments_*\./, 'arguments.'));
      case 'ParenthesizedExpression': {
        const inner = children(node)[1];
        return inner && this.evaluate(inner);
      }
      case 'FormatString':
        return this.formatted(node);
      case 'ContinuedString':
        return joined(children(node).map(part => this.evaluate(part)));
      case 'BinaryExpression': {
        const [left, operator, right] = children(node);
        return left && right && operator && this.python.text(operator) === '+'
          ? joined([this.evaluate(left), this.evaluate(right)])
          : undefined;
      }
      case 'CallExpression': {
        const callee = node.firstChild;
        const object = callee?.name === 'MemberExpression' ? callee.firstChild : null;
        const method = callee ? /\.(\w+)$/.exec(this.python.text(callee))?.[1] : undefined;
        const known = object && this.evaluate(object);
        if (known && method === 'format') {
          const cut = known.text.search(/\{/);
          return cut < 0 ? known : { text: known.text.slice(0, cut), whole: false };
        }
        return known && method === 'rstrip' ? { text: known.text.replace(/\/+$/, ''), whole: known.whole } : undefined;
      }
      default:
        return undefined;
    }
  }

  private formatted(node: SyntaxNode): IKnown | undefined {
    const text = this.python.text(node);
    const match = /^([a-zA-Z]*)("""|'''|"|')/.exec(text);
    if (!match) {
      return undefined;
    }
    const end = node.to - (match[2]?.length ?? 1);
    let at = node.from + match[0].length;
    const parts: (IKnown | undefined)[] = [];
    for (const part of children(node)) {
      if (part.name !== 'FormatReplacement') {
        continue;
      }
      parts.push({
        text: this.python.code.slice(at, part.from).replace(/\{\{/g, '{').replace(/\}\}/g, '}'),
        whole: true
      });
      const inner = children(part).filter(item => !/^[{}]$/.test(item.name));
      parts.push(inner.length === 1 && inner[0] ? this.evaluate(inner[0]) : undefined);
      at = part.to;
    }
    parts.push({ text: this.python.code.slice(at, end), whole: true });
    return joined(parts);
  }

  /** A query with what is not known of it left as a word that stands for it. */
  private template(node: SyntaxNode): string | undefined {
    if (node.name !== 'FormatString') {
      return this.evaluate(node)?.text;
    }
    const text = this.python.text(node);
    const start = /^[a-zA-Z]*("""|'''|"|')/.exec(text)?.[0].length ?? 0;
    let at = node.from + start;
    let query = '';
    for (const part of children(node)) {
      if (part.name === 'FormatReplacement') {
        const inner = children(part).filter(item => !/^[{}]$/.test(item.name));
        const known = inner.length === 1 && inner[0] ? this.evaluate(inner[0]) : undefined;
        query += this.python.code.slice(at, part.from) + (known?.whole ? known.text : '__unknown__');
        at = part.to;
      }
    }
    return query + this.python.code.slice(at, node.to).replace(/(?:"""|'''|"|')$/, '');
  }

  private sql(query: string): void {
    const found = sqlReferences(query);
    found.views.forEach(view => this.views.add(view.toLowerCase()));
    if (found.database !== undefined) {
      this.database = found.database;
    }
    found.reads.forEach(name => this.table({ text: name, whole: true }, 'reads'));
    found.writes.forEach(name => this.table({ text: name, whole: true }, 'writes'));
    found.readAddresses.forEach(text => this.address(known(text), 'reads'));
    found.writeAddresses.forEach(text => this.address(known(text), 'writes'));
  }

  private table({ text, whole }: IKnown, kind: 'reads' | 'writes'): void {
    const parts = text.replace(/`/g, '').split('.');
    const name = parts.at(-1) ?? '';
    const database = parts.at(-2);
    if (!whole || name.includes('__unknown__') || database?.includes('__unknown__')) {
      // A database whose table is not known: all of its tables.
      if (database !== undefined && /^[\w-]+$/.test(database) && !database.includes('__unknown__')) {
        this.found[kind].add(`${database}.*`);
      }
      return;
    }
    const isView = database === undefined ? this.views.has(name.toLowerCase()) : database === 'global_temp';
    if (!isView && /^[\w-]+$/.test(name) && (database === undefined || /^[\w-]+$/.test(database))) {
      this.found[kind].add(`${database ?? this.database}.${name}`);
    }
  }

  private address({ text, whole }: IKnown, kind: 'reads' | 'writes'): void {
    const address = text.replace(/^s3[an]:\/\//, 's3://').replace(/__unknown__[\s\S]*$/, '');
    if (address.startsWith('hdfs://')) {
      this.hdfs.add(address);
    }
    if (!/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\//.test(address)) {
      return;
    }
    const glob = address.search(/[*?[{]/);
    const isWhole = whole && glob < 0 && !text.includes('__unknown__');
    const plain = glob < 0 ? address : address.slice(0, glob);
    const isFile = isWhole && /\/[^/]+\.[A-Za-z0-9]{1,8}(?:\.(?:gz|bz2|zst|snappy))?$/.test(plain) && kind === 'reads';
    const folder = isWhole
      ? plain.endsWith('/') || isFile
        ? plain
        : `${plain}/`
      : plain.slice(0, plain.lastIndexOf('/') + 1);
    // What is written as `x.parquet` is a folder with that name.
    this.found[kind].add(folder);
  }
}

function known(text: string): IKnown {
  return { text, whole: !text.includes('__unknown__') };
}

/** Texts one after the other: up to the first that is not known. */
function joined(parts: readonly (IKnown | undefined)[]): IKnown | undefined {
  let text = '';
  for (const part of parts) {
    if (!part) {
      return text ? { text, whole: false } : undefined;
    }
    text += part.text;
    if (!part.whole) {
      return { text, whole: false };
    }
  }
  return { text, whole: true };
}
