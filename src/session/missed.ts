import type { IMissedCell } from '../protocol';

/** Outputs that no page has confirmed, structurally the kernel's own ledger. */
export interface IMissedOutputs {
  missed(): IMissedCell[];
  dropped(): number;
  seen(executions: readonly string[]): void;
  onChange(listener: (cell: IMissedCell, unasked: boolean) => void): () => void;
}

const feeds = new WeakMap<IMissedOutputs, Set<MissedFeed>>();

/** A cell that runs is pushed no oftener (milliseconds). */
const PUSH_MS = 1000;

/**
 * What one page is told of outputs: those it asks for, then news of the cells that it was told as running, and of
 * statements that the kernel took up, which no page asked for. What one page asks for is told to the others too: a
 * second tab of the notebook shows what the first one found.
 */
export class MissedFeed {
  private readonly followed = new Set<string>();
  private readonly pending = new Map<string, { cell: IMissedCell; timer: NodeJS.Timeout }>();
  private readonly pushedAt = new Map<string, number>();
  private readonly stop: () => void;
  /** The feeds of all pages. */
  private readonly all: Set<MissedFeed>;

  constructor(
    private readonly outputs: IMissedOutputs,
    private readonly push: (cell: IMissedCell) => void
  ) {
    this.all = feeds.get(outputs) ?? new Set();
    feeds.set(outputs, this.all.add(this));
    this.stop = outputs.onChange((cell, unasked) => {
      if (unasked || this.followed.has(cell.execution)) {
        this.take(cell);
      }
    });
  }

  missed(): IMissedCell[] {
    const cells = this.outputs.missed();
    for (const feed of this.all) {
      for (const cell of cells) {
        if (cell.running) {
          feed.followed.add(cell.execution);
        }
        if (feed !== this) {
          feed.take(cell);
        }
      }
    }
    return cells;
  }

  dispose(): void {
    this.stop();
    this.all.delete(this);
    for (const { timer } of this.pending.values()) {
      clearTimeout(timer);
    }
    this.pending.clear();
  }

  private take(cell: IMissedCell): void {
    const { execution, running } = cell;
    const pending = this.pending.get(execution);
    if (pending) {
      pending.cell = cell;
    }
    const wait = (this.pushedAt.get(execution) ?? -Infinity) + PUSH_MS - performance.now();
    if (!running || wait <= 0) {
      this.send(cell);
    } else if (!pending) {
      const timer = setTimeout(() => this.send(this.pending.get(execution)?.cell ?? cell), wait);
      timer.unref();
      this.pending.set(execution, { cell, timer });
    }
  }

  private send(cell: IMissedCell): void {
    const { execution } = cell;
    clearTimeout(this.pending.get(execution)?.timer);
    this.pending.delete(execution);
    if (cell.running) {
      this.pushedAt.set(execution, performance.now());
    } else {
      this.pushedAt.delete(execution);
      this.followed.delete(execution);
    }
    this.push(cell);
  }
}
