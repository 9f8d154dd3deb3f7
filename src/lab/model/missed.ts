import type { ICodeCellModel, ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IMissedCell } from '../../protocol';
import { OwnExecutions } from './executions';
import { showOutputs } from './outputs';

/** What a {@link MissedCells} needs of its notebook. */
export interface IMissedOptions {
  /** The notebook's cells; null while they are being read. */
  model: () => INotebookModel | null;
  /** Tell the kernel that these executions need no other delivery. Rejects where it cannot be told now. */
  seen: (executions: string[]) => Promise<unknown>;
  /** Milliseconds that an own cell may go on waiting for outputs of which the kernel says that they are complete. */
  grace?: number;
}

/** Where a missed cell's outputs go. `superseded`: newer outputs are there. */
type Place = ICodeCellModel | 'superseded' | 'nowhere';

/**
 * Puts the outputs of cells that finished, or run, while no page listened into their cells, and tells the kernel what
 * was seen. An output is put only where the very code stands that made it, and never over a newer one; what has no such
 * place is kept for the user to decide.
 */
export class MissedCells {
  constructor(private readonly _options: IMissedOptions) {
    this.own.started.connect((_, { cellId }) => {
      // The user runs the cell again: its outputs are the new run's from now on.
      for (const [execution, model] of this._shown) {
        if (model.isDisposed || model.id === cellId) {
          this._shown.delete(execution);
          this._superseded.add(execution);
        }
      }
    });
    this.own.ended.connect((_, { execution }) => this.confirm(execution));
  }

  /** This page's own executions. */
  readonly own = new OwnExecutions();

  /** Cells that ended and have no place in the notebook, oldest first. {@link MissedCells.confirm} takes one away. */
  get unplaced(): readonly IMissedCell[] {
    return [...this._unplaced.values()];
  }

  /** {@link MissedCells.unplaced} is another. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The kernel connection that the notebook runs its cells on, null where the kernel is none of ours. */
  follow(kernel: Kernel.IKernelConnection | null): void {
    this.own.follow(kernel);
  }

  /** What the kernel told: all that was missed, oldest first, or news of one of them. */
  take(cells: readonly IMissedCell[]): void {
    const open = cells.filter(cell => !this._isKnown(cell));
    const places = open.map(cell => this._placeOf(cell));
    for (const [index, cell] of open.entries()) {
      const place = places[index];
      const again = typeof place !== 'string' && places.lastIndexOf(place) > index;
      if (place === 'superseded' || again) {
        if (cell.running) {
          this._superseded.add(cell.execution);
        } else {
          this.confirm(cell.execution);
        }
      } else if (place !== 'nowhere') {
        this._show(place, cell);
      } else if (!cell.running) {
        this._keep(cell);
      }
    }
  }

  /** No page needs to be given this execution again. */
  confirm(execution: string): void {
    this._shown.delete(execution);
    this._superseded.delete(execution);
    this._confirmed.add(execution);
    if (this._unplaced.delete(execution)) {
      this._changed.emit();
    }
    this._tell();
  }

  /** The kernel is gone or another: what it told counts no more. */
  drop(): void {
    for (const model of this._shown.values()) {
      if (!model.isDisposed) {
        model.executionState = 'idle';
      }
    }
    this._shown.clear();
    this._superseded.clear();
    if (this._unplaced.size > 0) {
      this._unplaced.clear();
      this._changed.emit();
    }
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this.own.dispose();
    Signal.clearData(this);
  }

  /** Whether there is nothing to do for a cell, after doing what there is for those that were met before. */
  private _isKnown(cell: IMissedCell): boolean {
    const { execution, running } = cell;
    const shown = this._shown.get(execution);
    if (shown && !shown.isDisposed) {
      this._show(shown, cell);
      return true;
    }
    if (this._confirmed.has(execution)) {
      // The kernel did not hear of it, or said this before it did.
      this._tell();
      return true;
    }
    if (this._superseded.has(execution)) {
      if (!running) {
        this.confirm(execution);
      }
      return true;
    }
    if (this.own.has(execution)) {
      if (!running) {
        this._awaitOwn(cell);
      }
      return true;
    }
    return this._unplaced.has(execution);
  }

