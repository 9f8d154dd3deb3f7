import type { ITable } from '../../protocol';

/** True for Spark's types of numbers: shown to the right. */
export function isNumeric(sparkType: string): boolean {
  return /^(tinyint|byte|smallint|short|int|integer|bigint|long|float|double|decimal)\b/i.test(sparkType);
}

/** A value as text: NULL as such, structures as JSON. */
export function cellText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return value === null || value === undefined ? 'NULL' : JSON.stringify(value);
  }
}

/** A value of unknown origin as a table, or undefined. */
export function toTable(value: unknown): ITable | undefined {
  const table = value as Partial<ITable> | null | undefined;
  return table && Array.isArray(table.columns) && Array.isArray(table.rows) ? (table as ITable) : undefined;
}
