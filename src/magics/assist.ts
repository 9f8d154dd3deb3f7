import { CELL_MAGICS, helpPage } from './cells';
import { EMR_COMMANDS } from './emr';
import { commandHelp } from './help';
import { LINE_MAGICS } from './interpreter';
import { flag } from './options';
import { ownMagics } from './ownMagics';
import { smConnect } from './smAnalytics';

import type { ICommand, IOption } from './types';

/** Completions of the word before the cursor. Offsets are UTF-16. */
export interface IMagicCompletion {
  matches: string[];
  start: number;
  end: number;
  /** The word may be a value that the tables do not know: somebody else's to find. */
  wants?: IWantedValue;
}

/** A value that is being typed. */
export interface IWantedValue {
  /** `%emr connect`, `%%delete`, `%json`. */
  magic: string;
  /** Of this option; undefined: a word of the command's own. */
  option?: IOption;
  /** What the command calls its word: `[CLUSTER]`. */
  usage?: string;
  /** What is typed of the value. */
  typed: string;
  /** `--option=` before it, which matches carry too. */
  lead: string;
  /** `--region`, `--profile`, …, that are on the line already. */
  before: string[];
}

/** The magic's line up to the cursor, or undefined where the cursor is not in one. */
function magicLine(code: string, cursor: number): string | undefined {
  const start = code.lastIndexOf('\n', cursor - 1) + 1;
  const line = code.slice(start, cursor);
  return /^\s*%/.test(line) ? line.trimStart() : undefined;
}

/** Complete a magic, its sub-command, its options and their choices; undefined where the cursor is not in a magic. */
export function completeMagic(code: string, cursor: number): IMagicCompletion | undefined {
  const line = magicLine(code, cursor);
  if (line === undefined) {
    return undefined;
  }
  const parts = line.split(/\s+/);
  const word = parts[parts.length - 1] ?? '';
  const before = parts.slice(0, -1);
  if (before.length === 0 && isBelowCode(code, cursor)) {
    return undefined;
  }
  const candidates = candidatesFor(before, word).filter(item => item.startsWith(word));
  const wants = candidates.length === 0 || word === '' ? wantedValue(before, word) : undefined;
  return { matches: candidates, start: cursor - word.length, end: cursor, ...(wants ? { wants } : {}) };
}

/** Behind `x = (17` a line that begins with `%` goes on with the code. */
function isBelowCode(code: string, cursor: number): boolean {
  const start = code.lastIndexOf('\n', cursor - 1) + 1;
  return /[-+*/=([{,\\]\s*$/.test(code.slice(0, Math.max(0, start - 1)));
}

/** Lines for Livy's own interpreters name a variable of the session. */
const REMOTE_NAMES = ['%json', '%table', '%matplot'];

function wantedValue(before: string[], word: string): IWantedValue | undefined {
  const [magic, ...rest] = before;
  if (magic === undefined) {
    return undefined;
  }
  const command = commandOf(magic, rest);
  const [lead, typed] = word.includes('=') && word.startsWith('-') ? splitAt(word) : [undefined, word];
  const flagged = lead ?? before[before.length - 1] ?? '';
  const option = command?.options.find(item => isFlag(item, flagged));
  const base = { magic: command && magic === '%emr' ? `%emr ${command.name}` : magic, typed, before };
  if (option?.value) {
    return { ...base, option, lead: lead === undefined ? '' : `${lead}=` };
  }
  if (word.startsWith('-')) {
    return undefined;
  }
  if (REMOTE_NAMES.includes(magic)) {
    return { ...base, usage: 'VARIABLE', lead: '' };
  }
  return command?.usage === undefined ? undefined : { ...base, usage: command.usage, lead: '' };
}

function isFlag(option: IOption, word: string): boolean {
  return [option.name, ...(option.aliases ?? [])].some(name => word === `--${name}`) || word === `-${option.short}`;
}

function candidatesFor(before: string[], word: string): string[] {
  const [magic, ...rest] = before;
  if (magic === undefined) {
    const own = ownMagics.list.map(({ command, kind }) => `${kind === 'cell' ? '%%' : '%'}${command.name}`);
    return [...CELL_MAGICS.map(item => `%%${item.name}`), ...Object.keys(LINE_MAGICS).map(name => `%${name}`), ...own];
  }
  if (magic === '%emr' && (rest.length === 0 || rest[0] === 'help')) {
    return rest.length <= 1 ? EMR_COMMANDS.map(item => item.name) : [];
  }
  if (magic === '%%help') {
    return CELL_MAGICS.map(item => item.name);
  }
  if (magic === '%load_ext') {
    return ['sagemaker_studio_analytics_extension.magics'];
  }
  if (magic === '%sm_analytics') {
    const next = [
      ['emr', 'help'],
      ['connect', 'help']
    ][rest.length];
    if (next) {
      return next;
    }
  }
  const command = commandOf(magic, rest);
  return command ? optionCandidates(command, rest, word) : [];
}

function optionCandidates(command: ICommand, before: string[], word: string): string[] {
  const shown = command.options.filter(option => !option.hidden);
  const [lead, typed] = word.includes('=') ? splitAt(word) : [before[before.length - 1] ?? '', undefined];
  const option = command.options.find(item => isFlag(item, lead));
  if (option?.value) {
    const choices = choicesOf(option);
    return typed === undefined ? choices : choices.map(choice => `${lead}=${choice}`);
  }
  return shown.filter(item => item.multiple || !before.includes(`--${item.name}`)).map(item => `--${item.name}`);
}

function splitAt(word: string): [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}

function choicesOf(option: IOption): string[] {
  return [...(option.choices ?? (option.value?.startsWith('True|False') ? ['True', 'False'] : []))];
}

function commandOf(magic: string, rest: string[]): ICommand | undefined {
  if (magic === '%emr') {
    return EMR_COMMANDS.find(item => item.name === rest[0]);
  }
  if (magic === '%sm_analytics') {
    return rest[0] === 'emr' && ['connect', 'join'].includes(rest[1] ?? '') ? smConnect : undefined;
  }
  const own = ownMagics.list.find(item => magic === `${item.kind === 'cell' ? '%%' : '%'}${item.command.name}`);
  return magic.startsWith('%%') ? (CELL_MAGICS.find(item => `%%${item.name}` === magic) ?? own?.command) : own?.command;
}

/** Help of the magic, or of the option, that the cursor is in; undefined where it is in none. */
export function inspectMagic(code: string, cursor: number): string | undefined {
  const start = code.lastIndexOf('\n', cursor - 1) + 1;
  const newline = code.indexOf('\n', cursor);
  const line = code.slice(start, newline < 0 ? undefined : newline);
  if (!/^\s*%/.test(line)) {
    return undefined;
  }
  const [magic = '', ...rest] = line.trim().split(/\s+/);
  const command = commandOf(magic, rest);
  if (!command) {
    return magic === '%emr' || magic === '%%help' ? helpPage() : undefined;
  }
  const word = wordAt(line, cursor - start);
  const option = command.options.find(item => word === `--${item.name}` || word === `-${item.short}`);
  const prefix = magic === '%sm_analytics' ? '%sm_analytics emr' : magic;
  return option ? `${flag(option)}\n\n${option.help}` : commandHelp(prefix, command);
}

function wordAt(line: string, cursor: number): string {
  const left = /\S*$/.exec(line.slice(0, cursor))?.[0] ?? '';
  const right = /^\S*/.exec(line.slice(cursor))?.[0] ?? '';
  return (left + right).replace(/=.*/, '');
}
