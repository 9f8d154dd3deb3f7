import { userPart } from '../session';
import { commandHelp, commandList } from './help';
import { CODE_OPTIONS, SESSION_OPTION, SPARK_OPTIONS, sessionOf } from './codeOptions';
import { runCodeMagic } from './codeMagic';
import { configure, showSettings } from './configure';
import { display, matplot, pretty } from './displays';
import { EMR_COMMANDS } from './emr';
import { showBindings, statusText } from './emr/session';
import { endOwn, sessionsHere } from './emr/sessions';
import { local } from './local';
import { usage } from './options';
import { ownMagics } from './ownMagics';
import { sendToSpark } from './send';
import { say, showTable } from './show';

import type { NotebookSession } from '../session';
import type { LivyKind } from './kinds';
import type { ICommand, ICountedCell, INotebook } from './types';

/** Cell magics that run their body on the cluster. */
function codeMagic(
  name: string,
  summary: string,
  kind: (notebook: INotebook, session: NotebookSession) => LivyKind
): ICommand {
  return {
    name,
    summary,
    options: name === 'spark' ? SPARK_OPTIONS : CODE_OPTIONS,
    async run({ args, body, cell, notebook }) {
      const isSql = args.get('coerce') === 'sql' || args.get('context') === 'sql';
      const language = isSql ? 'sql' : kind(notebook, sessionOf(notebook, args));
      await runCodeMagic(`%%${name}`, args, { cell, notebook, code: body, kind: language });
    }
  };
}

const info: ICommand = {
  name: 'info',
  summary: 'The notebook’s session, its settings, and the sessions on its Livy',
  options: [SESSION_OPTION],
  async run({ args, cell, notebook }) {
    const session = sessionOf(notebook, args);
    showBindings(cell, notebook);
    say(cell, statusText(session));
    showSettings(cell, notebook, session);
    if (session.info) {
      await showSessions(cell, session);
    }
  }
};

async function showSessions(cell: ICountedCell, session: NotebookSession): Promise<void> {
  const own = session.info?.id;
  const list = await session.sessions();
  showTable(
    cell,
    ['id', 'name', 'state', 'owner', 'application', 'this notebook'],
    list.map(item => [item.id, item.name, item.state, item.owner, item.appId, item.id === own ? 'yes' : '']),
    'Livy shows no sessions.'
  );
}

const logs: ICommand = {
  name: 'logs',
  summary: 'Last lines of the session’s log',
  options: [SESSION_OPTION],
  async run({ args, cell, notebook }) {
    say(cell, (await sessionOf(notebook, args).logs()).join('\n') || 'There is no log yet.');
  }
};

const cleanup: ICommand = {
  name: 'cleanup',
  summary: 'End all your sessions on this Livy, this notebook’s too',
  options: [{ name: 'force', short: 'f', help: 'Needed: variables of all of them are lost' }, SESSION_OPTION],
  async run({ args, cell, notebook }) {
    const session = sessionOf(notebook, args);
    if (!args.has('force')) {
      throw usage(
        '%%cleanup ends all your sessions on this Livy.',
        'Add -f if that is what you want; %emr sessions lists them.'
      );
    }
    const own = session.info;
    const list = await session.sessions();
    const me = list.find(item => item.id === own?.id);
    const user = userPart(notebook.env);
    // Other people's sessions are not touched: same owner, or where Livy knows no owners a name that we gave.
    const mine = list.filter(item =>
      me?.owner ? item.owner === me.owner : item.id === own?.id || item.name?.startsWith(`${user}-`)
    );
    for (const item of [...mine].sort((one, other) => Number(one.id === own?.id) - Number(other.id === own?.id))) {
      await session.deleteSession(item.id);
    }
    say(
      cell,
      `Ended ${mine.length} session${mine.length === 1 ? '' : 's'}: ${mine.map(item => item.name ?? item.id).join(', ')}.`
    );
  }
};

const remove: ICommand = {
  name: 'delete',
  summary: 'End one of your sessions by its number',
  options: [
    { name: 'session', short: 's', value: 'ID', help: 'Its number; %emr sessions lists them' },
    { name: 'force', short: 'f', help: 'Needed: its variables are lost' }
  ],
  async run({ args, cell, notebook }) {
    const id = args.get('session') ?? '';
    if (!/^\d+$/.test(id) || !args.has('force')) {
      throw usage('%%delete needs -f and -s with the number of a session.', 'e.g. %%delete -f -s 3');
    }
    if (Number(id) === notebook.session.info?.id) {
      throw usage('That is this notebook’s own session.', 'Use %emr disconnect, or %%cleanup -f.');
    }
    const { session } = notebook;
    const list = await session.ownedSessions([...sessionsHere(notebook, session).keys()]);
    await endOwn(session, list, [Number(id)]);
    say(cell, `Session ${id} ended.`);
  }
};

const help: ICommand = {
  name: 'help',
  summary: 'This page; with a magic: its options',
  usage: '[MAGIC]',
  options: [],
  run({ args, cell }) {
    const name = args.words[0]?.replace(/^%+/, '');
    const magic = [...CELL_MAGICS, ...ownMagics.list.map(item => item.command)].find(item => item.name === name);
    cell.page({ 'text/plain': magic ? commandHelp(`%%${magic.name}`, magic) : helpPage() });
    return Promise.resolve();
  }
};

/** Cell magics. A name that is not here is no magic. */
export const CELL_MAGICS: readonly ICommand[] = [
  codeMagic('sql', 'Run the cell as SQL', () => 'sql'),
  codeMagic(
    'spark',
    'Run the cell in the kernel’s own language, or the binding’s',
    (notebook, session) => session.request?.language ?? notebook.language
  ),
  codeMagic('pyspark', 'Run the cell as Python', () => 'pyspark'),
  codeMagic('scala', 'Run the cell as Scala', () => 'spark'),
  codeMagic('sparkr', 'Run the cell as R', () => 'sparkr'),
  codeMagic('r', 'Run the cell as R', () => 'sparkr'),
  configure,
  info,
  logs,
  cleanup,
  remove,
  help,
  local,
  sendToSpark,
  pretty,
  display,
  matplot
];

/** The page of `%emr help` and `%%help`. */
export function helpPage(): string {
  return [
    'Cells run on the cluster that the notebook is connected to. %emr works on clusters and sessions, with or without one:',
    '',
    ...commandList('%emr ', EMR_COMMANDS),
    '',
    'Cell magics, on the first line of a cell:',
    '',
    ...commandList('%%', CELL_MAGICS),
    ...(ownMagics.list.length
      ? [
          '',
          'Your own and your site’s (%emr magics):',
          '',
          ...ownMagics.list.flatMap(item => commandList(item.kind === 'cell' ? '%%' : '%', [item.command]))
        ]
      : []),
    '',
    'Lines that the cluster’s own interpreter knows: %json NAME, %table NAME, %matplot plt.',
    'Options of each: %emr help COMMAND, %%help MAGIC.',
    'Notebooks written for SageMaker Studio run as they are: %load_ext sagemaker_studio_analytics_extension.magics, %sm_analytics emr connect …'
  ].join('\n');
}
