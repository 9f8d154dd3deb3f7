import type { ServiceManager, Session } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { ControlMethods, IControlEvents, IErrorInfo } from '../../protocol';
import { CONTROL_TARGET, EmrError, errorInfo } from '../../protocol';
import type { ControlState, IControl } from '../tokens';
import type { ChannelEvent } from './channel';
import { CHANNEL_CLOSED, CommChannel } from './channel';

/** Path and type of the control kernel's Jupyter session: fixed, so that every tab finds the same one. */
export const CONTROL_SESSION = 'emr-control';
/** Kernelspec that the control kernel is started from. */
export const CONTROL_KERNEL = 'pyspark-emr';

type Channel = CommChannel<ControlMethods, IControlEvents>;

/** Methods that change something: never sent twice by ourselves, since the first may have arrived. */
const WRITES: ReadonlySet<string> = new Set<keyof ControlMethods>([
  'products.provision',
  'clusters.terminate',
  'promote.deploy',
  'promote.remove',
  'runs.start',
  'runs.cancel',
  'schedule.set'
]);

/** Pauses before another control kernel is started, in milliseconds; after the last one the user is asked. */
const BACKOFF = [0, 1000, 3000, 10_000, 30_000];

/** Options of {@link ControlModel}. */
export interface IControlModelOptions {
  serviceManager: Pick<ServiceManager.IManager, 'sessions' | 'kernelspecs'>;
  /** See {@link IChannelOptions.helloTimeout}. */
  helloTimeout?: number;
  /** Pauses between attempts, in milliseconds. */
  backoff?: readonly number[];
}

/**
 * The page's end of `emr:control`. Starts the control kernel when it is first asked, and another without a word when
 * that one dies, is culled or is shut down: it held no truth.
 */
export class ControlModel implements IControl {
  constructor(options: IControlModelOptions) {
    this._options = options;
  }

  get state(): ControlState {
    return this._state;
  }

  get error(): IErrorInfo | null {
    return this._error;
  }

  get stateChanged(): ISignal<IControl, void> {
    return this._stateChanged;
  }

  get opened(): ISignal<IControl, void> {
    return this._opened;
  }

