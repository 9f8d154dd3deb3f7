/** Fields of POST /sessions by the Livy version that knows them: an unknown one is an error there. */

/** How a field's value has to look. */
export type FieldType = 'string' | 'integer' | 'strings' | 'map' | 'duration';

interface IField {
  type: FieldType;
  /** First version that takes it, as `major * 100 + minor`. */
  since?: number;
}

export const SESSION_FIELDS: Readonly<Record<string, IField>> = {
  kind: { type: 'string' },
  proxyUser: { type: 'string' },
  jars: { type: 'strings' },
  pyFiles: { type: 'strings' },
  files: { type: 'strings' },
  driverMemory: { type: 'string' },
  driverCores: { type: 'integer' },
  executorMemory: { type: 'string' },
  executorCores: { type: 'integer' },
  numExecutors: { type: 'integer' },
  archives: { type: 'strings' },
  queue: { type: 'string' },
  name: { type: 'string' },
  conf: { type: 'map' },
  heartbeatTimeoutInSecond: { type: 'integer' },
  ttl: { type: 'duration', since: 8 },
  idleTimeout: { type: 'duration', since: 9 }
};

/** `0.9.0-incubating` → 9, `1.2.0` → 102; undefined where it is no version. */
export function versionNumber(version: string | undefined): number | undefined {
  const match = /^(\d+)\.(\d+)/.exec(version ?? '');
  return match ? Number(match[1]) * 100 + Number(match[2]) : undefined;
}

/**
 * Keep the fields that this version takes.
 *
 * @param version - of {@link versionNumber}; unknown is taken for 0.7
 * @returns what to send, and the names that were left out
 */
export function knownFields(
  request: Record<string, unknown>,
  version: number | undefined
): { request: Record<string, unknown>; dropped: string[] } {
  const kept: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(request)) {
    const field = SESSION_FIELDS[name];
    if (field && (field.since ?? 0) <= (version ?? 7)) {
      kept[name] = value;
    } else {
      dropped.push(name);
    }
  }
  return { request: kept, dropped };
}

/** What is wrong with a field's value, or undefined. */
export function fieldProblem(name: string, value: unknown): string | undefined {
  switch (SESSION_FIELDS[name]?.type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'has to be a string';
    case 'integer':
      return Number.isInteger(value) && (value as number) >= 0 ? undefined : 'has to be a whole number';
    case 'strings':
      return Array.isArray(value) && value.every(item => typeof item === 'string')
        ? undefined
        : 'has to be a list of strings';
    case 'map':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? undefined
        : 'has to be an object of Spark properties';
    case 'duration':
      return typeof value === 'string' && /^\d+(ms|s|m|min|h|d)$/.test(value)
        ? undefined
        : 'has to be a time such as "30m" or "4h"';
    default:
      return 'is not a field of Livy’s session request';
  }
}
