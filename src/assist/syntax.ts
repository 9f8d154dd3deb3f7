import { parser } from '@lezer/python';

import type { Language } from '../protocol';
import type { IIsComplete } from './types';

/** How a language is scanned for what is left open. */
interface IScan {
  lineComment: RegExp;
  block?: [string, string];
  /** Quotes, longest first; `multi` ones may go over several lines. */
  quotes: { mark: string; multi: boolean; escapes: boolean }[];
  /** Ends of a line after which the code goes on. */
  goesOn: RegExp;
  /** A literal that looks like an open quote: Scala's `'('`. */
  literal?: RegExp;
}

const SCALA: IScan = {
  lineComment: /\/\//y,
  literal: /'(?:\\.[^']{0,4}|[^'\\\n])'/y,
  block: ['/*', '*/'],
  quotes: [
    { mark: '"""', multi: true, escapes: false },
    { mark: '"', multi: false, escapes: true },
    { mark: '`', multi: false, escapes: false }
  ],
  goesOn: /(?:[=.,]|=>|\b(?:else|extends|with|yield|match|if|for|while)|&&|\|\|)\s*$/
};
const R: IScan = {
  lineComment: /#/y,
  quotes: [
    { mark: '"', multi: true, escapes: true },
    { mark: "'", multi: true, escapes: true },
    { mark: '`', multi: true, escapes: false }
  ],
  goesOn: /(?:<-|[+*/=,|&~-]|%[^%\n]*%|\|>|\belse)\s*$/
};
const SQL: IScan = {
  lineComment: /--/y,
  block: ['/*', '*/'],
  quotes: [
    { mark: "'", multi: true, escapes: true },
    { mark: '"', multi: true, escapes: true },
    { mark: '`', multi: true, escapes: false }
  ],
  goesOn: /,\s*$/
};

/** Whether a console should run what was typed, or wait for more. */
export function isCompleteCode(code: string, language: Language | 'sql'): IIsComplete {
  switch (language) {
    case 'pyspark':
      return pythonComplete(code);
    case 'spark':
      return scan(code, SCALA);
    case 'sparkr':
      return scan(code, R);
    case 'sql':
      return scan(code, SQL);
  }
}

/** Python by its grammar: open brackets, strings and blocks are not complete; anything else that is wrong is invalid. */
function pythonComplete(code: string): IIsComplete {
  // Lines for Livy's own interpreter are no Python.
  const text = code.replace(/^%(json|table|matplot)\b.*$/gm, 'pass').replace(/[ \t]+$/, '');
  if (text.trim() === '') {
    return { status: 'complete' };
  }
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  const indent = /^\s*/.exec(lastLine)?.[0] ?? '';
  if (lastLine.endsWith('\\')) {
    return { status: 'incomplete', indent };
  }
  const strings = stringState(text);
  if (strings !== 'closed') {
    return strings === 'open' ? { status: 'incomplete', indent: '' } : { status: 'invalid' };
  }
  const end = text.trimEnd().length;
  let wrong = false;
  let wrongAtEnd = false;
  let brackets = 0;
  let blockAtEnd = false;
  let tryAtEnd = false;
  parser.parse(`${text}\n`).iterate({
    enter(node) {
      if (OPENING.has(node.name)) {
        brackets++;
      } else if (CLOSING.has(node.name)) {
        brackets--;
      } else if (node.name === 'Body' && node.to >= end) {
        blockAtEnd = true;
      } else if (node.name === 'TryStatement' && node.to >= end) {
        tryAtEnd = !/^\s*(except|finally)\b/m.test(text.slice(node.from, node.to));
      } else if (node.type.isError) {
        wrong ||= node.from < end;
        wrongAtEnd ||= node.from >= end;
      }
    }
  });
  if (brackets < 0 || wrong) {
    return { status: 'invalid' };
  }
  if (brackets > 0) {
    return { status: 'incomplete', indent: indent || '    ' };
  }
  if ((wrongAtEnd || blockAtEnd) && /:\s*(#.*)?$/.test(lastLine)) {
    return { status: 'incomplete', indent: `${indent}    ` };
  }
  if (tryAtEnd || /^\s*@[\w.]/.test(lastLine)) {
    return { status: 'incomplete', indent: '' };
  }
  if (wrongAtEnd) {
    return { status: 'invalid' };
  }
  // An indented block goes on until an empty line.
  return blockAtEnd && indent !== '' ? { status: 'incomplete', indent } : { status: 'complete' };
}

const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

/** Whether a triple-quoted string is open at the end, or a plain one was never closed on its line. */
function stringState(text: string): 'closed' | 'open' | 'broken' {
  let index = 0;
  while (index < text.length) {
    const sign = text[index] ?? '';
    if (sign === '#') {
      const newline = text.indexOf('\n', index);
      index = newline < 0 ? text.length : newline;
    } else if (sign === '"' || sign === "'") {
      const mark = text.startsWith(sign.repeat(3), index) ? sign.repeat(3) : sign;
      const close = closing(text, index + mark.length, { mark, multi: mark.length === 3, escapes: true });
      if (close === undefined) {
        return mark.length === 3 ? 'open' : 'broken';
      }
      index = close;
    } else {
      index++;
    }
  }
  return 'closed';
}

/** Brackets, quotes and comments, without a grammar. */
function scan(code: string, rules: IScan): IIsComplete {
  const open: string[] = [];
  const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  let index = 0;
  while (index < code.length) {
    rules.lineComment.lastIndex = index;
    if (rules.lineComment.test(code)) {
      const newline = code.indexOf('\n', index);
      index = newline < 0 ? code.length : newline;
      continue;
    }
    if (rules.block && code.startsWith(rules.block[0], index)) {
      const close = code.indexOf(rules.block[1], index + 2);
      if (close < 0) {
        return { status: 'incomplete', indent: '' };
      }
      index = close + 2;
      continue;
    }
    if (rules.literal) {
      rules.literal.lastIndex = index;
      const literal = rules.literal.exec(code);
      if (literal) {
        index += literal[0].length;
        continue;
      }
    }
    const quote = rules.quotes.find(item => code.startsWith(item.mark, index));
    if (quote) {
      const close = closing(code, index + quote.mark.length, quote);
      if (close === undefined) {
        return quote.multi ? { status: 'incomplete', indent: '' } : { status: 'invalid' };
      }
      index = close;
      continue;
    }
    const sign = code[index] ?? '';
    if ('([{'.includes(sign)) {
      open.push(sign);
    } else if (pairs[sign] !== undefined && open.pop() !== pairs[sign]) {
      return { status: 'invalid' };
    }
    index++;
  }
  if (open.length > 0) {
    return { status: 'incomplete', indent: '  '.repeat(open.length) };
  }
  const lines = code.split('\n');
  const last = lines[lines.length - 1] ?? '';
  return rules.goesOn.test(last) ? { status: 'incomplete', indent: '  ' } : { status: 'complete' };
}

/** Index behind the closing mark. */
function closing(code: string, from: number, quote: IScan['quotes'][number]): number | undefined {
  for (let index = from; index < code.length; index++) {
    if (quote.escapes && code[index] === '\\') {
      index++;
    } else if (code.startsWith(quote.mark, index)) {
      return index + quote.mark.length;
    } else if (!quote.multi && code[index] === '\n') {
      return undefined;
    }
  }
  return undefined;
}
