import { EmrError } from '../protocol';
import { NotebookSession } from './session';
import { checkSettings } from './settings/settings';
import { readSparkmagicConfig } from './settings/sparkmagic';

import type { ISessionStatus } from '../protocol';
import type { INotebookSessionOptions } from './options';
import type { SessionSettings } from './settings/settings';

/** Name of the binding that a notebook has without naming one. */
export const DEFAULT_BINDING = 'default';

/**
 * The bindings of one notebook by name, each with its own remote session. One of them is the current: plain cells and
 * the page mean it; cells name another with `-s NAME`.
 */
export class Bindings {
  private readonly sessions = new Map<string, NotebookSession>();
  private readonly listeners = new Set<(status: ISessionStatus) => void>();
  private currentName = DEFAULT_BINDING;
  private readonly user: { settings: SessionSettings } = { settings: {} };

  /** The user's word on what becomes of a cell's progress at its end. */
  progressAtEnd?: 'keep' | 'remove';
  private readonly options: INotebookSessionOptions;
  private settings: SessionSettings = {};

  constructor(options: INotebookSessionOptions) {
    const sparkmagic = options.sparkmagic ?? readSparkmagicConfig(options.env);
    const startupTimeoutSeconds = options.site.startupTimeoutSeconds ?? sparkmagic.startupTimeoutSeconds;
    const site = { ...options.site, ...(startupTimeoutSeconds === undefined ? {} : { startupTimeoutSeconds }) };
    this.options = { ...options, site, sparkmagic, user: this.user };
    this.open(DEFAULT_BINDING);
  }

  /** The current binding's status; with its name and the list of all, where the notebook has named ones. */
  get status(): ISessionStatus {
    const { status } = this.current;
    return this.sessions.size === 1
      ? status
      : {
          ...status,
          name: this.currentName,
          bindings: this.list().map(({ name, session, isCurrent }) => ({
            name,
            state: session.status.state,
            ...(session.status.clusterName ? { clusterName: session.status.clusterName } : {}),
            isCurrent
          }))
        };
  }

  /**
   * The user's own session settings, for all bindings.
   *
   * @throws EmrError `BadConfigure`
   */
  setUserSettings(settings: SessionSettings): void {
    this.user.settings = checkSettings(settings, undefined, 'Your settings (sessionSettings)');
  }

  /** Settings of all sessions that are started from now on, where a binding's own `%%configure` says nothing else. */
  configure(settings: SessionSettings): void {
    this.settings = settings;
    for (const session of this.sessions.values()) {
      session.settings = settings;
    }
  }

  /** The session that plain cells run on. */
  get current(): NotebookSession {
    return this.open(this.currentName);
  }

  /** Name of the current binding. */
  get name(): string {
    return this.currentName;
  }

  /** All bindings, in the order in which they were made; the default one only where it is current or was used. */
  list(): { name: string; session: NotebookSession; isCurrent: boolean }[] {
    return [...this.sessions]
      .map(([name, session]) => ({ name, session, isCurrent: name === this.currentName }))
      .filter(({ name, session, isCurrent }) => name !== DEFAULT_BINDING || isCurrent || session.request);
  }

  /**
   * The binding of a name.
   *
   * @throws EmrError `UnknownBinding` naming those there are
   */
  get(name: string): NotebookSession {
    const found = this.sessions.get(name);
    if (!found) {
      throw new EmrError({
        code: 'UnknownBinding',
        hop: 'kernel',
        message: `This notebook has no binding named "${name.slice(0, 60)}".`,
        fix: `It has ${[...this.sessions.keys()].join(', ')}. %emr connect --name ${name.slice(0, 60)} … makes one.`
      });
    }
    return found;
  }

  /** The binding of a name; made where there is none. */
  open(name: string): NotebookSession {
    let session = this.sessions.get(name);
    if (!session) {
      session = new NotebookSession(name === DEFAULT_BINDING ? this.options : { ...this.options, binding: name });
      session.settings = this.settings;
      this.sessions.set(name, session);
      session.board.onChange(() => this.tell());
    }
    return session;
  }

  /** Make a binding the current one. */
  use(name: string): NotebookSession {
    const session = this.get(name);
    if (name !== this.currentName) {
      this.currentName = name;
      this.tell();
    }
    return session;
  }

  /**
   * Forget a binding whose session has ended. The default one stays; where the current goes, the default is current,
   * or the only other one where the default was never used.
   */
  forget(name: string): void {
    if (name === DEFAULT_BINDING) {
      return;
    }
    this.sessions.delete(name);
    if (name === this.currentName) {
      const others = this.list().filter(item => item.session.request);
      this.currentName = (others.length === 1 && others[0]?.name) || DEFAULT_BINDING;
    }
    this.tell();
  }

  /** Called at every change of {@link status}. The returned function stops it. */
  onStatus(listener: (status: ISessionStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    const { status } = this;
    for (const listener of [...this.listeners]) {
      listener(status);
    }
  }
}
