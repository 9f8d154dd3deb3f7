/** The dry run: the notebook and its script side by side. */
import { readNotebook } from './script/notebook';

import type { IPreview } from '../protocol';
import type { IOmission, IScript } from './types';

/** One cell of the notebook, and what becomes of it. */
export interface IDryRunRow {
  /** From 0. */
  cell: number;
  type: 'code' | 'markdown' | 'raw';
  source: string;
  /** Lines of the script, from 1, both ends included; absent: it is not in there. */
  script?: { first: number; last: number; text: string };
  /** What is left out or in another form, and why. */
  notes: Omit<IOmission, 'cell'>[];
}

/** A row for each cell that is not empty. */
export function dryRunRows(notebook: string | object, script: IScript): IDryRunRow[] {
  const lines = script.text.split('\n');
  return readNotebook(notebook)
    .cells.filter(({ source }) => source.trim() !== '')
    .map(({ index, type, source }) => {
      const place = script.cells.find(({ cell }) => cell === index);
      return {
        cell: index,
        type,
        source,
        ...(place
          ? { script: { ...withoutCell(place), text: lines.slice(place.first - 1, place.last).join('\n') } }
          : {}),
        notes: script.omissions.filter(({ cell }) => cell === index).map(withoutCell)
      };
    });
}

function withoutCell<T extends { cell: number }>({ cell: _cell, ...rest }: T): Omit<T, 'cell'> {
  return rest;
}

/**
 * Rows in two columns for a terminal, without colours.
 *
 * @param width - of the whole, in characters
 */
export function dryRunText(rows: readonly IDryRunRow[], script: IScript, width = 120): string {
  const half = Math.max(30, Math.floor((width - 3) / 2));
  const first = Math.min(...script.cells.map(place => place.first), Infinity);
  const above = Number.isFinite(first)
    ? script.text
        .split('\n')
        .slice(0, first - 1)
        .join('\n')
        .trimEnd()
    : script.text;
  const line = (left: string, right: string) => `${pad(left, half)} │ ${right}`.trimEnd();
  const rule = `${'─'.repeat(half + 1)}┼${'─'.repeat(half + 1)}`;
  const parts = [line('NOTEBOOK', 'SCRIPT'), rule, ...wrap(above, half).map(text => line('', text))];
  for (const row of rows) {
    const left = [`[cell ${row.cell + 1}${row.type === 'code' ? '' : `, ${row.type}`}]`, ...wrap(row.source, half)];
    const right = row.script
      ? [`[lines ${row.script.first}–${row.script.last}]`, ...wrap(row.script.text, half)]
      : row.type === 'markdown'
        ? []
        : ['[not in the script]'];
    parts.push(rule);
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      parts.push(line(left[index] ?? '', right[index] ?? ''));
    }
    for (const { line: at, text, reason } of row.notes) {
      parts.push(
        ...wrap(`· ${at === undefined ? '' : `line ${at}, `}${text}: ${reason}`, half).map(part => line('', part))
      );
    }
  }
  return `${parts.join('\n')}\n`;
}

/** The same as a table of HTML; every text is escaped. */
export function dryRunHtml(rows: readonly IDryRunRow[]): string {
  const pre = (text: string) => `<pre style="margin:0;white-space:pre-wrap">${escape(text)}</pre>`;
  const body = rows.map(({ cell, source, script, notes }) => {
    const told = notes.map(
      ({ line, text, reason }) =>
        `<li>${line === undefined ? '' : `line ${line}, `}<code>${escape(text)}</code>: ${escape(reason)}</li>`
    );
    const right = script ? pre(script.text) : '<i>not in the script</i>';
    const list = told.length > 0 ? `<ul style="margin:0">${told.join('')}</ul>` : '';
    return `<tr style="vertical-align:top"><td>${cell + 1}</td><td style="text-align:left">${pre(source)}</td><td style="text-align:left">${right}${list}</td></tr>`;
  });
  return `<table><thead><tr><th>cell</th><th style="text-align:left">notebook</th><th style="text-align:left">script</th></tr></thead><tbody>${body.join('')}</tbody></table>`;
}

/** What a preview found wrong, a line each. */
export function problemsText({ problems }: IPreview): string {
  return problems
    .map(({ severity, subject, message, fix, cell, line }) => {
      const where = [cell === undefined ? '' : `cell ${cell + 1}`, line === undefined ? '' : `line ${line}`].filter(
        Boolean
      );
      const place = where.length > 0 ? ` (${subject}, ${where.join(', ')})` : ` (${subject})`;
      return `${severity}${place}: ${message}${fix ? ` ${fix}` : ''}\n`;
    })
    .join('');
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length));
}

/** Lines cut to a width; tabs and signs that move a terminal's cursor are shown as blanks. */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(line => {
    // eslint-disable-next-line no-control-regex -- those are what is meant
    const signs = [...line.replace(/\t/g, '    ').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')];
    const parts: string[] = [];
    do {
      parts.push(signs.splice(0, width).join(''));
    } while (signs.length > 0);
    return parts;
  });
}
