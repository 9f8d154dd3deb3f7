import { RemoteError, queryCode } from '../session';
import { runCode } from './code';
import { codeOptions, sessionOf } from './codeOptions';
import { COMMENT, isEmptyCode } from './parser';
import { say } from './show';
import { bringHere } from './transfer';

import type { NotebookSession } from '../session';
import type { ICodeOptions } from './codeOptions';
import type { LivyKind } from './kinds';
import type { IArguments, ICountedCell, INotebook } from './types';

/** What a code magic runs, and where it shows it. */
export interface ICodeInvocation {
  cell: ICountedCell;
  notebook: INotebook;
  code: string;
  kind: LivyKind;
}

/**
 * Run a cell magic that runs code: `%%sql`, `%%spark`, … with its options.
 *
 * @throws EmrError or RemoteError
 */
export async function runCodeMagic(magic: string, args: IArguments, invocation: ICodeInvocation): Promise<void> {
  const options = codeOptions(magic, args);
  const session = sessionOf(invocation.notebook, args);
  const { cell, notebook, code, kind } = invocation;
  if (kind === 'sql') {
    await runSql(invocation, session, options);
    return;
  }
  await runCode(cell, notebook, code, kind, { ...options, session });
  if (options.output !== undefined) {
    const source = { variable: options.output, kind };
    await bringHere(cell, notebook, session, { variable: options.output, source, ...options });
  }
}

/** SQL: its rows are shown; with `-o` they are brought here too, by one run of the query. */
export async function runSql(
  { cell, notebook, code }: ICodeInvocation,
  session: NotebookSession,
  options: ICodeOptions
): Promise<void> {
  if (isEmptyCode(code, COMMENT['sql'] ?? '--')) {
    return;
  }
  if (options.output !== undefined) {
    await bringHere(cell, notebook, session, { variable: options.output, source: { query: code }, ...options });
    return;
  }
  const { quiet, method, fraction, maxRows = session.maxRows } = options;
  const query = queryCode(code, { maxRows, ...(method === 'sample' ? { fraction } : {}) });
  try {
    await runCode(cell, notebook, query, 'pyspark', { quiet, maxRows, session });
  } catch (error) {
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    if (!error.evalue.includes('Fail to start interpreter')) {
      throw withoutOurFrames(error);
    }
    say(
      cell,
      'This cluster has no Python: Livy’s own SQL runs the query. It shows 1,000 rows at most, and samples none.'
    );
    await runCode(cell, notebook, code, 'sql', { quiet, maxRows, session });
  }
}

/** The query's own error: the Python around it is ours. */
function withoutOurFrames(error: RemoteError): RemoteError {
  // eslint-disable-next-line no-control-regex -- colours stand between the name and what follows it
  const plain = error.traceback.map(line => line.replace(/\u001b\[[\d;]*m/g, ''));
  const own = plain.findIndex(line => line.includes(`${error.ename}:`));
  const shown = new RemoteError(
    error.ename,
    error.evalue,
    own < 0 ? [`${error.ename}: ${error.evalue}`] : error.traceback.slice(own),
    error.full
  );
  // Why a Spark job of the query failed.
  if (error.details) {
    shown.details = error.details;
  }
  return shown;
}
