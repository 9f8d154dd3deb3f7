import { parser } from '@lezer/python';

import type { IIsComplete, Language } from '../protocol';
import { scan } from './scan';

import type { IScan } from './scan';

/** A declaration at the top of a cell that lacks what it declares: no more than its beginning was typed. */
const SCALA_BEGUN =
  /(?:^|[\n;])[ \t]*(?:@\w+[ \t]+)*(?:(?:private|protected|override|implicit|lazy|final|abstract|sealed|case)[ \t]+)*(?:def[ \t]+\w[^=\n{]*|(?:val|var|type)[ \t]+\w+|@\w+)$/;

const SCALA: IScan = {
  lineComment: /\/\//y,
  literal: /'(?:\\.[^']{0,4}|[^'\\\n])'/y,
  block: ['/*', '*/'],
  nested: true,
  interpolates: true,
  quotes: [
    { mark: '"""', multi: true, escapes: false },
    { mark: '"', multi: false, escapes: true },
    { mark: '`', multi: false, escapes: false }
  ],
  goesOn:
    /(?:[=.,]|=>|&&|\|\||(?:^|[^\w.])(?:else|extends|with|yield|match|if|for|while|do|try|catch|finally|throw|new|import|def|val|var|class|object|trait|type|lazy|override|private|protected|implicit|final|abstract|sealed|case))$/,
  unfinished(code, closed) {
    if (SCALA_BEGUN.test(code)) {
      return true;
    }
    // `if (…)`, `for (…)`, `while (…)` want more; the `while` of a `do` is its end.
    const head = closed === undefined ? '' : code.slice(0, closed).trimEnd();
    return /(?:^|[^\w.])(?:if|for|while)$/.test(head) && !/\}\s*while$/.test(head);
  }
};
const R: IScan = {
  lineComment: /#/y,
  quotes: [
    { mark: '"', multi: true, escapes: true },
    { mark: "'", multi: true, escapes: true },
    { mark: '`', multi: true, escapes: false }
  ],
  goesOn: /(?:<-|[+*/=,|&~-]|%[^%\n]*%|\|>|\belse)$/
};
const SQL: IScan = {
  lineComment: /--/y,
  block: ['/*', '*/'],
  quotes: [
    { mark: "'", multi: true, escapes: true },
    { mark: '"', multi: true, escapes: true },
    { mark: '`', multi: true, escapes: false }
  ],
  // As names Spark takes most of them, at the end of a query nobody means them so.
  goesOn:
    /(?:,|\b(?:select|from|where|and|or|not|by|on|join|having|set|in|union|as|with|when|then|else|between|like|values|into))$/i
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
  const text = withoutEnd(code.replace(/^%(json|table|matplot)\b.*$/gm, 'pass'));
  if (text.trim() === '') {
    return { status: 'complete' };
  }
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  const { lastCode, end } = lastCodeLine(text);
  const indent = /^\s*/.exec(lastLine)?.[0] ?? '';
  if (lastLine.endsWith('\\')) {
    return { status: 'incomplete', indent };
  }
  const strings = stringState(text);
  if (strings !== 'closed') {
    return strings === 'open' ? { status: 'incomplete', indent: '' } : { status: 'invalid' };
  }
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
  if ((wrongAtEnd || blockAtEnd) && /:\s*(#.*)?$/.test(lastCode)) {
    return { status: 'incomplete', indent: `${/^\s*/.exec(lastCode)?.[0] ?? ''}    ` };
  }
  if (tryAtEnd || /^\s*@[\w.]/.test(lastCode)) {
    return { status: 'incomplete', indent: '' };
  }
  if (wrongAtEnd) {
    return { status: 'invalid' };
  }
  // An indented block goes on until an empty line.
  return blockAtEnd && indent !== '' ? { status: 'incomplete', indent } : { status: 'complete' };
}

/** Without the blanks at its end. A pattern for them would look at each run of blanks once from each of its places. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') {
    end--;
  }
  return text.slice(0, end);
}

/** The last line that is neither blank nor a comment, and where it ends. */
function lastCodeLine(text: string): { lastCode: string; end: number } {
  let [lastCode, end, at] = ['', 0, 0];
  for (const line of text.split('\n')) {
    if (!/^\s*(?:#.*)?$/.test(line)) {
      lastCode = line;
      end = at + line.trimEnd().length;
    }
    at += line.length + 1;
  }
  return { lastCode, end };
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
      const close = closing(text, index + mark.length, mark);
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

/** Index behind the closing mark of a Python string. */
function closing(code: string, from: number, mark: string): number | undefined {
  for (let index = from; index < code.length; index++) {
    if (code[index] === '\\') {
      index++;
    } else if (code.startsWith(mark, index)) {
      return index + mark.length;
    } else if (mark.length === 1 && code[index] === '\n') {
      return undefined;
    }
  }
  return undefined;
}
