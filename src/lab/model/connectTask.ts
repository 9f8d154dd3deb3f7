import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IConnectRequest, IErrorInfo } from '../../protocol';
import { errorInfo } from '../../protocol';
import type { INotebookSession } from '../tokens';
import { CANCELLED } from './channel';

/** Where a {@link ConnectTask} is. */
export type ConnectPhase = 'ready' | 'running' | 'failed' | 'done';

/** Connecting one notebook. It goes on when the dialog that began it is closed. */
export class ConnectTask {
  constructor(readonly session: INotebookSession) {}

  get phase(): ConnectPhase {
    return this._phase;
  }

  /** Why the phase is `failed`. */
  get error(): IErrorInfo | null {
    return this._error;
  }

  /** Milliseconds since 1970 when the present attempt began. */
  get startedAt(): number {
    return this._startedAt;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Try; never rejects, {@link ConnectTask.phase} says how it went. A second call while one runs does nothing. */
  async run(request: IConnectRequest): Promise<void> {
    if (this._phase === 'running') {
      return;
    }
    const abort = (this._abort = new AbortController());
    this._startedAt = Date.now();
    this._set('running', null);
    try {
      await this.session.connect(request, { signal: abort.signal });
      this._set('done', null);
    } catch (error) {
      const info = errorInfo(error);
      // Cancelling is what the user wanted: back to the form.
      this._set(info.code === CANCELLED && abort.signal.aborted ? 'ready' : 'failed', info);
    }
  }

  /** Tell the kernel to stop connecting. */
  cancel(): void {
    this._abort?.abort();
  }

  private _set(phase: ConnectPhase, error: IErrorInfo | null): void {
    this._phase = phase;
    this._error = phase === 'failed' ? error : null;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _phase: ConnectPhase = 'ready';
  private _error: IErrorInfo | null = null;
  private _startedAt = 0;
  private _abort: AbortController | null = null;
}
