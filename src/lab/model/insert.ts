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

/**
 * Put code at the cursor of the notebook: into the active cell where it is an empty code cell or the code has no cell
 * magic, else as a cell of its own below it.
 */
export function insertSnippet({ content, context }: NotebookPanel, code: string): void {
  const { sharedModel } = context.model;
  const { activeCell } = content;
  if (activeCell?.model.type === 'code' && activeCell.editor) {
    const { model, editor } = activeCell;
    if (model.sharedModel.getSource().trim() === '') {
      model.sharedModel.setSource(code);
      return;
    }
    // A cell magic counts at a cell's start only.
    if (!code.startsWith('%%') && !model.sharedModel.getSource().trimStart().startsWith('%%')) {
      editor.replaceSelection?.(code);
      return;
    }
  }
  const index = sharedModel.cells.length === 0 ? 0 : content.activeCellIndex + 1;
  sharedModel.insertCell(index, { cell_type: 'code', source: code, outputs: [] });
  content.activeCellIndex = index;
}
