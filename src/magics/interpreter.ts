import { CELL_MAGICS } from './cells';
import { counted } from './counted';
import { runCode } from './code';
import { EMR_COMMANDS, runEmr } from './emr';
import { nearest, parseOptions, usage, words } from './options';
import { ownMagics } from './ownMagics';
import { keepParameters, runKept } from './parameters';
import { COMMENT, REMOTE_MAGICS, isEmptyCode, parseCell } from './parser';
import { say } from './show';
import { runSmAnalytics } from './smAnalytics';
import { SPARK_PARTS, runSparkLine } from './sparkLine';

import type { IMagicText } from './parser';
import type { ICell, ICountedCell, INotebook } from './types';

type LineMagic = (line: string, cell: ICountedCell, notebook: INotebook) => Promise<void> | void;

/** Line magics. */
export const LINE_MAGICS: Readonly<Record<string, LineMagic>> = {
  emr: runEmr,
  sm_analytics: runSmAnalytics,
  load_ext: loadExt,
  reload_ext: loadExt,
  spark: runSparkLine,
  manage_spark: () => {
    throw usage(
      '%manage_spark is a form of ipywidgets, which this kernel has not.',
      'Use the notebook toolbar’s EMR button, or %emr connect --name NAME …; %emr status lists the bindings.'
    );
  },
  clear: (_line, cell) => cell.clearOutput(false)
};

/** Extensions whose magics are built in here. */
const KNOWN_EXTENSIONS = ['sagemaker_studio_analytics_extension.magics', 'sparkmagic.magics', 'jupyterlab_emr'];

function loadExt(line: string): void {
  const name = line.trim();
  if (!KNOWN_EXTENSIONS.includes(name)) {
    throw usage(
      `%load_ext: there is no IPython here to load "${name.slice(0, 80)}" into.`,
      'Use a Python kernel for IPython extensions; this kernel’s magics are listed by %emr help.'
    );
  }
}

/**
 * Run one cell: its magics, then its code on the cluster.
 *
 * @throws EmrError or RemoteError: the cell fails with it
 */
export async function runCell(plain: ICell, notebook: INotebook): Promise<void> {
  const cell = counted(plain);
  const { language } = notebook;
  const parsed = parseCell(
    cell.code,
    name => !(REMOTE_MAGICS.includes(name) && LINE_MAGICS[name] === undefined),
    COMMENT[language]
  );
  if (notebook.session.info) {
    await runKept(cell, notebook);
  }
  if (parsed.cellMagic) {
    await runCellMagic(parsed.cellMagic, parsed.body, cell, notebook);
    return;
  }
  for (const magic of parsed.lineMagics) {
    await runLineMagic(magic, cell, notebook);
  }
  if (keepParameters(parsed.body, cell, notebook)) {
    return;
  }
  if (cell.silent && !notebook.session.info) {
    // A front end's own code (VS Code sets up Python so): nobody asked for a session.
    return;
  }
  if (!isEmptyCode(parsed.body, COMMENT[language])) {
    await runKept(cell, notebook);
  }
  await runCode(cell, notebook, parsed.body, language);
}

async function runLineMagic(magic: IMagicText, cell: ICountedCell, notebook: INotebook): Promise<void> {
  const run = LINE_MAGICS[magic.name];
  if (/^\?\??$/.test(magic.line)) {
    await showHelp(magic.name, cell, notebook);
    return;
  }
  if (run) {
    await run(magic.line, cell, notebook);
    return;
  }
  if (await runOwnMagic('line', magic, '', cell, notebook)) {
    return;
  }
  const cellMagic = CELL_MAGICS.find(item => item.name === magic.name);
  const command = EMR_COMMANDS.find(item => item.name === magic.name);
  const near = nearest(magic.name, [...Object.keys(LINE_MAGICS), ...REMOTE_MAGICS]);
  throw usage(
    `There is no line magic %${magic.name}.`,
    cellMagic
      ? `It is a cell magic: write %%${magic.name} on the first line of a cell of its own.`
      : command
        ? `Did you mean %emr ${magic.name}?`
        : near
          ? `Did you mean %${near}?`
          : 'IPython’s magics are not part of this kernel; %emr help lists its own.'
  );
}

async function runCellMagic(
  { name, line }: IMagicText,
  body: string,
  cell: ICountedCell,
  notebook: INotebook
): Promise<void> {
  // Only the first word: `-o info` names a variable.
  if (/^\?\??$/.test(line)) {
    await showHelp(name, cell, notebook);
    return;
  }
  if (name === 'spark' && SPARK_PARTS.includes(line.split(/\s/)[0]?.toLowerCase() ?? '')) {
    await runSparkLine(line, cell, notebook, body);
    return;
  }
  if (LINE_MAGICS[name] && name !== 'spark') {
    throw usage(`%%${name} is a line magic.`, `Write it with one %: %${name}`);
  }
  const magic = CELL_MAGICS.find(item => item.name === name);
  if (!magic && (await runOwnMagic('cell', { name, line }, body, cell, notebook))) {
    return;
  }
  if (!magic) {
    const near = nearest(
      name,
      CELL_MAGICS.map(item => item.name)
    );
    throw usage(
      `There is no cell magic %%${name}.`,
      near ? `Did you mean %%${near}? %%help lists all.` : '%%help lists them.'
    );
  }
  // %%configure's JSON may stand on the magic's own line; quotes in it are not a shell's.
  const isJson = name === 'configure' && line.includes('{');
  const json = isJson ? line.slice(line.indexOf('{')) : '';
  const args = parseOptions(`%%${name}`, words(isJson ? line.slice(0, line.indexOf('{')) : line), magic.options);
  if (args.words.length > 0 && !magic.usage && name !== 'sql') {
    throw usage(`%%${name} does not know what to do with "${args.words.join(' ')}".`, `See %%help ${name}.`);
  }
  // `%%sql select 1`: the query may begin on the magic's line.
  const rest = name === 'sql' ? args.words.join(' ') : json;
  await magic.run({ args, body: rest ? `${rest}\n${body}` : body, cell, notebook });
}

/** `%name?` of IPython. */
async function showHelp(name: string, cell: ICountedCell, notebook: INotebook): Promise<void> {
  await CELL_MAGICS.find(item => item.name === 'help')?.run({
    args: parseOptions('%%help', [name], []),
    body: '',
    cell,
    notebook
  });
}

ownMagics.isTaken = name =>
  name in LINE_MAGICS || REMOTE_MAGICS.includes(name) || CELL_MAGICS.some(item => item.name === name);

/** Run a magic of the user's or the site's own. @returns false where there is none of that name */
async function runOwnMagic(
  kind: 'line' | 'cell',
  { name, line }: IMagicText,
  body: string,
  cell: ICountedCell,
  notebook: INotebook
): Promise<boolean> {
  await ownMagics.refresh(notebook);
  const own = ownMagics.find(name, kind);
  if (own) {
    const prefix = kind === 'cell' ? '%%' : '%';
    const args = parseOptions(`${prefix}${name}`, words(line), own.command.options);
    await own.command.run({ args, body, cell, notebook });
  } else if (ownMagics.find(name, kind === 'cell' ? 'line' : 'cell')) {
    throw usage(
      `${name} is a ${kind === 'cell' ? 'line' : 'cell'} magic.`,
      kind === 'cell' ? `Write it with one %: %${name}` : `Write %%${name} on the first line of a cell of its own.`
    );
  } else if (ownMagics.problems.length > 0) {
    // It may be in one of these.
    say(cell, ownMagics.problems.join('\n'));
  }
  return own !== undefined;
}
