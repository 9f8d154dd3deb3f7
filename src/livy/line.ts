/** How long the quickest request is remembered, and how finely. */
const MEMORY_MS = 60_000;
const SLICE_MS = 10_000;
/** The last requests tell how Livy is now. */
const LATEST = 3;
/** From this round trip on (milliseconds) Livy is far away: nearer by, an answer is there before the next look is due. */
const FAR_MS = 15;
/** Lateness that is the network's own: milliseconds, and a share of the round trip. */
const JITTER_MS = 5;
const JITTER_SHARE = 0.25;

/**
 * The line to one Livy, as its requests show it: how far away Livy is, and whether it is late now. The quickest request
 * of the last minute is the distance (as in TCP's BBR): under strain some are still answered at once, on a long line none.
 */
export class Line {
  /** Quickest request of each time slice, oldest first. */
  private readonly slices: { begin: number; leastMs: number }[] = [];
  private readonly latest: number[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** A request was answered after so many milliseconds. */
  add(tripMs: number): void {
    this.latest.push(tripMs);
    this.latest.splice(0, this.latest.length - LATEST);
    const now = this.now();
    const slice = this.slices.at(-1);
    if (slice && now - slice.begin < SLICE_MS) {
      slice.leastMs = Math.min(slice.leastMs, tripMs);
    } else {
      this.slices.push({ begin: now, leastMs: tripMs });
      // Those that began too long ago go once there is a new one: after a pause the old distance is the best guess.
      const first = this.slices.findIndex(({ begin }) => now - begin < MEMORY_MS);
      this.slices.splice(0, first);
    }
  }

  /** Milliseconds that a request takes there and back. 0 where there was none yet. */
  get roundTripMs(): number {
    return this.slices.length > 0 ? Math.min(...this.slices.map(({ leastMs }) => leastMs)) : 0;
  }

  /** So far that looks at a statement overlap, and that one spares a round trip where one can. */
  get isFar(): boolean {
    return this.roundTripMs >= FAR_MS;
  }

  /** How much later than it can Livy answers now: milliseconds of the last requests, in the middle, beyond the distance. */
  get strainMs(): number {
    const sorted = [...this.latest].sort((one, other) => one - other);
    const { roundTripMs } = this;
    const late = (sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) - roundTripMs;
    return Math.max(0, late - Math.max(JITTER_MS, roundTripMs * JITTER_SHARE));
  }
}
