import { waitForAny } from './http';
import { pollInterval } from './poll';

import type { Line } from './line';
import type { ILivyStatement } from './types';

/** Looks that may be on their way at once. */
const AT_ONCE = 12;
/** Milliseconds after the POST was sent that the first look goes: the statement may be done as soon as it is there. */
const FIRST_MS = 4;
/** A look whose answer is not there then is passed over: those behind it may have theirs. */
const PATIENCE_MS = 5000;

/** One look that is on its way. */
interface ILook {
  answer: Promise<ILivyStatement | undefined>;
  abort: AbortController;
  /** Its answer is on its way and takes time by its size. */
  large: boolean;
}

/**
 * Looks at one statement that overlap: where Livy is far away the answer to one is not waited for before the next is
 * sent, so that the end of a statement is known one way later and not a whole round trip. They may begin before Livy's
 * answer to the POST is there, by the number that the statement will have.
 */
export class Looks {
  private began = performance.now();
  private sentAt = performance.now();
  private readonly waiting: ILook[] = [];
  private timer?: NodeJS.Timeout;
  private failures = 0;

  /**
   * @param statement - number that the statement has, or will have
   * @param look - one GET, without any retry; tells when its answer is a large one
   * @param line - milliseconds that a request takes, and by how much Livy is late now
   */
  constructor(
    readonly statement: number,
    private readonly look: (signal: AbortSignal, onLarge: () => void) => Promise<ILivyStatement>,
    private readonly line: Pick<Line, 'roundTripMs' | 'strainMs' | 'isFar'>
  ) {}

  /** Whether it pays: Livy is far away, and looks get answers. */
  get pays(): boolean {
    return this.line.isFar && this.failures <= AT_ONCE;
  }

  /** Begin to look often, now, and go on until {@link stop}. */
  start(): void {
    this.began = performance.now();
    this.sentAt = this.began + FIRST_MS - this.pause();
    this.schedule();
  }

  /** The next answer in the order of sending; undefined where that look failed, or a signal was aborted. */
  async next(...signals: (AbortSignal | undefined)[]): Promise<ILivyStatement | undefined> {
    if (!this.timer && !this.waiting.some(look => look.large)) {
      this.schedule();
    }
    while (this.waiting.length === 0 && !signals.some(signal => signal?.aborted)) {
      await waitForAny(this.pause(), ...signals);
    }
    const [head] = this.waiting;
    const answer = head && (await this.answerOf(head, signals));
    this.waiting.shift();
    this.failures = answer ? 0 : this.failures + 1;
    return answer;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Its answer; undefined where it does not come in time and no large one is on its way. */
  private async answerOf(head: ILook, signals: (AbortSignal | undefined)[]): Promise<ILivyStatement | undefined> {
    for (;;) {
      const over = new AbortController();
      const late = waitForAny(PATIENCE_MS, over.signal, ...signals).then(() => 'late' as const);
      const answer = await Promise.race([head.answer, late]);
      over.abort();
      if (answer !== 'late') {
        return answer;
      }
      if (!head.large || signals.some(signal => signal?.aborted)) {
        head.abort.abort();
        return undefined;
      }
    }
  }

  private pause(): number {
    const { roundTripMs, strainMs } = this.line;
    return Math.max(pollInterval(performance.now() - this.began, strainMs), roundTripMs / AT_ONCE);
  }

  private send(): void {
    this.sentAt = performance.now();
    const abort = new AbortController();
    const onLarge = (): void => {
      // The end of the statement: those behind it would all bring the same megabytes.
      this.stop();
      look.large = true;
      this.waiting.slice(this.waiting.indexOf(look) + 1).forEach(other => other.abort.abort());
    };
    const look: ILook = { abort, large: false, answer: this.look(abort.signal, onLarge).catch(() => undefined) };
    this.waiting.push(look);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        if (this.waiting.length < AT_ONCE) {
          this.send();
        }
        this.schedule();
      },
      Math.max(0, this.sentAt + this.pause() - performance.now())
    );
    this.timer.unref();
  }
}
