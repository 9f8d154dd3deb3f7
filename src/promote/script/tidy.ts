/** A remote Python cell without what only a notebook shows. */
import { Python, children, importOf } from './python';

import type { SyntaxNode } from '@lezer/common';

/** Something taken out of a piece of code. */
export interface ITaken {
  /** Line of the piece, from 1. */
  line: number;
  text: string;
  reason: string;
}

/** A piece of code, tidied. */
export interface ITidied {
  code: string;
  taken: ITaken[];
  /** Imports at the top of the piece, in order; they are no longer in the code where `hoist` allowed it. */
  imports: IHoisted[];
  packages: string[];
}

/** An import taken out of its cell. */
export interface IHoisted {
  text: string;
  isFuture: boolean;
}

interface IEdit {
  from: number;
  to: number;
  text: string;
}

/** Methods and functions that give a value and change nothing. */
const QUIET = new Set(
  `select selectExpr filter where groupBy groupby agg join crossJoin union unionByName distinct dropDuplicates drop_duplicates
drop withColumn withColumnRenamed withColumns orderBy sort sort_values limit head take first tail toPandas count describe summary alias
fillna dropna sample schema dtypes col asc desc cast isNull isNotNull isin between like rlike over partitionBy rowsBetween
pivot avg mean sum min max collect collect_list table parquet csv json orc format option options load read
value_counts nunique round abs len type str repr sorted list dict set tuple isinstance reset_index set_index astype
isEmpty getNumPartitions columns to_frame items keys values upper lower strip split join corr std var median quantile`.split(
    /\s+/
  )
);
/** Modules and aliases all of whose functions only make columns. */
const COLUMN_ROOTS = new Set(['F', 'f', 'fn', 'sf', 'functions', 'Window', 'W']);
const SHOWN_BY_NOTEBOOK =
  'The value of a cell’s last expression is shown by a notebook; a script shows nothing. print(…) and .show() stay.';

/** What may be taken to the top of the script, by what stands before it. */
export type HoistRule = (text: string, names: string[], before: string) => boolean;

/**
 * Tidy a piece.
 *
 * @param python - the piece, without IPython's own lines
 * @param hoist - whether an import may stand at the top of the script, by the piece's code before it
 */
export function tidy(python: Python, hoist: HoistRule): ITidied {
  const { code } = python;
  const edits: IEdit[] = [];
  const taken: ITaken[] = [];
  const imports: IHoisted[] = [];
  const packages: string[] = [];
  const statements = python.statements();
  const tell = (node: SyntaxNode, reason: string) =>
    taken.push({ line: python.lineOf(node.from), text: firstLine(python.text(node)), reason });
  const last = statements.at(-1);
  for (const node of statements) {
    if (node.name === 'ImportStatement') {
      const text = python.text(node).trim();
      const { module, names } = importOf(python, node);
      const isFuture = module === '__future__';
      const before = code.slice(0, node.from);
      if (
        isFuture ||
        hoist(
          text,
          names.map(({ as }) => as),
          before
        )
      ) {
        imports.push({ text, isFuture });
        edits.push(removal(python, node));
      } else {
        const end = code.indexOf('\n', node.to);
        edits.push({
          from: end < 0 ? code.length : end,
          to: end < 0 ? code.length : end,
          text: '  # noqa: E402, F811'
        });
      }
      continue;
    }
    const call = node.name === 'ExpressionStatement' ? node.firstChild : null;
    if (call && isDisplay(python, call)) {
      edits.push(removal(python, node));
      tell(node, 'A script has no display.');
    } else if (call && packagesOf(python, call)) {
      edits.push(removal(python, node));
      packages.push(...(packagesOf(python, call) ?? []));
      tell(node, 'Packages of a pipeline are named in its file.');
    } else if (call && node.from === last?.from && isPure(python, call)) {
      edits.push(removal(python, node));
      tell(node, SHOWN_BY_NOTEBOOK);
    } else if (!edits.some(edit => edit.from <= node.from && edit.to >= node.to)) {
      for (const inner of nestedDisplays(python, node)) {
        // A block needs a statement.
        const isAlone =
          children(inner.parent ?? inner).filter(item => /Statement$|Definition$/.test(item.name)).length < 2;
        const isLine = inner.parent?.name === 'Body' && !isAlone;
        edits.push(isLine ? removal(python, inner) : { from: inner.from, to: inner.to, text: 'pass' });
        tell(inner, 'A script has no display.');
      }
    }
  }
  return { code: semicolons(apply(code, edits)), taken, imports, packages };
}

/** `display(…)` and `IPython.display.display(…)`. */
function isDisplay(python: Python, node: SyntaxNode): boolean {
  return (
    node.name === 'CallExpression' &&
    /^(?:(?:IPython\.)?display\.)?(?:display|clear_output)$/.test(calleeOf(python, node))
  );
}

