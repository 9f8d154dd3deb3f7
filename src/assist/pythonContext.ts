/** Where the cursor stands in Python code that may be broken anywhere: by its tokens, since a grammar loses its way. */

interface IToken {
  type: 'name' | 'number' | 'string' | 'op' | 'end';
  from: number;
  to: number;
  /** The token that opens this bracket, by index; the brackets open at this token are found through it. */
  pair?: number;
}

/** What may be typed at the cursor. `from` is where the word begins that is replaced. */
export type PythonContext =
  | { what: 'nothing' }
  /** A name; `callee`: of a function whose argument this may be. */
  | { what: 'name'; from: number; callee?: string }
  /** Behind `text.` */
  | { what: 'attribute'; from: number; text: string }
  /** In the string of `text["…`; `quote` ends it. */
  | { what: 'key'; from: number; text: string; quote: string }
  /** In a string that is an argument of `text.method(…`; may name a column of `text`. */
  | { what: 'column'; from: number; text: string; method: string }
  /** `import package.…`; `from package.… import`: of its modules. */
  | { what: 'module'; from: number; text: string }
  /** `from package import …` */
  | { what: 'member'; from: number; text: string }
  /** In the string of `….sql("…`: a query that begins at `from` of the code. */
  | { what: 'sql'; from: number }
  /** In the string of `….table("…`: a table’s name. */
  | { what: 'table'; from: number };

/** What a scan of the code up to the cursor found. */
interface IScanned {
  tokens: IToken[];
  /** Indexes of the brackets that are open at the end. */
  open: number[];
  /** The end is in this string. */
  string?: { from: number; content: number; quote: string; formatted: boolean };
  inComment: boolean;
}

