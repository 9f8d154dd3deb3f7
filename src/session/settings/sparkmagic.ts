import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { fieldProblem } from '../../livy';

import type { Language } from '../../protocol';
import type { SessionSettings } from './settings';
import type { IBindRequest } from '../types';

/** What of sparkmagic's `config.json` is read, so that a team can move over: defaults below ours. */
export interface ISparkmagicConfig {
  sessionConfigs?: SessionSettings;
  customHeaders?: Record<string, string>;
  /** `default_maxrows`. */
  maxRows?: number;
  /** `livy_session_startup_timeout_seconds`. */
  startupTimeoutSeconds?: number;
  /** The Livy that each kernel's notebooks start a session on by themselves; only where the file names one. */
  endpoints?: Partial<Record<Language, IBindRequest>>;
  /** What of the file cannot be used, in sentences. */
  problems?: string[];
}

const CREDENTIALS: Record<Language, string> = {
  pyspark: 'kernel_python_credentials',
  spark: 'kernel_scala_credentials',
  sparkr: 'kernel_r_credentials'
};

/** sparkmagic's configuration, `{}` where there is none. What cannot be read is told in `problems`. */
export function readSparkmagicConfig(env: NodeJS.ProcessEnv = process.env): ISparkmagicConfig {
  const folder = env['SPARKMAGIC_CONF_DIR'] ?? join(homedir(), '.sparkmagic');
  const path = join(folder, env['SPARKMAGIC_CONF_FILE'] ?? 'config.json');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR'
      ? {}
      : { problems: [`sparkmagic’s ${path} cannot be read: ${(error as Error).message}.`] };
  }
  if (!isObject(value)) {
    return { problems: [`sparkmagic’s ${path} is not a JSON object.`] };
  }
  const problems: string[] = [];
  const config: ISparkmagicConfig = {};
  const { session_configs: sessions, custom_headers: headers, default_maxrows: rows } = value;
  const { livy_session_startup_timeout_seconds: startup } = value;
  if (isObject(sessions)) {
    config.sessionConfigs = {};
    for (const [name, item] of Object.entries(sessions)) {
      const problem = fieldProblem(name, item);
      if (problem) {
        problems.push(`session_configs of sparkmagic’s ${path}: "${name}" ${problem}; it is left out.`);
      } else if (name !== 'kind') {
        // Ours take all languages.
        config.sessionConfigs[name] = item;
      }
    }
  }
  if (isObject(headers)) {
    config.customHeaders = Object.fromEntries(Object.entries(headers).map(([name, item]) => [name, String(item)]));
  }
  if (typeof rows === 'number') {
    config.maxRows = rows;
  }
  if (typeof startup === 'number' && startup > 0) {
    config.startupTimeoutSeconds = startup;
  }
  if (value['ignore_ssl_errors'] === true) {
    problems.push(
      `ignore_ssl_errors of sparkmagic’s ${path} is not followed: certificates are verified unless %emr connect says --verify-certificate False.`
    );
  }
  const endpoints = Object.entries(CREDENTIALS).flatMap(([language, key]) => {
    const request = endpointOf(value[key]);
    return request ? [[language, request] as const] : [];
  });
  return {
    ...config,
    ...(endpoints.length ? { endpoints: Object.fromEntries(endpoints) } : {}),
    ...(problems.length ? { problems } : {})
  };
}

/** `{"url": …, "auth": "None" | "Basic_Access" | "Kerberos", "username", "password"}`. */
function endpointOf(value: unknown): IBindRequest | undefined {
  if (!isObject(value) || typeof value['url'] !== 'string' || !value['url']) {
    return undefined;
  }
  const { url, username, password, auth } = value;
  const basic =
    auth === 'Basic_Access' && typeof username === 'string' && typeof password === 'string'
      ? { username, password }
      : undefined;
  return {
    livyUrl: url,
    ...(auth === 'Kerberos' || auth === 'None' || auth === 'Basic_Access' ? { authType: auth } : {}),
    ...(basic ? { basic } : {})
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
