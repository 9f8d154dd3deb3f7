import { randomUUID } from 'node:crypto';

import type * as Magics from '../magics';
import type { INotebook, OutputPlace } from '../magics';
import type { IJsonObject, IMimeBundle, IProgress } from '../protocol';
import type { IRunPart, ITakenStatement } from '../session';
import type { CellError, ILedgerRecord, IOutputLedger } from './types';

/** What a statement is shown with, as if a cell of this kernel ran it. */
export interface ITakenShow {
  magics: Pick<typeof Magics, 'keepTrace' | 'partsOf' | 'progressBundle' | 'showParts'>;
  notebook: INotebook;
  /** An error in a cell's words. */
  cellError: (error: unknown) => unknown;
}

/** A statement of an earlier kernel: its progress and what it gives are kept for its cell, as if it ran here. */
export async function recordTaken(
  taken: ITakenStatement,
  outputs: IOutputLedger,
  { magics, notebook, cellError }: ITakenShow
): Promise<void> {
  const { id, session, code, cellId } = taken;
  const record = outputs.open({
    execution: `${session}/statement-${id}`,
    code,
    ...(cellId === undefined ? {} : { cellId })
  });
  const progress = showProgress(record, magics.progressBundle);
  const place = placeOf(record);
  const show = (parts: IRunPart[]): void => {
    progress.end();
    magics.showParts(place, notebook, parts);
  };
  taken.onProgress(progress.show);
  taken.onPrinted(show);
  try {
    show(magics.partsOf(await taken.result));
  } catch (error) {
    progress.end();
    magics.keepTrace(place, notebook, error);
    const { details, ...said } = words(cellError(error));
    record.write('error', said);
    if (details) {
      record.write('display_data', { data: details, metadata: {} });
    }
  } finally {
    record.end();
  }
}

/** The cell's place, which has no number: the kernel that counted it is gone. */
function placeOf(record: ILedgerRecord): OutputPlace {
  return {
    stream: (name, text) => record.write('stream', { name, text }),
    display: (data, metadata = {}) => record.write('display_data', { data, metadata }),
    result: (data, metadata = {}) => record.write('execute_result', { data, metadata, execution_count: null })
  };
}

/** One display that is updated in place and gone at the end. */
function showProgress(record: ILedgerRecord, bundleOf: (progress: IProgress) => IMimeBundle) {
  const transient = { display_id: randomUUID() };
  let shown = '';
  let ended = false;
  return {
    show: (progress: IProgress): void => {
      const data = bundleOf(progress);
      const text = JSON.stringify(data['text/plain']);
      if (!ended && text !== shown) {
        record.write(shown ? 'update_display_data' : 'display_data', { data, metadata: {}, transient });
        shown = text;
      }
    },
    /** Once: what comes after it stays. */
    end: (): void => {
      if (!ended) {
        ended = true;
        record.write('clear_output', { wait: false });
      }
    }
  };
}

function words(error: unknown): Pick<CellError, 'ename' | 'evalue' | 'traceback' | 'details'> & IJsonObject {
  const { ename, evalue, traceback, details } = error as Partial<CellError>;
  if (typeof ename === 'string' && typeof evalue === 'string' && traceback) {
    return { ename, evalue, traceback, ...(details ? { details } : {}) };
  }
  const text = String(error);
  return { ename: 'Error', evalue: text, traceback: [text] };
}
