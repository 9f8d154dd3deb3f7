/** Languages of statements; `shared` is a session's only. */
export type Kind = 'spark' | 'pyspark' | 'sparkr' | 'sql' | 'shared';

const NAMES: Record<string, Kind> = {
  spark: 'spark',
  scala: 'spark',
  pyspark: 'pyspark',
  python: 'pyspark',
  sparkr: 'sparkr',
  r: 'sparkr',
  shared: 'shared',
  sql: 'sql'
};

/** The kind that a name stands for; undefined: Livy knows no such. */
export function parseKind(name: string): Kind | undefined {
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}
