import { flag } from './options';

import type { ICommand } from './types';

/** Options and usage of one command. */
export function commandHelp(magic: string, command: ICommand): string {
  const options = command.options.filter(option => !option.hidden);
  const width = Math.max(0, ...options.map(option => flag(option).length));
  const head = `${magic}${magic === '%emr' || magic.startsWith('%sm_analytics ') ? ` ${command.name}` : ''}`;
  return [
    `${head}${command.usage ? ` ${command.usage}` : ''}${options.length ? ' [options]' : ''}`,
    '',
    command.summary,
    ...(options.length ? ['', ...options.map(option => `  ${flag(option).padEnd(width)}  ${option.help}`)] : [])
  ].join('\n');
}

/** A list of commands with their summaries. */
export function commandList(prefix: string, commands: readonly ICommand[]): string[] {
  const left = (command: ICommand): string => `${prefix}${command.name}`;
  const width = Math.max(...commands.map(command => left(command).length));
  return commands.map(command => `  ${left(command).padEnd(width)}  ${command.summary}`);
}
