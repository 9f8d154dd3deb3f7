/** An answer that takes longer than this comes from a Livy that has more to do than it can. */
const SLOW_MS = 250;

/**
 * Pause before the next look at a running statement: a share of the time it has run, so that the wait adds little to
 * any statement and a long one costs few requests. A hundred notebooks may look at one Livy.
 *
 * @param elapsedMs - since the statement was posted
 * @param answerMs - how long the last look took: a Livy that is slow to answer is asked less
 * @returns milliseconds: 4 at first, 5 % of the elapsed time up to 120; from 6 s on 2 %, 1,000 at most
 */
export function pollInterval(elapsedMs: number, answerMs = 0): number {
  const share = Math.min(1000, Math.max(4, Math.min(120, elapsedMs * 0.05), elapsedMs * 0.02));
  return Math.max(share, Math.min(5000, 2 * (answerMs - SLOW_MS)));
}

/** Pause before the next look at a session that is starting: it takes tens of seconds and each look is read by a person. */
export function startInterval(elapsedMs: number): number {
  return Math.min(1000, Math.max(150, elapsedMs * 0.08));
}
