import { tableBundle } from '../session';

import type { ITable } from '../protocol';
import type { IRunResult } from '../session';

const BORDER = /^\+(-+\+)+$/;
const MORE = /^only showing top \d+ rows?$/;

/**
 * `%%pretty`: the tables that `df.show()` printed, as tables; the text around them stays text.
 */
export function prettyTables(output: IRunResult): IRunResult {
  const plain = output.result?.['text/plain'];
  const text = output.stdout ?? (typeof plain === 'string' ? plain : '');
  const { tables, rest } = takeTables(text.split('\n'));
  if (tables.length === 0) {
    return output;
  }
  const words = rest.join('\n').trim();
  return {
    displays: [...tables.map(tableBundle), ...output.displays],
    ...(words ? { stdout: `${words}\n` } : {}),
    // Where text and value came apart, the value stays the cell's result.
    ...(output.stdout !== undefined && output.result ? { result: output.result } : {})
  };
}

function takeTables(lines: string[]): { tables: ITable[]; rest: string[] } {
  const tables: ITable[] = [];
  const rest: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const border = lines[index] ?? '';
    const end = endOfTable(lines, index);
    if (end === undefined) {
      rest.push(border);
      continue;
    }
    const [head, , ...rows] = lines.slice(index + 1, end);
    const columns = cellsOf(head ?? '', border).map(name => ({ name, type: 'string' }));
    const more = MORE.test(lines[end + 1] ?? '');
    tables.push({
      columns,
      rows: rows.map(row => cellsOf(row, border)),
      ...(more ? { truncated: true } : {})
    });
    index = more ? end + 1 : end;
  }
  return { tables, rest };
}

/** Number of the last border of the table that begins here; undefined where none does. */
function endOfTable(lines: string[], start: number): number | undefined {
  const border = lines[start] ?? '';
  if (!BORDER.test(border) || lines[start + 2] !== border) {
    return undefined;
  }
  const end = lines.indexOf(border, start + 3);
  return end > 0 && lines.slice(start + 3, end).every(line => line.startsWith('|') && line.endsWith('|'))
    ? end
    : undefined;
}

/** The cells of a line by the border's positions: a value may hold a `|`. Wide signs shift them: then by `|`. */
function cellsOf(line: string, border: string): string[] {
  const signs = [...line];
  const stops = [...border].flatMap((sign, at) => (sign === '+' ? [at] : []));
  if (signs.length === border.length && stops.every(at => signs[at] === '|')) {
    return stops.slice(1).map((stop, index) =>
      signs
        .slice((stops[index] ?? 0) + 1, stop)
        .join('')
        .trim()
    );
  }
  return line
    .slice(1, -1)
    .split('|')
    .map(cell => cell.trim());
}