  get event(): ISignal<IControl, ChannelEvent<IControlEvents>> {
    return this._event;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  async start(): Promise<void> {
    await this._channelNow();
  }

  async request<K extends keyof ControlMethods>(
    method: K,
    params: ControlMethods[K]['params'],
    options: { signal?: AbortSignal } = {}
  ): Promise<ControlMethods[K]['result']> {
    const channel = await this._channelNow();
    try {
      return await channel.request(method, params, options);
    } catch (error) {
      if (!isClosed(error) || this._isDisposed || options.signal?.aborted) {
        throw error;
      }
      if (WRITES.has(method)) {
        throw new EmrError({
          code: 'Unanswered',
          hop: 'kernel',
          message: 'The control kernel ended while it was doing this: whether AWS was asked is not known.',
          fix: 'Look at the list in the sidebar, then try again: the same request is never carried out twice.'
        });
      }
      return (await this._channelNow()).request(method, params, options);
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._channel?.dispose();
    this._session?.dispose();
    Signal.clearData(this);
  }

  /** The open channel; opens one where there is none. Concurrent callers share one attempt. */
  private _channelNow(): Promise<Channel> {
    if (this._channel && !this._channel.isDisposed) {
      return Promise.resolve(this._channel);
    }
    clearTimeout(this._timer);
    this._opening ??= this._open().finally(() => {
      this._opening = null;
    });
    return this._opening;
  }

  private async _open(): Promise<Channel> {
    this._set('starting', null);
    try {
      const channel = await this._openOrReplace();
      this._channel = channel;
      this._attempt = 0;
      channel.event.connect((_, event) => this._event.emit(event));
      channel.closed.connect(() => this._onClosed());
      this._set('connected', null);
      this._opened.emit();
      return channel;
    } catch (error) {
      this._set('failed', errorInfo(error));
      throw error;
    }
  }

  /** A control kernel that is dumb, dead or of another version is replaced once: nothing is lost with it. */
  private async _openOrReplace(): Promise<Channel> {
    for (let attempt = 0; ; attempt++) {
      const session = await this._startSession();
      try {
        return await this._greet(session);
      } catch (error) {
        if (attempt > 0 || this._isDisposed) {
          throw error;
        }
        try {
          await session.shutdown();
        } catch {
          // It is gone already: that is what was wanted.
        }
      }
    }
  }

  private async _startSession(): Promise<Session.ISessionConnection> {
    const { sessions, kernelspecs } = this._options.serviceManager;
    await kernelspecs.ready;
    if (!kernelspecs.specs?.kernelspecs[CONTROL_KERNEL]) {
      await kernelspecs.refreshSpecs();
    }
    if (!kernelspecs.specs?.kernelspecs[CONTROL_KERNEL]) {
      throw new EmrError({
        code: 'NoKernelSpec',
        hop: 'kernel',
        message: `This Jupyter server does not know the kernel "${CONTROL_KERNEL}".`,
        fix: 'Install jupyterlab-emr in the environment that Jupyter Server runs in, then reload this page.'
      });
    }
    try {
      // The server answers with the session that is there where another tab, or this page before a reload, made it.
      this._session = await sessions.startNew({
        path: CONTROL_SESSION,
        type: CONTROL_SESSION,
        name: 'EMR control',
        kernel: { name: CONTROL_KERNEL }
      });
    } catch (error) {
      throw new EmrError(
        {
          code: 'KernelStart',
          hop: 'kernel',
          message: 'Jupyter Server could not start the control kernel.',
          fix: 'Look into the log of Jupyter Server; "jupyter emr doctor" checks the installation.',
          detail: error instanceof Error ? error.message : String(error)
        },
        { cause: error }
      );
    }
    return this._session;
  }

  private async _greet(session: Session.ISessionConnection): Promise<Channel> {
    if (!session.kernel) {
      throw new EmrError({ code: 'KernelStart', hop: 'kernel', message: 'The control kernel has no kernel process.' });
    }
    const { helloTimeout } = this._options;
    const channel: Channel = new CommChannel(
      session.kernel,
      CONTROL_TARGET,
      helloTimeout === undefined ? {} : { helloTimeout }
    );
    try {
      await channel.ready;
    } catch (error) {
      channel.dispose();
      throw error;
    }
    return channel;
  }

  private _onClosed(): void {
    this._channel = null;
    if (this._isDisposed) {
      return;
    }
    this._set('starting', null);
    this._retry();
  }

  private _retry(): void {
    const pauses = this._options.backoff ?? BACKOFF;
    const pause = pauses[this._attempt++];
    if (pause === undefined) {
      return;
    }
    this._timer = setTimeout(() => {
      this._channelNow().catch(() => this._isDisposed || this._retry());
    }, pause);
  }

  private _set(state: ControlState, error: IErrorInfo | null): void {
    if (this._isDisposed) {
      return;
    }
    this._state = state;
    this._error = error;
    this._stateChanged.emit();
  }

  private readonly _options: IControlModelOptions;
  private readonly _stateChanged = new Signal<IControl, void>(this);
  private readonly _opened = new Signal<IControl, void>(this);
  private readonly _event = new Signal<IControl, ChannelEvent<IControlEvents>>(this);
  private _state: ControlState = 'idle';
  private _error: IErrorInfo | null = null;
  private _session: Session.ISessionConnection | null = null;
  private _channel: Channel | null = null;
  private _opening: Promise<Channel> | null = null;
  private _attempt = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

function isClosed(error: unknown): boolean {
  return error instanceof EmrError && error.code === CHANNEL_CLOSED;
}
