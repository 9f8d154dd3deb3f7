import type { LivyKind } from '../livy';
import type { IConnectRequest, IJsonObject, IMimeBundle, INotebookBinding, IProgress } from '../protocol';

/** All that a notebook can be bound with: the dialog's words, and what only a magic can say. */
export interface IBindRequest extends Omit<IConnectRequest, 'clusterId'> {
  /** `j-…`; without it {@link livyUrl} names where to go. */
  clusterId?: string;
  /** Any Livy, without AWS. */
  livyUrl?: string;
  /** Named AWS profile on this host. */
  profile?: string;
  /** Role to assume before asking AWS (cross-account). */
  assumeRole?: string;
  /** Asks for user name and password for HTTP Basic where no AWS issues them. Kept in memory only. */
  basic?: { username: string; password: string };
  /** Name or ARN of the Secrets Manager secret with user name and password (HTTP Basic or Kerberos); read when they are needed. */
  secret?: string;
  /** Kerberos: false takes the host's own krb5.conf, true (default) one made from what EMR says of the cluster. */
  overrideKrb5Conf?: boolean;
}

/** What a magic or the engine gets told on the way. */
export interface IRunOptions {
  /** Aborted: stop it on the cluster, and wait for what becomes of it. */
  signal?: AbortSignal;
  /** Aborted, after {@link signal}: wait for nothing any more. */
  insisted?: AbortSignal;
  onProgress?: (progress: IProgress) => void;
  /** The last progress counts all of its Spark jobs: it stays to be read. Costs one look more. */
  countsJobs?: boolean;
  /** What a statement that failed had given until then. */
  onPrinted?: (parts: IRunPart[]) => void;
}

/** One output of a statement. */
export type IRunPart =
  | { kind: 'stdout' | 'stderr'; text: string }
  | { kind: 'display' | 'result'; data: IMimeBundle; metadata?: IJsonObject };

/** What one statement gave, ready for Jupyter. */
export interface IRunResult {
  /** For the stdout stream. */
  stdout?: string;
  /** For execute_result. */
  result?: IMimeBundle;
  /** For display_data. */
  displays: IMimeBundle[];
  /** All of it in its order, where that is known: then these and not the members above are to be shown. */
  parts?: IRunPart[];
}

export interface IStatementRequest {
  code: string;
  kind: LivyKind;
  /** Number of the cell that it is the code of, as in `In [5]`: tracebacks name it. */
  cell?: number;
  /** Lines of the cell above the code. */
  above?: number;
  /** Keep at most so many rows of a table. */
  maxRows?: number;
  /** A statement of ours, no cell's: what it prints comes as it is, whole, as `stdout`. */
  raw?: boolean;
  /** The cell that it is of, where the front end says. */
  cellId?: string;
}

/** A binding that the notebook stores, offered to a fresh kernel. */
export interface IOffer {
  binding: INotebookBinding;
  notebookPath?: string;
  auto: boolean;
  /** Look for its session now, also without `auto`. */
  look?: boolean;
}

/** A remote error with its own name and trace: the cell shows it as it is. */
export class RemoteError extends Error {
  /** Shown below the error: what the traceback leaves out, and why a Spark job failed. */
  details?: IMimeBundle;

  constructor(
    readonly ename: string,
    readonly evalue: string,
    /** Lines without trailing newlines. */
    readonly traceback: string[],
    /** All of the traceback, where the lines above leave something out. */
    readonly full?: string
  ) {
    super(`${ename}: ${evalue}`);
    this.name = ename;
  }
}
