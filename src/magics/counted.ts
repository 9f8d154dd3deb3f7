import type { IMimeBundle } from '../protocol';
import type { ICell, ICountedCell } from './types';

/** An output that can be made again. */
interface IMade {
  displayId?: string;
  again(): void;
}

/** The same cell, knowing its outputs: Jupyter can clear all of a cell's outputs, not one. */
export function counted(cell: ICell): ICountedCell {
  let made: IMade[] = [];
  const put = (output: IMade): void => {
    made.push(output);
    output.again();
  };
  const shown = (data: IMimeBundle, metadata: Parameters<ICell['display']>[1], displayId?: string): IMade => ({
    ...(displayId === undefined ? {} : { displayId }),
    again: () => cell.display(data, metadata, displayId)
  });
  return {
    code: cell.code,
    silent: cell.silent,
    ...(cell.executionCount === undefined ? {} : { executionCount: cell.executionCount }),
    signal: cell.signal,
    ...(cell.insisted ? { insisted: cell.insisted } : {}),
    ...(cell.cellId === undefined ? {} : { cellId: cell.cellId }),
    get outputs() {
      return made.length;
    },
    stream: (name, text) => put({ again: () => cell.stream(name, text) }),
    display: (data, metadata, displayId) => put(shown(data, metadata, displayId)),
    result: (data, metadata) => put({ again: () => cell.result(data, metadata) }),
    clearOutput(wait) {
      made = [];
      cell.clearOutput(wait);
    },
    updateDisplay(data, displayId, metadata) {
      made = made.map(item => (item.displayId === displayId ? shown(data, metadata, displayId) : item));
      cell.updateDisplay(data, displayId, metadata);
    },
    withdraw(displayId, more) {
      made = made.filter(item => item.displayId !== displayId);
      cell.clearOutput(more || made.length > 0);
      made.forEach(item => item.again());
    },
    page: data => cell.page(data),
    setNextInput: (text, replace) => cell.setNextInput(text, replace),
    input: (prompt, password) => cell.input(prompt, password)
  };
}
