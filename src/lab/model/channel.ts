import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IErrorInfo, MethodMap, ToBrowser, ToKernel } from '../../protocol';
import { EmrError, PROTOCOL_VERSION, versionMismatch } from '../../protocol';

/** Version of this package, told to the kernel for its log. */
export const FRONTEND_VERSION = '0.1.0';

/** An event as {@link CommChannel.event} emits it: name and data belong together. */
export type ChannelEvent<E> = { [K in keyof E]: { event: K; data: E[K] } }[keyof E];

/** Options of {@link CommChannel}. */
export interface IChannelOptions {
  /** Milliseconds that the kernel may take to answer the open. Default 60 s: a first start reads from a cold disk. */
  helloTimeout?: number;
  /** Milliseconds after which a comm that nobody greeted is opened again, twice as long each time. Default 1 s. */
  reopenAfter?: number;
}

interface IPending {
  resolve: (value: unknown) => void;
  reject: (error: EmrError) => void;
  detach: () => void;
}

/**
 * One comm to one of our kernels: requests with answers, cancel, events. It lives as long as the comm; who wants to go
 * on after a kernel's death opens another.
 */
export class CommChannel<M extends MethodMap, E> implements IDisposable {
  /**
   * Opens the comm.
   *
   * @param kernel - a connection that handles comms (`handleComms`)
   */
  constructor(kernel: Kernel.IKernelConnection, target: string, options: IChannelOptions = {}) {
    this._kernel = kernel;
    this.ready = new Promise((resolve, reject) => {
      this._accept = resolve;
      this._refuse = reject;
    });
    // Whoever awaits it hears of a refusal; where nobody does it is no unhandled rejection.
    this.ready.catch(() => undefined);
    this._timer = setTimeout(() => this._end(silent(kernel.name)), options.helloTimeout ?? 60_000);
    kernel.statusChanged.connect(this._onStatus);
    kernel.disposed.connect(this._onKernelDisposed);
    this._comm = kernel.createComm(target);
    this._comm.onMsg = msg => this._onMessage(msg.content.data as unknown as ToBrowser);
    this._comm.onClose = () => this._end(this._greeted ? closed(kernel.name) : unserved(kernel.name));
    this._open(options.reopenAfter ?? 1000);
  }

  /** Resolves when the kernel accepted the comm; rejects with an {@link EmrError} where it did not. */
  readonly ready: Promise<void>;

  /** Emitted for each event that the kernel pushes. */
  get event(): ISignal<this, ChannelEvent<E>> {
    return this._event;
  }

  /** Emitted once, with the reason, when the channel can carry nothing more. */
  get closed(): ISignal<this, IErrorInfo> {
    return this._closed;
  }

