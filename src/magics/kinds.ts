/** Kinds of statements, as `session.run` takes them. */
export type LivyKind = 'pyspark' | 'spark' | 'sparkr' | 'sql';
