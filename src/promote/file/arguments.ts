/** Arguments of a script: their texts checked, references among them put in. */
import { usage } from '../../cells';
import type { IArgument, IPipeline } from '../types';

const REFERENCE = /\$\{([A-Za-z_]\w*)\}/g;

/** Names that a value refers to as `${NAME}`. */
export function referencesOf(value: string): string[] {
  return [...value.matchAll(REFERENCE)].map(match => match[1] ?? '');
}

/** What is wrong with a value for an argument of that type; undefined where nothing is. */
export function valueProblem(type: IArgument['type'], value: string): string | undefined {
  switch (type) {
    case 'int':
      return /^[+-]?\d+$/.test(value) ? undefined : 'a whole number';
    case 'float':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) || /^[+-]?(inf|nan)$/i.test(value)
        ? undefined
        : 'a number';
    case 'bool':
      return /^(true|false)$/i.test(value) ? undefined : 'true or false';
    case 'date':
      return isDay(value) ? undefined : 'a day, YYYY-MM-DD';
    case 'json':
      try {
        JSON.parse(value);
        return undefined;
      } catch {
        return 'JSON, e.g. ["a", "b"]';
      }
    case 'string':
      return undefined;
  }
}

/** A date that the calendar has. A time behind it, as Scheduler's `<aws.scheduler.scheduled-time>` gives, may stand. */
function isDay(value: string): boolean {
  const match = /^(\d{4}-\d\d-\d\d)(T[\d:.]+Z?)?$/.exec(value);
  const time = match ? new Date(`${match[1]}T00:00:00Z`) : undefined;
  return time !== undefined && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(match?.[1] ?? '-');
}

/** A circle of names that refer to each other, as they follow; undefined where there is none. */
export function cycleOf(values: ReadonlyMap<string, string>): string[] | undefined {
  const done = new Set<string>();
  const walk = (name: string, path: string[]): string[] | undefined => {
    if (path.includes(name)) {
      return [...path.slice(path.indexOf(name)), name];
    }
    if (done.has(name)) {
      return undefined;
    }
    for (const next of referencesOf(values.get(name) ?? '')) {
      const found = walk(next, [...path, name]);
      if (found) {
        return found;
      }
    }
    done.add(name);
    return undefined;
  };
  for (const name of values.keys()) {
    const found = walk(name, []);
    if (found) {
      return found;
    }
  }
  return undefined;
}

/**
 * The values that a run gets, by argument: those given, else the defaults; `${NAME}` is another's value.
 *
 * @param given - by name; what is not an argument is refused
 * @throws EmrError `UsageError` naming the argument: unknown, missing, of another type, or in a circle
 */
export function resolveArguments(
  pipeline: Pick<IPipeline, 'arguments'>,
  given: Readonly<Record<string, string>> = {}
): Record<string, string> {
  const known = pipeline.arguments.map(argument => argument.name);
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw usage(
        `The script has no argument --${name}.`,
        `It has ${known.map(item => `--${item}`).join(', ') || 'none'}.`
      );
    }
  }
  const values = new Map<string, string>();
  for (const { name, default: text } of pipeline.arguments) {
    const value = given[name] ?? text;
    if (value !== undefined) {
      values.set(name, value);
    }
  }
  const cycle = cycleOf(values);
  if (cycle) {
    throw usage(
      `The arguments ${cycle.join(' → ')} refer to each other in a circle.`,
      'Give one of them a value of its own.'
    );
  }
  const resolve = (name: string): string | undefined =>
    values
      .get(name)
      ?.replace(REFERENCE, (sign, other: string) => (known.includes(other) ? (resolve(other) ?? sign) : sign));
  const result: Record<string, string> = {};
  for (const { name, type, optional } of pipeline.arguments) {
    const value = resolve(name);
    if (value === undefined) {
      if (optional) {
        continue;
      }
      throw usage(`The argument --${name} has no value.`, `Give it one, or a default in the pipeline's file.`);
    }
    const wanted = value.includes('<aws.scheduler.') ? undefined : valueProblem(type, value);
    if (wanted) {
      throw usage(`The argument --${name} cannot be "${value.slice(0, 80)}".`, `It is ${wanted}.`);
    }
    result[name] = value;
  }
  return result;
}
