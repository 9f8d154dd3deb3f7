/** Says where in the pipeline's file something is asked for. */

/** Line (from 1) of a value in the pipeline's file, by its path: `['inputs', 0, 's3']`. */
export type LineOf = (path: readonly (string | number)[]) => number | undefined;

/** `inputs[0].s3 (line 12)`; without the line where it is not known. */
export function where(path: readonly (string | number)[], lineOf?: LineOf): string {
  const field = path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at ? `.${part}` : part)).join('');
  const line = lineOf?.(path);
  return line === undefined ? field : `${field} (line ${line})`;
}
