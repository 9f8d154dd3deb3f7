import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ServiceManager } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IEmrSettingsProvider, INotebookSession, INotebookSessions } from '../tokens';
import { NotebookSessionModel } from './session';

/** Keeps one {@link NotebookSessionModel} for each open notebook. */
export class NotebookSessionsModel implements INotebookSessions {
  constructor(
    private readonly _tracker: INotebookTracker,
    private readonly _kernels: ServiceManager.IManager['kernels'],
    private readonly _settings: IEmrSettingsProvider
  ) {
    _tracker.forEach(panel => this._add(panel));
    _tracker.widgetAdded.connect((_, panel) => this._add(panel));
    _tracker.currentChanged.connect(() => this._changed.emit());
  }

  get changed(): ISignal<INotebookSessions, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get(path?: string): INotebookSession | undefined {
    if (path === undefined) {
      return this._tracker.currentWidget ? this.of(this._tracker.currentWidget) : undefined;
    }
    return this.all().find(session => session.path === path);
  }

  of(panel: NotebookPanel): INotebookSession | undefined {
    return this._sessions.get(panel) ?? (panel.isDisposed ? undefined : this._add(panel));
  }

  all(): INotebookSession[] {
    return [...this._sessions.values()];
  }

  dispose(): void {
    this._isDisposed = true;
    for (const session of this._sessions.values()) {
      session.dispose();
    }
    this._sessions.clear();
    Signal.clearData(this);
  }

  private _add(panel: NotebookPanel): INotebookSession {
    const present = this._sessions.get(panel);
    if (present) {
      return present;
    }
    const session = new NotebookSessionModel({ panel, kernels: this._kernels, settings: this._settings });
    this._sessions.set(panel, session);
    session.changed.connect(() => this._changed.emit());
    panel.disposed.connect(() => {
      this._sessions.delete(panel);
      session.dispose();
      this._changed.emit();
    });
    this._changed.emit();
    return session;
  }

  private readonly _sessions = new Map<NotebookPanel, NotebookSessionModel>();
  private readonly _changed = new Signal<INotebookSessions, void>(this);
  private _isDisposed = false;
}
