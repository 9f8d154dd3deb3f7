import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IErrorInfo } from '../../protocol';
import { errorInfo } from '../../protocol';
import type { IControl, IWatched } from '../tokens';

/**
 * A list that the control kernel reads from AWS: asked for once it is wanted, kept where asking again fails, and asked
 * for anew on each new control kernel.
 */
export abstract class WatchedModel<L extends { asOf: string }> implements IWatched<L> {
  constructor(readonly control: IControl) {
    control.opened.connect(() => {
      if (this._started) {
        void this.load(() => this.watch());
      }
    });
    control.stateChanged.connect(() => this.emitChanged());
  }

  get list(): L | null {
    return this._list;
  }

  get error(): IErrorInfo | null {
    return this.control.error ?? this._error;
  }

  get loading(): boolean {
    return this._loading > 0;
  }

  get started(): boolean {
    return this._started;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  start(): void {
    if (this._started) {
      return;
    }
    this._started = true;
    if (this.control.state === 'connected') {
      void this.load(() => this.watch());
    } else {
      // The watch begins when the comm is open; a failure is the control's state and shown from there.
      this.control.start().catch(() => undefined);
    }
  }

  async refresh(): Promise<void> {
    const begins = !this._started && this.control.state === 'connected';
    this._started = true;
    // Where there is no control kernel, asking starts one, and its opening begins the watch.
    await this.load(() => (begins ? this.watch() : this.ask()));
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** Ask for the list, and to be told its changes from now on. */
  protected abstract watch(): Promise<void>;

  /** Ask AWS now. */
  protected abstract ask(): Promise<void>;

  /** A list came. @param before - the one that it takes the place of */
  protected onList(_list: L, _before: L | null): void {
    // Whoever has something to tell of it overrides this.
  }

  protected emitChanged(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  /** Do what asks; an error of it is why there is no list. */
  protected async load(body: () => Promise<void>): Promise<void> {
    this._loading++;
    this.emitChanged();
    try {
      await body();
      this._error = null;
    } catch (error) {
      this._error = errorInfo(error);
    } finally {
      this._loading--;
      this.emitChanged();
    }
  }

  /** Take a list, unless it is older than the one that is known. */
  protected take(list: L): void {
    if (this._isDisposed || (this._list && Date.parse(list.asOf) < Date.parse(this._list.asOf))) {
      return;
    }
    const before = this._list;
    this._list = list;
    this._error = null;
    this._changed.emit();
    this.onList(list, before);
  }

  private readonly _changed = new Signal<this, void>(this);
  private _list: L | null = null;
  private _error: IErrorInfo | null = null;
  private _loading = 0;
  private _started = false;
  private _isDisposed = false;
}
