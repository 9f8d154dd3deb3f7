import type { CatalogMethods, ICatalogEvents } from './catalog';
import type { IErrorInfo } from './errors';
import type { IPromoteEvents, PromoteMethods } from './promote';

/** Who the server-side AWS credentials belong to. */
export interface IAccount {
  region: string;
  accountId: string;
  arn: string;
  /** Last part of the ARN: the name that "made by" compares with. */
  userName: string;
}

/** A Service Catalog product that the caller may launch. */
export interface IProduct {
  productId: string;
  name: string;
  description: string;
  owner: string;
  supportDescription?: string;
  supportEmail?: string;
  supportUrl?: string;
}

/** One version (provisioning artifact) of a product. */
export interface IProductVersion {
  versionId: string;
  name: string;
  description: string;
  /** ISO 8601. */
  createdAt?: string;
  guidance: 'DEFAULT' | 'DEPRECATED' | 'NONE';
}

/** A way by which the caller may launch a product. */
export interface ILaunchPath {
  pathId: string;
  name: string;
}

export interface IProductDetail extends IProduct {
  /** Newest first; the one to preselect is {@link defaultVersionId}. */
  versions: IProductVersion[];
  defaultVersionId?: string;
  /** With more than one the user has to choose. */
  launchPaths: ILaunchPath[];
}

/** A JSON schema and uiSchema for RJSF, made from DescribeProvisioningParameters. */
export interface IProductForm {
  productId: string;
  versionId: string;
  pathId?: string;
  /**
   * JSON Schema (draft 7) of an object `{parameters: {…}, tags: {…}}`: one property a parameter (in the order of the
   * template), one select a TagOption.
   */
  schema: Record<string, unknown>;
  /** RJSF uiSchema: password for no-echo, order, help texts. */
  uiSchema: Record<string, unknown>;
  /** UsageInstructions as `{type: 'rules' | 'instructions' | 'launchAsRole' …, value}`. */
  instructions: { type: string; value: string }[];
}

/** Service Catalog's rule for the name of a provisioned product: the name of a cluster. */
export const CLUSTER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$/;

/** The id that EMR gives a cluster (a job flow). */
export const CLUSTER_ID = /^j-[A-Z0-9]+$/;

export interface IProvisionRequest {
  productId: string;
  versionId: string;
  pathId?: string;
  /** Provisioned product name, see {@link CLUSTER_NAME}. */
  name: string;
  /** Form data of the `parameters` part: numbers, strings, arrays of strings (joined by commas for lists). */
  parameters: Record<string, unknown>;
  /** Form data of the `tags` part. */
  tags?: Record<string, string>;
  /** ProvisionToken: the same token never makes a second cluster. */
  token: string;
}

export interface IProvisionResult {
  provisionedProductId: string;
  recordId: string;
}

/** State of a row of the cluster list; EMR's own words once there is a cluster. */
export type ClusterState =
  | 'REQUESTED'
  | 'STARTING'
  | 'BOOTSTRAPPING'
  | 'RUNNING'
  | 'WAITING'
  | 'TERMINATING'
  | 'TERMINATED'
  | 'TERMINATED_WITH_ERRORS'
  /** Service Catalog could not make it; `reason` says why. The product is there and can be terminated. */
  | 'FAILED';

/** States in which a cluster takes Livy sessions. */
export const READY_STATES: readonly ClusterState[] = ['RUNNING', 'WAITING'];
/** States that will not change any more. */
export const END_STATES: readonly ClusterState[] = ['TERMINATED', 'TERMINATED_WITH_ERRORS'];

/** One phase of start-up or teardown. Times are ISO 8601 and, where AWS does not say them, as observed. */
export interface IPhase {
  /** Stable name: `requested`, `starting`, `bootstrapping`, `running`, `ready`, `terminating`, `terminated`. */
  id: string;
  label: string;
  status: 'done' | 'active' | 'pending' | 'failed';
  startedAt?: string;
  endedAt?: string;
}

