import type { ILivyConfig, ILivyKnobs, ILivySessionInfo } from './config';
import { checkPaths } from './paths';
import { readCreate } from './request';
import { Session } from './session';
import { parseTime, rejected } from './time';

/** All sessions of one Livy. */
export class SessionManager {
  private readonly sessions = new Map<number, Session>();
  private readonly watchdog: NodeJS.Timeout;
  private nextId = 0;

  /**
   * @param changed - called with all sessions whenever one of them changed.
   * @param environment - of the drivers of an owner.
   */
  constructor(
    private readonly config: ILivyConfig,
    private readonly knobs: ILivyKnobs,
    private readonly changed: (sessions: ILivySessionInfo[]) => void,
    private readonly environment: (owner: string | null) => Record<string, string> = () => ({})
  ) {
    this.watchdog = setInterval(() => this.expire(), knobs.watchdogMs).unref();
  }

  /** @throws LivyError 400 in Livy's words. */
  create(body: string, owner: string | null): Session {
    const request = readCreate(body, this.knobs.version);
    // As in Livy, a refused session has used up its number.
    const id = this.nextId++;
    if (request.ttl !== null) parseTime(request.ttl);
    if (request.idleTimeout !== null) parseTime(request.idleTimeout);
    checkPaths(request);
    if (request.name !== null && /^\d+$/.test(request.name)) throw rejected(`Invalid session name: ${request.name}`);
    if (request.name !== null && this.byName(request.name)) {
      throw rejected(`Duplicate session name: Some(${request.name}) for session ${id}`);
    }
    const env = this.environment(owner);
    const session = new Session(id, owner, request, this.config, this.knobs, env, () => this.report());
    this.sessions.set(id, session);
    this.report();
    return session;
  }

  /** By number or by name. */
  get(idOrName: string): Session | undefined {
    return /^\d+$/.test(idOrName) ? this.sessions.get(Number(idOrName)) : this.byName(idOrName);
  }

  all(): Session[] {
    return [...this.sessions.values()];
  }

  async delete(session: Session): Promise<void> {
    await session.stop();
    if (this.sessions.delete(session.id)) this.report();
  }

  /** Ends every driver and waits for them. */
  async close(): Promise<void> {
    clearInterval(this.watchdog);
    await Promise.all(this.all().map(session => session.stop()));
  }

  /** Ends every driver at once: for the last moment of the process. */
  killAll(): void {
    for (const session of this.sessions.values()) session.kill();
  }

  private byName(name: string): Session | undefined {
    return this.all().find(session => session.request.name === name);
  }

  private expire(): void {
    const now = Date.now();
    for (const session of this.all()) if (session.expired(now)) void this.delete(session);
  }

  private report(): void {
    this.changed(this.all().map(session => session.info()));
  }
}
