/** No estimate before so much of the work is done, and after so long. */
const LEAST_SHARE = 0.1;
const LEAST_MS = 3000;
/** Estimates of the end over so long have to agree. */
const WINDOW_MS = 5000;
/** … within this share of the time that is left. */
const SPREAD = 0.25;

/**
 * How much longer something takes, from how far it was when. Says nothing until its estimates agree: Spark learns of
 * later stages only when it comes to them, and a number that jumps is worse than none. Counted from the first unit that
 * was seen done: what came before that (Python workers that start) says nothing about the units.
 */
export class TimeLeft {
  private first?: { at: number; done: number };
  private estimates: { at: number; end: number; total: number }[] = [];

  /**
   * @param elapsedMs - since it began
   * @param done - units done
   * @param total - units known
   * @returns milliseconds left, or undefined
   */
  add(elapsedMs: number, done: number, total: number): number | undefined {
    if (done > 0) {
      this.first ??= { at: elapsedMs, done };
    }
    const { first = { at: elapsedMs, done: 0 } } = this;
    const share = total > first.done ? (done - first.done) / (total - first.done) : 0;
    if (share < LEAST_SHARE || share >= 1 || elapsedMs < LEAST_MS) {
      this.estimates = [];
      return undefined;
    }
    if (this.estimates.at(-1)?.total !== total) {
      this.estimates = []; // more work became known
    }
    const end = first.at + (elapsedMs - first.at) / share;
    this.estimates.push({ at: elapsedMs, end, total });
    this.estimates = this.estimates.filter(item => elapsedMs - item.at <= WINDOW_MS);
    const oldest = this.estimates[0]?.at ?? elapsedMs;
    const ends = this.estimates.map(item => item.end);
    const left = end - elapsedMs;
    const agree = Math.max(...ends) - Math.min(...ends) <= Math.max(1000, SPREAD * left);
    return elapsedMs - oldest >= WINDOW_MS * 0.6 && agree ? left : undefined;
  }
}
