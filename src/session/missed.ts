import type { IMissedCell } from '../protocol';

/** Outputs that no page has confirmed, structurally the kernel's own ledger. */
export interface IMissedOutputs {
  missed(): IMissedCell[];
  seen(executions: readonly string[]): void;
  onChange(listener: (cell: IMissedCell, unasked: boolean) => void): () => void;
}

/** A cell that runs is pushed no oftener (milliseconds). */
const PUSH_MS = 1000;

/**
 * What one page is told of outputs: those it asks for, then news of the cells that it was told as running, and of
 * statements that the kernel took up, which no page asked for.
 */
export class MissedFeed {
  private readonly followed = new Set<string>();
  private readonly pending = new Map<string, { cell: IMissedCell; timer: NodeJS.Timeout }>();
  private readonly pushedAt = new Map<string, number>();
  private readonly stop: () => void;

  constructor(
    private readonly outputs: IMissedOutputs,
    private readonly push: (cell: IMissedCell) => void
  ) {
    this.stop = outputs.onChange((cell, unasked) => {
      if (unasked || this.followed.has(cell.execution)) {
        this.take(cell);
      }
    });
  }

  missed(): IMissedCell[] {
    const cells = this.outputs.missed();
    cells.filter(({ running }) => running).forEach(({ execution }) => this.followed.add(execution));
    return cells;
  }

  dispose(): void {
    this.stop();
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
