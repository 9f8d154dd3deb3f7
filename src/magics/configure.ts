import { parseSettings } from '../cells/configureText';
import { LAYER_TITLES, checkSettings, origins } from '../session';
import { SESSION_OPTION, sessionOf } from './codeOptions';
import { nearest, usage } from './options';
import { ProgressDisplay, STARTING_AFTER_MS } from './progress';
import { say, showTable } from './show';

import type { NotebookSession } from '../session';
import type { ICell, ICommand, ICountedCell, INotebook } from './types';

export { parseSettings };

/** `%%configure`. */
export const configure: ICommand = {
  name: 'configure',
  summary: 'Settings of the next session, as JSON: memory, cores, conf, jars, …',
  usage: 'JSON',
  options: [
    { name: 'force', short: 'f', help: 'End the present session and start another with them' },
    { name: 'show', help: 'Show the settings of the next session, and where each comes from' },
    SESSION_OPTION
  ],
  async run({ args, body, cell, notebook }) {
    const session = sessionOf(notebook, args);
    const text = [args.words.join(' '), body].join('\n').trim();
    if (text || !args.has('show')) {
      await change(text, args.has('force'), session, cell);
    }
    if (args.has('show')) {
      showSettings(cell, notebook, session);
    } else {
      say(
        cell,
        `Settings of ${session.info ? `session ${session.info.id}` : 'the next session'}: ${JSON.stringify(session.nextSettings())}`
      );
    }
  }
};

/** Lay the cell's settings over the others; with `-f` start the session anew. Nothing changes where they are wrong. */
async function change(text: string, force: boolean, session: NotebookSession, cell: ICountedCell): Promise<void> {
  const settings = checkSettings(parseSettings(text), nearest);
  if (session.info && !force) {
    throw usage(
      'There is a session already: its settings cannot be changed.',
      'Add -f to end it and start another with these settings; its variables are lost.'
    );
  }
  const before = session.settings;
  session.settings = settings;
  try {
    session.nextSettings();
  } catch (error) {
    session.settings = before;
    throw error;
  }
  if (!session.info) {
    return;
  }
  const progress = new ProgressDisplay(cell, STARTING_AFTER_MS);
  try {
    await session.restart({ signal: cell.signal, onProgress: progress.update });
    progress.end(true);
  } finally {
    progress.end();
  }
  const { info } = session;
  if (info?.dropped.length) {
    say(cell, `Left out, since this Livy does not know it: ${info.dropped.join(', ')}.`);
  }
}

/** The effective settings of the next session, each with its layer. */
export function showSettings(cell: ICell, notebook: INotebook, session: NotebookSession): void {
  const rows = origins(session.layers(), notebook.env);
  const dropped = session.info?.dropped ?? [];
  showTable(
    cell,
    ['setting', 'value', 'from'],
    rows.map(({ field, value, layer }) => [
      field,
      typeof value === 'string' ? value : JSON.stringify(value),
      `${LAYER_TITLES[layer]}${dropped.includes(field) ? ' (left out: this Livy does not know it)' : ''}`
    ]),
    'No settings: the session takes what Livy and Spark have as defaults.'
  );
  for (const problem of session.problems) {
    say(cell, problem);
  }
}
