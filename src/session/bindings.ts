import { EmrError } from '../protocol';
import { NotebookSession } from './session';

import type { INotebookSessionOptions } from './session';

/** Name of the binding that a notebook has without naming one. */
export const DEFAULT_BINDING = 'default';

/**
 * The bindings of one notebook by name, each with its own remote session. One of them is the current: plain cells and
 * the page mean it; cells name another with `-s NAME`.
 */
export class Bindings {
  private readonly sessions = new Map<string, NotebookSession>();
  private readonly listeners = new Set<(session: NotebookSession) => void>();
  private currentName = DEFAULT_BINDING;

  constructor(private readonly options: INotebookSessionOptions) {
    this.open(DEFAULT_BINDING);
  }

  /** The session that plain cells run on. */
  get current(): NotebookSession {
    return this.open(this.currentName);
  }

  /** Name of the current binding. */
  get name(): string {
    return this.currentName;
  }

  /** All bindings, in the order in which they were made. */
  list(): { name: string; session: NotebookSession; isCurrent: boolean }[] {
    return [...this.sessions].map(([name, session]) => ({ name, session, isCurrent: name === this.currentName }));
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
      session = new NotebookSession(this.options);
      this.sessions.set(name, session);
    }
    return session;
  }

  /** Make a binding the current one. */
  use(name: string): NotebookSession {
    const session = this.get(name);
    if (name !== this.currentName) {
      this.currentName = name;
      this.listeners.forEach(listener => listener(session));
    }
    return session;
  }

  /** Forget a binding whose session has ended. The default one stays; where the current goes, the default is current. */
  forget(name: string): void {
    if (name === DEFAULT_BINDING) {
      return;
    }
    if (name === this.currentName) {
      this.use(DEFAULT_BINDING);
    }
    this.sessions.delete(name);
  }

  /** Called when another binding becomes the current. The returned function stops it. */
  onCurrent(listener: (session: NotebookSession) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
