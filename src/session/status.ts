import type { ISessionStatus, Language, SessionState } from '../protocol';

/** What may change beside the state. `undefined` takes a key away. */
export type StatusChange = { [K in keyof Omit<ISessionStatus, 'state' | 'since'>]?: ISessionStatus[K] | undefined };

/** The status that the page sees, and who wants to hear of it. */
export class StatusBoard {
  private current: ISessionStatus;
  private readonly listeners = new Set<(status: ISessionStatus) => void>();

  constructor(language: Language) {
    this.current = { state: 'disconnected', since: new Date().toISOString(), language };
  }

  get status(): ISessionStatus {
    return this.current;
  }

  /** Go to a state. `disconnected` and `credentials` begin anew, with nothing but the change and the binding. */
  set(state: SessionState, change: StatusChange = {}): void {
    const { language, since } = this.current;
    const fresh = state === 'credentials' || (state === 'disconnected' && !('reason' in change));
    const before: StatusChange = fresh ? {} : this.current;
    this.apply({
      ...before,
      ...change,
      language,
      state,
      since: this.current.state === state ? since : new Date().toISOString()
    });
  }

  /** Something beside the state is known now. */
  update(change: StatusChange): void {
    this.apply({ ...this.current, ...change });
  }

  /** @returns a function that ends the listening */
  onChange(listener: (status: ISessionStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private apply(next: StatusChange & { state: SessionState; since: string }): void {
    const clean = Object.fromEntries(
      Object.entries(next).filter(([, value]) => value !== undefined)
    ) as unknown as ISessionStatus;
    if (JSON.stringify(clean) === JSON.stringify(this.current)) {
      return;
    }
    this.current = clean;
    for (const listener of [...this.listeners]) {
      listener(clean);
    }
  }
}
