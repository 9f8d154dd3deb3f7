import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { SESSION_FIELDS, fieldProblem } from '../livy';
import { EmrError } from '../protocol';

/** Fields of a session request that the user may set. */
export type SessionSettings = Record<string, unknown>;

/** Fields that we set ourselves. */
const OURS = ['kind', 'name'];

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
 * Check the user's settings against the fields of Livy's session request.
 *
 * @param nearest - finds the nearest known name, for the message
 * @throws EmrError `BadConfigure`
 */
export function checkSettings(
  value: unknown,
  nearest?: (name: string, known: string[]) => string | undefined
): SessionSettings {
  if (!isObject(value)) {
    throw bad(
      '%%configure takes one JSON object, e.g. {"executorMemory": "4g", "conf": {"spark.sql.shuffle.partitions": "64"}}.'
    );
  }
  for (const [name, item] of Object.entries(value)) {
    const problem = OURS.includes(name) ? 'is set by the kernel' : fieldProblem(name, item);
    if (problem) {
      const known = Object.keys(SESSION_FIELDS).filter(field => !OURS.includes(field));
      const near = SESSION_FIELDS[name] ? undefined : nearest?.(name, known);
      throw bad(
        `"${name}" ${problem}.`,
        near ? `Did you mean "${near}"?` : SESSION_FIELDS[name] ? undefined : `The fields are ${known.join(', ')}.`
      );
    }
  }
  const conf = value['conf'];
  return isObject(conf)
    ? { ...value, conf: Object.fromEntries(Object.entries(conf).map(([key, item]) => [key, confText(key, item)])) }
    : value;
}

/** What of sparkmagic's `config.json` is read, so that a team can move over: defaults below ours. */
export interface ISparkmagicConfig {
  sessionConfigs?: SessionSettings;
  customHeaders?: Record<string, string>;
  maxRows?: number;
}

/** sparkmagic's configuration, `{}` where there is none or it cannot be read. */
export function readSparkmagicConfig(env: NodeJS.ProcessEnv = process.env): ISparkmagicConfig {
  const folder = env['SPARKMAGIC_CONF_DIR'] ?? join(homedir(), '.sparkmagic');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, env['SPARKMAGIC_CONF_FILE'] ?? 'config.json'), 'utf8'));
  } catch {
    return {};
  }
  if (!isObject(value)) {
    return {};
  }
  const { session_configs: sessions, custom_headers: headers, default_maxrows: rows } = value;
  return {
    ...(isObject(sessions)
      ? {
          sessionConfigs: Object.fromEntries(
            Object.entries(sessions).filter(([name, item]) => !fieldProblem(name, item))
          )
        }
      : {}),
    ...(isObject(headers)
      ? { customHeaders: Object.fromEntries(Object.entries(headers).map(([name, item]) => [name, String(item)])) }
      : {}),
    ...(typeof rows === 'number' ? { maxRows: rows } : {})
  };
}

function confText(key: string, value: unknown): string {
  if (!['string', 'number', 'boolean'].includes(typeof value)) {
    throw bad(`The Spark property "${key}" has to be a string, a number or a boolean.`);
  }
  return String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string, fix?: string): EmrError {
  return new EmrError({ code: 'BadConfigure', hop: 'config', message, ...(fix ? { fix } : {}) });
}
