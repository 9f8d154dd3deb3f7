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
}

const SCALA: IScan = {
  lineComment: /\/\//y,
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

/** Python by its grammar: what is wrong at the very end is not complete, what is wrong before it is invalid. */
function pythonComplete(code: string): IIsComplete {
  const text = code.replace(/[ \t]+$/, '');
  if (text.trim() === '') {
    return { status: 'complete' };
  }
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  const indent = /^\s*/.exec(lastLine)?.[0] ?? '';
  if (/\\$/.test(lastLine)) {
    return { status: 'incomplete', indent };
  }
  const end = text.trimEnd().length;
  let incomplete = false;
  let invalid = false;
  let brackets = 0;
  let lastBlock = false;
  parser.parse(`${text}\n`).iterate({
    enter(node) {
      if (['(', '[', '{'].includes(node.name)) {
        brackets++;
      } else if ([')', ']', '}'].includes(node.name)) {
        brackets--;
      }
      if (node.name === 'Body' && node.to >= end) {
        lastBlock = true;
      }
      if (node.type.isError) {
        if (node.from >= end) {
          incomplete = true;
        } else if (!isOpenString(text.slice(node.from))) {
          invalid = true;
        }
      }
    }
  });
  if (endsInOpenString(text)) {
    return { status: 'incomplete', indent: '' };
  }
  if (brackets < 0) {
    return { status: 'invalid' };
  }
  if (brackets > 0 && !invalid) {
    return { status: 'incomplete', indent: indent || '    ' };
  }
  if (invalid) {
    return { status: 'invalid' };
  }
  if (/:\s*(#.*)?$/.test(lastLine) && (incomplete || lastBlock)) {
    return { status: 'incomplete', indent: `${indent}    ` };
  }
  if (incomplete) {
    return { status: 'incomplete', indent };
  }
  // An indented block goes on until an empty line.
  if (lastBlock && indent !== '' && !text.endsWith('\n')) {
    return { status: 'incomplete', indent };
  }
  return { status: 'complete' };
}

function isOpenString(rest: string): boolean {
  return /^[A-Za-z]{0,2}("""|''')/.test(rest) && endsInOpenString(rest);
}

/** Whether a triple-quoted string is open at the end. */
function endsInOpenString(text: string): boolean {
  let open: string | undefined;
  const tokens = /#[^\n]*|\\[\s\S]|"""|'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const token = match[0];
    if (open === undefined) {
      if (token === '"""' || token === "'''") {
        open = token;
        tokens.lastIndex = match.index + 3;
      }
    } else if (token.startsWith('#') || (token !== open && !token.startsWith('\\'))) {
      // Inside of a string these are plain characters: go on behind the first.
      tokens.lastIndex = match.index + 1;
      if (text.startsWith(open, tokens.lastIndex)) {
        continue;
      }
    } else if (token === open) {
      open = undefined;
    }
  }
  return open !== undefined;
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
