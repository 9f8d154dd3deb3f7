import { randomUUID } from 'node:crypto';

import { PROGRESS_MIME } from '../protocol';
import type { IMimeBundle, IProgress, Json } from '../protocol';
import type { Publisher } from './outputs';
import type { IRequest } from './queue';

/** A cell that waits for so many milliseconds is told its place: most have run by then. */
const SHOW_AFTER = 1000;
/** Milliseconds until what the queue does is over. */
const SETTLED = 5;

interface IWaiting {
  request: IRequest;
  since: number;
  /** Of the display that tells its place; undefined while it is not shown. */
  displayId?: string;
  text?: string;
}

/** Tells each cell that waits which place it has, in one display that is gone when the cell starts or is dropped. */
export class Places {
  private readonly cells = new Map<IRequest, IWaiting>();
  private waiting: readonly IRequest[] = [];
  private timer?: NodeJS.Timeout;

  /**
   * @param running - number of the cell that runs now
   */
  constructor(
    private readonly publisher: Publisher,
    private readonly running: () => number | undefined
  ) {}

  /** These wait now, in this order. Silent requests have no cell to be told in. */
  show(requests: readonly IRequest[]): void {
    this.waiting = [...requests];
    for (const [request, cell] of this.cells) {
      if (!requests.includes(request)) {
        this.cells.delete(request);
        if (cell.displayId !== undefined) {
          this.publisher.publish('clear_output', { wait: false }, request.message.header);
        }
      }
    }
    for (const request of requests) {
      if (!this.cells.has(request) && request.message.content['silent'] !== true) {
        this.cells.set(request, { request, since: performance.now() });
      }
    }
    // Not at once: the cell that has just left the queue has its number a moment later.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.plan(), SETTLED);
    this.timer.unref();
  }

  /** Those that wait long enough are told, and told again where their place is another. */
  private plan(): void {
    clearTimeout(this.timer);
    const now = performance.now();
    let next = Infinity;
    for (const cell of this.cells.values()) {
      const left = cell.since + SHOW_AFTER - now;
      if (left > 0) next = Math.min(next, left);
      else this.tell(cell, now - cell.since);
    }
    // Once more even where all are told: the cell that runs gets its number after it has left the queue.
    if (this.cells.size > 0) {
      this.timer = setTimeout(() => this.plan(), Math.min(next, SHOW_AFTER));
      this.timer.unref();
    }
  }

  private tell(cell: IWaiting, waitedMs: number): void {
    const place = this.waiting.indexOf(cell.request) + 1;
    const running = this.running();
    const behind = running === undefined ? '' : `, behind cell [${running}]`;
    const text =
      this.waiting.length === 1 ? `Waiting${behind}` : `Waiting: ${nth(place)} of ${this.waiting.length}${behind}`;
    if (text === cell.text) return;
    cell.text = text;
    const progress: IProgress = { phase: 'queued', text, elapsedMs: Math.round(waitedMs) };
    const data: IMimeBundle = { [PROGRESS_MIME]: progress as unknown as Json, 'text/plain': text };
    const type = cell.displayId === undefined ? 'display_data' : 'update_display_data';
    cell.displayId ??= randomUUID();
    const content = { data, metadata: {}, transient: { display_id: cell.displayId } };
    this.publisher.publish(type, content, cell.request.message.header);
  }
}

function nth(place: number): string {
  const ends: Record<number, string> = { 1: 'st', 2: 'nd', 3: 'rd' };
  return `${place}${(place % 100 > 10 && place % 100 < 14 ? undefined : ends[place % 10]) ?? 'th'}`;
}
