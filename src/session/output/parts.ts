import { TABLE_MIME } from '../../protocol';
import { PARTS_LINE } from '../statement/prelude';
import { tableBundle } from './table';

import type { IJsonObject, IMimeBundle, ITable } from '../../protocol';
import type { IRunPart } from '../types';

/** What the prelude says about one value, display or figure. */
interface IPart {
  /** From and to, in code points of the standard output; null where it was printed elsewhere. */
  at: [number, number] | null;
  value: boolean;
  /** Its rich forms; `text/plain` is what stands at {@link at}. */
  data?: IMimeBundle;
  metadata?: IJsonObject;
  /** Rich forms that were too large. */
  dropped?: string[];
}

/** Content of `PARTS_MIME`. */
interface IParts {
  /** Code points of the text that are standard output; the rest is standard error. */
  stdout: number;
  parts: IPart[];
}

/** Content of the prelude's line after a traceback. */
interface IFailedParts {
  stdout: string;
  stderr: string;
  parts: IPart[];
}

/**
 * A statement's text taken apart again: printed text, values, displays, in order.
 *
 * @param text - Livy's `text/plain`: both streams, without the white space at the end
 * @returns undefined where the value is not the prelude's
 */
export function partsOf(text: string, value: unknown): IRunPart[] | undefined {
  const body = value as IParts | undefined;
  if (typeof body !== 'object' || typeof body.stdout !== 'number' || !Array.isArray(body.parts)) {
    return undefined;
  }
  const points = pointsOf(text);
  const stdout = points.slice(0, body.stdout);
  const stderr = points.slice(body.stdout);
  // Livy cut the white space at the end; a line's end is all that was worth it.
  const end = stderr === '' && stdout !== '' && !stdout.endsWith('\n') && points.length < body.stdout ? '\n' : '';
  return assemble(stdout + end, stderr === '' ? '' : `${stderr}\n`, body.parts);
}

/** What a failed statement had printed, and its traceback without the prelude's line. */
export function failedParts(traceback: string[]): { traceback: string[]; printed: IRunPart[] } {
  const last = traceback.at(-1);
  if (last?.startsWith(PARTS_LINE) !== true) {
    return { traceback, printed: [] };
  }
  const rest = traceback.slice(0, -1);
  try {
    const said = JSON.parse(last.slice(PARTS_LINE.length)) as IFailedParts;
    return { traceback: rest, printed: assemble(said.stdout, said.stderr, said.parts) };
  } catch {
    return { traceback: rest, printed: [] };
  }
}

function assemble(stdout: string, stderr: string, parts: IPart[]): IRunPart[] {
  const points = pointsOf(stdout);
  const values = parts.filter(part => part.value).length;
  const made: IRunPart[] = [];
  const print = (text: string): void => {
    const before = made.at(-1);
    if (text !== '' && before?.kind === 'stdout') {
      before.text += text;
    } else if (text !== '') {
      made.push({ kind: 'stdout', text });
    }
  };
  let done = 0;
  let seen = 0;
  for (const part of parts) {
    const [from, to] = part.at ?? [done, done];
    if (from < done || to < from) {
      continue; // somebody moved in the stream: what was printed is shown as it is
    }
    print(points.slice(done, from));
    done = to;
    const text = points.slice(from, to).replace(/\n$/, '');
    const isLast = part.value && ++seen === values;
    if (!part.data && !part.dropped && part.value && values > 1) {
      // The body of a loop gave them, as Python's own prompt would print them.
      print(`${text}\n`);
      continue;
    }
    const { [TABLE_MIME]: table, ...data } = part.data ?? {};
    const dropped = part.dropped ? `\n(${part.dropped.join(', ')} left out: larger than 15 MB)` : '';
    made.push({
      kind: isLast ? 'result' : 'display',
      data: {
        ...data,
        ...(table ? tableBundle(table as unknown as ITable) : { 'text/plain': (text || plainOf(data)) + dropped })
      },
      ...(part.metadata && Object.keys(part.metadata).length > 0 ? { metadata: part.metadata } : {})
    });
  }
  print(points.slice(done));
  if (stderr !== '') {
    made.push({ kind: 'stderr', text: stderr });
  }
  return made;
}

/** A text form of something that has none. */
export function plainOf(rich: Record<string, unknown>): string {
  const [type, value] = Object.entries(rich)[0] ?? ['nothing', ''];
  return type.endsWith('json') ? JSON.stringify(value) : `<${type}>`;
}

/** A text whose positions are code points, as Python counts. */
function pointsOf(text: string): { length: number; slice(from: number, to?: number): string } {
  // Nearly all texts have nothing beyond the basic plane: there they are the same.
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) {
    return text;
  }
  const points = Array.from(text);
  return { length: points.length, slice: (from, to) => points.slice(from, to).join('') };
}
