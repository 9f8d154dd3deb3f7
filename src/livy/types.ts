/** Shapes of Livy's REST API (0.7 to 0.9), as its documentation and a recorded 0.9 give them. */

/** Kind of a statement. A session made without a kind takes them all, one a statement. */
export type LivyKind = 'pyspark' | 'spark' | 'sparkr' | 'sql';

export type LivySessionState =
  | 'not_started'
  | 'starting'
  | 'recovering'
  | 'idle'
  | 'running'
  | 'busy'
  | 'shutting_down'
  | 'error'
  | 'dead'
  | 'killed'
  | 'success';

/** States that a session does not leave. */
export const ENDED_STATES: readonly string[] = ['shutting_down', 'error', 'dead', 'killed', 'success'];

/** Body of GET /sessions/ID. */
export interface ILivySession {
  id: number;
  name?: string | null;
  appId?: string | null;
  owner?: string | null;
  proxyUser?: string | null;
  state: LivySessionState;
  kind?: string;
  appInfo?: { driverLogUrl?: string | null; sparkUiUrl?: string | null } | null;
  /** The last ten or so lines. */
  log?: string[];
  /** What was asked for at its start, where this Livy shows it: `90s`, `4h`. */
  ttl?: string | null;
  idleTimeout?: string | null;
  heartbeatTimeoutInSecond?: number;
}

export type LivyStatementState = 'waiting' | 'running' | 'available' | 'cancelling' | 'cancelled' | 'error';

/** What a finished statement gave. */
export type LivyOutput =
  | { status: 'ok'; execution_count: number; data: Record<string, unknown> }
  | { status: 'error'; execution_count?: number; ename: string; evalue: string; traceback?: string[] };

/** Body of GET /sessions/ID/statements/N. */
export interface ILivyStatement {
  id: number;
  code?: string;
  state: LivyStatementState;
  output: LivyOutput | null;
  /** 0…1, from the tasks of its jobs. */
  progress?: number;
  /** Milliseconds since the epoch, 0 before it began. */
  started?: number;
  completed?: number;
}

/** Body of POST /sessions. */
export type ILivySessionRequest = Record<string, unknown> & { name: string };

/** User name and password of HTTP Basic. */
export interface IBasicCredentials {
  username: string;
  password: string;
}

/** Where the credentials of each request come from. */
export interface ICredentialSource {
  /** Valid ones; renewed before they expire. */
  get(): Promise<IBasicCredentials>;
  /** Livy answered 401: get others. False: there are none. */
  renew(): Promise<boolean>;
  /** Milliseconds since the present ones were issued. */
  ageMs(): number;
}
