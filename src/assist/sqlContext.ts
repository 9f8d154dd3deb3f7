import { isHidden, sqlTokens } from './sqlTokens';

import type { ISqlToken } from './sqlTokens';

/** A table that a query reads or writes. */
export interface ISqlTable {
  /** `['db', 't']`, without back quotes. */
  path: string[];
  alias?: string;
}

/** What may be typed in a query. */
export interface ISqlContext {
  /** `none`: in a string, a comment, or where a new name is made. */
  what: 'none' | 'table' | 'database' | 'expression' | 'word';
  /** Where the word begins that is replaced; with its opening back quote. */
  from: number;
  /** `a.b.` before it. */
  qualifiers: string[];
  /** Tables of the statement. */
  tables: ISqlTable[];
  /** Names of its common table expressions, and of subqueries. */
  local: string[];
}

const BEFORE_TABLE = /^KW_(?:FROM|JOIN|INTO|TABLE|UPDATE|DESCRIBE|DESC|OVERWRITE|VIEW|REFRESH|USING)$/;
const BEFORE_DATABASE = /^KW_(?:USE|DATABASE|SCHEMA|NAMESPACE|DATABASES|SCHEMAS|NAMESPACES)$/;
/** After these a list of expressions, or one, begins. */
const CLAUSE =
  /^KW_(?:SELECT|WHERE|HAVING|ON|BY|WHEN|THEN|ELSE|AND|OR|NOT|CASE|BETWEEN|IN|LIKE|RLIKE|SET|VALUES|DISTINCT|FILTER|QUALIFY|LATERAL)$/;
const ENDS_TABLES =
  /^KW_(?:WHERE|GROUP|ORDER|HAVING|LIMIT|UNION|INTERSECT|EXCEPT|MINUS|WINDOW|SORT|CLUSTER|DISTRIBUTE|LATERAL|ON|SELECT|SET|VALUES|USING|WHEN)$/;
/** Keywords that stand behind a table and are no alias. */
const NO_ALIAS =
  /^KW_(?:WHERE|GROUP|ORDER|HAVING|LIMIT|UNION|INTERSECT|EXCEPT|MINUS|WINDOW|SORT|CLUSTER|DISTRIBUTE|LATERAL|ON|SELECT|SET|VALUES|USING|WHEN|JOIN|LEFT|RIGHT|INNER|OUTER|FULL|CROSS|SEMI|ANTI|NATURAL|TABLESAMPLE|PIVOT|UNPIVOT|PARTITION|VERSION|TIMESTAMP|FOR|FROM|AS|IF|NOT|EXISTS|CACHE|DROP|ADD|RENAME)$/;

/** What a place in a query is, by the tokens around it: a query that is being typed fits no grammar. */
export function sqlContext(sql: string, cursor: number): ISqlContext {
  const all = sqlTokens(sql);
  const statement = statementAt(all, cursor);
  const outside: ISqlContext = { what: 'none', from: cursor, qualifiers: [], tables: [], local: [] };
  if (statement.some(token => holds(token, cursor))) {
    return outside;
  }
  // What nothing closes is a token of no kind: a string is no place for names, a back quote begins one.
  const open = statement.find(token => token.type === 'UNRECOGNIZED' && token.from < cursor);
  if (open?.text === "'" || open?.text === '"') {
    return outside;
  }
  const word = statement.find(token => token.from < cursor && token.to >= cursor && isWord(token));
  const from = open?.text === '`' ? open.from : word ? word.from : cursor;
  const left = statement.filter(token => token.to <= from && !isHidden(token));
  const qualifiers: string[] = [];
  let index = left.length - 1;
  while (left[index]?.type === 'DOT' && left[index - 1] && isWord(left[index - 1])) {
    qualifiers.unshift(plain(left[index - 1]?.text ?? ''));
    index -= 2;
  }
  const tokens = statement.filter(token => !isHidden(token) && (token.to <= from || token.from >= cursor));
  return {
    what: placeOf(left.slice(0, index + 1)),
    from,
    qualifiers,
    tables: tablesOf(tokens),
    local: localNames(tokens)
  };
}

/** The word at a place with all that qualifies it, for inspection; and whether a bracket follows. */
export function sqlNameAt(
  sql: string,
  cursor: number
): { path: string[]; isCall: boolean; tables: ISqlTable[] } | undefined {
  const tokens = statementAt(sqlTokens(sql), cursor).filter(token => !isHidden(token));
  let index = tokens.findIndex(token => token.from <= cursor && token.to >= cursor && isWord(token));
  if (index < 0) {
    return undefined;
  }
  const isCall = tokens[index + 1]?.type === 'LEFT_PAREN';
  const path = [plain(tokens[index]?.text ?? '')];
  while (tokens[index - 1]?.type === 'DOT' && tokens[index - 2]) {
    path.unshift(plain(tokens[index - 2]?.text ?? ''));
    index -= 2;
  }
  return { path, isCall, tables: tablesOf(tokens) };
}

