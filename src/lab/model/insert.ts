import type { NotebookPanel } from '@jupyterlab/notebook';

import type { IMissedCell } from '../../protocol';

/** Put a missed cell into the notebook as a cell of its own: below the one that it was, else at the end. */
export function insertMissed({ content, context }: NotebookPanel, cell: IMissedCell): void {
  const { sharedModel } = context.model;
  const at = sharedModel.cells.findIndex(({ id }) => id === cell.cellId);
  const index = at < 0 ? sharedModel.cells.length : at + 1;
  sharedModel.insertCell(index, {
    cell_type: 'code',
    source: cell.code,
    execution_count: cell.executionCount,
    outputs: cell.outputs as never,
    // As for a cell that is run: the user's own code made these outputs.
    metadata: { trusted: true }
  });
  content.activeCellIndex = index;
}
