import type { DataSetMethods } from './catalog';
import type { IErrorInfo } from './errors';
import type { IJsonObject } from './json';

/** The language of a kernel's plain cells. */
export type Language = 'pyspark' | 'spark' | 'sparkr';

/** How Livy is told who one is. */
export type AuthType = 'None' | 'Kerberos' | 'Basic_Access';

/** Content of the notebook metadata key `emr`. Never a secret. */
export interface INotebookBinding {
  /** The cluster; a notebook that is bound to an EMR Serverless application has {@link applicationId} instead. */
  clusterId?: string;
  /** Id of an EMR Serverless application. */
  applicationId?: string;
  region: string;
  runtimeRole?: string;
  language?: Language;
  sessionName?: string;
  /** The statement that was running when the notebook was last seen, for reattach. */
  statement?: number;
  /** Id of the cell that {@link statement} belongs to, from {@link ISessionStatus.statement}. */
  statementCell?: string;
  /** The session was made to outlive the kernel (`--keep`). */
  keep?: boolean;
  /** How Livy was told who one is, where that was said. */
  authType?: AuthType;
  /** Name or ARN of the Secrets Manager secret with user name and password; never what is in it. */
  secret?: string;
  /** Role that was assumed before AWS was asked (cross-account). */
  assumeRole?: string;
  /** Named AWS profile on the Jupyter host. */
  profile?: string;
  /** Path of a CA bundle on the Jupyter host. */
  caBundle?: string;
  /** Settings of its sessions, fields as in `%%configure`: above the user's, below the cell's. */
  settings?: IJsonObject;
}

/** The id of what a binding is to: a cluster's, or an application's. */
export function boundTo(binding: Pick<INotebookBinding, 'clusterId' | 'applicationId'>): string {
  return binding.clusterId ?? binding.applicationId ?? '';
}

/** Notebook metadata key that holds an {@link INotebookBinding}. */
export const METADATA_KEY = 'emr';

/** disconnected → credentials → starting → idle ⇄ busy → lost | ended */
export type SessionState = 'disconnected' | 'credentials' | 'starting' | 'idle' | 'busy' | 'lost' | 'ended';

/** All that the page may know about a notebook's remote session. */
export interface ISessionStatus {
  state: SessionState;
  /** ISO 8601, when this state began. */
  since: string;
  language: Language;
  binding?: INotebookBinding;
  clusterName?: string;
  /** Livy's number of the session. */
  sessionId?: number;
  appId?: string;
  sparkUiUrl?: string;
  driverLogUrl?: string;
  /** False where the user turned TLS verification off: the page shows it. */
  tlsVerified?: boolean;
  /** ISO 8601. */
  credentialsExpireAt?: string;
  /** Why it is lost or could not be made. */
  reason?: IErrorInfo;
  /** Last lines of the session's log while it starts. */
  log?: string[];
  /** Name of the binding that this status is of. Default `default`. */
  name?: string;
  /** All bindings of the notebook, where there is more than one. */
  bindings?: { name: string; state: SessionState; clusterName?: string; isCurrent: boolean }[];
  /**
   * The statement that runs, told once it has run for half a second. `since`: ISO 8601. `interrupted`: its cell was
   * stopped, the driver's own code goes on. The page stores `id` and `cellId` as {@link INotebookBinding.statement} and
   * {@link INotebookBinding.statementCell}.
   */
  statement?: { id: number; since: string; cellId?: string; interrupted?: boolean };
  /** What a reattach found, one sentence for the reader. */
  found?: string;
}

/** A cell whose outputs no page has confirmed: it ran, or still runs, while nobody listened. */
export interface IMissedCell {
  /** `msg_id` of its execute_request; for a statement that a fresh kernel took up an id of its own. */
  execution: string;
  cellId?: string;
  /** Source of the cell; for a statement that was taken up what ran on the cluster: the cell without its magics. */
  code: string;
  executionCount: number | null;
  /** Outputs as nbformat 4 has them. */
  outputs: IJsonObject[];
  running: boolean;
}

/** What the connect dialog and `%emr connect` ask for. */
export interface IConnectRequest {
  clusterId?: string;
  /** Id or name of an EMR Serverless application, in place of a cluster. */
  applicationId?: string;
  region?: string;
  runtimeRole?: string;
  language?: Language;
  authType?: AuthType;
  /** `false` only by the user's own word. Left out by a page: as this notebook was bound to the same target before. */
  verifyCertificate?: boolean;
  /** Path on the Jupyter host. */
  caBundle?: string;
  /** Without it: made from user and notebook, unique and readable. */
  sessionName?: string;
  /** Path of the notebook, for the session's name. */
  notebookPath?: string;
  /** Start anew also where the notebook's session is still there. */
  fresh?: boolean;
  /** Keep the session when the kernel ends, until Livy's own idle limit. */
  keep?: boolean;
}

/** Methods of {@link SESSION_TARGET}. */
export type SessionMethods = {
  'session.status': { params: Record<string, never>; result: ISessionStatus };
  /** Answers when the session is idle, or with the error; states are pushed on the way. */
  'session.connect': { params: IConnectRequest; result: ISessionStatus };
  /** Ends the Livy session and forgets the binding. */
  'session.disconnect': { params: Record<string, never>; result: ISessionStatus };
  /** The notebook's stored binding, told to a fresh kernel: a cell run before connecting binds again by itself if `auto`. */
  'session.offer': {
    params: {
      binding: INotebookBinding;
      notebookPath?: string;
      auto: boolean;
      /** Take its session up now where it is still there, also without `auto`: no new one is started. */
      look?: boolean;
    };
    result: ISessionStatus;
  };
  /**
   * The user's own session settings (JupyterLab's settings editor), fields as in `%%configure`, and what becomes of a
   * cell's progress at its end: without it as the environment or the site says.
   */
  'session.settings': {
    params: { settings: IJsonObject; progressAtEnd?: 'keep' | 'remove' };
    result: Record<string, never>;
  };
  /**
   * Cells whose outputs no page has confirmed, oldest first. `dropped`: so many older ones were not kept, and no page
   * was told so before.
   */
  'session.missed': { params: Record<string, never>; result: { cells: IMissedCell[]; dropped?: number } };
  /** The page has shown the outputs of these executions to their end. */
  'session.seen': { params: { executions: string[] }; result: Record<string, never> };
  /** Make another of the notebook's bindings the current one: `%emr use NAME`. */
  'session.use': { params: { name: string }; result: ISessionStatus };
  'session.logs': { params: { size?: number }; result: { lines: string[] } };
} & DataSetMethods;

/** Events of {@link SESSION_TARGET}: event name to data. */
export interface ISessionEvents {
  /** Pushed at every change, and once when the comm opens. */
  status: ISessionStatus;
  /** Progress or end of a cell that `session.missed` told as running, or of a statement that the kernel took up. */
  cell: IMissedCell;
}
