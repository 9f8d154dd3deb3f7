/** What the control knows of provisioned products and clusters between two looks. */
import { CLUSTER_ID } from '../protocol';
import type {
  Cluster,
  ClusterSummary,
  ISecurity,
  ProvisionedProductAttribute,
  RecordDetail,
  RecordOutput
} from '../aws';

/** A provisioned product, with what was asked about it. */
export interface IProductView {
  id: string;
  product: ProvisionedProductAttribute;
  mine: boolean;
  /** The record that tells how the last operation goes or why it failed. */
  record?: RecordDetail;
  /** Outputs of its last good launch; undefined: not asked yet. */
  outputs?: RecordOutput[];
  /** For which record {@link outputs} were read. */
  outputsOf?: string;
  clusterId?: string;
  /** ms: it was there, and is not listed any more. */
  goneAt?: number;
  /** The ended clusters were searched for the one it made. */
  searched?: string;
}

/** A cluster, with what was asked about it. */
export interface IClusterView {
  id: string;
  summary: ClusterSummary;
  /** DescribeCluster's answer in the state {@link detailOf}. */
  detail?: Cluster;
  detailOf?: string;
  size?: string;
  /** The state in which the size was read; it is read again once the cluster is ready. */
  sizeOf?: string;
  idleTimeoutSeconds?: number;
  /** The auto-termination policy was asked for. */
  idleKnown?: boolean;
  security?: ISecurity;
  /** When a state was seen to begin, ms. */
  observed: Partial<Record<string, number>>;
  /** ms: when it was seen ended by this process, which knew it alive. */
  endSeenAt?: number;
}

/** EMR's states that change by themselves. */
export const CHANGING = new Set(['STARTING', 'BOOTSTRAPPING', 'TERMINATING']);
/** EMR's last states. */
export const ENDED = new Set(['TERMINATED', 'TERMINATED_WITH_ERRORS']);

export function stateOf(cluster: IClusterView): string {
  return cluster.summary.Status?.State ?? 'STARTING';
}

export function isEnded(cluster: IClusterView): boolean {
  return ENDED.has(stateOf(cluster));
}

/** Service Catalog tags what it makes: the provisioned product's id, where the cluster's tags tell it. */
export function productIdOf(cluster: Cluster | undefined): string | undefined {
  for (const tag of cluster?.Tags ?? []) {
    if (/^aws:(servicecatalog:provisionedProductArn|cloudformation:stack-(id|name))$/.test(tag.Key ?? '')) {
      const id = /\bpp-[A-Za-z0-9]+/.exec(tag.Value ?? '')?.[0];
      if (id !== undefined) {
        return id;
      }
    }
  }
  return undefined;
}

/** Who made it, from the tags: Service Catalog's own, else the usual names. */
export function creatorArn(cluster: Cluster | undefined): string | undefined {
  const tags = new Map((cluster?.Tags ?? []).map(tag => [(tag.Key ?? '').toLowerCase(), tag.Value ?? '']));
  for (const key of [
    'aws:servicecatalog:provisioningprincipalarn',
    'createdby',
    'created-by',
    'creator',
    'owner',
    'user'
  ]) {
    const value = tags.get(key);
    if (value) {
      return value;
    }
  }
  return undefined;
}

/** The cluster id among outputs. @param key - the output's name where the site fixes it */
export function clusterIdOf(outputs: RecordOutput[] | undefined, key: string | undefined): string | undefined {
  const isId = (value: string | undefined): value is string => CLUSTER_ID.test(value ?? '');
  const named = outputs?.find(output => output.OutputKey === key)?.OutputValue;
  return isId(named) ? named : outputs?.map(output => output.OutputValue).find(isId);
}
