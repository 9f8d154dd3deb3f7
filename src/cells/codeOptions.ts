import { usage } from './options';

import type { IArguments, IOption } from './types';

/** `-s NAME`: which of the notebook's bindings is meant. */
export const SESSION_OPTION: IOption = {
  name: 'session',
  short: 's',
  value: 'NAME',
  help: 'Binding to run on; without it the current one (%emr status lists them)'
};

/** Options of every cell magic that runs code on the cluster, as sparkmagic has them. */
export const CODE_OPTIONS: readonly IOption[] = [
  {
    name: 'output',
    short: 'o',
    value: 'VAR',
    help: 'Bring that data frame (of SQL: the rows) to the Jupyter host as a pandas data frame VAR'
  },
  {
    name: 'samplemethod',
    short: 'm',
    value: 'take|sample',
    choices: ['take', 'sample'],
    help: 'take the first rows, or a random sample (-r) of them all'
  },
  { name: 'maxrows', short: 'n', value: 'ROWS', help: 'At most so many rows; -1: all' },
  { name: 'samplefraction', short: 'r', value: 'FRACTION', help: 'Share of the rows for -m sample, 0 to 1 (0.1)' },
  {
    name: 'coerce',
    short: 'c',
    value: 'True|False',
    choices: ['True', 'False'],
    help: 'Accepted; types are Spark’s own'
  },
  { name: 'quiet', short: 'q', help: 'Show nothing' },
  SESSION_OPTION
];

/** Of `%%spark`: there `-c` is also IPython's `%%spark -c sql`. */
export const SPARK_OPTIONS: readonly IOption[] = [
  ...CODE_OPTIONS.map(option =>
    option.name === 'coerce'
      ? { ...option, choices: ['True', 'False', 'spark', 'sql'], help: 'sql: the cell is SQL. True|False: accepted' }
      : option
  ),
  { name: 'coerce-frames', short: 'e', value: 'True|False', help: 'Accepted', hidden: true },
  { name: 'context', value: 'spark|sql', choices: ['spark', 'sql'], help: 'sql: the cell is SQL', hidden: true }
];

/** What the options of a code magic say. */
export interface ICodeOptions {
  quiet: boolean;
  /** -1: all; undefined: nothing was said. */
  maxRows?: number;
  method: 'take' | 'sample';
  fraction: number;
  /** `-o VAR`. */
  output?: string;
}

/**
 * Read the options of a code magic.
 *
 * @throws EmrError `UsageError` naming the option
 */
export function codeOptions(magic: string, args: IArguments): ICodeOptions {
  const rows = args.get('maxrows');
  if (rows !== undefined && !/^(-1|\d+)$/.test(rows)) {
    throw usage(`-n of ${magic} cannot be "${rows}".`, 'It is a number of rows, or -1 for all.');
  }
  const text = args.get('samplefraction') ?? '0.1';
  const fraction = Number(text);
  if (text.trim() === '' || !(fraction >= 0 && fraction <= 1)) {
    throw usage(`-r of ${magic} cannot be "${text}".`, 'It is a share between 0 and 1.');
  }
  const method = args.get('samplemethod') === 'sample' ? 'sample' : 'take';
  const quiet = args.has('quiet');
  const maxRows = rows === undefined ? {} : { maxRows: Number(rows) };
  const target = args.get('output');
  if (target !== undefined && !/^[A-Za-z_]\w*$/.test(target)) {
    throw usage(`-o of ${magic} cannot be "${target}".`, 'It is the name of a variable.');
  }
  return { quiet, method, fraction, ...maxRows, ...(target === undefined ? {} : { output: target }) };
}
