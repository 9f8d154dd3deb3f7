import { EmrError } from '../protocol';
import { BoundSession } from './bound';
import { busyError, runAsked } from './data/ask';
import { explain } from './life/explain';
import { listOwned } from './reattach/listing';
import { aheadOf, isDead } from './live';
import { completeScala, giveWay, runQuick } from './statement/quick';
import { tidyLog } from './life/reasons';
import { cellStatements, resultOf } from './statement/results';
import { runStatement } from './statement/statement';

import type { ILivySession } from '../livy';
import type { ILayer } from './settings/layers';
import type { IListed } from './reattach/listing';
import type { ILive } from './live';
import type { QuickKind } from './statement/quick';
import type { ILivyStatementView } from './statement/results';
import type { SessionSettings } from './settings/settings';
import type { IRunOptions, IRunResult, IStatementRequest } from './types';

/** A statement is told to the page, which stores it, once it has run for so long. */
const TELL_MS = 500;

/** A notebook's remote session. One statement at a time; completion and status are answered beside it. */
export class NotebookSession extends BoundSession {
  /** What `%%configure` said, for the next session. */
  get settings(): SessionSettings {
    return this.own.cell;
  }

  set settings(settings: SessionSettings) {
    this.own.cell = settings;
  }

  /**
   * Settings of the next session.
   *
   * @throws EmrError where a layer cannot be used
   */
  nextSettings(): SessionSettings {
    return this.own.next();
  }

  /** Where the settings of the next session come from, lowest layer first. */
  layers(): ILayer[] {
    return this.own.layers();
  }

  /** Rows of a table that are shown where the cell says nothing: sparkmagic's own number unless its file has another. */
  get maxRows(): number {
    return this.sparkmagic.maxRows ?? 2500;
  }

  /** What of the files read cannot be used, in sentences. */
  get problems(): string[] {
    return this.sparkmagic.problems ?? [];
  }

  /** Run one statement; connects by itself where the stored binding may. */
  async run(request: IStatementRequest, options: IRunOptions = {}): Promise<IRunResult> {
    const live = await this.ensure(options);
    if (this.running) {
      throw new EmrError({ code: 'SessionBusy', hop: 'kernel', message: 'Another statement is running.' });
    }
    this.running = true;
    const before = aheadOf(live);
    delete live.lingering;
    giveWay(live);
    this.board.set('busy', before ? {} : { statement: undefined });
    live.watch.setBusy(true);
    const { cellId } = request;
    let posted: { id: number; since: string; cellId?: string } | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      const result = await runStatement(
        live,
        request,
        {
          ...options,
          ahead: () => aheadOf(live) ?? before,
          onPosted: ({ id }) => {
            const statement = { id, since: new Date().toISOString(), ...(cellId === undefined ? {} : { cellId }) };
            posted = statement;
            timer = setTimeout(() => this.board.update({ statement }), TELL_MS);
            timer.unref();
          }
        },
        this.sparkmagic.maxRows
      );
      live.hasR ||= request.kind === 'sparkr';
      return result;
    } catch (error) {
      if (error instanceof EmrError && error.code === 'DriverStillBusy' && posted) {
        live.lingering = posted;
      }
      throw await explain(live, error);
    } finally {
      clearTimeout(timer);
      this.running = false;
      this.settle(live);
    }
  }

  /** A running statement of an earlier kernel is cancelled; once more: its end is not waited for. */
  interrupt(): void {
    this.live?.taken?.interrupt();
  }

  /** Statements of cells that the session still knows, the last ones, oldest first. */
  async statements(count: number): Promise<ILivyStatementView[]> {
    return cellStatements(this.live ?? this.fail(), count);
  }

  /**
   * What a statement of the session gave; waits for one that is still running.
   *
   * @throws as {@link run} would, and LivyError 404 where the session does not know it
   */
  async result(id: number, options: IRunOptions = {}): Promise<IRunResult> {
    const { language } = this.options;
    return resultOf(this.live ?? this.fail(), id, { ...options, language, maxRows: this.sparkmagic.maxRows });
  }

  /** Scala's own completion; nothing where the session is not idle. */
  async complete(code: string, cursor: number, kind: 'spark', timeoutMs: number): Promise<string[]> {
    const live = this.live;
    return live && this.isFree(live) ? completeScala(live, code, cursor, kind, timeoutMs) : [];
  }

  /**
   * A quick statement of ours (completion, inspection): only while idle, nothing where it takes longer.
   *
   * @returns its text, of `sql` its JSON, or undefined
   */
  async quick(code: string, timeoutMs: number, kind: QuickKind = 'pyspark'): Promise<string | undefined> {
    const live = this.live;
    const may = live && this.isFree(live) && (kind !== 'sparkr' || live.hasR);
    return may ? runQuick(live, code, timeoutMs, kind) : undefined;
  }

  /** Run Python code that the page asked for, beside the cells; see {@link runAsked}. */
  async ask(code: string, signal: AbortSignal): Promise<string> {
    const live = this.live ?? this.fail();
    if (!this.isFree(live) && !isDead(live)) {
      throw busyError();
    }
    return runAsked(live, code, signal);
  }

  /** Last lines of the session's log; of the failed start where there is none. */
  async logs(size = 100): Promise<string[]> {
    const live = this.live;
    if (!live || live.watch.nothingLeft) {
      return this.status.log ?? [];
    }
    try {
      return tidyLog(await live.client.sessionLog(live.id, size, { retryLimitMs: 5000 }));
    } catch (error) {
      // Livy forgets an ended session; what it said last was kept.
      if (isDead(live) && this.status.log) {
        return this.status.log;
      }
      throw error;
    }
  }

  /** All sessions that Livy shows us. */
  async sessions(): Promise<ILivySession[]> {
    return (this.live ?? this.fail()).client.listSessions({ retryLimitMs: 5000 });
  }

  /** All sessions that Livy shows us, and whose they are. @param here - numbers of this notebook's own */
  ownedSessions(here: number[]): Promise<IListed[]> {
    const { client, endpoint } = this.live ?? this.fail();
    return listOwned(client, { livy: endpoint.http.url, here, env: this.env });
  }

  /** End any session by its number (`%%delete`, `%%cleanup`). */
  async deleteSession(id: number): Promise<void> {
    await (this.live ?? this.fail()).client.deleteSession(id);
    if (id === this.live?.id) {
      await this.end();
      this.board.set('ended');
    }
  }

  /** Nothing runs there: what is asked while typing holds nobody up. */
  private isFree(live: ILive): boolean {
    return !this.running && !live.quick && !live.lingering && !live.taken?.running.length && !isDead(live);
  }
}
