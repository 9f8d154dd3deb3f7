import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, ServiceManager } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type {
  IConnectRequest,
  IErrorInfo,
  IMissedCell,
  INotebookBinding,
  ISessionEvents,
  ISessionStatus,
  Language,
  SessionMethods
} from '../../protocol';
import { EmrError, SESSION_TARGET, errorInfo } from '../../protocol';
import type { IEmrSettingsProvider, INotebookSession, SessionNews } from '../tokens';
import { KERNEL_OF, languageOf, readBinding, writeBinding } from './binding';
import { CHANNEL_CLOSED, CommChannel } from './channel';
import { MissedCells } from './missed';

type Channel = CommChannel<SessionMethods, ISessionEvents>;

/** What a kernel starts from, which need not be told. */
const NO_SETTINGS = JSON.stringify({ settings: {} });

/** Options of {@link NotebookSessionModel}. */
export interface INotebookSessionOptions {
  panel: NotebookPanel;
  /** For a second connection where the notebook's own does not handle comms. */
  kernels: ServiceManager.IManager['kernels'];
  settings: IEmrSettingsProvider;
}

/**
 * The page's end of `emr:session` for one notebook. The comm is opened on every kernel of ours that the notebook gets,
 * and again after each restart.
 */
export class NotebookSessionModel implements INotebookSession {
  constructor(options: INotebookSessionOptions) {
    this._options = options;
    const { context, sessionContext } = options.panel;
    sessionContext.kernelChanged.connect(this._onKernel);
    sessionContext.statusChanged.connect(this._onKernelStatus);
    sessionContext.connectionStatusChanged.connect(this._onConnection);
    context.pathChanged.connect(this._emit);
    options.panel.disposed.connect(this.dispose);
    options.settings.changed.connect(this._sendSettings);
    this._missed.changed.connect(() => this._news.emit({ kind: 'unplaced' }));
    this._missed.own.ended.connect((_, { cellId, askedAt, startedAt }) =>
      this._news.emit({ kind: 'ended', cellId, took: Date.now() - (startedAt ?? askedAt) })
    );
    void context.ready.then(() => {
      if (this._isDisposed) {
        return;
      }
      context.model.metadataChanged.connect(this._emit);
      void this._open().catch(() => undefined);
    });
  }

  get panel(): NotebookPanel {
    return this._options.panel;
  }

  get path(): string {
    return this.panel.context.localPath;
  }

  get language(): Language | null {
    return languageOf(this._kernel?.name);
  }

  get status(): ISessionStatus | null {
    return this._status;
  }

  get binding(): INotebookBinding | null {
    return this._status?.binding ?? readBinding(this.panel.model);
  }

  get error(): IErrorInfo | null {
    return this._error;
  }

  get changed(): ISignal<INotebookSession, void> {
    return this._changed;
  }

  get news(): ISignal<INotebookSession, SessionNews> {
    return this._news;
  }

