import type { IMimeBundle } from '../protocol';
import { RemoteError } from '../session';

import type { IRunPart, IRunResult } from '../session';
import type { ICountedCell, INotebook } from './types';

/** Characters of one text that a cell shows. A page with more is slow, and a notebook file with more is no use. */
export const SHOWN_CHARACTERS = 200_000;
/** Of a text that is cut, so much of its end is shown. */
const SHOWN_END = 40_000;
/** Cut texts that are kept for `%emr output`. */
const KEPT = 5;

/** A text that was too long for its cell. */
export interface IKeptText {
  /** The cell's number; undefined where it has none. */
  cell: number | undefined;
  text: string;
}

const kept = new WeakMap<INotebook, IKeptText[]>();

/** Texts that were cut, newest last. */
export function keptTexts(notebook: INotebook): readonly IKeptText[] {
  return kept.get(notebook) ?? [];
}

/** Keep a text for `%emr output`. */
export function keepText(cell: Pick<OutputPlace, 'executionCount'>, notebook: INotebook, text: string): void {
  const list = [...keptTexts(notebook), { cell: cell.executionCount, text }];
  kept.set(notebook, list.slice(-KEPT));
}

/** Keep all of a failed statement's traceback, where the cell shows it folded. */
export function keepTrace(cell: Pick<OutputPlace, 'executionCount'>, notebook: INotebook, error: unknown): void {
  if (error instanceof RemoteError && error.full !== undefined) {
    keepText(cell, notebook, error.full);
  }
}

/** Where outputs go: a cell, or what stands for one. */
export type OutputPlace = Pick<ICountedCell, 'executionCount' | 'stream' | 'display' | 'result'>;

/** What a statement gave, in order. */
export function partsOf(output: IRunResult): IRunPart[] {
  return output.parts && output.parts.length > 0
    ? output.parts
    : [
        ...(output.stdout ? [{ kind: 'stdout' as const, text: output.stdout }] : []),
        ...output.displays.map(data => ({ kind: 'display' as const, data })),
        ...(output.result ? [{ kind: 'result' as const, data: output.result }] : [])
      ];
}

/** Show what a statement gave; of very long text the beginning and the end. */
export function showParts(cell: OutputPlace, notebook: INotebook, parts: readonly IRunPart[]): void {
  for (const part of parts) {
    if ('text' in part) {
      cell.stream(part.kind, cut(cell, notebook, part.text));
      continue;
    }
    const plain = part.data['text/plain'];
    const data: IMimeBundle =
      typeof plain === 'string' ? { ...part.data, 'text/plain': cut(cell, notebook, plain) } : part.data;
    if (part.kind === 'display') {
      cell.display(data, part.metadata);
    } else {
      cell.result(data, part.metadata);
    }
  }
}

function cut(cell: OutputPlace, notebook: INotebook, text: string): string {
  if (text.length <= SHOWN_CHARACTERS) {
    return text;
  }
  keepText(cell, notebook, text);
  const left = (text.length - SHOWN_CHARACTERS).toLocaleString('en-US');
  const command = `%emr output${cell.executionCount === undefined ? '' : ` ${cell.executionCount}`}`;
  const note = `\n… ${left} of ${text.length.toLocaleString('en-US')} characters are not shown here. All of it: ${command}; into a file on the Jupyter host: ${command} --save FILE\n`;
  return text.slice(0, SHOWN_CHARACTERS - SHOWN_END) + note + text.slice(-SHOWN_END);
}
