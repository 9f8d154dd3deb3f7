/** A notebook's file (nbformat 4) as the promotion reads it. */
import { EmrError } from '../../protocol';

/** One cell. */
export interface INotebookCell {
  /** From 0, as the file has them. */
  index: number;
  type: 'code' | 'markdown' | 'raw';
  source: string;
  tags: readonly string[];
}

/** What of a notebook matters here. */
export interface INotebookText {
  cells: INotebookCell[];
  /** Name of its kernelspec; empty where the file says none. */
  kernel: string;
  /** Its language in small letters: `python`, `scala`, `r`. */
  language: string;
  /** Fields of the session request that the notebook itself asks for (metadata `emr.settings`). */
  settings: Record<string, unknown>;
}

/** The notebook cannot become a script. `cell` from 0 and `line` in it from 1 say where. */
export class NotPromotable extends EmrError {
  constructor(
    readonly cell: number | undefined,
    readonly line: number | undefined,
    message: string,
    fix?: string
  ) {
    const where = cell === undefined ? '' : `Cell ${cell + 1}${line === undefined ? '' : `, line ${line}`}: `;
    super({ code: 'NotPromotable', hop: 'kernel', message: `${where}${message}`, ...(fix ? { fix } : {}) });
  }
}

/**
 * Read a notebook.
 *
 * @param given - the file's text, or its content
 * @throws EmrError `NotPromotable` where it is no notebook
 */
export function readNotebook(given: string | object): INotebookText {
  let file: unknown = given;
  if (typeof given === 'string') {
    try {
      file = JSON.parse(given);
    } catch {
      throw new NotPromotable(undefined, undefined, 'This is no notebook: it is not JSON.', 'Name an .ipynb file.');
    }
  }
  const { cells, metadata, nbformat } = record(file);
  if (typeof nbformat === 'number' && nbformat < 4) {
    throw new NotPromotable(
      undefined,
      undefined,
      `The notebook has the format ${nbformat}.`,
      'Open it in JupyterLab and save it: that brings it to format 4.'
    );
  }
  if (!Array.isArray(cells)) {
    throw new NotPromotable(undefined, undefined, 'This is no notebook: it has no cells.', 'Name an .ipynb file.');
  }
  const { kernelspec, language_info: info, emr } = record(metadata);
  const spec = record(kernelspec);
  return {
    kernel: text(spec['name']),
    language: (text(spec['language']) || text(record(info)['name']) || 'python').toLowerCase(),
    settings: record(record(emr)['settings']),
    cells: cells.map((cell, index) => {
      const { cell_type: type, source, metadata: own } = record(cell);
      const tags: unknown = record(own)['tags'];
      return {
        index,
        type: type === 'code' || type === 'markdown' ? type : 'raw',
        source: Array.isArray(source) ? source.map(text).join('') : text(source),
        tags: Array.isArray(tags) ? tags.map(text) : []
      };
    })
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
