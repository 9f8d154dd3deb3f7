import type { IIsComplete } from '../protocol';

/** A kind of string. */
export interface IQuote {
  mark: string;
  /** May go over several lines. */
  multi: boolean;
  escapes: boolean;
}

/** How a language without a grammar of ours is scanned for what is left open. */
export interface IScan {
  lineComment: RegExp;
  block?: [string, string];
  /** Block comments may hold others. */
  nested?: boolean;
  /** Longest first. */
  quotes: IQuote[];
  /** A string right behind a letter holds `${code}`. */
  interpolates?: boolean;
  /** Code, without comments and what is in strings, that goes on. */
  goesOn: RegExp;
  /** Code that cannot be left as it is, by its last line. `closed` is where the last bracket of the code was opened. */
  unfinished?: (code: string, closed?: number) => boolean;
  /** A literal that looks like an open quote: Scala's `'('`. */
  literal?: RegExp;
}

interface IOpen {
  sign: string;
  at: number;
  /** `${` in a string: the string goes on behind its end. */
  quote?: IQuote;
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Brackets, quotes and comments, without a grammar. */
export function scan(code: string, rules: IScan): IIsComplete {
  const open: IOpen[] = [];
  // The code with nothing in it that may look like code and is none.
  let bare = '';
  let index = 0;
  let lastClosed: { from: number; to: number } | undefined;
  const string = (quote: IQuote, from: number, filled: boolean): IIsComplete | undefined => {
    const end = stringEnd(code, from, quote, filled);
    if (end === undefined) {
      return quote.multi ? { status: 'incomplete', indent: '' } : { status: 'invalid' };
    }
    if (end.opens) {
      open.push({ sign: '{', at: bare.length, quote });
      bare += '{';
    } else {
      bare += '"';
    }
    index = end.index;
    return undefined;
  };
  while (index < code.length) {
    rules.lineComment.lastIndex = index;
    if (rules.lineComment.test(code)) {
      const newline = code.indexOf('\n', index);
      index = newline < 0 ? code.length : newline;
      continue;
    }
    if (rules.block && code.startsWith(rules.block[0], index)) {
      const end = commentEnd(code, index, rules.block, rules.nested === true);
      if (end === undefined) {
        return { status: 'incomplete', indent: '' };
      }
      index = end;
      continue;
    }
    if (rules.literal) {
      rules.literal.lastIndex = index;
      const literal = rules.literal.exec(code);
      if (literal) {
        bare += '0';
        index += literal[0].length;
        continue;
      }
    }
    const quote = rules.quotes.find(item => code.startsWith(item.mark, index));
    if (quote) {
      const filled = rules.interpolates === true && /\w/.test(code[index - 1] ?? '');
      bare += '"';
      const problem = string(quote, index + quote.mark.length, filled);
      if (problem) {
        return problem;
      }
      continue;
    }
    const sign = code[index] ?? '';
    if ('([{'.includes(sign)) {
      open.push({ sign, at: bare.length });
    } else if (CLOSES[sign] !== undefined) {
      const opened = open.pop();
      if (opened?.sign !== CLOSES[sign]) {
        return { status: 'invalid' };
      }
      lastClosed = { from: opened.at, to: bare.length };
      if (opened.quote) {
        bare += sign;
        const problem = string(opened.quote, index + 1, true);
        if (problem) {
          return problem;
        }
        continue;
      }
    }
    bare += sign;
    index++;
  }
  if (open.length > 0) {
    return { status: 'incomplete', indent: '  '.repeat(open.length) };
  }
  const text = bare.trimEnd();
  const closed = lastClosed?.to === text.length - 1 ? lastClosed.from : undefined;
  return text !== '' && (rules.goesOn.test(text) || rules.unfinished?.(text, closed))
    ? { status: 'incomplete', indent: '  ' }
    : { status: 'complete' };
}

/** Index behind the mark that ends a string, or behind a `${` in it. */
function stringEnd(
  code: string,
  from: number,
  quote: IQuote,
  filled: boolean
): { index: number; opens: boolean } | undefined {
  for (let index = from; index < code.length; index++) {
    if (quote.escapes && code[index] === '\\') {
      index++;
    } else if (filled && code[index] === '$' && (code[index + 1] === '{' || code[index + 1] === '$')) {
      if (code[index + 1] === '{') {
        return { index: index + 2, opens: true };
      }
      index++;
    } else if (code.startsWith(quote.mark, index)) {
      // `""""a""""` ends with the last three of its quotes.
      let end = index + quote.mark.length;
      while (quote.mark.length > 1 && !quote.escapes && code[end] === quote.mark[0]) {
        end++;
      }
      return { index: end, opens: false };
    } else if (!quote.multi && code[index] === '\n') {
      return undefined;
    }
  }
  return undefined;
}

/** Index behind a block comment. */
function commentEnd(code: string, from: number, [begin, end]: [string, string], nested: boolean): number | undefined {
  let depth = 0;
  for (let index = from; index < code.length;) {
    if (code.startsWith(begin, index) && (nested || depth === 0)) {
      depth++;
      index += begin.length;
    } else if (code.startsWith(end, index)) {
      depth--;
      index += end.length;
      if (depth === 0) {
        return index;
      }
    } else {
      index++;
    }
  }
  return undefined;
}