function* nestedDisplays(python: Python, from: SyntaxNode): Generator<SyntaxNode> {
  for (const node of children(from)) {
    if (node.name === 'ExpressionStatement' && node.firstChild && isDisplay(python, node.firstChild)) {
      yield node;
    } else {
      yield* nestedDisplays(python, node);
    }
  }
}

/** EMR's notebook-scoped packages: `sc.install_pypi_package("pandas==2.2.3")`. */
function packagesOf(python: Python, node: SyntaxNode): string[] | undefined {
  const callee = node.name === 'CallExpression' ? calleeOf(python, node) : '';
  if (!/(?:^|\.)(?:install_pypi_package|uninstall_package|list_packages)$/.test(callee)) {
    return undefined;
  }
  const name = /\(\s*["']([^"']+)["']/.exec(python.text(node))?.[1];
  return callee.endsWith('install_pypi_package') && name ? [name] : [];
}

function calleeOf(python: Python, call: SyntaxNode): string {
  return call.firstChild ? python.text(call.firstChild).replace(/\s+/g, '') : '';
}

const PLAIN =
  /^(?:VariableName|Number|String|ContinuedString|Boolean|None|Ellipsis|PropertyName|Comment|[^A-Za-z]+|ArithOp|CompareOp|BitOp|LogicOp|not|and|or|in|is|if|else|for|AssignOp|UnaryOp)$/;
const MADE_OF_PARTS =
  /^(?:MemberExpression|BinaryExpression|UnaryExpression|ConditionalExpression|TupleExpression|ArrayExpression|DictionaryExpression|SetExpression|ParenthesizedExpression|ArrayComprehensionExpression|DictionaryComprehensionExpression|SetComprehensionExpression|FormatString|FormatReplacement|ArgList|LambdaExpression|ParamList)$/;

/** Whether an expression gives a value and does nothing else, as far as one can tell from its names. */
function isPure(python: Python, node: SyntaxNode): boolean {
  if (PLAIN.test(node.name)) {
    return true;
  }
  if (node.name === 'CallExpression') {
    const callee = node.firstChild;
    if (!callee) {
      return false;
    }
    const text = calleeOf(python, node);
    const name = /(\w+)$/.exec(text)?.[1] ?? '';
    const isQuery =
      name === 'sql' &&
      /^\(\s*[rfRF]*("{1,3}|'{1,3})\s*(?:select|show|describe|with)\b/i.test(
        python.text(node).slice(callee.to - callee.from)
      );
    // What is written is no value: `df.write.parquet(…)`.
    const isQuiet = QUIET.has(name) && !/\.write(?:Stream|To)?\b/.test(text);
    const isColumn = text.includes('.') && COLUMN_ROOTS.has(text.split('.')[0] ?? '');
    return (isQuiet || isQuery || isColumn) && children(node).every(part => isPure(python, part));
  }
  return MADE_OF_PARTS.test(node.name) && children(node).every(part => isPure(python, part));
}

/** A statement with its line where nothing else stands there; its own `;` otherwise. */
function removal(python: Python, node: SyntaxNode): IEdit {
  const { code } = python;
  const from = code.lastIndexOf('\n', node.from - 1) + 1;
  const newline = code.indexOf('\n', node.to);
  const to = newline < 0 ? code.length : newline + 1;
  const before = code.slice(from, node.from);
  const behind = code.slice(node.to, newline < 0 ? code.length : newline);
  if (before.trim() === '' && /^\s*;?\s*(?:#.*)?$/.test(behind)) {
    return { from, to, text: '' };
  }
  const separator = /^\s*;\s*/.exec(behind)?.[0];
  if (separator !== undefined) {
    return { from: node.from, to: node.to + separator.length, text: '' };
  }
  const blank = /\s*;\s*$/.exec(before)?.[0] ?? '';
  return { from: node.from - blank.length, to: node.to, text: '' };
}

function apply(code: string, edits: readonly IEdit[]): string {
  return [...edits]
    .sort((one, other) => other.from - one.from || other.to - one.to)
    .reduce((text, { from, to, text: put }) => text.slice(0, from) + put + text.slice(to), code);
}

/** A `;` at the end of a line, which silences a notebook's output, says nothing in a script. */
function semicolons(code: string): string {
  const python = new Python(code);
  const edits: IEdit[] = [];
  for (const node of python.nodes()) {
    if (node.name === ';' && /^[ \t]*(?:#.*)?(?:\n|$)/.test(code.slice(node.to))) {
      edits.push({ from: node.from, to: node.to, text: '' });
    }
  }
  return apply(code, edits);
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 100);
}
