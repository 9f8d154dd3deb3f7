import { failedParts, partsOf, plainOf } from './parts';
import { PARTS_MIME } from '../statement/prelude';
import { CellSources } from '../statement/sources';
import { printedBeforeQuery, tableOfQuery } from '../statement/query';
import { besideFigure, rError } from './rText';
import { SQL_ROW_LIMIT, tableBundle, tableOfLivy, tableOfSql } from './table';
import { detailsBundle, plainTrace, pythonTrace } from './trace';
import { RemoteError } from '../types';

import type { LivyKind, LivyOutput } from '../../livy';
import type { IMimeBundle, ITable, Json } from '../../protocol';
import type { IRunPart, IRunResult } from '../types';

const LIVY_TABLE = 'application/vnd.livy.table.v1+json';

export interface IConvertOptions {
  kind: LivyKind;
  code: string;
  maxRows?: number;
  /** Rows after which the server cuts a SQL result. */
  sqlRowLimit?: number;
  /** The session's cells, for tracebacks. */
  sources?: CellSources;
  onPrinted?: (parts: IRunPart[]) => void;
}

/**
 * A finished statement's output as Jupyter's outputs.
 *
 * @throws RemoteError where the statement failed
 */
export function convertOutput(output: LivyOutput | null, options: IConvertOptions): IRunResult {
  if (output === null) {
    return { displays: [] };
  }
  if (output.status === 'error') {
    if (options.kind === 'pyspark' && WIRE_BROKEN.test(output.ename)) {
      throw wireError(output);
    }
    const { traceback, printed } = failedParts(output.traceback ?? []);
    if (printed.length > 0) {
      options.onPrinted?.(printed);
    }
    throw remoteError({ ...output, traceback }, options);
  }
  const nested = nestedError(output.data, options);
  if (nested) {
    throw nested;
  }
  const table = tableOf(output.data, options);
  if (table) {
    const printed = printedBeforeQuery(output.data['text/plain']);
    return { displays: [], result: tableBundle(table), ...(printed ? { stdout: printed } : {}) };
  }
  const { 'text/plain': plain, [PARTS_MIME]: told, ...rich } = output.data;
  const text = typeof plain === 'string' ? plain : plain === undefined ? '' : JSON.stringify(plain);
  const parts = partsOf(text, told);
  if (parts) {
    const own = rich as IMimeBundle;
    return gathered(
      Object.keys(own).length > 0
        ? [...parts, { kind: 'display', data: { ...own, 'text/plain': plainOf(own) } }]
        : parts
    );
  }
  if (Object.keys(rich).length > 0) {
    const beside = options.kind === 'sparkr' ? besideFigure(text) : text;
    return { displays: [{ ...(rich as IMimeBundle), 'text/plain': beside || plainOf(rich) }] };
  }
  return { displays: [], ...splitText(text, options) };
}

/** What Apache Livy says where it reads something else than its own Python process's answer. */
const WIRE_BROKEN = /\b(JsonParseException|JsonEOFException|MappingException|ParserUtil\$ParseException)$/;

/** Livy talks to Python through the process's standard output; what a child process writes there is read as an answer. */
function wireError(output: { ename: string; evalue: string }): RemoteError {
  const first = output.evalue.split('\n')[0] ?? '';
  return new RemoteError(output.ename, output.evalue, [
    `${output.ename}: ${first}`,
    'Something in this cell wrote to the standard output of the driver’s Python process (os.system, subprocess, native code).',
    'Livy takes those lines for its own: from now on a cell may show the result of the one before it.',
    'Start a new session: %%configure -f with {} below it. Then catch such output: subprocess.run(…, capture_output=True, text=True).stdout.'
  ]);
}

/** `%json` of an unknown name answers "ok" with a Jupyter error inside. */
function nestedError(data: Record<string, unknown>, options: IConvertOptions): RemoteError | undefined {
  const content = data['content'] as
    { status?: string; ename?: string; evalue?: string; traceback?: string[] } | undefined;
  return data['msg_type'] === 'execute_reply' && content?.status === 'error'
    ? remoteError(
        { ename: content.ename ?? 'Error', evalue: content.evalue ?? '', traceback: content.traceback ?? [] },
        options
      )
    : undefined;
}

