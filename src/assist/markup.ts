import { escape } from '../session';

import type { IMimeBundle } from '../protocol';
import type { IColumn } from './catalogue';
import type { IObjectInfo } from './python';

/** A page about a Python object, as text and as HTML. */
export function objectPage(info: IObjectInfo): IMimeBundle {
  const { name, type, signature, value, length, shape, schema, doc, source, file } = info;
  const title = `${name}${signature ?? ''}`;
  const facts: [string, string][] = [
    ['Type', type],
    ...(value === undefined ? [] : [['Value', value] as [string, string]]),
    ...(length === undefined ? [] : [['Length', String(length)] as [string, string]]),
    ...(shape ? [['Shape', shape.join(' × ')] as [string, string]] : []),
    ...(file ? [['File', file] as [string, string]] : [])
  ];
  const columns = (schema ?? []).map(([column, dataType, nullable]) => ({
    name: column,
    type: nullable === false ? `${dataType} not null` : dataType
  }));
  // The documentation of the class says nothing about this frame.
  const text = columns.length > 0 ? '' : (doc ?? '');
  return {
    'text/plain': [
      title,
      ...facts.map(([key, said]) => `${key}: ${said}`),
      ...(columns.length > 0 ? ['', ...columnLines(columns)] : []),
      ...(text ? ['', text] : []),
      ...(source ? ['', 'Source:', source] : [])
    ].join('\n'),
    'text/html': [
      `<div><code><strong>${escape(title)}</strong></code></div>`,
      ...facts.map(([key, said]) => `<div>${key}: <code>${escape(said)}</code></div>`),
      ...(columns.length > 0 ? [columnTable(columns)] : []),
      ...(text ? [`<pre>${escape(text)}</pre>`] : []),
      ...(source ? [`<pre>${escape(source)}</pre>`] : [])
    ].join('\n')
  };
}

/** A page about a table of the catalogue. */
export function tablePage(name: string, columns: readonly IColumn[]): IMimeBundle {
  return {
    'text/plain': [`Table ${name}`, '', ...columnLines(columns)].join('\n'),
    'text/html': `<div>Table <code><strong>${escape(name)}</strong></code></div>\n${columnTable(columns)}`
  };
}

function columnLines(columns: readonly IColumn[]): string[] {
  const width = Math.min(40, Math.max(...columns.map(({ name }) => name.length)));
  return columns.map(({ name, type, comment }) => `${name.padEnd(width)}  ${type}${comment ? `  ${comment}` : ''}`);
}

function columnTable(columns: readonly IColumn[]): string {
  const rows = columns.map(
    ({ name, type, comment }) =>
      `<tr><td>${escape(name)}</td><td><code>${escape(type)}</code></td><td>${escape(comment ?? '')}</td></tr>`
  );
  return `<table><thead><tr><th>column</th><th>type</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
