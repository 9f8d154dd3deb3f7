/** Whether two documents say the same, and in what they differ. */

/** JSON with sorted keys: the same text for the same content. */
export function canonical(value: unknown, indent?: number): string {
  return JSON.stringify(sorted(value), undefined, indent);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, sorted(member)])
    );
  }
  return value;
}

/** Says the same, in whatever order of keys. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** Names of the members of `wanted` that `there` has otherwise. */
export function differing(wanted: object, there: object): string[] {
  const has = there as Record<string, unknown>;
  return Object.entries(wanted)
    .filter(([key, value]) => value !== undefined && !same(value, has[key]))
    .map(([key]) => key);
}
