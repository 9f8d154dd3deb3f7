import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { readSparkmagicConfig } from '../session';
import { SESSION_OPTION, sessionOf } from './codeOptions';
import { giveVariable, missingPackages } from './frames/local';
import { DriverTalk } from './frames/talk';
import { count, megabytes, pythonText, pythonValue } from './frames/text';
import { usage } from './options';
import { ProgressDisplay } from './progress';
import { say } from './show';
import { checkName, limitOf, tooLarge } from './transfer';

import type { IGiven } from './frames/local';
import type { IArguments, ICommand, INotebook } from './types';

/** Bytes of one statement's code, before base64. */
const PART = 3_000_000;

/** `%%send_to_spark`: a local text or data frame becomes a variable of the session. */
export const sendToSpark: ICommand = {
  name: 'send_to_spark',
  summary: 'Send a local (%%local) text or data frame to the session',
  options: [
    { name: 'input', short: 'i', value: 'VAR', help: 'The local variable' },
    {
      name: 'vartype',
      short: 't',
      value: 'str|df',
      choices: ['str', 'df'],
      help: 'What it is; without it, what it turns out to be'
    },
    { name: 'varname', short: 'n', value: 'NAME', help: 'Its name in the session; without it the same name' },
    { name: 'maxrows', short: 'm', value: 'ROWS', help: 'At most so many rows of a data frame; -1: all' },
    SESSION_OPTION
  ],
  async run({ args, body, cell, notebook }) {
    if (body.trim() !== '') {
      throw usage('%%send_to_spark has no code below it.', 'Put the code into a cell of its own.');
    }
    const { input, name, rows, kind } = sendOptions(args, notebook);
    const session = sessionOf(notebook, args);
    const limit = limitOf(notebook);
    const python = await notebook.python();
    const progress = new ProgressDisplay(cell);
    const path = join(await python.folder(), `out-${randomUUID()}.gz`);
    const talk = new DriverTalk(session, cell.signal, progress.update);
    try {
      progress.say(`Packing ${input}`);
      const given = await giveVariable(python, { name: input, kind, rows, path, limit }, cell.signal);
      if (given.missing) {
        throw missingPackages(given.missing, notebook.env);
      }
      if (given.over !== undefined) {
        throw tooLarge(input, given.over, limit, 'Send fewer rows (-m 100000), or write it to S3 and read it there.');
      }
      await upload(talk, path, input);
      await arrive(talk, notebook, given, name);
      await talk.end();
      progress.end(true);
      say(cell, whatArrived(given, { name, rows, isTold: args.has('maxrows') }, notebook));
    } finally {
      progress.end();
      await talk.end();
      await rm(path, { force: true });
    }
  }
};

function sendOptions(args: IArguments, { env }: INotebook) {
  const input = args.get('input');
  if (input === undefined) {
    throw usage('%%send_to_spark needs -i with the name of a local variable.', 'e.g. %%send_to_spark -i prices');
  }
  checkName('-i of %%send_to_spark', input);
  const name = args.get('varname') ?? input;
  checkName('-n of %%send_to_spark', name);
  const text = args.get('maxrows');
  if (text !== undefined && !/^(-1|\d+)$/.test(text)) {
    throw usage(`-m of %%send_to_spark cannot be "${text}".`, 'It is a number of rows, or -1 for all.');
  }
  const rows = text === undefined ? (readSparkmagicConfig(env).maxRows ?? -1) : Number(text);
  return { input, name, rows, kind: args.get('vartype') ?? '' };
}

/** Send the packed file in pieces, each the code of a statement. */
async function upload(talk: DriverTalk, path: string, input: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    for (let at = 0; at < size; at += PART) {
      const piece = Buffer.alloc(Math.min(PART, size - at));
      await file.read(piece, 0, piece.length, at);
      await talk.ask(`m.receive(${pythonText(piece.toString('base64'))})`, {
        tell: progress => ({
          ...progress,
          text: `Sending ${input}: ${megabytes(at)} of ${megabytes(size)}`,
          fraction: at / size
        })
      });
    }
  } finally {
    await file.close();
  }
}

/** Give it its name: in Python always, as a view for SQL, and in the kernel's own language. */
async function arrive(talk: DriverTalk, notebook: INotebook, given: IGiven, name: string): Promise<void> {
  const schema = given.kind === 'df' ? given.schema : null;
  const path = await talk.ask(`m.arrive(names, ${pythonText(name)}, ${pythonValue(schema)})`);
  if (notebook.language === 'spark') {
    await talk.run(
      'spark',
      given.kind === 'df'
        ? `val ${name} = spark.table("${name}")`
        : `val ${name} = new String(java.nio.file.Files.readAllBytes(java.nio.file.Paths.get(${JSON.stringify(path)})), "UTF-8")`
    );
  } else if (notebook.language === 'sparkr') {
    await talk.run(
      'sparkr',
      given.kind === 'df'
        ? `${name} <- sql("SELECT * FROM ${name}")`
        : `${name} <- readChar(${JSON.stringify(path)}, file.info(${JSON.stringify(path)})$size, useBytes = TRUE); Encoding(${name}) <- "UTF-8"`
    );
  }
}

function whatArrived(
  given: IGiven,
  { name, rows, isTold }: { name: string; rows: number; isTold: boolean },
  { env }: INotebook
): string {
  const lines =
    given.kind === 'df'
      ? [
          `${name}: ${count(given.rows ?? 0, 'row')} × ${count(given.columns ?? 0, 'column')} in the session, a Spark data frame and a temporary view for SQL.`
        ]
      : [`${name}: a text of ${count(given.length ?? 0, 'character')} in the session.`];
  if (given.all !== undefined && given.rows !== undefined && given.all > given.rows) {
    const by = isTold
      ? `-m ${rows}`
      : `default_maxrows of sparkmagic’s configuration, ${readSparkmagicConfig(env).maxRows}`;
    lines.push(
      `Of ${count(given.all, 'row')} the first ${given.rows.toLocaleString('en-US')} were sent (${by}); -m -1 sends all.`
    );
  }
  return [...lines, ...(given.notes ?? [])].join('\n');
}
