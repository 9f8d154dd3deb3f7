import type { NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type {
  ClusterState,
  ControlMethods,
  DataSetMethods,
  IAccount,
  IApplicationList,
  ICluster,
  IClusterList,
  IColumnProfile,
  IConnectRequest,
  IControlEvents,
  IDataSample,
  IErrorInfo,
  IJsonObject,
  IMissedCell,
  INotebookBinding,
  IProvisionRequest,
  IProvisionResult,
  IRun,
  IRunList,
  ISessionStatus,
  Language
} from '../protocol';
import type { ChannelEvent } from './model/channel';

/** Whether the control kernel answers: `starting` is also the way back after it ended. */
export type ControlState = 'idle' | 'starting' | 'connected' | 'failed';

/** The page's end of the control kernel. */
export interface IControl extends IDisposable {
  readonly state: ControlState;
  /** Why the state is `failed`. */
  readonly error: IErrorInfo | null;
  readonly stateChanged: ISignal<IControl, void>;
  /** Emitted each time a fresh comm is open: who watches has to ask again. */
  readonly opened: ISignal<IControl, void>;
  readonly event: ISignal<IControl, ChannelEvent<IControlEvents>>;
  /** Start the control kernel, or wait for it. */
  start(): Promise<void>;
  /**
   * Call a method; starts the control kernel where there is none. A read that was cut off by the kernel's end is asked
   * once more of the next one.
   *
   * @throws EmrError naming the hop and the fix
   */
  request<K extends keyof ControlMethods>(
    method: K,
    params: ControlMethods[K]['params'],
    options?: { signal?: AbortSignal }
  ): Promise<ControlMethods[K]['result']>;
}

/** A cluster whose state is another than it was. */
export interface IClusterTransition {
  cluster: ICluster;
  /** Undefined: the cluster is new in the list. */
  from?: ClusterState;
}

/** A list that AWS has and the control kernel reads, kept up to date. */
export interface IWatched<L> extends IDisposable {
  readonly control: IControl;
  /** Null until AWS answered for the first time. */
  readonly list: L | null;
  /** Why there is no list, or why the last question failed. */
  readonly error: IErrorInfo | null;
  readonly loading: boolean;
  /** Somebody wanted it: it is followed. */
  readonly started: boolean;
  readonly changed: ISignal<IWatched<L>, void>;
  /** Begin to follow the list, for as long as the page lives. */
  start(): void;
  /** Ask AWS now. Never rejects: see {@link IWatched.error} and the list's `stale`. */
  refresh(): Promise<void>;
}

/** The clusters as AWS knows them. */
export interface IClusters extends IWatched<IClusterList> {
  readonly account: IAccount | null;
  /** Emitted for each change of state, not for the first list. */
  readonly transition: ISignal<IClusters, IClusterTransition>;
  /** By key (`pp-…`, `j-…`) or cluster id. */
  find(keyOrClusterId: string): ICluster | undefined;
  provision(request: IProvisionRequest): Promise<IProvisionResult>;
  /** Terminating what is ending already is a success. */
  terminate(key: string, allowTerminateJobFlows: boolean): Promise<void>;
}

/** The pipelines that notebooks were promoted to, and their runs. */
export interface IPipelines extends IWatched<IRunList> {
  /** A run of the list came to its end. */
  readonly ended: ISignal<IPipelines, IRun>;
  /** The user of this page started the run, or looks at it: its end is of interest. */
  isFollowed(runId: string): boolean;
  follow(run: IRun): void;
  /** @param values - arguments by name; those that are not named keep their defaults */
  run(pipeline: string, values: Record<string, string>, token: string): Promise<IRun>;
  /** Cancelling what has ended already is a success. */
  cancel(run: IRun): Promise<void>;
  schedule(pipeline: string, enabled: boolean): Promise<void>;
}

/** EMR Serverless applications of the account. */
export interface IApplications extends IWatched<IApplicationList> {
  /** Asked for, not waited for: the list tells how it goes on. */
  startApplication(applicationId: string): Promise<void>;
  /** What runs on it has to have ended. */
  stopApplication(applicationId: string): Promise<void>;
}

/** What happened to a notebook's session that the user should be told once. */
export type SessionNews =
  /** The kernel found the notebook's session again: one sentence. */
  | { kind: 'found'; text: string }
  /** {@link INotebookSession.unplaced} is another. */
  | { kind: 'unplaced' }
  /** Outputs of so many cells were not kept while nobody listened. */
  | { kind: 'dropped'; count: number }
  /** The kernel does not take the user's session settings. */
  | { kind: 'settings'; error: IErrorInfo }
  /** A cell of this page's ended; `took` in milliseconds. */
  | { kind: 'ended'; cellId: string | undefined; took: number };

/** One notebook's remote session. */
export interface INotebookSession extends IDisposable {
  readonly panel: NotebookPanel;
  /** Path of the notebook. */
  readonly path: string;
  /** The language of the notebook's kernel, null where the kernel is not one of ours. */
  readonly language: Language | null;
  /** Null while no kernel of ours told one. */
  readonly status: ISessionStatus | null;
  /** What the notebook is bound to: as the kernel says, else as the notebook's metadata say. */
  readonly binding: INotebookBinding | null;
  /** Why the kernel of ours cannot be talked to. */
  readonly error: IErrorInfo | null;
  readonly changed: ISignal<INotebookSession, void>;
  /** What the user should be told once. */
  readonly news: ISignal<INotebookSession, SessionNews>;
  /** Cells that ended while nobody listened and have no place in the notebook any more, oldest first. */
  readonly unplaced: readonly IMissedCell[];
  /** Take one of {@link INotebookSession.unplaced} as dealt with. */
  confirm(execution: string): void;
  /** Make another of the notebook's bindings the current one. */
  use(name: string): Promise<void>;
  /**
   * Bind the notebook; switches the kernel first where it does not speak the request's language. Resolves when the
   * session is idle.
   *
   * @throws EmrError
   */
  connect(request: IConnectRequest, options?: { signal?: AbortSignal }): Promise<ISessionStatus>;
  /** End the remote session and forget the binding, also the notebook's own. */
  disconnect(): Promise<void>;
  /** @param size - how many lines, from the end */
  logs(size?: number): Promise<string[]>;
  /** Some rows of a data set, read by Spark as the session's runtime role. */
  sample(params: DataSetMethods['data.sample']['params'], options?: { signal?: AbortSignal }): Promise<IDataSample>;
  /** What Spark says of its columns. */
  profile(
    params: DataSetMethods['data.profile']['params'],
    options?: { signal?: AbortSignal }
  ): Promise<IColumnProfile[]>;
}

/** The sessions of all open notebooks. */
export interface INotebookSessions extends IDisposable {
  /** Emitted when a notebook opened or closed, or one of the sessions changed. */
  readonly changed: ISignal<INotebookSessions, void>;
  /** Of the notebook at `path`, else of the current one. */
  get(path?: string): INotebookSession | undefined;
  of(panel: NotebookPanel): INotebookSession | undefined;
  all(): INotebookSession[];
}

/** A runtime role of the user's settings. */
export interface IRoleSetting {
  arn: string;
  name?: string;
}

/** The user's settings, `schema/plugin.json`. */
export interface IEmrSettings {
  runtimeRoles: IRoleSetting[];
  allowTerminateJobFlows: boolean;
  autoConnect: boolean;
  region: string;
  caBundle: string;
  notifications: boolean;
  /** Fields as in `%%configure`; without what is empty. */
  sessionSettings: IJsonObject;
  /** What becomes of a cell's progress at its end; undefined: as the kernel's environment or the site says. */
  progressAtEnd?: 'keep' | 'remove';
  /** Minutes from which on a cell's end is told while the page is hidden; 0: never. */
  notifyAfterMinutes: number;
}

/** The settings as they are now. */
export interface IEmrSettingsProvider {
  readonly current: IEmrSettings;
  readonly changed: ISignal<IEmrSettingsProvider, void>;
}

export const IControl = new Token<IControl>(
  'jupyterlab-emr:IControl',
  'The control kernel: products, clusters and runtime roles of the AWS account.'
);
export const IClusters = new Token<IClusters>('jupyterlab-emr:IClusters', 'The EMR clusters, kept up to date.');
export const INotebookSessions = new Token<INotebookSessions>(
  'jupyterlab-emr:INotebookSessions',
  'The remote Spark sessions of the open notebooks.'
);
export const IPipelines = new Token<IPipelines>(
  'jupyterlab-emr:IPipelines',
  'Pipelines on EMR Serverless and their runs, kept up to date.'
);
export const IApplications = new Token<IApplications>(
  'jupyterlab-emr:IApplications',
  'The EMR Serverless applications that notebooks can connect to, kept up to date.'
);
export const IEmrSettingsProvider = new Token<IEmrSettingsProvider>(
  'jupyterlab-emr:IEmrSettingsProvider',
  "The user's settings of jupyterlab-emr."
);

/** Command ids: contracts, see DESIGN. */
export const CommandIDs = {
  createCluster: 'emr:create-cluster',
  connect: 'emr:connect',
  disconnect: 'emr:disconnect',
  terminate: 'emr:terminate-cluster',
  sparkUi: 'emr:open-spark-ui',
  refresh: 'emr:refresh',
  showLogs: 'emr:show-logs',
  startAnew: 'emr:start-anew',
  useBinding: 'emr:use-binding',
  promote: 'emr:promote',
  openCatalog: 'emr:open-catalog',
  showPipelines: 'emr:show-pipelines',
  showRunLog: 'emr:show-run-log'
} as const;

/** Id of the sidebar widget: a contract. */
export const SIDEBAR_ID = 'emr-sidebar';
/** Translation domain. */
export const DOMAIN = 'jupyterlab_emr';
