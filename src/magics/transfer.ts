import { randomUUID } from 'node:crypto';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { EmrError } from '../protocol';
import { readSparkmagicConfig, tableBundle } from '../session';
import { checkLocal, takeFrame } from './frames/local';
import { DriverTalk } from './frames/talk';
import { count, megabytes, pythonValue } from './frames/text';
import { usage } from './options';
import { ProgressDisplay } from './progress';
import { say } from './show';

import type { ITaken } from './frames/local';
import type { NotebookSession } from '../session';
import type { LivyKind } from './kinds';
import type { ICountedCell, INotebook } from './types';

/** Bytes of one statement's answer: Livy takes 20 million characters, base64 makes four of three. */
const PART = 9_000_000;
/** A result of so many bytes comes with the first answer. */
const AT_ONCE = 1_000_000;
/** Rows of a query that the cell shows. */
const SHOWN_ROWS = 1000;
/** What one transfer may move unless the site says otherwise. */
export const DEFAULT_LIMIT_MB = 1024;
/** sparkmagic's share for `-m sample` without `-r`. */
const DEFAULT_FRACTION = 0.1;

/** What `-o` of a cell magic asks for. */
export interface IBringRequest {
  /** Name that the data frame gets here. */
  variable: string;
  /** The rows of a query (`%%sql -o`), or what the session's variable of that name holds (`%%spark -o`). */
  source: { query: string } | { variable: string; kind: Exclude<LivyKind, 'sql'> };
  /** `-m` of sparkmagic: the first rows, or a share of all. Default `take`. */
  method?: 'take' | 'sample';
  /** `-n`: at most so many rows; -1: all. Undefined: all, or what sparkmagic's configuration says. */
  maxRows?: number;
  /** `-r`: share of the rows, for `sample`. Default 0.1, as sparkmagic has it. */
  fraction?: number;
  /** Show nothing: neither the rows of a query nor a word on what came. */
  quiet?: boolean;
}

/** What the driver says when the result is there, packed. */
interface IHead {
  /** Name, Spark's type, nullable. */
  columns?: [string, string, boolean][];
  /** Bytes before compression. */
  raw: number;
  /** Bytes to fetch. */
  size?: number;
  /** More than the limit. */
  over?: boolean;
  /** All of it, base64, where it is small. */
  data?: string;
  /** Bytes that are free in the memory of the driver's JVM. */
  room?: number;
}

/**
 * Bring a result of the session into the Python of `%%local`, as a pandas data frame. A query's rows are shown too.
 *
 * @param session - where the data are; the binding that the cell names
 * @throws EmrError, RemoteError, LocalError
 */
export async function bringHere(
  cell: ICountedCell,
  notebook: INotebook,
  session: NotebookSession,
  request: IBringRequest
): Promise<void> {
  checkName('-o', request.variable);
  const python = await notebook.python();
  const progress = new ProgressDisplay(cell);
  let path: string | undefined;
  try {
    // The libraries are loaded while the cluster works; where they are missing, its work is stopped.
    const failed = new AbortController();
    const ready = checkLocal(python, notebook.env);
    ready.catch((error: unknown) => failed.abort(error));
    const talk = new DriverTalk(session, AbortSignal.any([cell.signal, failed.signal]), progress.update);
    let head: IHead;
    try {
      const rows = rowLimit(request, notebook);
      head = await ask(talk, request, rows, limitOf(notebook));
      await ready;
      path = join(await python.folder(), `in-${randomUUID()}.arrow.gz`);
      await fetch(talk, head, path, request.variable);
    } catch (error) {
      throw failed.signal.aborted ? failed.signal.reason : error;
    } finally {
      await talk.end();
    }
    progress.say(`Making ${request.variable}: ${megabytes(head.raw)}`);
    const shown = request.quiet || !('query' in request.source) ? 0 : SHOWN_ROWS;
    const taken = await takeFrame(python, path, request.variable, shown, cell.signal);
    progress.end(!request.quiet);
    if (!request.quiet) {
      show(cell, notebook, request, head, taken);
    }
  } finally {
    progress.end();
    if (path !== undefined) {
      await rm(path, { force: true });
    }
  }
}

/**
 * Names that a magic gives in both Pythons.
 *
 * @throws EmrError
 */
export function checkName(option: string, name: string): void {
  if (!/^[A-Za-z_]\w*$/.test(name) || RESERVED.has(name)) {
    throw usage(
      `${option} cannot be "${name.slice(0, 60)}".`,
      RESERVED.has(name)
        ? 'That name has a meaning already; take another.'
        : 'It is a name as Python has them: letters, digits and _, e.g. prices.'
    );
  }
}

/** Words of Python, and what a session's cells cannot do without. */
const RESERVED = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield spark sc sqlContext'
  ).split(' ')
);

/** Bytes that one transfer may move. */
export function limitOf({ site }: INotebook): number {
  const limit = site.transferLimitMegabytes ?? DEFAULT_LIMIT_MB;
  if (typeof limit !== 'number' || !(limit > 0)) {
    throw new EmrError({
      code: 'BadConfig',
      hop: 'config',
      message: `"transferLimitMegabytes" of the site configuration cannot be ${JSON.stringify(limit)}.`,
      fix: 'It is a number of megabytes, e.g. 1024.'
    });
  }
  return limit * 1e6;
}