function tableOf(data: Record<string, unknown>, options: IConvertOptions): ITable | undefined {
  const sql = options.kind === 'sql' ? tableOfSql(data['application/json']) : undefined;
  const table = sql ?? tableOfQuery(data['text/plain']) ?? tableOfLivy(data[LIVY_TABLE]);
  if (!table) {
    return undefined;
  }
  const limit = options.sqlRowLimit ?? SQL_ROW_LIMIT;
  const cut = options.maxRows !== undefined && options.maxRows >= 0 && table.rows.length > options.maxRows;
  if (cut || (sql && table.rows.length >= limit)) {
    return { ...table, rows: cut ? table.rows.slice(0, options.maxRows) : table.rows, truncated: true };
  }
  return table;
}

/** Parts, and the same sorted by kind. */
function gathered(parts: IRunPart[]): IRunResult {
  const result: IRunResult = { displays: [], parts };
  for (const part of parts) {
    if (part.kind === 'stdout') {
      result.stdout = (result.stdout ?? '') + part.text;
    } else if (part.kind === 'display') {
      result.displays.push(part.data);
    } else if (part.kind === 'result') {
      result.result = part.data;
    }
  }
  return result;
}

/**
 * Livy joins what was printed and the value of the last expression into one text. Scala's values name themselves
 * (`res0: Int = 2`); for Python the code tells whether there can be a value, and whether anything was printed.
 */
function splitText(text: string, { kind, code }: IConvertOptions): Pick<IRunResult, 'stdout' | 'result'> {
  if (text === '') {
    return {};
  }
  if (kind === 'spark') {
    const at = text.search(/^res\d+: /m);
    if (at < 0) {
      return { stdout: text };
    }
    const value = text.slice(at).replace(/\n$/, '');
    return { ...(at > 0 ? { stdout: text.slice(0, at) } : {}), result: { 'text/plain': value } };
  }
  if (kind === 'pyspark' && !endsInValue(code)) {
    return { stdout: text.endsWith('\n') ? text : `${text}\n` };
  }
  return { result: { 'text/plain': text as Json } };
}

const PRINTS = /\b(print|pprint|show|printSchema|explain|info|write|help|describe_extended)\s*\(/;

/** Whether a Python cell's text is its last expression's value: it ends in an expression and prints nothing. */
export function endsInValue(code: string): boolean {
  if (PRINTS.test(code)) {
    return false;
  }
  const lines = code
    .replace(/\s+$/, '')
    .split('\n')
    .filter(line => line.trim() && !line.trim().startsWith('#'));
  const last = lines[lines.length - 1];
  // A closing bracket, or any line that is not indented, can end an expression; a block's body cannot.
  return last !== undefined && (/^[^\s]/.test(last) || /^\s+[)\]}.]/.test(last) || /^\s+.*[)\]}]$/.test(last));
}

/** A longer traceback that was folded stands, folded, below the error; of a shorter one it is enough to have it kept. */
const FOLDED_LINES = 25;

/** A failed statement as an error with Spark's own name, and lines that name the cell. */
export function remoteError(
  output: { ename?: string; evalue?: string; traceback?: string[] },
  { kind, sources }: Pick<IConvertOptions, 'kind' | 'sources'>
): RemoteError {
  const ename = output.ename || 'Error';
  const said = (output.evalue ?? '').replace(/\s+$/, '');
  const evalue = kind === 'sparkr' ? rError(said) : said;
  const raw = output.traceback ?? [];
  const trace =
    kind === 'pyspark' && raw.length > 0
      ? pythonTrace(ename, evalue, raw, sources ?? new CellSources())
      : plainTrace(ename, evalue, raw, sources);
  const error = new RemoteError(ename, trace.evalue, trace.lines, trace.full);
  if ((trace.full?.split('\n').length ?? 0) > FOLDED_LINES) {
    error.details = detailsBundle([], trace.full);
  }
  return error;
}
