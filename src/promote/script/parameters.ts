/** A notebook's parameters (papermill's tag) → arguments of the script. */
import { Python, children, literal, quoted } from './python';

import type { SyntaxNode } from '@lezer/common';
import type { IArgument } from '../types';

/** One parameter. */
export interface IParameter {
  argument: IArgument;
  /** The default as the notebook writes it; undefined: there is none. */
  source?: string;
  /** A day that is a text in the notebook stays a text, of a `date(…)` comes a date. */
  isText: boolean;
}

/** A cell of parameters, taken apart. */
export interface IParameterCell {
  parameters: IParameter[];
  /** The cell's code, with `NAME = arguments.NAME` for each of them. */
  code: string;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
/** What argparse keeps for itself, and Python. */
const TAKEN = new Set(['help', 'h']);

/**
 * Read the assignments of a cell with the tag `parameters`. What is no literal stays code.
 *
 * @param given - name that the parsed arguments have in the script
 */
export function readParameters(code: string, given: string): IParameterCell {
  const python = new Python(code);
  const parameters: IParameter[] = [];
  const edits: { from: number; to: number; text: string }[] = [];
  const seen = new Set<string>();
  for (const node of python.statements()) {
    const parameter = readParameter(python, node);
    if (!parameter || seen.has(parameter.argument.name) || TAKEN.has(parameter.argument.name)) {
      continue;
    }
    const { name } = parameter.argument;
    seen.add(name);
    parameters.push(parameter);
    edits.push({ from: node.from, to: node.to, text: `${name} = ${given}.${name}` });
  }
  const edited = edits.reduceRight((text, { from, to, text: put }) => text.slice(0, from) + put + text.slice(to), code);
  return { parameters, code: edited };
}

function readParameter(python: Python, node: SyntaxNode): IParameter | undefined {
  if (node.name !== 'AssignStatement') {
    return undefined;
  }
  const parts = children(node);
  const [target, second] = parts;
  const type = second?.name === 'TypeDef' ? python.text(second).replace(/^:\s*/, '') : undefined;
  const operators = parts.filter(part => part.name === 'AssignOp');
  if (target?.name !== 'VariableName' || operators.length > 1 || (operators[0] && python.text(operators[0]) !== '=')) {
    return undefined;
  }
  const name = python.text(target);
  const comment = commentOf(python, node);
  const hint = type ?? comment?.type;
  const description = comment?.help ? { description: comment.help } : {};
  if (operators.length === 0) {
    const wanted = typeOfHint(hint);
    return wanted
      ? {
          argument: { name, type: wanted.type, ...(wanted.optional ? { optional: true } : {}), ...description },
          isText: false
        }
      : undefined;
  }
  const value = parts.at(-1);
  if (!value) {
    return undefined;
  }
  const source = python.text(value);
  const day = dateOf(source);
  if (day !== undefined) {
    return { argument: { name, type: 'date', default: day, ...description }, source, isText: false };
  }
  const found = literal(python, value);
  if (!found) {
    return undefined;
  }
  return fromValue(found.value, {
    name,
    source,
    hint,
    isNumber: /[.eE]/.test(source.replace(/^0[xX].*/, '')),
    description
  });
}

interface IFound {
  name: string;
  source: string;
  hint: string | undefined;
  /** Written with a point or an exponent. */
  isNumber: boolean;
  description: { description?: string };
}

function fromValue(value: unknown, { name, source, hint, isNumber, description }: IFound): IParameter {
  const wanted = typeOfHint(hint);
  if (value === null) {
    const type = wanted?.type ?? 'string';
    return {
      argument: { name, type, optional: true, ...description },
      source,
      isText: type === 'date' && !/date\b/.test(hint ?? '')
    };
  }
  if (typeof value === 'string') {
    const isDay = DAY.test(value) && !Number.isNaN(Date.parse(value));
    return {
      argument: { name, type: isDay ? 'date' : 'string', default: value, ...description },
      source,
      isText: true
    };
  }
  if (typeof value === 'boolean') {
    return { argument: { name, type: 'bool', default: String(value), ...description }, source, isText: false };
  }
  if (typeof value === 'number') {
    const type = isNumber || wanted?.type === 'float' ? 'float' : 'int';
    const plain = source.replace(/_/g, '');
    return {
      argument: {
        name,
        type,
        default: /^[-+]?[\d.]/.test(plain) && !/^[-+]?0[xob]/i.test(plain) ? plain : String(value),
        ...description
      },
      source,
      isText: false
    };
  }
  return { argument: { name, type: 'json', default: JSON.stringify(value), ...description }, source, isText: false };
}

/** `date(2024, 1, 31)`, `date.fromisoformat("2024-01-31")`, also of the module `datetime`. */
function dateOf(source: string): string | undefined {
  const parts = /^(?:datetime\.|dt\.)?date\(\s*(\d{4})\s*,\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/.exec(source);
  if (parts) {
    return [parts[1], parts[2]?.padStart(2, '0'), parts[3]?.padStart(2, '0')].join('-');
  }
  return /^(?:datetime\.|dt\.)?date\.fromisoformat\(\s*["'](\d{4}-\d\d-\d\d)["']\s*\)$/.exec(source)?.[1];
}

/** The type that an annotation means. */
function typeOfHint(hint: string | undefined): { type: IArgument['type']; optional: boolean } | undefined {
  if (hint === undefined) {
    return undefined;
  }
  const optional = /\bOptional\b|\bNone\b/.test(hint);
  const inner = hint
    .replace(/^.*Optional\[(.*)\]$/, '$1')
    .replace(/\s*\|?\s*\bNone\b\s*\|?\s*/, '')
    .replace(/["']/g, '')
    .trim();
  const type = (
    { int: 'int', float: 'float', bool: 'bool', str: 'string', date: 'date', 'datetime.date': 'date' } as const
  )[inner];
  if (type) {
    return { type, optional };
  }
  return /^(typing\.)?(list|dict|tuple|List|Dict|Tuple|Sequence|Mapping)\b/.test(inner)
    ? { type: 'json', optional }
    : undefined;
}

/** The comment behind a parameter, else the one right above it; papermill's `type: int` in front of it is a type. */
function commentOf(python: Python, node: SyntaxNode): { type?: string; help?: string } | undefined {
  const { code } = python;
  const end = code.indexOf('\n', node.to);
  const behind = /^\s*#\s?(.*)$/.exec(code.slice(node.to, end < 0 ? undefined : end))?.[1];
  const before = code.slice(0, node.from).split('\n').at(-2) ?? '';
  const above = /^\s*#(?!\s*%%)\s?(.*)$/.exec(before)?.[1];
  const text = (behind ?? above)?.trim();
  if (!text || /^parameters$/i.test(text)) {
    return undefined;
  }
  const typed = /^type:\s*(\S+)\s*(.*)$/.exec(text);
  const help = (typed ? (typed[2] ?? '') : text).trim();
  return { ...(typed ? { type: typed[1] } : {}), ...(help ? { help } : {}) };
}

/** Names of the functions that a script's own arguments need. */
export interface IHelperNames {
  parse: string;
  truth: string;
  day: string;
  dayText: string;
}

/** The Python that reads the arguments, and the modules that it needs. */
export function argumentCode(
  parameters: readonly IParameter[],
  names: IHelperNames
): { code: string; imports: string[] } {
  const imports = new Set(['import argparse']);
  const helpers: string[] = [];
  const add = (key: string, text: string) => {
    if (!helpers.includes(text)) {
      helpers.push(text);
    }
    return key;
  };
  const lines = parameters.map(parameter => {
    const { argument, source, isText } = parameter;
    const options: string[] = [];
    switch (argument.type) {
      case 'int':
      case 'float':
        options.push(`type=${argument.type}`);
        break;
      case 'bool':
        options.push(`type=${add(names.truth, truthHelper(names.truth))}`);
        break;
      case 'json':
        imports.add('import json');
        options.push('type=json.loads');
        break;
      case 'date':
        options.push(
          `type=${isText ? add(names.dayText, dayHelper(names.dayText, true)) : add(names.day, dayHelper(names.day, false))}`
        );
        break;
      case 'string':
        break;
    }
    if (argument.default !== undefined) {
      options.push(
        argument.type === 'date' && !isText
          ? `default=${names.day}(${quoted(argument.default)})`
          : `default=${oneLine(source, argument)}`
      );
    } else if (!argument.optional) {
      options.push('required=True');
    }
    if (argument.description) {
      options.push(`help=${quoted(argument.description.replace(/%/g, '%%'))}`);
    }
    const call = `    parser.add_argument("--${argument.name}"${options.map(option => `, ${option}`).join('')})`;
    return call.length <= 88
      ? call
      : [
          '    parser.add_argument(',
          `        "--${argument.name}",`,
          ...options.map(option => `        ${option},`),
          '    )'
        ].join('\n');
  });
  const parse = [
    `def ${names.parse}() -> argparse.Namespace:`,
    '    """The script\'s arguments; the defaults are the notebook\'s."""',
    '    parser = argparse.ArgumentParser(allow_abbrev=False)',
    ...lines,
    '    return parser.parse_args()'
  ].join('\n');
  return { code: [...helpers, parse].join('\n\n\n'), imports: [...imports].sort() };
}

/** A default as Python in one line. */
function oneLine(source: string | undefined, argument: IArgument): string {
  if (source !== undefined && !source.includes('\n')) {
    return source;
  }
  return argument.type === 'json' ? `json.loads(${quoted(argument.default ?? '')})` : quoted(argument.default ?? '');
}

function truthHelper(name: string): string {
  return [
    `def ${name}(text: str) -> bool:`,
    '    """An argument that is true or false."""',
    '    if text.lower() not in ("true", "false"):',
    '        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")',
    '    return text.lower() == "true"'
  ].join('\n');
}

function dayHelper(name: string, isText: boolean): string {
  return [
    `def ${name}(text: str):`,
    '    """An argument that is a day, YYYY-MM-DD; of a time the day is taken."""',
    '    from datetime import date',
    '',
    `    return date.fromisoformat(text[:10])${isText ? '.isoformat()' : ''}`
  ].join('\n');
}
