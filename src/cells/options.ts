import { distance } from 'fastest-levenshtein';
import { parseArgs } from 'node:util';
import { split } from 'shlex';

import { EmrError } from '../protocol';

import type { IArguments, IOption } from './types';

/**
 * Split a magic's line into words as a shell does; quotes keep blanks.
 *
 * @throws EmrError `UsageError` on an open quote
 */
export function words(line: string): string[] {
  try {
    return split(line);
  } catch {
    throw usage('A quotation mark is not closed.', 'Close it, or take it away.');
  }
}

/**
 * Read a magic's options.
 *
 * @param magic - how the magic is called, for messages: `%emr connect`
 * @throws EmrError `UsageError` naming the option and the nearest one that exists
 */
export function parseOptions(magic: string, argv: string[], options: readonly IOption[]): IArguments {
  const byName = new Map<string, IOption>();
  for (const option of options) {
    for (const name of [option.name, ...(option.aliases ?? [])]) {
      byName.set(name, option);
    }
  }
  const config = Object.fromEntries(
    [...byName].map(([name, option]) => [
      name,
      {
        type: option.value ? ('string' as const) : ('boolean' as const),
        multiple: true,
        ...(option.short && name === option.name ? { short: option.short } : {})
      }
    ])
  );
  const { tokens } = parseArgs({ args: argv, options: config, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      rest.push(token.value);
      continue;
    }
    if (token.kind !== 'option') {
      continue;
    }
    const option = byName.get(token.name);
    if (!option) {
      const near = nearest(
        token.name,
        [...byName.keys()].filter(name => !byName.get(name)?.hidden)
      );
      throw usage(
        `${magic} has no option ${token.rawName}.`,
        near
          ? `Did you mean --${near}?`
          : `It takes ${
              options
                .filter(item => !item.hidden)
                .map(flag)
                .join(', ') || 'none'
            }.`
      );
    }
    const before = values.get(option.name) ?? [];
    if (before.length > 0 && !option.multiple) {
      throw usage(`${token.rawName} of ${magic} is given twice.`, 'Give it once.');
    }
    values.set(option.name, [...before, valueOf(magic, option, token.rawName, token.value)]);
  }
  return {
    words: rest,
    has: name => values.has(name),
    get: name => values.get(name)?.[0],
    all: name => values.get(name) ?? []
  };
}

function valueOf(magic: string, option: IOption, rawName: string, value: string | undefined): string {
  if (!option.value) {
    if (value !== undefined) {
      throw usage(`${rawName} of ${magic} takes no value.`, `Write ${rawName} alone.`);
    }
    return 'true';
  }
  // `--name --other`: the value was forgotten. A negative number is a value.
  if (value === undefined || value === '' || (value.startsWith('-') && !/^-\d/.test(value))) {
    throw usage(`${rawName} of ${magic} needs a value (${option.value}).`, option.help);
  }
  if (option.choices) {
    const choice = option.choices.find(item => item.toLowerCase() === value.toLowerCase());
    if (!choice) {
      throw usage(`${rawName} of ${magic} cannot be "${value}".`, `It is one of ${option.choices.join(', ')}.`);
    }
    return choice;
  }
  return value;
}

/** The known name that was most likely meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const ranked = known
    .map(item => ({
      item,
      score: item.startsWith(lower) || lower.startsWith(item) ? 1 : distance(lower, item.toLowerCase())
    }))
    .sort((one, other) => one.score - other.score);
  const best = ranked[0];
  return best && best.score <= Math.max(2, Math.floor(name.length / 3)) ? best.item : undefined;
}

/** `-n, --maxrows ROWS` as help shows it. */
export function flag(option: IOption): string {
  const long = option.name.length === 1 ? '' : `--${option.name}`;
  const short = option.short ? `-${option.short}` : option.name.length === 1 ? `-${option.name}` : '';
  return `${[short, long].filter(Boolean).join(', ')}${option.value ? ` ${option.value}` : ''}`;
}

/** The user wrote a magic that cannot be. */
export function usage(message: string, fix?: string): EmrError {
  return new EmrError({ code: 'UsageError', hop: 'kernel', message, ...(fix ? { fix } : {}) });
}
