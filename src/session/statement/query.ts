/**
 * SQL run by the session's Python. Livy's own SQL interpreter cuts at `livy.rsc.sql.num-rows` (1,000, and the server may
 * have another number) without a word, samples nothing, and loses fractions of seconds and digits of decimals.
 */
import { parseJson } from '../../livy';
import { tableOfSql } from '../output/table';

import type { ITable } from '../../protocol';

/** How many rows of a query are wanted, and which. */
export interface IQueryOptions {
  /** -1: all that fit into a statement's output. */
  maxRows: number;
  /** A random share of all rows, 0…1, taken before the cut. */
  fraction?: number;
}

/** Livy refuses an output of more than 20,000,000 characters. */
const MAX_CHARACTERS = 15_000_000;
/** `-n -1` collects no more on the driver at once. */
const ALL_ROWS = 1_000_000;
const MARK = '{"jupyterlab-emr":"query",';

const SOURCE = `
import ast, decimal, json, math

PLAIN = ("boolean", "byte", "short", "integer", "long", "float", "double", "string", "binary", "void", "null")

def cell(value):
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray)):
        return "[" + " ".join("%02X" % byte for byte in value) + "]"
    if isinstance(value, dict):
        return {str(key): cell(item) for key, item in value.items()}
    if hasattr(value, "__fields__"):
        return {name: cell(item) for name, item in zip(value.__fields__, value)}
    if isinstance(value, (list, tuple)):
        return [cell(item) for item in value]
    return str(value)

def column(number, kind):
    name = "\`_%d\`" % number
    exact = not isinstance(kind, str) or kind in PLAIN or kind.startswith(("decimal", "char", "varchar"))
    return name if exact else "cast(%s as string) as %s" % (name, name)

def last(code, names):
    tree = ast.parse(code, "<stdin>")
    ends = bool(tree.body) and isinstance(tree.body[-1], ast.Expr)
    value = ast.Expression(tree.body.pop().value) if ends else None
    exec(compile(tree, "<stdin>", "exec"), names)
    return eval(compile(value, "<stdin>", "eval"), names) if ends else None

def show(mark, value, limit, fraction, size):
    if hasattr(value, "toPandas"):
        print(mark + rows(value, limit, fraction, size))
    elif value is not None:
        print(repr(value))

def rows(frame, limit, fraction, size):
    schema = frame._jdf.schema().json()
    fields = json.loads(schema)["fields"]
    found, shown, more = [], [], False
    if fields:
        if fraction is not None:
            frame = frame.sample(False, float(fraction))
        frame = frame.toDF(*["_%d" % number for number in range(len(fields))])
        found = frame.selectExpr(*[column(number, field["type"]) for number, field in enumerate(fields)]).take(limit + 1)
        more = len(found) > limit
        for row in found[:limit]:
            shown.append(json.dumps([cell(value) for value in row]))
            size -= len(shown[-1]) + 1
            if size < 0:
                more = True
                shown.pop()
                break
    return '"more":%s,"schema":%s,"data":[%s]}' % ("true" if more else "false", schema, ",".join(shown))
`;

/**
 * Python code that runs a query and prints its rows for {@link tableOfQuery}. Leaves no name behind. The query stands
 * first, as it was written, for whoever reads the session's statements.
 */
export function queryCode(sql: string, options: IQueryOptions): string {
  const session =
    'globals()["spark"] if hasattr(globals().get("spark"), "sql") else __import__("pyspark.sql").sql.SparkSession.builder.getOrCreate()';
  return wrapped(sql, 'print(mark + rows(session.sql(code), limit, fraction, size))', { session }, options);
}

/**
 * Python code that runs other Python code in the session's own namespace, and prints the rows of its last expression
 * where that is a data frame of Spark.
 */
export function displayCode(code: string, options: IQueryOptions): string {
  return wrapped(code, 'show(mark, last(code, names), limit, fraction, size)', { names: 'globals()' }, options);
}

function wrapped(
  code: string,
  call: string,
  names: Record<string, string>,
  { maxRows, fraction }: IQueryOptions
): string {
  const values = {
    ...names,
    code: pythonString(code),
    limit: maxRows < 0 ? ALL_ROWS : maxRows,
    fraction: fraction ?? 'None',
    size: MAX_CHARACTERS,
    mark: pythonString(MARK)
  };
  const text = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return [
    ...code.split(/\r\n?|\n/).map(line => `# ${line}`),
    `exec(${pythonString(SOURCE + call)}, dict(${text.join(', ')}))`
  ].join('\n');
}

/** The table that {@link queryCode} printed; undefined where a text is something else. */
export function tableOfQuery(text: unknown): ITable | undefined {
  const at = markAt(text);
  if (at === undefined) {
    return undefined;
  }
  const value = parseJson((text as string).slice(at)) as { more: boolean };
  const table = tableOfSql(value);
  return table && value.more ? { ...table, truncated: true } : table;
}

/** What a cell printed before its table; undefined where there is none. */
export function printedBeforeQuery(text: unknown): string | undefined {
  const at = markAt(text);
  return at ? (text as string).slice(0, at) : undefined;
}

function markAt(text: unknown): number | undefined {
  if (typeof text !== 'string') {
    return undefined;
  }
  const line = text.startsWith(MARK) ? 0 : text.indexOf(`\n${MARK}`) + 1;
  return line > 0 || text.startsWith(MARK) ? line : undefined;
}

/** A Python string literal of one line, in ASCII. JSON's escapes are Python's, but for signs beyond 16 bits. */
export function pythonString(text: string): string {
  return JSON.stringify(text).replace(/[\u{7f}-\u{10ffff}]/gu, sign => {
    const code = sign.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