function statementAt(tokens: ISqlToken[], cursor: number): ISqlToken[] {
  let first = 0;
  let last = tokens.length;
  tokens.forEach((token, index) => {
    if (token.type === 'SEMICOLON') {
      if (token.to <= cursor) {
        first = index + 1;
      } else {
        last = Math.min(last, index);
      }
    }
  });
  return tokens.slice(first, last);
}

function isWord(token: ISqlToken): boolean {
  return token.type.startsWith('KW_') || token.type.endsWith('IDENTIFIER');
}

function plain(text: string): string {
  return text.startsWith('`') ? text.slice(1, text.endsWith('`') ? -1 : undefined).replace(/``/g, '`') : text;
}

/** Whether a place is in a string or in a comment. */
function holds(token: ISqlToken, cursor: number): boolean {
  if (token.from >= cursor) {
    return false;
  }
  if (token.type.includes('STRING') || token.type.includes('DOUBLEQUOTED')) {
    return token.to > cursor;
  }
  // The end of its line ends a comment; one in brackets that nothing ends goes on.
  const isOpen = token.text.startsWith('/*') ? !token.text.endsWith('*/') : !token.text.endsWith('\n');
  return isHidden(token) && (token.to > cursor || (token.to === cursor && isOpen));
}

/** What the tokens before a word say about it. */
function placeOf(left: ISqlToken[]): ISqlContext['what'] {
  const last = left[left.length - 1];
  if (!last || last.type === 'LEFT_PAREN') {
    const opener = left[left.length - 2];
    return last && opener && (BEFORE_TABLE.test(opener.type) ? false : true) ? 'expression' : 'word';
  }
  if (BEFORE_DATABASE.test(last.type)) {
    return 'database';
  }
  if (/^KW_(?:IN|FROM)$/.test(last.type) && left.some(token => token.type === 'KW_SHOW')) {
    return /^KW_(?:TABLES|VIEWS|FUNCTIONS)$/.test(left[left.length - 2]?.type ?? '') ? 'database' : 'table';
  }
  if (BEFORE_TABLE.test(last.type)) {
    return 'table';
  }
  if (last.type === 'KW_EXISTS') {
    return left.some(token => /^KW_(?:TABLE|VIEW)$/.test(token.type)) ? 'table' : 'word';
  }
  if (last.type === 'KW_AS') {
    return 'none';
  }
  let depth = 0;
  for (const token of [...left].reverse()) {
    depth += token.type === 'RIGHT_PAREN' ? 1 : token.type === 'LEFT_PAREN' ? -1 : 0;
    if (depth < 0) {
      return 'expression';
    }
    if (depth > 0) {
      continue;
    }
    if (last.type === 'COMMA' && /^KW_FROM$/.test(token.type)) {
      return 'table';
    }
    if (CLAUSE.test(token.type)) {
      return 'expression';
    }
    if (BEFORE_TABLE.test(token.type)) {
      return 'word';
    }
  }
  return 'word';
}

/** Tables behind FROM, JOIN, INTO, …, anywhere in the statement. */
function tablesOf(tokens: ISqlToken[]): ISqlTable[] {
  const found: ISqlTable[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const type = tokens[index]?.type ?? '';
    if (!BEFORE_TABLE.test(type) || type === 'KW_USING') {
      continue;
    }
    let at = index + 1;
    while (/^KW_(?:TABLE|IF|NOT|EXISTS|EXTENDED|FORMATTED)$/.test(tokens[at]?.type ?? '')) {
      at++;
    }
    for (;;) {
      const table = tableAt(tokens, at);
      if (!table) {
        break;
      }
      found.push(table.table);
      at = table.next;
      if (type !== 'KW_FROM' || tokens[at]?.type !== 'COMMA') {
        break;
      }
      at++;
    }
  }
  return found;
}

function tableAt(tokens: ISqlToken[], from: number): { table: ISqlTable; next: number } | undefined {
  let at = from;
  const first = tokens[at];
  if (!first || !isWord(first) || ENDS_TABLES.test(first.type)) {
    return undefined;
  }
  const path = [plain(first.text)];
  at++;
  while (tokens[at]?.type === 'DOT' && tokens[at + 1] && isWord(tokens[at + 1])) {
    path.push(plain(tokens[at + 1]?.text ?? ''));
    at += 2;
  }
  if (tokens[at]?.type === 'KW_AS') {
    at++;
  }
  const next = tokens[at];
  if (next && isWord(next) && !NO_ALIAS.test(next.type)) {
    return { table: { path, alias: plain(next.text) }, next: at + 1 };
  }
  return { table: { path }, next: at };
}

/** `WITH name AS (`, `, name AS (`, and `) name` of subqueries. */
function localNames(tokens: ISqlToken[]): string[] {
  const names: string[] = [];
  tokens.forEach((token, index) => {
    const [next, after] = [tokens[index + 1], tokens[index + 2]];
    if (isWord(token) && next?.type === 'KW_AS' && after?.type === 'LEFT_PAREN') {
      names.push(plain(token.text));
    } else if (token.type === 'RIGHT_PAREN' && next?.type === 'IDENTIFIER') {
      names.push(plain(next.text));
    }
  });
  return names;
}