  get unplaced(): readonly IMissedCell[] {
    return this._missed.unplaced;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  confirm(execution: string): void {
    this._missed.confirm(execution);
  }

  async use(name: string): Promise<void> {
    const channel = await this._open();
    if (channel) {
      this._take(await channel.request('session.use', { name }));
    }
  }

  async connect(request: IConnectRequest, options: { signal?: AbortSignal } = {}): Promise<ISessionStatus> {
    const language = request.language ?? this.language ?? 'pyspark';
    if (this.language !== language) {
      await this._switchKernel(language);
    }
    const channel = await this._open();
    if (!channel) {
      throw new EmrError({
        code: 'NoKernel',
        hop: 'kernel',
        message: 'The notebook has no kernel that can connect to EMR.',
        fix: `Choose the kernel "${KERNEL_OF[language]}" and try again.`
      });
    }
    const status = await channel.request('session.connect', { ...request, language }, options);
    this._take(status);
    return status;
  }

  async disconnect(): Promise<void> {
    const channel = this.language ? await this._open() : null;
    if (channel) {
      this._take(await channel.request('session.disconnect', {}));
    }
    writeBinding(this.panel.model, null);
    this._emit();
  }

  async logs(size?: number): Promise<string[]> {
    const channel = await this._open();
    if (!channel) {
      return this._status?.log ?? [];
    }
    return (await channel.request('session.logs', size === undefined ? {} : { size })).lines;
  }

  sample(
    params: SessionMethods['data.sample']['params'],
    options: { signal?: AbortSignal } = {}
  ): Promise<SessionMethods['data.sample']['result']> {
    return this._ask('data.sample', params, options);
  }

  profile(
    params: SessionMethods['data.profile']['params'],
    options: { signal?: AbortSignal } = {}
  ): Promise<SessionMethods['data.profile']['result']> {
    return this._ask('data.profile', params, options);
  }

  readonly dispose = (): void => {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._drop();
    this._missed.dispose();
    this._options.settings.changed.disconnect(this._sendSettings);
    const { context, sessionContext } = this.panel;
    sessionContext.kernelChanged.disconnect(this._onKernel);
    sessionContext.statusChanged.disconnect(this._onKernelStatus);
    sessionContext.connectionStatusChanged.disconnect(this._onConnection);
    context.pathChanged.disconnect(this._emit);
    context.model?.metadataChanged.disconnect(this._emit);
    Signal.clearData(this);
  };

  private async _ask<M extends 'data.sample' | 'data.profile'>(
    method: M,
    params: SessionMethods[M]['params'],
    options: { signal?: AbortSignal }
  ): Promise<SessionMethods[M]['result']> {
    const channel = await this._open();
    if (!channel) {
      throw new EmrError({
        code: 'NoKernel',
        hop: 'kernel',
        message: 'The notebook has no kernel that is connected to EMR.',
        fix: 'Connect the notebook to a cluster, then ask again.'
      });
    }
    return channel.request(method, params, options);
  }

  private get _kernel(): Kernel.IKernelConnection | null {
    return this.panel.sessionContext.session?.kernel ?? null;
  }

  /** The open channel to a kernel of ours, or null where the notebook's kernel is another. */
  private _open(): Promise<Channel | null> {
    const kernel = this._kernel;
    if (!kernel || kernel.isDisposed || this._isDisposed || !languageOf(kernel.name)) {
      this._drop();
      return Promise.resolve(null);
    }
    if (this._opening && this._openedOn === kernel.id && this._channel && !this._channel.isDisposed) {
      return this._opening;
    }
    this._drop();
    this._missed.follow(kernel);
    this._openedOn = kernel.id;
    if (!kernel.handleComms) {
      // Another widget of this page holds the connection that gets the comm messages.
      this._clone = this._options.kernels.connectTo({ model: kernel.model, handleComms: true });
    }
    const channel: Channel = new CommChannel(this._clone ?? kernel, SESSION_TARGET);
    this._channel = channel;
    channel.event.connect((_, { event, data }) => {
      if (event === 'status') {
        this._take(data);
      } else {
        this._missed.take([data]);
      }
    });
    channel.closed.connect((_, reason) => this._onClosed(channel, reason));
    this._opening = channel.ready.then(() => {
      this._error = null;
      this._sentSettings = NO_SETTINGS;
      this._sendSettings();
      this._offer(channel);
      return channel;
    });
    this._opening.catch(error => this._onClosed(channel, errorInfo(error)));
    return this._opening;
  }

  /** Tell a fresh kernel what the notebook was bound to. */
  private _offer(channel: Channel): void {
    const binding = readBinding(this.panel.model);
    const answer = binding
      ? channel.request('session.offer', {
          binding,
          notebookPath: this.path,
          auto: this._options.settings.current.autoConnect,
          // There is something to be found where a kernel left it: it was restarted, or told to keep the session. To look
          // is to ask AWS for credentials, so that the mere opening of a notebook does not.
          ...(this._wasRestarted || binding.statement !== undefined || binding.keep ? { look: true } : {})
        })
      : channel.request('session.status', {});
    answer
      .then(status => {
        this._take(status);
        this._askMissed();
      })
      .catch(error => this._fail(error));
  }

  /** What happened while this page did not listen. Asked again at the next occasion where the kernel cannot say. */
  private _askMissed(): void {
    this._channel
      ?.request('session.missed', {})
      .then(({ cells, dropped }) => {
        this._missed.take(cells);
        if (dropped) {
          this._news.emit({ kind: 'dropped', count: dropped });
        }
      })
      .catch(error => console.debug('jupyterlab-emr: the kernel does not say what ran unseen.', error));
  }

  /** The user's own session settings, where they are others than the kernel was told. */
  private readonly _sendSettings = (): void => {
    const { sessionSettings: settings, progressAtEnd } = this._options.settings.current;
    const params = { settings, ...(progressAtEnd ? { progressAtEnd } : {}) };
    const text = JSON.stringify(params);
    if (text !== this._sentSettings && this._channel && !this._channel.isDisposed) {
      this._sentSettings = text;
      this._channel.request('session.settings', params).catch((error: unknown) => {
        if (!(error instanceof EmrError && error.code === CHANNEL_CLOSED)) {
          this._news.emit({ kind: 'settings', error: errorInfo(error) });
        }
      });
    }
  };

  private _take(status: ISessionStatus): void {
    if (this._isDisposed) {
      return;
    }
    const before = this._status;
    this._status = status;
    this._error = null;
    if (before && status.found && status.found !== before.found) {
      // Before it found the session, the kernel could not know what had run there.
      this._news.emit({ kind: 'found', text: status.found });
      this._askMissed();
    }
    if (status.binding && (status.state === 'idle' || status.state === 'busy')) {
      if (!isBeside(status)) {
        writeBinding(this.panel.model, noted(status.binding, status.statement));
      }
    } else if (
      before?.binding &&
      status.state === 'disconnected' &&
      !status.binding &&
      !status.reason &&
      this._kernel?.status === 'busy'
    ) {
      // `%emr disconnect` in a cell. A kernel that shuts down also says goodbye, but is not running a cell then: the
      // notebook keeps its binding through a restart.
      writeBinding(this.panel.model, null);
    }
    this._emit();
  }

  private _fail(error: unknown): void {
    if (!this._isDisposed && !(error instanceof EmrError && error.code === CHANNEL_CLOSED)) {
      this._error = errorInfo(error);
      this._emit();
    }
  }

  private async _switchKernel(language: Language): Promise<void> {
    const name = KERNEL_OF[language];
    try {
      await this.panel.sessionContext.changeKernel({ name });
    } catch (error) {
      throw new EmrError(
        {
          code: 'KernelStart',
          hop: 'kernel',
          message: `The notebook could not be switched to the kernel "${name}".`,
          fix: 'Install jupyterlab-emr in the environment that Jupyter Server runs in, or choose the kernel by hand.',
          detail: error instanceof Error ? error.message : String(error)
        },
        { cause: error }
      );
    }
  }

  private readonly _onKernel = (): void => {
    this._wasRestarted = false;
    this._drop();
    this._emit();
    void this._open().catch(() => undefined);
  };

  private readonly _onKernelStatus = (_: unknown, status: Kernel.Status): void => {
    if (status === 'restarting' || status === 'autorestarting') {
      this._error = null;
      this._wasRestarted = true;
    }
    // After a restart the kernel is the same, the comm is gone: the first sign of life opens another.
    if ((status === 'idle' || status === 'busy') && this._channel?.isDisposed !== false && !this._error) {
      void this._open().catch(() => undefined);
    }
  };

  private readonly _onConnection = (_: unknown, status: Kernel.ConnectionStatus): void => {
    const channel = this._channel;
    if (status !== 'connected' || !channel) {
      return;
    }
    if (channel.isDisposed) {
      // The server restarted the kernel. JupyterLab hears no status of it before somebody asks for more than
      // kernel_info, whose status messages it does not track: its state would stay unknown until the next cell.
      if (!this._error) {
        void this._open().catch(() => undefined);
      }
      return;
    }
    // What was pushed while the page was offline is lost: ask. A restarted kernel does not know the comm any more.
    channel
      .request('session.status', {})
      .then(answer => {
        this._take(answer);
        this._askMissed();
      })
      .catch(error => this._fail(error));
  };

  private _onClosed(channel: Channel, reason: IErrorInfo): void {
    if (channel !== this._channel) {
      return;
    }
    this._status = null;
    this._error = reason.code === CHANNEL_CLOSED ? null : reason;
    this._missed.drop();
    this._emit();
  }

  private _drop(): void {
    this._channel?.dispose();
    this._channel = null;
    this._opening = null;
    this._clone?.dispose();
    this._clone = null;
    this._status = null;
    this._error = null;
    this._missed.drop();
  }

  private readonly _emit = (): void => {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  };

  private readonly _options: INotebookSessionOptions;
  private readonly _changed = new Signal<INotebookSession, void>(this);
  private readonly _news = new Signal<INotebookSession, SessionNews>(this);
  private readonly _missed = new MissedCells({
    model: () => this.panel.context.model,
    seen: async executions => {
      const channel = await this._open();
      await channel?.request('session.seen', { executions });
    }
  });
  private _status: ISessionStatus | null = null;
  private _error: IErrorInfo | null = null;
  private _channel: Channel | null = null;
  private _opening: Promise<Channel> | null = null;
  private _openedOn = '';
  /** The kernel that was here died or was restarted: its session goes on without it. */
  private _wasRestarted = false;
  private _sentSettings = NO_SETTINGS;
  private _clone: Kernel.IKernelConnection | null = null;
  private _isDisposed = false;
}

/**
 * A binding with the statement that runs, for whoever opens the notebook next. Nothing is saved for it: it helps where
 * JupyterLab saved the notebook anyway, and the session's name finds the statement where not.
 */
function noted(binding: INotebookBinding, running: ISessionStatus['statement']): INotebookBinding {
  const { statement: _, statementCell: __, ...rest } = binding;
  return {
    ...rest,
    ...(running ? { statement: running.id } : {}),
    ...(running?.cellId === undefined ? {} : { statementCell: running.cellId })
  };
}

/** Whether the status is of a binding beside the notebook's own, which is the one that the notebook remembers. */
function isBeside({ name, bindings }: ISessionStatus): boolean {
  return (
    name !== undefined &&
    name !== 'default' &&
    bindings?.some(other => other.name === 'default' && (other.state === 'idle' || other.state === 'busy')) === true
  );
}
