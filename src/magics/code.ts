import { COMMENT, isEmptyCode } from './parser';
import { keepTrace, partsOf, showParts } from './outputs';
import { ProgressDisplay, SHOW_AFTER_MS, keepsProgress } from './progress';

import type { IRunPart, IRunResult, NotebookSession } from '../session';
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
  const keep = keepsProgress(notebook);
  const progress = new ProgressDisplay(cell, SHOW_AFTER_MS, keep);
  const above = linesAbove(cell.code, code);
  const show = (parts: readonly IRunPart[]): void => {
    const shown = options.quiet ? [] : parts;
    progress.end(shown.length > 0);
    showParts(cell, notebook, shown);
  };
  try {
    const answer = await (options.session ?? notebook.session).run(
      {
        // Python says the cell's own line numbers where empty lines stand for what was taken out above.
        code: kind === 'pyspark' ? '\n'.repeat(above) + code : code,
        kind,
        ...(kind === 'spark' && above > 0 ? { above } : {}),
        ...(cell.cellId === undefined ? {} : { cellId: cell.cellId }),
        ...(cell.executionCount === undefined ? {} : { cell: cell.executionCount }),
        ...(options.maxRows === undefined ? {} : { maxRows: options.maxRows })
      },
      {
        signal: cell.signal,
        ...(cell.insisted ? { insisted: cell.insisted } : {}),
        onProgress: progress.update,
        countsJobs: keep,
        onPrinted: show
      }
    );
    const shaped = options.shape?.(answer);
    show(partsOf(shaped === undefined || shaped === answer ? answer : { ...shaped, parts: [] }));
  } catch (error) {
    keepTrace(cell, notebook, error);
    throw error;
  } finally {
    progress.end();
  }
}

/** Lines of the cell that were taken out above the code. */
function linesAbove(cell: string, code: string): number {
  const whole = cell.replace(/\r\n?/g, '\n');
  return whole.endsWith(code) ? whole.slice(0, whole.length - code.length).split('\n').length - 1 : 0;
}
