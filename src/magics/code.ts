import { COMMENT, isEmptyCode } from './parser';
import { ProgressDisplay } from './progress';

import type { IRunResult, NotebookSession } from '../session';
import type { LivyKind } from './kinds';
import type { ICountedCell, INotebook } from './types';

/**
 * Run code on the cluster and show what it gives.
 *
 * @throws EmrError or RemoteError
 */
export async function runCode(
  cell: ICountedCell,
  notebook: INotebook,
  code: string,
  kind: LivyKind,
  options: {
    maxRows?: number;
    quiet?: boolean;
    session?: NotebookSession;
    /** Changes what is shown. */
    shape?: (output: IRunResult) => IRunResult;
  } = {}
): Promise<void> {
  if (isEmptyCode(code, COMMENT[kind] ?? '#')) {
    return;
  }
  const progress = new ProgressDisplay(cell);
  let more = false;
  try {
    const answer = await (options.session ?? notebook.session).run(
      {
        code,
        kind,
        ...(options.maxRows === undefined ? {} : { maxRows: options.maxRows }),
        ...(cell.cellId === undefined ? {} : { cellId: cell.cellId })
      },
      { signal: cell.signal, ...(cell.insisted ? { insisted: cell.insisted } : {}), onProgress: progress.update }
    );
    const output = options.shape?.(answer) ?? answer;
    const quiet = options.quiet ?? false;
    more = !quiet && Boolean(output.stdout ?? output.result ?? output.displays[0]);
    progress.end(more);
    if (!more) {
      return;
    }
    if (output.stdout) {
      cell.stream('stdout', output.stdout);
    }
    for (const bundle of output.displays) {
      cell.display(bundle);
    }
    if (output.result) {
      cell.result(output.result);
    }
  } finally {
    progress.end(more);
  }
}
