/** Progress of a remote statement, updated in place. Content: {@link IProgress}. */
export const PROGRESS_MIME = 'application/vnd.jupyterlab-emr.progress.v1+json';
/** A table of rows with its schema. Content: {@link ITable}. Always beside text/plain and text/html. */
export const TABLE_MIME = 'application/vnd.jupyterlab-emr.table.v1+json';

/** Content of {@link PROGRESS_MIME}. */
export interface IProgress {
  /** What is going on: waiting in the queue, session start-up, statement running, done. */
  phase: 'queued' | 'starting' | 'running' | 'cancelling' | 'done' | 'failed';
  /** One line for every front end. */
  text: string;
  /** 0…1 where it is known. */
  fraction?: number;
  /** Milliseconds since the phase began. */
  elapsedMs: number;
  /** It was asked to stop and goes on: the user may wait, or end the session. */
  stuck?: boolean;
  /** Its Spark jobs, where the driver's monitoring API can be reached. */
  spark?: ISparkProgress;
  /** Milliseconds, once estimates agree. */
  remainingMs?: number;
  /** Log lines of the session start-up, newest last. */
  log?: string[];
}

/** Spark jobs of one statement, as far as Spark knows them: later ones come when it gets to them. */
export interface ISparkProgress {
  jobs: { done: number; total: number };
  stages: { done: number; total: number };
  tasks: { done: number; total: number; active: number; failed: number };
}

/** A column of {@link ITable}. `type` is Spark's own name of the type, e.g. `decimal(10,2)`. */
export interface ITableColumn {
  name: string;
  type: string;
  nullable?: boolean;
}

/** Content of {@link TABLE_MIME}. */
export interface ITable {
  columns: ITableColumn[];
  /** Row-wise values as JSON; null is SQL NULL. */
  rows: unknown[][];
  /** True where the server cut the result: there may be more rows. */
  truncated?: boolean;
}
