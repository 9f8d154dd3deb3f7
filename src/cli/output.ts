/** How the command line speaks: tables for people, JSON for programs, errors in one line with the fix. */
import type { IErrorInfo } from '../protocol';
import { errorInfo } from '../protocol';

/** Where a command writes. */
export interface ITerminal {
  out(text: string): void;
  /** Progress and errors. */
  err(text: string): void;
  /** Standard error is a terminal: one line may be rewritten. */
  interactive: boolean;
}

export const terminal: ITerminal = {
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
  interactive: process.stderr.isTTY === true
};

/** Columns, aligned. */
export function table(head: string[], lines: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map(line => (line[column] ?? '').length)));
  return [head, ...lines]
    .map(
      line =>
        line
          .map((cell, column) => cell.padEnd(widths[column]))
          .join('  ')
          .trimEnd() + '\n'
    )
    .join('');
}

/** An error for a terminal: one line, and the fix below it. */
export function errorLines(error: unknown): string {
  const info: IErrorInfo = errorInfo(error);
  const line = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();
  return `jupyter emr: ${line(info.message)}\n${info.fix ? `  ${line(info.fix)}\n` : ''}`;
}

/** How long ago, or how long it took: `45 s`, `12 min`, `3 h 05 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) {
    return `${seconds} s`;
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 100
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A line of progress: rewritten on a terminal, else printed once a change. */
export class Progress {
  private last = '';

  constructor(private readonly to: ITerminal) {}

  show(text: string): void {
    if (text !== this.last) {
      this.to.err(this.to.interactive ? `\r\x1b[K${text}` : `${text}\n`);
      this.last = text;
    }
  }

  /** Take the line away; what is printed next stands in its place. */
  clear(): void {
    if (this.to.interactive && this.last) {
      this.to.err('\r\x1b[K');
    }
    this.last = '';
  }

  end(): void {
    if (this.to.interactive && this.last) {
      this.to.err('\n');
    }
    this.last = '';
  }
}
