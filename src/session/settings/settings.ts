import { SESSION_FIELDS, fieldProblem } from '../../livy';
import { EmrError } from '../../protocol';

/** Fields of a session request that the user may set. */
export type SessionSettings = Record<string, unknown>;

/** Fields that we set ourselves. */
const OURS = ['kind'];

/**
 * Lay settings over each other; later ones win, `conf` is merged key by key.
 */
export function mergeSettings(...layers: (SessionSettings | undefined)[]): SessionSettings {
  const merged: SessionSettings = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) {
      const before = merged[name];
      merged[name] = name === 'conf' && isObject(before) && isObject(value) ? { ...before, ...value } : value;
    }
  }
  return merged;
}

/**
 * Check the user's settings against the fields of Livy's session request. `kind` is left out: our sessions take all
 * languages. A `name` is the session's, which has to be free.
 *
 * @param nearest - finds the nearest known name, for the message
 * @param where - who gave them, for the message
 * @throws EmrError `BadConfigure`
 */
export function checkSettings(
  value: unknown,
  nearest?: (name: string, known: string[]) => string | undefined,
  where = '%%configure'
): SessionSettings {
  if (!isObject(value)) {
    throw bad(
      `${where} takes one JSON object, e.g. {"executorMemory": "4g", "conf": {"spark.sql.shuffle.partitions": "64"}}.`
    );
  }
  for (const [name, item] of Object.entries(value)) {
    const problem = OURS.includes(name) ? undefined : name === 'name' ? nameProblem(item) : fieldProblem(name, item);
    if (problem) {
      const known = Object.keys(SESSION_FIELDS).filter(field => !OURS.includes(field));
      const near = SESSION_FIELDS[name] ? undefined : nearest?.(name, known);
      throw bad(
        `${where}: "${name}" ${problem}.`,
        near ? `Did you mean "${near}"?` : SESSION_FIELDS[name] ? undefined : `The fields are ${known.join(', ')}.`
      );
    }
  }
  const rest = Object.fromEntries(Object.entries(value).filter(([name]) => !OURS.includes(name)));
  const conf = rest['conf'];
  return isObject(conf)
    ? {
        ...rest,
        conf: Object.fromEntries(Object.entries(conf).map(([key, item]) => [key, confText(where, key, item)]))
      }
    : rest;
}

/** Livy takes a name of digits for a session's number. */
function nameProblem(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?=.*[A-Za-z])[\w.-]{1,100}$/.test(value)
    ? undefined
    : 'has to have a letter, and no other signs than letters, digits, "_", "." and "-"';
}

function confText(where: string, key: string, value: unknown): string {
  if (!['string', 'number', 'boolean'].includes(typeof value)) {
    throw bad(`${where}: the Spark property "${key}" has to be a string, a number or a boolean.`);
  }
  return String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string, fix?: string): EmrError {
  return new EmrError({ code: 'BadConfigure', hop: 'config', message, ...(fix ? { fix } : {}) });
}
