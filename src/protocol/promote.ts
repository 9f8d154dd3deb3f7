/** Methods and events of `emr:control` about promotion: preview, deployment, runs. */
import type { IErrorInfo } from './errors';
import type { IPipeline, IRolePlan, IScript } from './pipeline';

/** Something wrong, or worth knowing, before anything is made. */
export interface IProblem {
  /** Only errors keep from deploying. */
  severity: 'error' | 'warning';
  /** What it is about. */
  subject: 'notebook' | 'pipeline' | 'policy' | 'deployment';
  message: string;
  fix?: string;
  /** Field of the pipeline's file that it is about, e.g. `caps.vcpu` or `arguments.0.default`. */
  field?: string;
  /** Line in the file, from 1; of a notebook: in the cell. */
  line?: number;
  /** Of a notebook: number of the cell, from 0. */
  cell?: number;
}

/** What is asked of a preview. */
export interface IPreviewRequest {
  /** The notebook as it stands in the page (nbformat 4); without it the file is read. */
  notebook?: object;
  /** Path of the notebook, relative to the server's root. */
  path: string;
  /** Text of the pipeline's file as the page has it; without it the file beside the notebook, else one is worked out. */
  pipelineText?: string;
  /**
   * The whole pipeline as the page's form has it, shaped as the file is: put into the text, whose comments stay, and
   * answered as {@link IPreview.pipelineText}.
   */
  form?: Record<string, unknown>;
  /** Ask AWS what is there already (role, application); otherwise nothing leaves the host. Default false. */
  compare?: boolean;
}

/** What a promotion would make. Nothing is made by asking. */
export interface IPreview {
  script?: IScript;
  /** Where the script goes, relative to the server's root. */
  scriptPath: string;
  /** Text of the pipeline's file: the one that is there, or a proposal. */
  pipelineText: string;
  /** Where it goes, relative to the server's root. */
  pipelinePath: string;
  /** The file is there already. */
  pipelineExists: boolean;
  /** JSON Schema of the file, for the form. */
  schema?: Record<string, unknown>;
  /** What the text says, for the form; also where it has errors. Undefined where it is no YAML object. */
  form?: Record<string, unknown>;
  /** Undefined where the text has errors. */
  pipeline?: IPipeline;
  problems: IProblem[];
  rolePlan?: IRolePlan;
  /** What changes in the role that is there, a line each, with `+` or `-` in front; empty: nothing. Undefined: not asked. */
  roleDiff?: string[];
  /** What a deployment would do, where AWS was asked. */
  steps?: IDeployStep[];
}

/** One step of a deployment. */
export interface IDeployStep {
  /** Stable: `validate application role packages script schedule manifest`. */
  id: string;
  label: string;
  status: 'pending' | 'active' | 'created' | 'changed' | 'unchanged' | 'skipped' | 'failed' | 'removed';
  /** What was made or changed: a name, an address, the fields that differ. */
  detail?: string;
  error?: IErrorInfo;
}

/** What is asked of a deployment. */
export interface IDeployRequest {
  /** Text of the pipeline's file. */
  pipelineText: string;
  /** Text of the script. */
  scriptText: string;
  /** Path of the pipeline's file, for messages. */
  path?: string;
  /** Names this deployment in its `deploy` events, and the same token is the same deployment. */
  token: string;
  /** Where a step fails, take away what this deployment made. Default: it stays, and deploying again goes on from there. */
  undoOnFailure?: boolean;
  /** Look, and make nothing: the steps say what would be done. */
  dryRun?: boolean;
}

/** What a CloudFormation template is asked of: a file and a script, or a pipeline that is deployed, by its name. */
export type ITemplateRequest = { pipelineText: string; scriptText: string; path?: string } | { pipeline: string };

/** A pipeline that is deployed, as AWS has it. */
export interface IDeployment {
  pipeline: string;
  region: string;
  applicationId: string;
  roleArn: string;
  scriptUri: string;
  archiveUri?: string;
  scheduleArn?: string;
  steps: IDeployStep[];
  /** What could not be made this way, a sentence each: Lake Formation grants, alarms. */
  left: string[];
  /** Of a dry run: the role as it would be. */
  rolePlan?: IRolePlan;
  /** Of a dry run: what changes in the role that is there, as in {@link IPreview}. */
  roleDiff?: string[];
}

/** Pushed while a deployment goes on. */
export interface IDeployProgress {
  token: string;
  steps: IDeployStep[];
}

/** A pipeline in the account: an application with our tag. */
export interface IPipelineSummary {
  name: string;
  applicationId: string;
  /** `CREATING`, `CREATED`, `STARTING`, `STARTED`, `STOPPING`, `STOPPED`, `TERMINATED`. */
  state: string;
  release: string;
  architecture: string;
  /** Expression of the schedule; undefined: none. */
  schedule?: string;
  scheduleEnabled?: boolean;
  /** ISO 8601: the next time that the schedule is due, where it can be told. */
  nextRunAt?: string;
  /** Names, types and defaults of its arguments: the form of "run with other arguments". */
  arguments: IPipeline['arguments'];
  caps?: IPipeline['caps'];
  /** Why its deployment cannot be read. */
  problem?: IErrorInfo;
}

/** States of a run, EMR Serverless' own. */
export type RunState =
  'SUBMITTED' | 'PENDING' | 'SCHEDULED' | 'RUNNING' | 'SUCCESS' | 'FAILED' | 'CANCELLING' | 'CANCELLED' | 'QUEUED';

