import { TABLE_MIME } from '../../protocol';

import type { IMimeBundle, ITable, ITableColumn, Json } from '../../protocol';

/** Rows shown by front ends without our renderer; the table's own MIME type holds all. */
const SHOWN_ROWS = 100;
const CELL_WIDTH = 60;

/** Livy's `livy.rsc.sql.num-rows` unless the session says otherwise: it cuts there without a word. */
export const SQL_ROW_LIMIT = 1000;

interface ISparkField {
  name: string;
  type: unknown;
  nullable?: boolean;
}

/** The SQL kind's `application/json`: `{schema: {type: "struct", fields}, data}`. */
export function tableOfSql(value: unknown): ITable | undefined {
  const body = value as { schema?: { type?: string; fields?: ISparkField[] }; data?: unknown[][] } | null;
  if (typeof body !== 'object' || !Array.isArray(body?.data) || !Array.isArray(body.schema?.fields)) {
    return undefined;
  }
  return {
    columns: body.schema.fields.map(field => ({
      name: field.name,
      type: typeName(field.type),
      ...(field.nullable === undefined ? {} : { nullable: field.nullable })
    })),
    rows: body.data
  };
}

/** `application/vnd.livy.table.v1+json`: `{headers: [{name, type}], data}`. */
export function tableOfLivy(value: unknown): ITable | undefined {
  const body = value as { headers?: { name: string; type: string }[]; data?: unknown[][] } | null;
  if (typeof body !== 'object' || !Array.isArray(body?.headers) || !Array.isArray(body.data)) {
    return undefined;
  }
  return {
    columns: body.headers.map(({ name, type }): ITableColumn => ({
      name: String(name),
      type: String(type)
        .replace(/_TYPE$/, '')
        .toLowerCase()
    })),
    rows: body.data
  };
}

/** Spark's JSON type as Spark SQL writes it: `array<int>`, `struct<x:int,y:string>`. */
export function typeName(type: unknown): string {
  if (typeof type === 'string') {
    return type === 'long' ? 'bigint' : type === 'integer' ? 'int' : type;
  }
  const value = (type ?? {}) as {
    type?: string;
    elementType?: unknown;
    keyType?: unknown;
    valueType?: unknown;
    fields?: ISparkField[];
    class?: string;
  };
  switch (value.type) {
    case 'array':
      return `array<${typeName(value.elementType)}>`;
    case 'map':
      return `map<${typeName(value.keyType)},${typeName(value.valueType)}>`;
    case 'struct':
      return `struct<${(value.fields ?? []).map(field => `${field.name}:${typeName(field.type)}`).join(',')}>`;
    default:
      return value.type ?? 'unknown';
  }
}

/** A table for every front end: ours, HTML, plain text. */
export function tableBundle(table: ITable): IMimeBundle {
  return {
    [TABLE_MIME]: table as unknown as Json,
    'text/html': tableHtml(table),
    'text/plain': tableText(table)
  };
}

/** One line below a table: how many rows there are, and whether there may be more. */
function footer(table: ITable): string {
  const count = table.rows.length;
  const rows = `${count.toLocaleString('en-US')} row${count === 1 ? '' : 's'}`;
  const shown = count > SHOWN_ROWS ? `, the first ${SHOWN_ROWS} shown` : '';
  return `${rows}${shown}${table.truncated ? ' — cut there: the result may have more' : ''}`;
}

function tableHtml(table: ITable): string {
  if (table.columns.length === 0) {
    return '<p>OK</p>';
  }
  const head = table.columns.map(column => `<th title="${escape(column.type)}">${escape(column.name)}</th>`).join('');
  const body = table.rows
    .slice(0, SHOWN_ROWS)
    .map(row => `<tr>${row.map(value => `<td>${escape(cellText(value))}</td>`).join('')}</tr>`)
    .join('\n');
  return `<table border="1" class="dataframe"><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>\n<p>${footer(table)}</p>`;
}

/** A table as aligned text, numbers to the right. */
export function tableText(table: ITable): string {
  if (table.columns.length === 0) {
    return 'OK';
  }
  const rows = table.rows.slice(0, SHOWN_ROWS).map(row => row.map(value => clip(cellText(value))));
  const widths = table.columns.map((column, index) =>
    Math.max(column.name.length, ...rows.map(row => row[index]?.length ?? 0))
  );
  const right = table.columns.map(column =>
    /^(tinyint|smallint|int|bigint|float|double|decimal|byte|short)/.test(column.type)
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, index) => (right[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    line(table.columns.map(column => column.name)),
    widths.map(width => '-'.repeat(width)).join('  '),
    ...rows.map(line),
    footer(table)
  ].join('\n');
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) {
    return 'NULL';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function clip(text: string): string {
  const line = text.replace(/\r?\n/g, '⏎');
  return line.length > CELL_WIDTH ? `${line.slice(0, CELL_WIDTH - 1)}…` : line;
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);
}
