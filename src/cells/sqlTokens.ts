import { CharStreams } from 'antlr4ng';
import { SparkSqlLexer } from 'dt-sql-parser/dist/lib/spark/SparkSqlLexer';

/** A word of a query. Offsets are UTF-16. */
export interface ISqlToken {
  /** `KW_SELECT`, `DOT`, `IDENTIFIER`, …: names of Spark's own grammar. */
  type: string;
  text: string;
  from: number;
  to: number;
}

/** All of the grammar's keywords, upper case. */
export const SQL_KEYWORDS: readonly string[] = SparkSqlLexer.symbolicNames.flatMap(name =>
  name?.startsWith('KW_') ? [name.slice(3)] : []
);

/** What the query is made of, comments included (they have their own types), blanks left out. */
export function sqlTokens(sql: string): ISqlToken[] {
  const lexer = new SparkSqlLexer(CharStreams.fromString(sql));
  lexer.removeErrorListeners();
  const tokens: ISqlToken[] = [];
  // The lexer counts code points.
  const offsets = /[\ud800-\udbff]/.test(sql) ? utf16Offsets(sql) : undefined;
  for (const token of lexer.getAllTokens()) {
    const type = SparkSqlLexer.symbolicNames[token.type] ?? '';
    if (type === 'WHITE_SPACE') {
      continue;
    }
    const [from, to] = [token.start, token.stop + 1];
    tokens.push({
      type,
      text: token.text ?? '',
      from: offsets ? (offsets[from] ?? sql.length) : from,
      to: offsets ? (offsets[to] ?? sql.length) : to
    });
  }
  return tokens;
}

/** Whether a token is no part of the query. */
export function isHidden(token: ISqlToken): boolean {
  return token.type.endsWith('_COMMENT');
}

function utf16Offsets(text: string): number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const sign of text) {
    offsets.push(at);
    at += sign.length;
  }
  return [...offsets, at];
}
