import type { Kernel } from '@jupyterlab/services';
import { KernelMessage } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

/** An execution of this page's own. */
export interface IExecution {
  /** `msg_id` of its execute_request. */
  execution: string;
  cellId: string | undefined;
  /** Milliseconds since 1970 when it was asked for. */
  askedAt: number;
  /** Milliseconds since 1970 when the kernel took it up; undefined while it waits behind others. */
  startedAt?: number;
}

interface IPending extends IExecution {
  replied: boolean;
  idle: boolean;
}

/**
 * The cells that this page runs on a kernel, from the request to the end of their outputs. What a page sees to its end
 * needs no second delivery.
 */
export class OwnExecutions {
  /** A cell was asked for. */
  get started(): ISignal<this, IExecution> {
    return this._started;
  }

  /** Reply and all outputs of a cell are there. */
  get ended(): ISignal<this, IExecution> {
    return this._ended;
  }

  /** Follow a kernel connection, and no longer the one before; null: none. */
  follow(kernel: Kernel.IKernelConnection | null): void {
    if (kernel !== this._kernel) {
      this._kernel?.anyMessage.disconnect(this._onMessage);
      this._kernel?.statusChanged.disconnect(this._onStatus);
      this._kernel = kernel;
      this._pending.clear();
      kernel?.anyMessage.connect(this._onMessage);
      kernel?.statusChanged.connect(this._onStatus);
    }
  }

  /** Whether an execution is one of this page's and under way. */
  has(execution: string): boolean {
    return this._pending.has(execution);
  }

  /** Whether the cell runs, or ran to its end, here: whatever else there is of it is older. */
  ran(cellId: string): boolean {
    return this._done.has(cellId) || [...this._pending.values()].some(own => own.cellId === cellId);
  }

  /** Give one up whose end never came. */
  abandon(execution: string): void {
    this._pending.delete(execution);
  }

  dispose(): void {
    this.follow(null);
    Signal.clearData(this);
  }

  private readonly _onStatus = (_: unknown, status: Kernel.Status): void => {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      // What was under way will not end here any more.
      this._pending.clear();
    }
  };

  private readonly _onMessage = (_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void => {
    if (direction === 'send') {
      const { silent } = msg.content as { silent?: boolean };
      if (msg.header.msg_type === 'execute_request' && silent !== true) {
        const { cellId } = msg.metadata as { cellId?: unknown };
        const own: IPending = {
          execution: msg.header.msg_id,
          cellId: typeof cellId === 'string' ? cellId : undefined,
          askedAt: Date.now(),
          replied: false,
          idle: false
        };
        this._pending.set(own.execution, own);
        if (own.cellId !== undefined) {
          this._done.delete(own.cellId);
        }
        this._started.emit(own);
      }
      return;
    }
    const own = this._pending.get((msg.parent_header as { msg_id?: string }).msg_id ?? '');
    if (!own) {
      return;
    }
    if (KernelMessage.isExecuteReplyMsg(msg)) {
      own.replied = true;
    } else if (KernelMessage.isStatusMsg(msg)) {
      own.idle ||= msg.content.execution_state === 'idle';
      own.startedAt ??= Date.now();
    }
    if (own.replied && own.idle) {
      this._pending.delete(own.execution);
      if (own.cellId !== undefined) {
        this._done.add(own.cellId);
      }
      this._ended.emit(own);
    }
  };

  private readonly _started = new Signal<this, IExecution>(this);
  private readonly _ended = new Signal<this, IExecution>(this);
  private readonly _pending = new Map<string, IPending>();
  /** Ids of the cells whose last execution ended here. */
  private readonly _done = new Set<string>();
  private _kernel: Kernel.IKernelConnection | null = null;
}
