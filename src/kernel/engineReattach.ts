import { randomUUID } from 'node:crypto';

import type { IJsonObject, IMimeBundle, IProgress } from '../protocol';
import type { ITakenStatement } from '../session';
import type { CellError, ILedgerRecord, IOutputLedger } from './types';

/**
 * A statement of an earlier kernel: its progress and what it gives are kept for its cell, as if it ran here.
 *
 * @param bundleOf - shows progress in a cell
 * @param cellError - an error in a cell's words
 */
export async function recordTaken(
  taken: ITakenStatement,
  outputs: IOutputLedger,
  bundleOf: (progress: IProgress) => IMimeBundle,
  cellError: (error: unknown) => unknown
): Promise<void> {
  const { id, session, code, cellId } = taken;
  const record = outputs.open({
    execution: `${session}/statement-${id}`,
    code,
    ...(cellId === undefined ? {} : { cellId })
  });
  const progress = showProgress(record, bundleOf);
  taken.onProgress(progress.show);
  try {
    const { stdout, displays, result } = await taken.result.finally(progress.end);
    if (stdout) {
      record.write('stream', { name: 'stdout', text: stdout });
    }
    for (const data of displays) {
      record.write('display_data', { data, metadata: {} });
    }
    if (result) {
      record.write('execute_result', { data: result, metadata: {}, execution_count: null });
    }
  } catch (error) {
    record.write('error', words(cellError(error)));
  } finally {
    record.end();
  }
}

/** One display that is updated in place and gone at the end. */
function showProgress(record: ILedgerRecord, bundleOf: (progress: IProgress) => IMimeBundle) {
  const transient = { display_id: randomUUID() };
  let shown = '';
  return {
    show: (progress: IProgress): void => {
      const data = bundleOf(progress);
      const text = JSON.stringify(data['text/plain']);
      if (text !== shown) {
        record.write(shown ? 'update_display_data' : 'display_data', { data, metadata: {}, transient });
        shown = text;
      }
    },
    end: (): void => record.write('clear_output', { wait: false })
  };
}

function words(error: unknown): IJsonObject {
  const { ename, evalue, traceback } = error as Partial<CellError>;
  if (typeof ename === 'string' && typeof evalue === 'string' && traceback) {
    return { ename, evalue, traceback };
  }
  const text = String(error);
  return { ename: 'Error', evalue: text, traceback: [text] };
}