/** A transfer is larger than the site allows. */
export function tooLarge(what: string, bytes: number, limit: number, fix: string): EmrError {
  return new EmrError({
    code: 'TooLarge',
    hop: 'kernel',
    message: `${what} has more than ${megabytes(Math.min(bytes, limit))}, the limit of what moves between the session and this host.`,
    fix: `${fix} An administrator can raise "transferLimitMegabytes".`
  });
}

/** `-n`, else sparkmagic's `default_maxrows` where a team has set it, else all. */
function rowLimit(request: IBringRequest, { env }: INotebook): number {
  return request.maxRows ?? readSparkmagicConfig(env).maxRows ?? -1;
}

async function ask(talk: DriverTalk, request: IBringRequest, rows: number, limit: number): Promise<IHead> {
  const source = await sourceOf(talk, request.source);
  const method = request.method ?? 'take';
  const fraction = request.fraction ?? DEFAULT_FRACTION;
  const head = JSON.parse(
    await talk.ask(`m.begin(names, *${pythonValue([source, method, fraction, rows, limit, AT_ONCE])})`)
  ) as IHead;
  if (head.data !== undefined) {
    talk.over();
  }
  if (head.over) {
    throw tooLarge(
      request.variable,
      head.raw,
      limit,
      'Take fewer rows (-n 100000), a sample (-m sample -r 0.01), or fewer columns; or write it to S3: df.write.parquet(…).'
    );
  }
  if (head.size !== undefined && head.room !== undefined && head.size * 2 > head.room && head.size > PART) {
    throw new EmrError({
      code: 'DriverMemory',
      hop: 'spark',
      message: `${request.variable} is there (${megabytes(head.size)} packed), but the driver has ${megabytes(head.room)} of memory free: Livy keeps there what is on its way, and the session would be lost.`,
      fix: 'Take fewer rows or columns, write it to S3 (df.write.parquet(…)), or start a session with more memory: %%configure -f with {"driverMemory": "8g"} below it.'
    });
  }
  return head;
}

/** Where the driver's Python finds the data. Those of other languages reach it as a temporary view. */
async function sourceOf(talk: DriverTalk, source: IBringRequest['source']): Promise<Record<string, string>> {
  if ('query' in source) {
    return { query: source.query };
  }
  const { variable, kind } = source;
  if (kind === 'pyspark') {
    return { variable };
  }
  const view = `emr_out_${randomUUID().replaceAll('-', '')}`;
  const code =
    kind === 'spark'
      ? `(${variable}: Any) match { case frame: org.apache.spark.sql.Dataset[_] => { frame.createOrReplaceTempView("${view}"); println("${view}") }; case other => println(other.getClass.getName) }`
      : `(function(x) if (inherits(x, "SparkDataFrame") || is.data.frame(x)) { createOrReplaceTempView(if (is.data.frame(x)) createDataFrame(x) else x, "${view}"); cat("${view}\\n") } else cat(class(x), "\\n"))(${variable})`;
  const said = await talk.run(kind, code);
  if (!said.includes(view)) {
    throw usage(
      `${variable} is no data frame: ${said.trim().slice(0, 200)}.`,
      kind === 'spark'
        ? `-o brings DataFrames and Datasets. Make it one: val frame = ${variable}.toDF(…)`
        : '-o brings Spark’s data frames and R’s own.'
    );
  }
  return { view };
}

async function fetch(talk: DriverTalk, head: IHead, path: string, variable: string): Promise<void> {
  if (head.data !== undefined) {
    await appendFile(path, Buffer.from(head.data, 'base64'), { mode: 0o600 });
    return;
  }
  const size = head.size ?? 0;
  for (let at = 0; at < size; at += PART) {
    const last = at + PART >= size;
    const text = await talk.ask(`m.moving.part(${at}, ${at + PART})`, {
      last,
      tell: progress => ({
        ...progress,
        text: `Bringing ${variable} here: ${megabytes(at)} of ${megabytes(size)}`,
        fraction: at / size
      })
    });
    await appendFile(path, Buffer.from(text, 'base64'), { mode: 0o600 });
  }
}

function show(cell: ICountedCell, notebook: INotebook, request: IBringRequest, head: IHead, taken: ITaken): void {
  const { variable } = request;
  if ('query' in request.source) {
    const columns = (head.columns ?? []).map(([name, type, nullable]) => ({ name, type, nullable }));
    const truncated = taken.rows > taken.first.length;
    cell.result(tableBundle({ columns, rows: taken.first, ...(truncated ? { truncated } : {}) }));
  }
  const sparkmagic = request.maxRows === undefined ? readSparkmagicConfig(notebook.env).maxRows : undefined;
  say(
    cell,
    `${variable}: ${count(taken.rows, 'row')} × ${count(taken.columns, 'column')}, here (%%local) as a pandas data frame.` +
      (sparkmagic !== undefined && taken.rows === sparkmagic
        ? `\nThere may be more: sparkmagic’s configuration says default_maxrows = ${sparkmagic}. -n -1 brings all.`
        : '')
  );
}
