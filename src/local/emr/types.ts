import type {
  Application,
  ClusterState,
  ClusterStateChangeReason,
  Command,
  Configuration,
  ErrorDetail,
  MarketType
} from '@aws-sdk/client-emr';

import type { ITag } from '../types';

export type NodeRole = 'MASTER' | 'CORE' | 'TASK';

/** One instance group, or one fleet with its first instance type. */
export interface INodesSpec {
  role: NodeRole;
  name: string;
  instanceType: string;
  market: MarketType;
  count: number;
  configurations?: Configuration[];
  volumeGb?: number;
}

/** Where a cluster's configuration says Livy's port. */
export type LivyPortPlace = 'cluster' | 'group' | 'fleet';

/** What a cluster is to be. */
export interface IClusterSpec {
  name: string;
  releaseLabel: string;
  applications: Application[];
  tags: ITag[];
  collection: 'INSTANCE_GROUP' | 'INSTANCE_FLEET';
  nodes: INodesSpec[];
  configurations: Configuration[];
  livyPortIn: LivyPortPlace;
  securityConfiguration?: string;
  bootstrapActions: Command[];
  logUri?: string;
  subnetId: string;
  keyName?: string;
  serviceRole: string;
  instanceProfile: string;
  terminationProtected?: boolean;
  /** False: it ends when it has no steps, which here is at once. */
  keepAlive: boolean;
  /** Seconds of AWS's time. */
  idleTimeoutSeconds?: number;
  /** Its bootstrap action fails on the master node. */
  failsAtBootstrap?: boolean;
  /** It is there already, and its Livy starts with the first connection. */
  existing?: { createdAt: Date };
}

export type State = ClusterState;
export type Reason = ClusterStateChangeReason;
export type Details = ErrorDetail[];

/** Seconds of AWS's time that each phase takes. */
export const PHASES = { starting: 60, bootstrapping: 90, running: 60, terminating: 45 };

export const RELEASE = 'emr-7.9.0';
export const APPLICATIONS: Application[] = [
  { Name: 'Hadoop', Version: '3.4.1' },
  { Name: 'Hive', Version: '3.1.3' },
  { Name: 'Livy', Version: '0.8.0' },
  { Name: 'Spark', Version: '3.5.6' }
];
