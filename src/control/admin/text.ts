/** The report as a table for a terminal. */
import type { IAdminCheck } from './types';

const COLUMNS = ['feature', 'check', 'state'] as const;

/** Whether something has to be done about it. */
export function isFinding({ state }: IAdminCheck): boolean {
  return state === 'missing' || state === 'too wide';
}

/** One row a check; below it what it was seen by, and the fix. The last line counts. */
export function adminText(checks: readonly IAdminCheck[]): string {
  const widths = COLUMNS.map(column => Math.max(column.length, ...checks.map(check => check[column].length)));
  const row = (cells: readonly string[], rest: string) =>
    `${cells.map((cell, index) => cell.padEnd(widths[index])).join('  ')}  ${rest}`.trimEnd();
  const indent = ' '.repeat(widths.reduce((sum, width) => sum + width + 2, 0));
  const lines = checks.flatMap(check => [
    row(
      COLUMNS.map(column => check[column]),
      check.message
    ),
    ...(check.state === 'ok'
      ? []
      : [
          ...(check.evidence.length > 0 ? [`${indent}seen: ${check.evidence.join(', ')}`] : []),
          ...(check.fix ? [`${indent}fix:  ${check.fix}`] : []),
          ...(check.property ? [`${indent}in:   ${check.property}`] : []),
          ...(check.template ? [`${indent}kit:  ${check.template}`] : []),
          ...(check.command ? [`${indent}or:   ${check.command}`] : [])
        ])
  ]);
  const count = (state: IAdminCheck['state']) => checks.filter(check => check.state === state).length;
  return [
    row(COLUMNS, 'what was found, and the fix'),
    ...lines,
    '',
    `${count('ok')} ok, ${count('missing')} missing, ${count('too wide')} too wide, ${count('cannot see')} cannot be seen.`
  ].join('\n');
}