  /** True after the end, whoever made it. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /**
   * Call a method of the kernel.
   *
   * @param options - `signal`: where it is aborted the kernel is told, and the promise rejects with code `Cancelled`
   * @throws EmrError the kernel's own, or `ChannelClosed` where the answer can come no more
   */
  async request<K extends keyof M & string>(
    method: K,
    params: M[K]['params'],
    options: { signal?: AbortSignal } = {}
  ): Promise<M[K]['result']> {
    await this.ready;
    const { signal } = options;
    if (this._isDisposed) {
      throw closed(this._kernel.name);
    }
    if (signal?.aborted) {
      throw cancelled();
    }
    const id = String(++this._count);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this._pending.delete(id);
        this._send({ type: 'cancel', id });
        reject(cancelled());
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this._pending.set(id, {
        resolve,
        reject,
        detach: () => signal?.removeEventListener('abort', onAbort)
      });
      this._send({ type: 'request', id, method, params });
    });
  }

  /** Closes the comm; what is under way rejects with `ChannelClosed`. Emits no `closed`. */
  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    const comm = this._comm;
    this._finish(closed(this._kernel.name));
    comm.onClose = () => undefined;
    if (!comm.isDisposed && !this._kernel.isDisposed && this._kernel.status !== 'dead') {
      try {
        comm.close();
      } catch {
        // The kernel went at this moment: nothing is left to close.
      }
    }
    Signal.clearData(this);
  }

  /**
   * A kernel that starts can say hello before the server listens to it: iopub is a subscription, and jupyter_server does
   * not wait for one to a kernel that was busy when it died. Opened again, the kernel greets again. Nothing is sent
   * before the greeting, so that nothing gets lost between two of them.
   */
  private _open(pause: number): void {
    try {
      this._comm.open({ protocol: PROTOCOL_VERSION, version: FRONTEND_VERSION });
    } catch {
      this._end(closed(this._kernel.name));
      return;
    }
    if (!this._greeted && !this._isDisposed) {
      this._reopen = setTimeout(() => this._open(2 * pause), pause);
    }
  }

  private _send(message: ToKernel): void {
    try {
      this._comm.send(message as unknown as JSONObject);
    } catch {
      this._end(closed(this._kernel.name));
    }
  }

  private _onMessage(message: ToBrowser): void {
    switch (message.type) {
      case 'hello': {
        const mismatch = versionMismatch(PROTOCOL_VERSION, message.protocol);
        if (mismatch) {
          this._end(new EmrError({ code: 'VersionMismatch', hop: 'kernel', message: mismatch }));
          return;
        }
        this._greeted = true;
        clearTimeout(this._timer);
        clearTimeout(this._reopen);
        this._accept();
        return;
      }
      case 'refused':
        this._end(new EmrError(message.error));
        return;
      case 'reply': {
        const pending = this._pending.get(message.id);
        this._pending.delete(message.id);
        pending?.detach();
        if (message.ok) {
          pending?.resolve(message.result);
        } else {
          pending?.reject(new EmrError(message.error));
        }
        return;
      }
      case 'event':
        this._event.emit({ event: message.event, data: message.data } as ChannelEvent<E>);
    }
  }

  private readonly _onStatus = (_: unknown, status: Kernel.Status): void => {
    // JupyterLab forgets the comms of a kernel that restarts without telling them.
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead' || status === 'terminating') {
      this._end(closed(this._kernel.name));
    }
  };

  private readonly _onKernelDisposed = (): void => {
    this._end(closed(this._kernel.name));
  };

  private _end(error: EmrError): void {
    if (this._isDisposed) {
      return;
    }
    this._finish(error);
    this._closed.emit(error.toJSON());
  }

  private _finish(error: EmrError): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    clearTimeout(this._reopen);
    this._kernel.statusChanged.disconnect(this._onStatus);
    this._kernel.disposed.disconnect(this._onKernelDisposed);
    this._refuse(error);
    const pending = [...this._pending.values()];
    this._pending.clear();
    for (const { reject, detach } of pending) {
      detach();
      reject(error);
    }
  }

  private readonly _kernel: Kernel.IKernelConnection;
  private readonly _comm: Kernel.IComm;
  private readonly _pending = new Map<string, IPending>();
  private readonly _timer: ReturnType<typeof setTimeout>;
  private _reopen: ReturnType<typeof setTimeout> | undefined;
  private readonly _event = new Signal<this, ChannelEvent<E>>(this);
  private readonly _closed = new Signal<this, IErrorInfo>(this);
  private _accept: () => void = () => undefined;
  private _refuse: (error: EmrError) => void = () => undefined;
  private _count = 0;
  private _greeted = false;
  private _isDisposed = false;
}

/** Code of the error of a request whose answer can come no more: the kernel ended or restarted. */
export const CHANNEL_CLOSED = 'ChannelClosed';
/** Code of the error of a request that the caller cancelled. */
export const CANCELLED = 'Cancelled';

function closed(kernel: string): EmrError {
  return new EmrError({
    code: CHANNEL_CLOSED,
    hop: 'kernel',
    message: `The kernel "${kernel}" ended or restarted before it answered.`,
    fix: 'Try again.'
  });
}

function cancelled(): EmrError {
  return new EmrError({ code: CANCELLED, hop: 'browser', message: 'Cancelled.' });
}

function unserved(kernel: string): EmrError {
  return new EmrError({
    code: 'NotServed',
    hop: 'kernel',
    message: `The kernel "${kernel}" does not know the jupyterlab-emr page.`,
    fix: 'Upgrade jupyterlab-emr in the environment that the kernel runs in, then restart the kernel.'
  });
}

function silent(kernel: string): EmrError {
  return new EmrError({
    code: 'KernelSilent',
    hop: 'kernel',
    message: `The kernel "${kernel}" was started but does not answer.`,
    fix: 'Restart it; if that does not help, "jupyter emr doctor" on the Jupyter host says what is wrong.'
  });
}
