/** `%%sql` → `spark.sql("""…""")`. */
import { isHidden, sqlTokens } from '../../cells/sqlTokens';

import type { ICodeOptions } from '../../cells';

/** First words of what only shows rows. */
const SHOWS = /^KW_(?:SELECT|VALUES|SHOW|DESCRIBE|DESC|EXPLAIN|LIST|TABLE|FROM|WITH|MAP|REDUCE)$/;

/** Whether a query changes nothing: its rows are all that there is of it. */
export function onlyShows(sql: string): boolean {
  let depth = 0;
  const tokens = sqlTokens(sql).filter(token => !isHidden(token));
  for (const { type } of tokens) {
    depth += type === 'LEFT_PAREN' ? 1 : type === 'RIGHT_PAREN' ? -1 : 0;
    // `WITH … INSERT INTO`, `FROM … INSERT INTO`.
    if (type === 'KW_INSERT' && depth === 0) {
      return false;
    }
  }
  const first = tokens.find(token => token.type !== 'LEFT_PAREN');
  return first !== undefined && SHOWS.test(first.type);
}

/**
 * The Python of a query.
 *
 * @param bound - names that the script has: `{name}` outside of the query's texts is their value
 * @returns the code, and what a reader has to know of it; code is undefined where there is nothing to run
 */
export function sqlCode(
  sql: string,
  options: ICodeOptions,
  bound: ReadonlySet<string>
): { code?: string; notes: string[] } {
  const query = sql.replace(/^\s*\n/, '').replace(/[\s;]+$/, '');
  if (sqlTokens(query).every(isHidden)) {
    return { notes: [] };
  }
  const notes: string[] = [];
  if (options.output !== undefined) {
    notes.push(`-o ${options.output} brings rows to the Jupyter host, which a script has not; the query itself stays.`);
  }
  const shows = onlyShows(query);
  if (shows && options.quiet) {
    return { notes: [...notes, 'With -q the query shows nothing, and it changes nothing.'] };
  }
  const names = namesIn(query).filter(name => bound.has(name));
  const text = pythonText(query, names);
  const sample = shows && options.method === 'sample' ? `.sample(${options.fraction})` : '';
  const rows = options.maxRows === undefined || options.maxRows < 0 ? '' : String(options.maxRows);
  if (shows) {
    notes.push(`The rows are printed (.show(${rows})), not displayed as a table.`);
  }
  if (names.length > 0) {
    notes.push(`${names.map(name => `{${name}}`).join(', ')} is the value of the script’s variable.`);
  }
  return { code: `spark.sql(\n${text}\n)${shows ? `${sample}.show(${rows})` : ''}`, notes };
}

/** `{name}` where the query is no text and no comment. */
function namesIn(sql: string): string[] {
  const bare = sql.replace(/'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|--[^\n]*|\/\*[\s\S]*?\*\//g, '');
  return [...new Set([...bare.matchAll(/(?<![${])\{([A-Za-z_]\w*)\}(?!\})/g)].map(match => match[1] ?? ''))];
}

function pythonText(sql: string, names: readonly string[]): string {
  let body = sql;
  let prefix = '';
  if (names.length > 0) {
    const put = new RegExp(`\\{(?:${names.join('|')})\\}|[{}]`, 'g');
    body = body.replace(put, sign => (sign.length > 1 ? sign : sign + sign));
    prefix = 'f';
  }
  if (body.includes('\\') || body.includes('"""')) {
    const isRaw = !body.includes('"""');
    prefix = isRaw ? `r${prefix}` : prefix;
    body = isRaw ? body : body.replace(/\\/g, '\\\\').replace(/"""/g, '\\"\\"\\"');
  }
  return `    ${prefix}"""\n${body}\n"""`;
}