const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}_]*/uy;
const NUMBER = /(?:\d[\w.]*|\.\d[\w.]*)/y;
const STRING = /(?:[rbufRBUF]{0,2})("""|'''|"|')/y;
const PAIRS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
/** Methods of data frames, and functions, whose string arguments name columns. */
const COLUMN_METHODS =
  /^(?:select|groupBy|groupby|orderBy|sort|drop|withColumn|withColumnRenamed|dropDuplicates|drop_duplicates|agg|join|filter|where|cube|rollup|repartition|partitionBy|describe|summary|sortWithinPartitions|sort_values|set_index|merge|pivot|pivot_table|colRegex|approxQuantile|corr|cov|crosstab|fillna|dropna|describe)$/;

/** Tokens of the code up to an offset. */
function scan(code: string, end: number): IScanned {
  const tokens: IToken[] = [];
  const open: number[] = [];
  let at = 0;
  const take = (type: IToken['type'], to: number, pair?: number): void => {
    tokens.push({ type, from: at, to, ...(pair === undefined ? {} : { pair }) });
    at = to;
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(code);
  };
  while (at < end) {
    const sign = code[at] ?? '';
    if (sign === '#') {
      const newline = code.indexOf('\n', at);
      if (newline < 0 || newline >= end) {
        return { tokens, open, inComment: true };
      }
      at = newline;
      continue;
    }
    if (sign === '\n') {
      if (open.length === 0 && code[at - 1] !== '\\') {
        take('end', at + 1);
      } else {
        at++;
      }
      continue;
    }
    if (sign === ';' && open.length === 0) {
      take('end', at + 1);
      continue;
    }
    const quote = match(STRING);
    if (quote) {
      const mark = quote[1] ?? '"';
      const content = at + quote[0].length;
      const formatted = /f/i.test(quote[0]);
      const close = closing(code, content, mark, end);
      if (close === undefined) {
        return { tokens, open, inComment: false, string: { from: at, content, quote: mark, formatted } };
      }
      take('string', close);
      continue;
    }
    const word = match(NAME) ?? undefined;
    if (word) {
      take('name', Math.min(end, at + word[0].length));
      continue;
    }
    const number = match(NUMBER);
    if (number) {
      take('number', Math.min(end, at + number[0].length));
      continue;
    }
    if (/\s|\\/.test(sign)) {
      at++;
      continue;
    }
    if ('([{'.includes(sign)) {
      open.push(tokens.length);
      take('op', at + 1);
      continue;
    }
    const opening = PAIRS[sign];
    if (opening) {
      const top = open[open.length - 1];
      const fits = top !== undefined && code[tokens[top]?.from ?? 0] === opening;
      take('op', at + 1, fits ? open.pop() : undefined);
      continue;
    }
    take('op', at + 1);
  }
  return { tokens, open, inComment: false };
}

/** Index behind the end of a string; undefined where it goes on at the end. One of a line ends with the line. */
function closing(code: string, from: number, mark: string, end: number): number | undefined {
  for (let at = from; at < end; at++) {
    if (code[at] === '\\') {
      at++;
    } else if (code.startsWith(mark, at)) {
      return at + mark.length <= end ? at + mark.length : undefined;
    } else if (mark.length === 1 && code[at] === '\n') {
      return at;
    }
  }
  return undefined;
}

/** Index of the first token of the expression that ends with a token; undefined where it is none. */
function expressionStart(code: string, tokens: IToken[], last: number): number | undefined {
  let index = last;
  for (;;) {
    const token = tokens[index];
    if (!token) {
      return undefined;
    }
    const text = code.slice(token.from, token.to);
    if (token.pair !== undefined) {
      index = token.pair;
      const before = tokens[index - 1];
      // What stands before the bracket is called or indexed by it, unless the bracket is a literal.
      if (before && text !== '}' && isOperand(code, before)) {
        index--;
        continue;
      }
    } else if (token.type !== 'name' && token.type !== 'string') {
      return undefined;
    }
    const dot = tokens[index - 1];
    if (dot && code.slice(dot.from, dot.to) === '.') {
      index -= 2;
      continue;
    }
    return index;
  }
}

const KEYWORDS_BEFORE =
  /^(?:return|in|and|or|not|if|else|elif|is|print|yield|await|lambda|assert|del|raise|for|while)$/;

function isOperand(code: string, token: IToken): boolean {
  return (
    token.pair !== undefined ||
    token.type === 'string' ||
    (token.type === 'name' && !KEYWORDS_BEFORE.test(code.slice(token.from, token.to)))
  );
}

/** Text of the expression that ends with a token. */
function expression(code: string, tokens: IToken[], last: number): string | undefined {
  const first = expressionStart(code, tokens, last);
  const [from, to] = [tokens[first ?? -1]?.from, tokens[last]?.to];
  if (from === undefined || to === undefined || to - from > 4000) {
    return undefined;
  }
  return code.slice(from, to);
}

/** What may be typed at an offset. */
export function pythonContext(code: string, cursor: number): PythonContext {
  const scanned = scan(code, cursor);
  const { tokens, open, string } = scanned;
  if (scanned.inComment) {
    return { what: 'nothing' };
  }
  if (string) {
    return inString(code, cursor, scanned, string);
  }
  let last = tokens.length - 1;
  let from = cursor;
  const word = tokens[last];
  if (word?.type === 'number' && word.to === cursor) {
    return { what: 'nothing' };
  }
  if (word?.type === 'name' && word.to === cursor) {
    from = word.from;
    last--;
  }
  const before = tokens[last];
  const sign = before && before.type !== 'end' ? code.slice(before.from, before.to) : '';
  const imported = importContext(code, tokens, last, from);
  if (imported) {
    return imported;
  }
  if (sign === '.') {
    const text = expression(code, tokens, last - 1);
    return text === undefined ? { what: 'nothing' } : { what: 'attribute', from, text };
  }
  if (from === cursor && sign !== '(' && sign !== ',') {
    return { what: 'nothing' };
  }
  if (['def', 'class'].includes(sign)) {
    return { what: 'nothing' };
  }
  const bracket = open[open.length - 1];
  const callee =
    (sign === '(' || sign === ',') && bracket !== undefined ? calleeOf(code, tokens, bracket)?.text : undefined;
  // Every name there is would follow a bare bracket or comma: only the function's own arguments do.
  return from === cursor && callee === undefined
    ? { what: 'nothing' }
    : { what: 'name', from, ...(callee === undefined ? {} : { callee }) };
}

/** The function whose bracket is open, and the object it is a method of. */
function calleeOf(
  code: string,
  tokens: IToken[],
  bracket: number
): { text: string; owner?: string; name: string } | undefined {
  const token = tokens[bracket];
  const before = tokens[bracket - 1];
  if (!token || code[token.from] !== '(' || !before || !isOperand(code, before)) {
    return undefined;
  }
  const text = expression(code, tokens, bracket - 1);
  if (text === undefined) {
    return undefined;
  }
  const dot = tokens[bracket - 2];
  const owner =
    dot && code.slice(dot.from, dot.to) === '.' && before.type === 'name'
      ? expression(code, tokens, bracket - 3)
      : undefined;
  return { text, name: code.slice(before.from, before.to), ...(owner === undefined ? {} : { owner }) };
}

function inString(
  code: string,
  cursor: number,
  { tokens, open }: IScanned,
  string: NonNullable<IScanned['string']>
): PythonContext {
  const { content, quote, formatted } = string;
  if (formatted) {
    const brace = lastOpenBrace(code.slice(content, cursor));
    if (brace !== undefined) {
      const start = content + brace + 1;
      return shifted(pythonContext(code.slice(start), cursor - start), start);
    }
  }
  const bracket = open[open.length - 1];
  const token = tokens[bracket ?? -1];
  if (bracket === undefined || !token) {
    return { what: 'nothing' };
  }
  if (code[token.from] === '[') {
    const before = tokens[bracket - 1];
    if (before && isOperand(code, before)) {
      const text = expression(code, tokens, bracket - 1);
      // Only `x["`, not `x[1, "`.
      return text !== undefined && bracket === tokens.length - 1
        ? { what: 'key', from: content, text, quote }
        : { what: 'nothing' };
    }
    // `df[["a", "b`: a list of columns; also as the argument of a method.
    const outer = open[open.length - 2];
    if (outer !== undefined && outer === bracket - 1 && code[tokens[outer]?.from ?? 0] === '[') {
      const text = expression(code, tokens, outer - 1);
      return text === undefined ? { what: 'nothing' } : { what: 'column', from: content, text, method: '' };
    }
    return columnArgument(code, tokens, outer, content);
  }
  const found = columnArgument(code, tokens, bracket, content);
  if (found.what === 'nothing' && bracket === tokens.length - 1) {
    const callee = calleeOf(code, tokens, bracket);
    if (callee?.name === 'sql') {
      return { what: 'sql', from: content };
    }
    if (callee?.name === 'table' && callee.owner !== undefined) {
      return { what: 'table', from: content };
    }
  }
  return found;
}

function columnArgument(code: string, tokens: IToken[], bracket: number | undefined, from: number): PythonContext {
  const callee = bracket === undefined ? undefined : calleeOf(code, tokens, bracket);
  return callee?.owner !== undefined && COLUMN_METHODS.test(callee.name)
    ? { what: 'column', from, text: callee.owner, method: callee.name }
    : { what: 'nothing' };
}

/** Offset of the `{` of an f-string's field that is not closed. */
function lastOpenBrace(text: string): number | undefined {
  let found: number | undefined;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{' && text[at + 1] === '{' && found === undefined) {
      at++;
    } else if (text[at] === '{') {
      found = at;
    } else if (text[at] === '}') {
      found = undefined;
    }
  }
  return found;
}

function shifted(context: PythonContext, by: number): PythonContext {
  return 'from' in context ? { ...context, from: context.from + by } : context;
}

/** `import a.b` and `from a.b import c`, where the cursor is in one. */
function importContext(code: string, tokens: IToken[], last: number, from: number): PythonContext | undefined {
  let first = last + 1;
  while (first > 0 && tokens[first - 1]?.type !== 'end') {
    first--;
  }
  const words = tokens.slice(first, last + 1).map(token => code.slice(token.from, token.to));
  const [keyword] = words;
  if (keyword !== 'import' && keyword !== 'from') {
    return undefined;
  }
  const at = words.indexOf('import');
  if (keyword === 'from' && at > 0) {
    const text = words.slice(1, at).join('');
    return text.startsWith('.') || words[words.length - 1] === 'as'
      ? { what: 'nothing' }
      : { what: 'member', from, text };
  }
  const path: string[] = [];
  for (let index = words.length - 1; words[index] === '.'; index -= 2) {
    path.unshift(words[index - 1] ?? '');
  }
  const lead = words[words.length - 1 - 2 * path.length] ?? '';
  return lead === keyword || lead === ',' ? { what: 'module', from, text: path.join('.') } : { what: 'nothing' };
}

/**
 * The expression that the cursor is in, for inspection: the name under it with all that it is an attribute of; in the
 * brackets of a call the function.
 */
export function expressionAt(code: string, cursor: number): string | undefined {
  NAME.lastIndex = cursor;
  const right = NAME.exec(code)?.[0].length ?? 0;
  // A digit may go on a name that began before the cursor.
  const rest = /^[\p{L}\p{Nd}_]*/u.exec(code.slice(cursor))?.[0].length ?? 0;
  const end = cursor + (/[\p{L}\p{Nd}_]/u.test(code[cursor - 1] ?? '') ? rest : right);
  const { tokens, open, string, inComment } = scan(code, end);
  if (inComment) {
    return undefined;
  }
  const last = tokens[tokens.length - 1];
  if (!string && last?.type === 'name' && last.to === end && !KEYWORDS_BEFORE.test(code.slice(last.from, last.to))) {
    return expression(code, tokens, tokens.length - 1);
  }
  // `f(a)|` means the call’s function, `f(a, |` too.
  if (!string && last?.pair !== undefined && code[last.from] === ')' && last.to === cursor) {
    return calleeOf(code, tokens, last.pair)?.text;
  }
  for (const bracket of [...open].reverse()) {
    const callee = calleeOf(code, tokens, bracket);
    if (callee) {
      return callee.text;
    }
  }
  return undefined;
}
