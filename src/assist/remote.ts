import { setTimeout as sleep } from 'node:timers/promises';

import { NOT_THERE, questionCode } from './driverCode';

import type { IQuestion } from './driverCode';
import type { NotebookSession } from '../session';

/** An answer that takes longer is none: the user types on, and the next key finds it here. */
export const ANSWER_MS = 300;
/** Questions are waited for so long: what is made of their answers takes its time too. */
const WAIT_MS = 270;
/** A quick statement is followed for so long, for the next key's sake. */
const LATE_MS = 30_000;
/** Answers kept for a session. */
const KEPT = 64;
/** Longer answers are nobody's completion. */
const MAX_CHARS = 400_000;

/** Until when an answer is worth anything: `performance.now()` milliseconds. */
export type Deadline = number;

/** A deadline from now on. */
export function deadline(ms = WAIT_MS): Deadline {
  return performance.now() + ms;
}

/** The promise's value, or undefined at the deadline, or where it fails. */
export async function before<T>(until: Deadline, work: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  const late = sleep(Math.max(0, until - performance.now()), undefined, { signal: timer.signal });
  try {
    return await Promise.race([work, late.catch(() => undefined)]);
  } catch {
    return undefined;
  } finally {
    timer.abort();
  }
}

interface IKept {
  value: string;
  /** Statements of the user that the session had run when this was asked. */
  generation: number;
}

/**
 * Questions to one remote session, one at a time and only while it is idle. Answers are kept until the user runs
 * something; while the session is busy, or too slow, the last ones are given, however old.
 */
export class Remote {
  private readonly kept = new Map<string, IKept>();
  private readonly asking = new Map<string, Promise<string | undefined>>();
  private generation = 0;
  private sessionId: number | undefined;
  private hasCode = false;

  constructor(readonly session: NotebookSession) {
    this.sessionId = session.status.sessionId;
    session.board.onChange(({ state, sessionId }) => {
      if (state === 'busy') {
        this.generation++;
      }
      if (sessionId !== this.sessionId) {
        this.sessionId = sessionId;
        this.kept.clear();
        this.hasCode = false;
      }
    });
  }

  /**
   * The answer to a question.
   *
   * @param key - what is asked
   * @param ask - asks it; only called where nobody else is asking
   * @param options - `lasting`: what the user runs does not change it
   * @returns undefined where there is none in time
   */
  async ask(
    key: string,
    ask: () => Promise<string | undefined>,
    until: Deadline,
    options: { lasting?: boolean } = {}
  ): Promise<string | undefined> {
    const kept = this.kept.get(key);
    if (kept && (options.lasting || kept.generation === this.generation)) {
      return kept.value;
    }
    return (await before(until, this.fetch(key, ask, until))) ?? this.kept.get(key)?.value;
  }

  private async fetch(
    key: string,
    ask: () => Promise<string | undefined>,
    until: Deadline
  ): Promise<string | undefined> {
    for (let other = this.next(key); other; other = this.next(key)) {
      const answer = await other.work;
      if (other.same) {
        return answer;
      }
      if (performance.now() > until) {
        return undefined;
      }
    }
    const { generation, sessionId } = this;
    const work = ask()
      .catch(() => undefined)
      .then(value => {
        this.asking.delete(key);
        if (value !== undefined && value.length <= MAX_CHARS && this.sessionId === sessionId) {
          this.keep(key, { value, generation });
        }
        return value;
      });
    this.asking.set(key, work);
    return work;
  }

  /** The question that is being asked now. */
  private next(key: string): { work: Promise<string | undefined>; same: boolean } | undefined {
    const same = this.asking.get(key);
    if (same) {
      return { work: same, same: true };
    }
    for (const work of this.asking.values()) {
      return { work, same: false };
    }
    return undefined;
  }

  private keep(key: string, kept: IKept): void {
    this.kept.delete(key);
    this.kept.set(key, kept);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT) {
        break;
      }
      this.kept.delete(oldest);
    }
  }

  /** Put a question to the driver's Python. The code that answers goes there once. */
  async python(question: IQuestion): Promise<string | undefined> {
    const answer = await this.session.quick(questionCode(question, !this.hasCode), LATE_MS);
    if (answer?.trim() === NOT_THERE) {
      // The session's Python was started anew.
      return this.session.quick(questionCode(question, true), LATE_MS);
    }
    this.hasCode ||= answer !== undefined;
    return answer;
  }

  /** Run a statement of SQL; see {@link NotebookSession.quick}. */
  sql(statement: string): Promise<string | undefined> {
    return this.session.quick(statement, LATE_MS, 'sql');
  }

  /** Run a line of R; nothing where the session has no R yet. */
  r(statement: string): Promise<string | undefined> {
    return this.session.quick(statement, LATE_MS, 'sparkr');
  }

  /** Scala's own completion. */
  scala(code: string, cursor: number): Promise<string[]> {
    return this.session.complete(code, cursor, 'spark', LATE_MS);
  }
}

const remotes = new WeakMap<NotebookSession, Remote>();

/** The one {@link Remote} of a session. */
export function remoteOf(session: NotebookSession): Remote {
  let remote = remotes.get(session);
  if (!remote) {
    remote = new Remote(session);
    remotes.set(session, remote);
  }
  return remote;
}
