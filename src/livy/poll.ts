/**
 * Pause before the next look at a running statement: a share of the time it has run, so that the wait adds little to
 * any statement and a long one costs few requests.
 *
 * @param elapsedMs - since the statement was posted
 * @returns milliseconds: 4 at first, 5 % of the elapsed time, 120 at most
 */
export function pollInterval(elapsedMs: number): number {
  return Math.min(120, Math.max(4, elapsedMs * 0.05));
}

/** Pause before the next look at a session that is starting: it takes tens of seconds and each look is read by a person. */
export function startInterval(elapsedMs: number): number {
  return Math.min(1000, Math.max(150, elapsedMs * 0.08));
}
