import { usage } from './options';
import { COMMENT, isEmptyCode } from './parser';
import { ProgressDisplay } from './progress';

import type { LivyKind } from './kinds';
import type { IArguments, ICountedCell, INotebook, IOption } from './types';

/** Options of every cell magic that runs code on the cluster, as sparkmagic has them. */
export const CODE_OPTIONS: readonly IOption[] = [
  { name: 'output', short: 'o', value: 'VAR', help: 'Bring the result here as a pandas data frame' },
  { name: 'samplemethod', short: 'm', value: 'take|sample', choices: ['take', 'sample'], help: 'How rows are picked' },
  { name: 'maxrows', short: 'n', value: 'ROWS', help: 'Show at most so many rows; -1: all that come' },
  { name: 'samplefraction', short: 'r', value: 'FRACTION', help: 'Share of the rows to sample, 0 to 1' },
  {
    name: 'coerce',
    short: 'c',
    value: 'True|False',
    choices: ['True', 'False'],
    help: 'Accepted; types are Spark’s own'
  },
  { name: 'quiet', short: 'q', help: 'Show nothing' }
];

/**
 * Run code on the cluster and show what it gives.
 *
 * @throws EmrError or RemoteError
 */
export async function runCode(
  cell: ICountedCell,
  notebook: INotebook,
  code: string,
  kind: LivyKind,
  options: { maxRows?: number; quiet?: boolean } = {}
): Promise<void> {
  if (isEmptyCode(code, COMMENT[kind] ?? '#')) {
    return;
  }
  const progress = new ProgressDisplay(cell);
  let more = false;
  try {
    const output = await notebook.session.run(
      { code, kind, ...(options.maxRows === undefined ? {} : { maxRows: options.maxRows }) },
      { signal: cell.signal, onProgress: progress.update }
    );
    const quiet = options.quiet ?? false;
    more = !quiet && Boolean(output.stdout ?? output.result ?? output.displays[0]);
    progress.end(more);
    if (!more) {
      return;
    }
    if (output.stdout) {
      cell.stream('stdout', output.stdout);
    }
    for (const bundle of output.displays) {
      cell.display(bundle);
    }
    if (output.result) {
      cell.result(output.result);
    }
  } finally {
    progress.end(more);
  }
}

/**
 * What `-n` and `-q` say.
 *
 * @throws EmrError where an option is asked for that this version does not have
 */
export function codeOptions(magic: string, args: IArguments): { maxRows?: number; quiet: boolean } {
  if (args.has('output')) {
    throw usage(
      `${magic} -o ${args.get('output')}: this version cannot bring results into a local variable yet.`,
      'Leave -o out: the rows are shown in the notebook. Work on the data in the Spark session.'
    );
  }
  const rows = args.get('maxrows');
  if (rows !== undefined && !/^(-1|\d+)$/.test(rows)) {
    throw usage(`-n of ${magic} cannot be "${rows}".`, 'It is a number of rows, or -1 for all that come.');
  }
  const share = Number(args.get('samplefraction') ?? 1);
  if (!(share >= 0 && share <= 1)) {
    throw usage(`-r of ${magic} cannot be "${args.get('samplefraction')}".`, 'It is a share between 0 and 1.');
  }
  return { quiet: args.has('quiet'), ...(rows === undefined || rows === '-1' ? {} : { maxRows: Number(rows) }) };
}