/** A provisioned product and its cluster, or a cluster that was made another way. */
export interface ICluster {
  /** `pp-…` of the provisioned product, or `j-…` where there is none. Stable over the whole life. */
  key: string;
  name: string;
  state: ClusterState;
  provisionedProductId?: string;
  productName?: string;
  versionName?: string;
  clusterId?: string;
  /** Why it failed or ended: the true cause (record error, StateChangeReason, ErrorDetails). */
  reason?: IErrorInfo;
  /** ISO 8601. */
  createdAt?: string;
  readyAt?: string;
  endedAt?: string;
  createdBy?: string;
  /** The caller owns it. */
  mine: boolean;
  /** One line, e.g. `1 × m6g.xlarge + 2 × m6g.2xlarge`. */
  size?: string;
  releaseLabel?: string;
  applications?: string[];
  /** The security configuration turns runtime roles on. Undefined: not known. */
  runtimeRoles?: boolean;
  /** Seconds of idleness after which EMR ends it by itself, from its auto-termination policy. */
  idleTimeoutSeconds?: number;
  timeline: IPhase[];
}

export interface IClusterList {
  clusters: ICluster[];
  /** ISO 8601: when AWS was asked; the epoch where it never answered (`stale` says why). */
  asOf: string;
  /** A passing trouble (throttling, network): the list is the last one known. */
  stale?: IErrorInfo;
}

/** A role that a notebook may run as. */
export interface IRuntimeRole {
  arn: string;
  name: string;
  /** Where it is known from: the site's configuration, a product's outputs, the user's settings. */
  source: 'site' | 'product' | 'settings';
}

/** An EMR Serverless application. */
export interface IApplication {
  applicationId: string;
  /** Its name; the id where it has none. */
  name: string;
  /** The service's word: `CREATING, CREATED, STARTING, STARTED, STOPPING, STOPPED`. */
  state: string;
  /** `emr-7.9.0`. */
  release: string;
  architecture?: string;
  /** Notebooks can connect to it. Undefined: not known. */
  livy?: boolean;
  /** Why they cannot, or why that is not known; a few words. */
  why?: string;
  /** Minutes of idleness after which it stops by itself; undefined: never, or not known. */
  autoStopMinutes?: number;
  /** The pipeline that it runs, where it was made for one. */
  pipeline?: string;
}

/** The account's EMR Serverless applications by name. */
export interface IApplicationList {
  applications: IApplication[];
  /** What could not be read of them. */
  problem?: IErrorInfo;
  /** ISO 8601: when AWS was asked. */
  asOf: string;
}

/** States of an application that pass by themselves. */
export const PASSING_STATES: readonly string[] = ['CREATING', 'STARTING', 'STOPPING'];

/** Methods of {@link CONTROL_TARGET}. */
export type ControlMethods = {
  'account.describe': { params: Record<string, never>; result: IAccount };
  'products.list': { params: { query?: string }; result: IProduct[] };
  'products.describe': { params: { productId: string }; result: IProductDetail };
  'products.form': { params: { productId: string; versionId: string; pathId?: string }; result: IProductForm };
  'products.provision': { params: IProvisionRequest; result: IProvisionResult };
  /** Ask AWS now. `ended` includes clusters that ended in the last 24 h. */
  'clusters.list': { params: { ended?: boolean }; result: IClusterList };
  'clusters.describe': { params: { key: string }; result: ICluster };
  /** Start pushing `clusters` events on this comm; answers with the list as it is. */
  'clusters.watch': { params: { ended?: boolean }; result: IClusterList };
  'clusters.unwatch': { params: Record<string, never>; result: null };
  /**
   * TerminateProvisionedProduct; for a cluster without one TerminateJobFlows, refused unless `allowTerminateJobFlows`.
   * Terminating what is already ending or ended is a success.
   */
  'clusters.terminate': {
    params: { key: string; token: string; allowTerminateJobFlows?: boolean };
    result: { key: string; recordId?: string };
  };
  /** A presigned URL of the Spark history server, on the cluster while it runs, persistent after it. */
  'clusters.sparkUi': {
    params: { clusterId: string; runtimeRole?: string; applicationId?: string };
    result: { url: string };
  };
  'applications.list': { params: Record<string, never>; result: IApplicationList };
  /** Asked for, not waited for. `application`: id or name. */
  'applications.start': { params: { application: string }; result: IApplication };
  'applications.stop': { params: { application: string }; result: IApplication };
  /** A presigned URL, good for an hour. `jobRunId`: of a job run, or of a session its Spark application's id. */
  'applications.sparkUi': { params: { applicationId: string; jobRunId: string }; result: { url: string } };
  'roles.list': { params: { clusterId?: string }; result: IRuntimeRole[] };
} & PromoteMethods &
  CatalogMethods;

/** Events of {@link CONTROL_TARGET}: event name to data. */
export interface IControlEvents extends IPromoteEvents, ICatalogEvents {
  /** The whole list, pushed when anything in it changed. */
  clusters: IClusterList;
}
