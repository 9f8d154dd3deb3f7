import { tableBundle } from '../session';

import type { ITableColumn } from '../protocol';
import type { ICell } from './types';

/** A line of text for the reader. */
export function say(cell: ICell, text: string): void {
  cell.stream('stdout', text.endsWith('\n') ? text : `${text}\n`);
}

/** A small table of strings and numbers; `none` where it is empty. */
export function showTable(cell: ICell, columns: string[], rows: unknown[][], none: string): void {
  if (rows.length === 0) {
    say(cell, none);
    return;
  }
  const typed: ITableColumn[] = columns.map((name, index) => ({
    name,
    type: rows.every(row => typeof row[index] === 'number') ? 'double' : 'string'
  }));
  cell.display(tableBundle({ columns: typed, rows: rows.map(row => row.map(value => value ?? '')) }));
}

/** Seconds since an ISO time in words: `3 h 12 min`. */
export function age(since: string | undefined, now: number = Date.now()): string {
  if (!since) {
    return '';
  }
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
