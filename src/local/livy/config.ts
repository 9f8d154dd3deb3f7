/**
 * How the local account runs a cluster's Livy: one child process a cluster (`livy.mjs`), told what to do over Node's IPC
 * channel. It ends, and its drivers with it, when that channel closes. Without a channel it runs by itself:
 * `node livy.mjs --port 8998 [--ca-dir DIR]` (no authentication, plain HTTP unless a CA is named), for the contract tests and the bench.
 */

/** First message to the child. */
export interface ILivyConfig {
  clusterId: string;
  host: string;
  /** 0: any free one; `ready` says which. */
  port: number;
  /** PEM; without it plain HTTP. */
  tls?: { cert: string; key: string };
  /** Admit only {@link ILivyCredential}s by HTTP Basic; the user name is the session's owner. */
  auth: boolean;
  /** Interpreter with pyspark. */
  python: string;
  /** JAVA_HOME for the driver; without it Spark's own search. */
  javaHome?: string;
  /** Folder for logs, warehouse and scratch; removed by the parent. */
  workDir: string;
  /** Extra Spark configuration of every driver. */
  sparkConf?: Record<string, string>;
  /**
   * Folder with the class archive that lets a session start in half the time, made by `PYTHON driver.py --archive [FOLDER]`;
   * default: share/jupyterlab-emr-local beside that Python.
   */
  classCache?: string;
  /** Sessions tell an id of EMR Serverless' job runs for their application's, as there, instead of Spark's own. */
  jobRunIds?: boolean;
  knobs?: Partial<ILivyKnobs>;
}

/** What a Livy administrator may set; the defaults are Livy's own, but for the watchdog's pace. */
export interface ILivyKnobs {
  /** As `GET /version` says it, without "-incubating". With 0.8 `idleTimeout` is an unknown field and `ttl` an idle timeout. */
  version: string;
  /** Milliseconds until a statement that does not heed its cancel is marked cancelled all the same. */
  cancelTimeoutMs: number;
  /** Statements kept per session. */
  retainedStatements: number;
  /** Characters that one string of a statement's output may have. */
  outputLimit: number;
  /** Rows that the sql kind answers. */
  sqlRows: number;
  /** Milliseconds that an ended session can still be asked for. */
  retainedSessionMs: number;
  /** Milliseconds between two looks for expired sessions (Livy: 60,000). */
  watchdogMs: number;
  /** Milliseconds without activity after which a session is deleted; 0: never. */
  sessionTimeoutMs: number;
  /** Enforce `ttl` as a limit on life (0.9's `livy.server.session.ttl-check`). */
  ttlCheck: boolean;
}

/** See {@link ILivyKnobs}. */
export const LIVY_DEFAULTS: ILivyKnobs = {
  version: '0.9.0',
  cancelTimeoutMs: 30_000,
  retainedStatements: 100,
  outputLimit: 20_000_000,
  sqlRows: 1000,
  retainedSessionMs: 600_000,
  watchdogMs: 1000,
  sessionTimeoutMs: 3_600_000,
  ttlCheck: false
};

/** One pair that GetClusterSessionCredentials issued. */
export interface ILivyCredential {
  username: string;
  /** Hex SHA-256 of the password: the child keeps no password. */
  passwordSha256: string;
  role: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Environment of the drivers that this user starts: the role's keys. They get it in no other way. */
  env?: Record<string, string>;
}

/** parent → child. `credentials` replaces the whole list. `kill-driver` is SIGKILL to the session's driver. */
export type ToLivy =
  | { type: 'start'; config: ILivyConfig }
  | { type: 'credentials'; credentials: ILivyCredential[] }
  | { type: 'kill-driver'; sessionId: number };

/** One session, as the parent needs it for the presigned Spark UI. */
export interface ILivySessionInfo {
  id: number;
  name?: string;
  owner?: string;
  state: string;
  appId?: string;
  /** Spark's own id of the application, where {@link ILivyConfig.jobRunIds} tells another. */
  sparkAppId?: string;
  /** `http://127.0.0.1:PORT` of the driver's Spark UI. */
  sparkUiUrl?: string;
}

/** child → parent. `sessions` at every change. */
export type FromLivy =
  | { type: 'ready'; port: number }
  | { type: 'sessions'; sessions: ILivySessionInfo[] }
  | { type: 'failed'; message: string };
