/** A statement is looked at often for so many milliseconds: that is how long people watch a cell. */
const WATCHED_MS = 8000;
/** Milliseconds between two looks in the first half of that time, at its end, and at most. */
const OFTEN_MS = 12;
const LESS_OFTEN_MS = 24;
const SELDOM_MS = 1000;
/** A Livy that answers later than it can gets so many times the delay as a rest. */
const REST = 4;

/**
 * Pause before the next look at a running statement: so short that the wait adds little to any statement, longer for
 * one that runs long, and longer where Livy is under strain: a hundred notebooks may look at one Livy.
 *
 * @param elapsedMs - since the statement was posted
 * @param strainMs - how much later than it can Livy answers now
 * @returns milliseconds: 2 at first, 5 % of the elapsed time up to 12 for 4 s, up to 24 at 8 s, then 2 % of the time more up to 1,000;
 *   under strain 5,000 at most
 */
export function pollInterval(elapsedMs: number, strainMs = 0): number {
  const half = WATCHED_MS / 2;
  const later = Math.min(1, Math.max(0, elapsedMs / half - 1)) * (LESS_OFTEN_MS - OFTEN_MS);
  const most = Math.min(SELDOM_MS, OFTEN_MS + later + Math.max(0, elapsedMs - WATCHED_MS) * 0.02);
  return Math.max(2, Math.min(most, elapsedMs * 0.05), Math.min(5000, REST * strainMs));
}

/** Pause before the next look at a session that is starting: it takes tens of seconds and each look is read by a person. */
export function startInterval(elapsedMs: number): number {
  return Math.min(1000, Math.max(150, elapsedMs * 0.08));
}