/** States that will not change any more. */
export const RUN_END_STATES: readonly RunState[] = ['SUCCESS', 'FAILED', 'CANCELLED'];

/** Hours that are billed. */
export interface IBilled {
  vcpuHours: number;
  memoryGbHours: number;
  storageGbHours: number;
}

/** An estimate, never a bill. */
export interface ICost {
  amount: number;
  currency: string;
  /** Says that it is an estimate, from which prices of which day. */
  note: string;
}

/** One attempt of a run that is tried again where it fails. */
export interface IRunAttempt {
  /** From 1. */
  number: number;
  state: RunState;
  /** EMR Serverless' own words. */
  stateDetails?: string;
  /** ISO 8601. */
  createdAt: string;
  updatedAt?: string;
}

/** A run of a pipeline. */
export interface IRun {
  runId: string;
  applicationId: string;
  pipeline: string;
  name?: string;
  state: RunState;
  /** EMR Serverless' own words for the state. */
  stateDetails?: string;
  /** ISO 8601. */
  createdAt: string;
  startedAt?: string;
  endedAt?: string;
  /** Without the time in the queue. */
  durationSeconds?: number;
  queuedSeconds?: number;
  attempt?: number;
  /** How often it is tried at most. */
  maxAttempts?: number;
  /** All of them, where there was more than one; the first comes first. Hours and cost are those of all. */
  attempts?: IRunAttempt[];
  /** Started by EventBridge Scheduler. */
  scheduled: boolean;
  createdBy?: string;
  /** By name; what has none under `0`, `1` … */
  arguments: Record<string, string>;
  scriptUri: string;
  /** First characters of the script's SHA-256. */
  scriptVersion: string;
  sparkConf: Record<string, string>;
  release?: string;
  architecture?: string;
  billed?: IBilled;
  /** All that the run used, also where AWS bills less of it. */
  used?: IBilled;
  cost?: ICost;
  /** Why it failed: Spark's error with the script's line. Also of a run that ran out of time, which ends CANCELLED. */
  failure?: IRunFailure;
}

/** Why a run failed, from the driver's log. */
export interface IRunFailure {
  /** Class of the exception. */
  exception?: string;
  /** In a sentence or two. */
  message: string;
  /** Line of the script, from 1. */
  scriptLine?: number;
  /** What stands there. */
  scriptText?: string;
  /** Number of the notebook's cell that the line is of, from 0, where the script says. */
  cell?: number;
  fix?: string;
  /** Last lines of the log that matter. */
  log?: string[];
}

/** Pipelines and their runs, as pushed. */
export interface IRunList {
  pipelines: IPipelineSummary[];
  /** Newest first. */
  runs: IRun[];
  /** ISO 8601: when AWS was asked. */
  asOf: string;
  /** A passing trouble: the list is the last one known. */
  stale?: IErrorInfo;
}

/** One line of a comparison. */
export interface IDifference {
  what: string;
  a: string;
  b: string;
  same: boolean;
  /** What the values are, for those who show them: ISO 8601, seconds, a {@link RunState}. Undefined: text. */
  kind?: 'moment' | 'seconds' | 'state';
}

/** Which runs are asked for. */
export interface IRunFilter {
  pipeline?: string;
  /** Runs of each pipeline. Default 20. */
  limit?: number;
}

/** Methods of the promotion; part of `ControlMethods`. */
export type PromoteMethods = {
  'promote.preview': { params: IPreviewRequest; result: IPreview };
  /** Pushes `deploy` events while it goes on. */
  'promote.deploy': { params: IDeployRequest; result: IDeployment };
  /** Takes away all that deployments of this pipeline made; data, scripts' history and logs in S3 stay. */
  'promote.remove': { params: { pipeline: string; token: string }; result: { steps: IDeployStep[] } };
  /** CloudFormation template for the platform team, as YAML. */
  'promote.template': { params: ITemplateRequest; result: { text: string } };
  'runs.list': { params: IRunFilter; result: IRunList };
  /** Start pushing `runs` events on this comm. */
  'runs.watch': { params: IRunFilter; result: IRunList };
  'runs.unwatch': { params: Record<string, never>; result: null };
  'runs.get': { params: { pipeline: string; runId: string }; result: IRun };
  /** The same token never starts a second run. Arguments by name; those that are not named keep their defaults. */
  'runs.start': {
    params: { pipeline: string; arguments?: Record<string, string>; token: string };
    result: IRun;
  };
  'runs.cancel': { params: { pipeline: string; runId: string }; result: { runId: string } };
  'runs.compare': { params: { pipeline: string; a: string; b: string }; result: IDifference[] };
  /** The driver's log: all of it that is in S3 by now, cut to its last `maxCharacters` (default 200000). Default: the last attempt's. */
  'runs.logs': {
    params: { pipeline: string; runId: string; stream?: 'stdout' | 'stderr'; maxCharacters?: number; attempt?: number };
    result: { text: string; uri: string; cut: boolean; complete: boolean };
  };
  /** A presigned URL of the Spark UI, valid for an hour: open it, do not keep it. */
  'runs.ui': { params: { pipeline: string; runId: string }; result: { url: string } };
  'schedule.set': { params: { pipeline: string; enabled: boolean }; result: IPipelineSummary };
};

/** Events of the promotion. */
export interface IPromoteEvents {
  deploy: IDeployProgress;
  runs: IRunList;
}