  /** An own cell has ended, says the kernel. Where its outputs do not come, those that the kernel kept are shown. */
  private _awaitOwn(cell: IMissedCell): void {
    setTimeout(() => {
      if (!this._isDisposed && this.own.has(cell.execution)) {
        this.own.abandon(cell.execution);
        this.take([cell]);
      }
    }, this._options.grace ?? 5000);
  }

  private _placeOf(cell: IMissedCell): Place {
    const cells = [...(this._options.model()?.cells ?? [])].filter(isCode);
    const code = trimmed(cell.code);
    const same = (model: ICodeCellModel) => {
      const source = trimmed(model.sharedModel.getSource());
      return source === code || withoutMagics(source) === code;
    };
    const own = cells.find(model => model.id === cell.cellId);
    if (own && this.own.ran(own.id)) {
      return 'superseded';
    }
    const found = own ? (same(own) ? own : undefined) : bestOf(cells.filter(same), cell);
    if (!found) {
      return 'nowhere';
    }
    if (this.own.ran(found.id)) {
      return 'superseded';
    }
    // A higher number may be of a later run that another front end saw, or of a kernel that is gone: one cannot know.
    return cell.executionCount !== null && (found.executionCount ?? 0) > cell.executionCount ? 'nowhere' : found;
  }

  private _show(model: ICodeCellModel, cell: IMissedCell): void {
    // As for a cell that is run: the user's own code made these outputs just now.
    model.trusted = true;
    showOutputs(model.outputs, cell.outputs);
    if (cell.running) {
      this._shown.set(cell.execution, model);
      model.executionState = 'running';
    } else {
      model.executionCount = cell.executionCount;
      model.executionState = 'idle';
      this.confirm(cell.execution);
    }
  }

  private _keep(cell: IMissedCell): void {
    if (cell.outputs.length === 0) {
      this.confirm(cell.execution);
      return;
    }
    this._unplaced.set(cell.execution, cell);
    this._changed.emit();
  }

  /** In one message what is seen at about the same time; what could not be told is told when it comes up again. */
  private _tell(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      const told = [...this._confirmed];
      if (!this._isDisposed && told.length > 0) {
        this._options.seen(told).then(
          () => told.forEach(execution => this._confirmed.delete(execution)),
          () => undefined
        );
      }
    }, 50);
  }

  private readonly _changed = new Signal<this, void>(this);
  /** Cells that still run and are shown, by execution. */
  private readonly _shown = new Map<string, ICodeCellModel>();
  /** Still running, but the cell has run again since. */
  private readonly _superseded = new Set<string>();
  private readonly _unplaced = new Map<string, IMissedCell>();
  /** Seen, and the kernel has not acknowledged it yet. */
  private readonly _confirmed = new Set<string>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

function isCode(model: ICellModel): model is ICodeCellModel {
  return model.type === 'code';
}

function trimmed(code: string): string {
  return code.replace(/\r\n?/g, '\n').trim();
}

/** What of a cell runs on the cluster: a fresh kernel knows no more of a statement that it took up. */
function withoutMagics(source: string): string {
  return source.replace(/^(?:[ \t]*(?:[#%].*)?\n)+/, '').trim();
}

/** Of several cells with the same code: the one with the execution's number, else the only one without outputs. */
function bestOf(cells: ICodeCellModel[], { executionCount }: IMissedCell): ICodeCellModel | undefined {
  if (cells.length < 2) {
    return cells[0];
  }
  const empty = cells.filter(model => model.outputs.length === 0);
  return (
    cells.find(model => executionCount !== null && model.executionCount === executionCount) ??
    (empty.length === 1 ? empty[0] : undefined)
  );
}
