import { JobWatch } from '../statement/jobs';
import { convertStatement, followStatement } from '../statement/statement';

import type { ILivyStatement, LivyKind } from '../../livy';
import type { IProgress, Language } from '../../protocol';
import type { IStatementHost } from '../statement/statement';
import type { IRunOptions, IRunPart, IRunResult } from '../types';

/** A statement that an earlier kernel posted and this one follows to its end. */
export interface ITakenStatement {
  id: number;
  /** Name of its session. */
  session: string;
  /** What ran on the cluster. */
  code: string;
  /** Its cell, where the notebook has stored it. */
  cellId?: string;
  /** ISO 8601. */
  since: string;
  /** As for a cell that ran it: what it gave, or the error it ended with. */
  result: Promise<IRunResult>;
  /** @param listener - told of its progress from now on */
  onProgress(listener: (progress: IProgress) => void): void;
  /** @param listener - told, before {@link result} rejects, of what it had given until then */
  onPrinted(listener: (parts: IRunPart[]) => void): void;
}

export interface ITakeOptions {
  name: string;
  language: Language;
  /** The statement that was stored in the notebook, and its cell. */
  stored: { statement?: number; statementCell?: string } | undefined;
  maxRows: number | undefined;
  /** Told of each of them, as soon as it is followed. */
  onTaken: ((taken: ITakenStatement) => void) | undefined;
  /** Another one is the first now, or none. */
  onChange: () => void;
}

/** The statements that were found running in a session, followed one after the other as the driver runs them. */
export class Taken {
  /** Those that have not ended, in the driver's order. */
  running: ITakenStatement[];
  private readonly abort = new AbortController();
  private readonly insist = new AbortController();

  /**
   * @param statements - oldest first; those that ended already are only converted
   */
  constructor(
    private readonly host: IStatementHost,
    statements: ILivyStatement[],
    private readonly options: ITakeOptions
  ) {
    this.running = statements.map(statement => this.take(statement));
    for (const taken of [...this.running]) {
      const done = (): void => {
        this.running = this.running.filter(item => item !== taken);
        options.onChange();
      };
      taken.result.then(done, done);
      options.onTaken?.(taken);
    }
  }

  /** Cancel them; once more: stop waiting for their end. */
  interrupt(): void {
    (this.abort.signal.aborted ? this.insist : this.abort).abort();
  }

  private take(statement: ILivyStatement): ITakenStatement {
    const { name, language, stored } = this.options;
    const listeners = new Set<(progress: IProgress) => void>();
    const readers = new Set<(parts: IRunPart[]) => void>();
    const cellId = stored?.statement === statement.id ? stored.statementCell : undefined;
    return {
      id: statement.id,
      session: name,
      code: statement.code ?? '',
      ...(cellId === undefined ? {} : { cellId }),
      since: new Date(statement.started || Date.now()).toISOString(),
      result: this.follow(statement, language, {
        onProgress: progress => listeners.forEach(listener => listener(progress)),
        onPrinted: parts => readers.forEach(reader => reader(parts))
      }),
      onProgress: listener => void listeners.add(listener),
      onPrinted: reader => void readers.add(reader)
    };
  }

  private async follow(
    statement: ILivyStatement,
    language: Language,
    { onProgress, onPrinted }: Required<Pick<IRunOptions, 'onProgress' | 'onPrinted'>>
  ): Promise<IRunResult> {
    const jobs = new JobWatch(this.host, statement.id, onProgress);
    try {
      const ended = await followStatement(this.host, statement, {
        signal: this.abort.signal,
        insisted: this.insist.signal,
        ...jobs.options
      });
      const request = { code: statement.code ?? '', kind: kindOf(ended.statement, language) };
      return convertStatement(this.host, ended, request, this.options.maxRows, { onPrinted });
    } catch (error) {
      throw await jobs.explain(error);
    } finally {
      jobs.stop();
    }
  }
}

/** Livy does not tell the kind of a statement: only SQL answers a schema and rows, and Scala names its values. */
export function kindOf({ output }: ILivyStatement, language: Language): LivyKind {
  if (output?.status !== 'ok') {
    return language;
  }
  const json = output.data['application/json'] as { schema?: unknown; data?: unknown } | undefined;
  if (json && typeof json === 'object' && 'schema' in json && 'data' in json) {
    return 'sql';
  }
  const text = output.data['text/plain'];
  return typeof text === 'string' && /^(res\d+|\w+): [\w.[\], ]+ = /m.test(text) ? 'spark' : language;
}
