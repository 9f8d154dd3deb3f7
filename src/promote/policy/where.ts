/** Says where in the pipeline's file something is asked for. */
import { LineCounter, isNode, parseDocument } from 'yaml';

/** Line (from 1) of a value in the pipeline's file, by its path: `['inputs', 0, 's3']`. */
export type LineOf = (path: readonly (string | number)[]) => number | undefined;

/** `inputs[0].s3 (line 12)`; without the line where it is not known. */
export function where(path: readonly (string | number)[], lineOf?: LineOf): string {
  const field = path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at ? `.${part}` : part)).join('');
  const line = lineOf?.(path);
  return line === undefined ? field : `${field} (line ${line})`;
}

/** The lines of a pipeline's file; of `inputs: [s3://…]`, where an entry has no fields, the entry's. */
export function linesOf(text: string): LineOf {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  return path => {
    for (const length of path.length > 2 ? [path.length, path.length - 1] : [path.length]) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        return counter.linePos(node.range[0]).line;
      }
    }
    return undefined;
  };
}
