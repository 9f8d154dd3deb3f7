import type { IJsonObject, Json } from '../protocol';

/** Number of this kernel's life in the history: there is no other one to look up. */
const SESSION = 1;
const LIMIT = 10_000;

interface IEntry {
  line: number;
  input: string;
  output?: string;
}

/** Cells of this kernel's life, for history_request. In memory only. */
export class History {
  private readonly entries: IEntry[] = [];

  /** Remember a cell when it starts. */
  add(line: number, input: string): void {
    this.entries.push({ line, input });
    if (this.entries.length > LIMIT) this.entries.splice(0, LIMIT / 10);
  }

  /** Remember the plain text of a cell's result. */
  setOutput(line: number, output: string): void {
    const entry = this.entries.findLast(({ line: number }) => number === line);
    if (entry) entry.output = output;
  }

  /**
   * Answer a history_request.
   *
   * @param request - content of the request, see "History" in Jupyter's messaging documentation
   * @returns `history` of the reply: `[session, line, input]`, or with `output` `[session, line, [input, output]]`
   */
  query(request: IJsonObject): Json[] {
    const output = request['output'] === true;
    return this.select(request).map(entry => [
      SESSION,
      entry.line,
      output ? [entry.input, entry.output ?? null] : entry.input
    ]);
  }

  private select(request: IJsonObject): IEntry[] {
    const n = typeof request['n'] === 'number' ? Math.max(0, request['n']) : undefined;
    switch (request['hist_access_type']) {
      case 'tail':
        return last(this.entries, n);
      case 'range':
        return this.range(request);
      case 'search': {
        const pattern = globToRegExp(typeof request['pattern'] === 'string' ? request['pattern'] : '*');
        const found = this.entries.filter(({ input }) => pattern.test(input));
        return last(request['unique'] === true ? unique(found) : found, n);
      }
      default:
        return [];
    }
  }

  /** Session 0 is this one, as in IPython; negative lines count from the next one to come. */
  private range(request: IJsonObject): IEntry[] {
    if (![0, SESSION, undefined, null].includes(request['session'] as number)) return [];
    const next = (this.entries.at(-1)?.line ?? 0) + 1;
    const line = (value: Json | undefined, fallback: number) =>
      typeof value !== 'number' ? fallback : value < 0 ? next + value : value;
    const start = line(request['start'], 1);
    const stop = line(request['stop'], next);
    return this.entries.filter(entry => entry.line >= start && entry.line < stop);
  }
}

function last<T>(items: T[], n: number | undefined): T[] {
  return n === undefined ? items : n === 0 ? [] : items.slice(-n);
}

/** Of equal inputs the latest. */
function unique(entries: IEntry[]): IEntry[] {
  const latest = new Map(entries.map(entry => [entry.input, entry]));
  return entries.filter(entry => latest.get(entry.input) === entry);
}

/** A pattern of Unix file names (`*`, `?`, `[a-z]`, `[!a]`) that matches the whole text. */
function globToRegExp(glob: string): RegExp {
  const source = glob.replace(/\[(!?)([^\]]+)\]|[\s\S]/g, (part, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^[]/g, '\\$&')}]`;
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return part.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return /^$/; // e.g. the set [z-a]: matches nothing, as fnmatch does
  }
}
