import { crc32 } from 'node:zlib';

/** A piece of a cell as Python saw it. */
export interface ISource {
  /** `Cell [5]`, or `Cell` where it has no number. */
  label: string;
  /** Lines of the whole cell. */
  lines: string[];
  /** Lines of the cell before the piece. */
  offset: number;
}

const KEPT = 500;

/**
 * The code of a session's cells, by the names that the prelude gives their sources (`<cell-1a2b3c4d>`). Livy takes a
 * cell with magics of its own (`%json x`) apart at them: each piece is a source.
 */
export class CellSources {
  private readonly known = new Map<string, ISource>();
  private current?: ISource;

  /**
   * @param number - the cell's number, as in `In [5]`
   * @param above - lines of the cell above the code
   */
  add(code: string, number?: number, above = 0): void {
    const lines = code.split('\n');
    const label = number === undefined ? 'Cell' : `Cell [${number}]`;
    this.current = { label, lines: [...Array<string>(above).fill(''), ...lines], offset: above };
    this.put(code, this.current);
    // Livy takes what Python could not read apart at its magics, without the white space at the end.
    this.put(code.trimEnd(), this.current);
    if (lines.some(line => line.startsWith('%'))) {
      let start = 0;
      for (let index = 0; index <= lines.length; index++) {
        if (index === lines.length || lines[index]?.startsWith('%')) {
          if (index > start) {
            const rest = index === lines.length ? lines.slice(start).join('\n').trimEnd() : undefined;
            this.put(rest ?? lines.slice(start, index).join('\n'), { ...this.current, offset: above + start });
          }
          start = index + 1;
        }
      }
    }
  }

  /** The source of a file name in a traceback. `<stdin>`, the name without the prelude, is the last cell. */
  find(file: string): ISource | undefined {
    return file === '<stdin>' || file === '<console>' ? this.current : this.known.get(file);
  }

  private put(code: string, source: ISource): void {
    const name = `<cell-${crc32(code).toString(16).padStart(8, '0')}>`;
    this.known.delete(name);
    this.known.set(name, source);
    if (this.known.size > KEPT) {
      const [oldest] = this.known.keys();
      this.known.delete(oldest ?? '');
    }
  }
}

const bySession = new WeakMap<object, CellSources>();

/** The sources of a live session. */
export function sourcesOf(session: object): CellSources {
  let found = bySession.get(session);
  if (!found) {
    found = new CellSources();
    bySession.set(session, found);
  }
  return found;
}
