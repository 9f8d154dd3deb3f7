import { escape } from './table';

import type { IMimeBundle } from '../../protocol';
import type { CellSources, ISource } from '../statement/sources';

/** A failed statement's error as a cell shows it. */
export interface ITrace {
  ename: string;
  /** Without the frames of the JVM. */
  evalue: string;
  /** Lines with ANSI colours, the message last. */
  lines: string[];
  /** All of it as it came, where {@link lines} leave something out. */
  full?: string;
}

const RED = '\u001b[0;31m';
const GREEN = '\u001b[0;32m';
const DIM = '\u001b[2m';
const OFF = '\u001b[0m';
const CONTEXT = 2;

const CELL_FILE = /^<(cell-[0-9a-f]{8}|stdin)>$/;
const FRAME = /^( *)File "(.+?)", line (\d+)(?:, in (.*))?$/;
/** `at org.apache.Foo.bar(Foo.scala:12)`, and the same without "at" in traces of SQL. */
const JVM_FRAME =
  /^\s*(?:at )?(?:[\w.]+\/)?[\w$.<>[\]]+\((?:[\w$.-]+\.(?:java|scala|kt):\d+|Native Method|Unknown Source|<\w+>(?::\d+)?)\)\s*$/;
const JVM_MORE = /^\s*\.\.\. \d+ (?:more|elided|common frames omitted)\s*$/;
const SPARK_FILE = /[/\\](pyspark|py4j)(?:[/\\]|[^/\\]*\.zip[/\\])/;

/** A Python statement's error, with the cell's own lines. */
export function pythonTrace(ename: string, evalue: string, raw: string[], sources: CellSources): ITrace {
  const lines = raw.flatMap(line => line.replace(/\n$/, '').split('\n'));
  const first = lines.findIndex(line => FRAME.test(line));
  const message = messageStart(lines, first);
  const shown: string[] = [];
  let folded = 0;
  let inSpark = 0;
  const endSpark = (): void => {
    if (inSpark > 0) {
      shown.push(`${DIM}    … ${count(inSpark, 'frame')} in pyspark${OFF}`, '');
      folded += inSpark;
      inSpark = 0;
    }
  };
  let seenCell = false;
  const hasCell = lines.slice(0, message).some(line => CELL_FILE.test(FRAME.exec(line)?.[2] ?? ''));
  for (let index = Math.max(first, 0); index < message; index++) {
    const frame = FRAME.exec(lines[index] ?? '');
    if (!frame) {
      continue;
    }
    const [, , file = '', number = '', name] = frame;
    const below: string[] = [];
    while (index + 1 < message && !FRAME.test(lines[index + 1] ?? '')) {
      below.push(lines[++index] ?? '');
    }
    seenCell ||= CELL_FILE.test(file);
    if (hasCell && !seenCell) {
      continue; // Livy's own, above the cell
    }
    if (SPARK_FILE.test(file) && ename !== 'SyntaxError') {
      inSpark++;
      continue;
    }
    endSpark();
    const where = name && name !== '<module>' ? `, in ${name}` : '';
    if (CELL_FILE.test(file)) {
      const source = sourceOf(file, Number(number), name, sources);
      const line = Number(number) + (source?.offset ?? 0);
      shown.push(`${GREEN}${source?.label ?? 'An earlier cell'}${OFF}, line ${line}${where}`);
      shown.push(...(source ? excerpt(source, line, below) : below.map(text => `----> ${text.trim()}`)), '');
    } else {
      shown.push(`${GREEN}File ${file}:${number}${OFF}${where}`, ...below, '');
    }
  }
  endSpark();
  const said = fold(nameCells(lines.slice(message).join('\n') || `${ename}: ${evalue}`, sources));
  const top =
    shown.length > 0
      ? [
          `${RED}${'-'.repeat(75)}${OFF}`,
          `${RED}${ename}${OFF}${' '.repeat(Math.max(1, 42 - ename.length))}Traceback (most recent call last)`
        ]
      : [];
  return {
    ename,
    evalue: fold(nameCells(evalue, sources)).text,
    lines: [...top, ...shown, ...said.text.split('\n')],
    ...(said.folded || folded > 0 ? { full: nameCells(lines.join('\n'), sources) } : {})
  };
}

/** An error of Scala, SQL or R: the message first, the JVM's frames folded. */
export function plainTrace(ename: string, evalue: string, raw: string[], sources?: CellSources): ITrace {
  const lines = raw.flatMap(line => line.replace(/\n$/, '').split('\n'));
  // Python's trace ends in "Name: value" by itself; Scala's and SQL's begin after it.
  const first = evalue.split('\n')[0] ?? '';
  const said = lines.some(line => line.startsWith(`${ename}:`) || (line.includes(ename) && line.includes(first)));
  const all = (said ? lines : [...`${ename}: ${evalue}`.split('\n'), ...lines]).join('\n');
  const text = fold(all);
  const own = sources ? scalaLine(evalue, lines, sources) : undefined;
  return {
    ename,
    evalue: fold(evalue).text,
    lines: [...(own ? [own] : []), ...text.text.split('\n')],
    ...(text.folded ? { full: all } : {})
  };
}

/**
 * What stands below a failed cell: why the Spark job failed, and all of the traceback, folded where HTML can fold.
 *
 * @param cause - lines; none where it is not known
 */
