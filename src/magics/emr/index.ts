import { usage, nearest, parseOptions, words } from '../options';
import { commandHelp } from '../help';
import { applications } from './applications';
import { catalog } from './catalog';
import { clusters, terminate } from './clusters';
import { substitute } from '../parameters';
import { connect } from './connect';
import { doctor } from './doctor';
import { magics } from './magics';
import { output } from './output';
import { products, provision } from './products';
import { promote } from './promote';
import { result } from './result';
import { runs } from './runs';
import { disconnect, logs, status, ui, use } from './session';
import { sessions } from './sessions';

import type { ICommand, ICountedCell, INotebook } from '../types';

const clear: ICommand = {
  name: 'clear',
  summary: 'Clear this cell’s output',
  options: [{ name: 'wait', help: 'Only when the next output comes' }],
  run({ args, cell }) {
    cell.clearOutput(args.has('wait'));
    return Promise.resolve();
  }
};

const help: ICommand = {
  name: 'help',
  summary: 'This page; with a command: its options',
  usage: '[COMMAND]',
  options: [],
  async run({ args, cell }) {
    const [name] = args.words;
    // Imported here: that page lists these commands.
    const text = name === undefined ? (await import('../cells')).helpPage() : commandHelp('%emr', findCommand(name));
    cell.page({ 'text/plain': text });
  }
};

/** Sub-commands of `%emr`, in the order of a day's work. */
export const EMR_COMMANDS: readonly ICommand[] = [
  connect,
  disconnect,
  use,
  status,
  clusters,
  applications,
  products,
  provision,
  terminate,
  sessions,
  ui,
  result,
  logs,
  promote,
  runs,
  catalog,
  doctor,
  magics,
  output,
  clear,
  help
];

/** Run `%emr …`. */
export async function runEmr(line: string, cell: ICountedCell, notebook: INotebook): Promise<void> {
  const [name = 'help', ...rest] = substitute(words(line), notebook);
  if (/^(-h|--help)$/.test(name)) {
    return runEmr('help', cell, notebook);
  }
  const command = findCommand(name);
  if (rest.some(word => word === '--help' || word === '-h')) {
    return runEmr(`help ${command.name}`, cell, notebook);
  }
  const args = parseOptions(`%emr ${command.name}`, rest, command.options);
  if (args.words.length > 0 && !command.usage && command !== connect) {
    throw usage(
      `%emr ${command.name} does not know what to do with "${args.words.join(' ')}".`,
      `See %emr help ${command.name}.`
    );
  }
  await command.run({ args, body: '', cell, notebook });
}

function findCommand(name: string): ICommand {
  const command = EMR_COMMANDS.find(item => item.name === name.toLowerCase());
  if (!command) {
    const near = nearest(
      name,
      EMR_COMMANDS.map(item => item.name)
    );
    throw usage(
      `%emr has no command "${name.slice(0, 60)}".`,
      near
        ? `Did you mean %emr ${near}? %emr help lists all.`
        : `It has ${EMR_COMMANDS.map(item => item.name).join(', ')}.`
    );
  }
  return command;
}