export function detailsBundle(cause: readonly string[], full?: string): IMimeBundle {
  const title = full === undefined ? '' : `All ${full.split('\n').length} lines of the traceback`;
  const shown = full !== undefined && full.length > 100_000 ? `${full.slice(0, 100_000)}\n…` : (full ?? '');
  return {
    'text/plain': [...cause, ...(title ? [`${title}: %emr output`] : [])].join('\n'),
    'text/html': [
      ...(cause.length > 0
        ? [
            `<details open><summary>${escape(cause[0] ?? '')}</summary><pre>${escape(cause.slice(1).join('\n'))}</pre></details>`
          ]
        : []),
      ...(title ? [`<details><summary>${title}</summary><pre>${escape(shown)}</pre></details>`] : [])
    ].join('\n')
  };
}

/** Where the message begins, below the frames: at the first line that is not indented. */
function messageStart(lines: string[], first: number): number {
  if (first < 0) {
    return lines[0]?.startsWith('Traceback (most recent call last)') ? 1 : 0;
  }
  const found = lines.findIndex((line, index) => index > first && line !== '' && !/^\s/.test(line));
  return found < 0 ? lines.length : found;
}

/** Lines around one, with an arrow at it. */
function excerpt(source: ISource, line: number, below: string[]): string[] {
  const from = Math.max(1, line - CONTEXT);
  const to = Math.min(source.lines.length, line + CONTEXT);
  const shown: string[] = [];
  for (let at = from; at <= to; at++) {
    const text = source.lines[at - 1] ?? '';
    if (at !== line) {
      shown.push(`${String(at).padStart(7)} ${text}`.trimEnd());
      continue;
    }
    shown.push(`${GREEN}${'-'.repeat(Math.max(1, 5 - String(at).length))}> ${at}${OFF} ${text}`);
    const marks = below.find(mark => /^\s*[~^]+\s*$/.test(mark));
    if (marks) {
      // Python takes the indentation away and puts four blanks there.
      const indent = text.length - text.trimStart().length;
      shown.push(`${' '.repeat(8 + indent)}${marks.slice(4)}`.trimEnd());
    }
  }
  // Blank lines at the ends of the excerpt say nothing.
  while (shown.length > 0 && /^\s*\d+$/.test(shown.at(-1) ?? '')) {
    shown.pop();
  }
  while (shown.length > 0 && /^\s*\d+$/.test(shown[0] ?? '')) {
    shown.shift();
  }
  return shown;
}

/** Without the prelude all sources are `<stdin>`: a function's line is the last cell's only where that defines it. */
function sourceOf(file: string, line: number, name: string | undefined, sources: CellSources): ISource | undefined {
  const source = sources.find(file.startsWith('<cell-') ? file : '<stdin>');
  if (source && file === '<stdin>' && name && name !== '<module>') {
    const above = source.lines.slice(0, line).join('\n');
    return above.includes(`def ${name}`) || name.startsWith('<') ? source : undefined;
  }
  return source;
}

/** Names of sources inside a text, such as the traceback of a Python worker, as the cells that they are. */
export function nameCells(text: string, sources: CellSources): string {
  return text
    .replace(/File "(<cell-[0-9a-f]{8}>)", line (\d+)/g, (_whole, file: string, line: string) => {
      const source = sources.find(file);
      const at = Number(line) + (source?.offset ?? 0);
      const code = source?.lines[at - 1]?.trim();
      return `${source?.label ?? 'An earlier cell'}, line ${at}${code ? ` (${code.slice(0, 80)})` : ''}`;
    })
    .replace(/\((<cell-[0-9a-f]{8}>), line (\d+)\)/g, (_whole, file: string, line: string) => {
      const source = sources.find(file);
      return `(${source?.label ?? 'An earlier cell'}, line ${Number(line) + (source?.offset ?? 0)})`;
    });
}

/** Runs of frames of the JVM and of pyspark's workers as one line each; what Spark says twice, once. */
function fold(text: string): { text: string; folded: boolean } {
  const lines = text.split('\n');
  const kept: string[] = [];
  let frames = 0;
  let total = 0;
  const end = (): void => {
    if (frames > 0) {
      kept.push(`\t… ${count(frames, 'frame')} more`);
      total += frames;
      frames = 0;
    }
  };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (JVM_FRAME.test(line) || JVM_MORE.test(line)) {
      frames++;
      continue;
    }
    const frame = FRAME.exec(line);
    if (frame && SPARK_FILE.test(frame[2] ?? '')) {
      frames++;
      const indent = (frame[1] ?? '').length;
      while (new RegExp(`^ {${indent + 1},}\\S`).test(lines[index + 1] ?? '')) {
        index++;
      }
      continue;
    }
    end();
    if (line.startsWith('Driver stacktrace:')) {
      // Below stands the driver's own trace, then the cause once more, as it was told above.
      const rest = lines.length - index;
      total += rest;
      kept.push(`\t… ${count(rest, 'line')} more of the driver’s trace`);
      return { text: tidy(kept), folded: true };
    }
    kept.push(line);
  }
  end();
  return { text: tidy(kept), folded: total > 0 };
}

function tidy(lines: string[]): string {
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd();
}

/** Scala says which line of its own console it was; the line's text says which one of the cell. */
function scalaLine(evalue: string, lines: string[], sources: CellSources): string | undefined {
  const source = sources.find('<console>');
  const text = /<console>:\d+: (?:error|warning)/.test(evalue) ? lines[0]?.trim() : undefined;
  if (!source || !text) {
    return undefined;
  }
  const found = source.lines.flatMap((line, index) => (line.trim() === text ? [index + 1] : []));
  return found.length === 1 ? `${GREEN}${source.label}${OFF}, line ${found[0]}` : undefined;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
