/** Provisioned products and clusters, joined into the rows of the cluster list. Pure. */
import type { ClusterState, ICluster } from '../protocol';
import { userName } from '../aws';
import { clusterReason, isFailure, productReason } from './reasons';
import { timeline } from './timeline';
import type { IClusterView, IProductView } from './views';
import { creatorArn, isEnded, productIdOf, stateOf } from './views';

/** Which clusters end up in a list. */
export interface IRowOptions {
  /** Include what ended in the last 24 h. */
  ended: boolean;
  now: number;
  /** The caller's ARN, where it was asked for: tells whose ended clusters are. */
  arn?: string;
}

/** How long what ended before our eyes is shown to everybody, ms: one wants to see it end. */
const RECENT_MS = 10 * 60_000;
const DAY_MS = 24 * 3600_000;

/** The cluster that a product made: by its outputs, else by the cluster's tags. */
export function clusterOf(view: IProductView, clusters: Map<string, IClusterView>): IClusterView | undefined {
  if (view.clusterId !== undefined) {
    return clusters.get(view.clusterId);
  }
  const tagged = [...clusters.values()].filter(cluster => productIdOf(cluster.detail) === view.id);
  return tagged.find(cluster => !isEnded(cluster)) ?? tagged.sort((a, b) => created(b) - created(a))[0];
}

function created(cluster: IClusterView): number {
  return cluster.summary.Status?.Timeline?.CreationDateTime?.getTime() ?? 0;
}

/** All rows: the caller's own first, the newest first, what ended last. */
export function rows(
  products: Iterable<IProductView>,
  clusters: Map<string, IClusterView>,
  options: IRowOptions
): ICluster[] {
  const joined = new Set<string>();
  const list: ICluster[] = [];
  for (const view of products) {
    const cluster = clusterOf(view, clusters);
    if (cluster) {
      joined.add(cluster.id);
    }
    if (showsProduct(view, cluster, options)) {
      list.push(productRow(view, cluster));
    }
  }
  for (const cluster of clusters.values()) {
    if (!joined.has(cluster.id) && showsCluster(cluster, options)) {
      list.push(clusterRow(cluster, options.arn));
    }
  }
  const over = (row: ICluster) => (row.state.startsWith('TERMINATED') ? 1 : 0);
  return list.sort(
    (a, b) =>
      Number(b.mine) - Number(a.mine) ||
      over(a) - over(b) ||
      (b.createdAt ?? '').localeCompare(a.createdAt ?? '') ||
      a.key.localeCompare(b.key)
  );
}

function recently(at: number | undefined, options: IRowOptions): boolean {
  return at !== undefined && options.now - at < (options.ended ? DAY_MS : RECENT_MS);
}

function showsProduct(view: IProductView, cluster: IClusterView | undefined, options: IRowOptions): boolean {
  if (view.goneAt !== undefined) {
    return recently(view.goneAt, options) || (cluster !== undefined && !isEnded(cluster));
  }
  if (!view.mine) {
    // Another's product matters as far as its cluster does.
    return cluster !== undefined && showsCluster(cluster, options);
  }
  // Launched well and no cluster among its outputs: it is something else (a bucket, a database).
  return cluster !== undefined || view.clusterId !== undefined || view.product.Status !== 'AVAILABLE';
}

function showsCluster(cluster: IClusterView, options: IRowOptions): boolean {
  if (!isEnded(cluster)) {
    return true;
  }
  const end = cluster.summary.Status?.Timeline?.EndDateTime?.getTime();
  return recently(cluster.endSeenAt, options) || (options.ended && recently(end, options));
}

/** The state of a product's row. */
export function productState(view: IProductView, cluster: IClusterView | undefined): ClusterState {
  const own = cluster ? (stateOf(cluster) as ClusterState) : undefined;
  if (view.goneAt !== undefined) {
    return own ?? 'TERMINATED';
  }
  const live = cluster !== undefined && !isEnded(cluster);
  switch (view.product.Status) {
    case 'ERROR':
      return 'FAILED';
    case 'TAINTED':
      return live ? (own ?? 'FAILED') : 'FAILED';
    case 'UNDER_CHANGE':
    case 'PLAN_IN_PROGRESS':
      if (view.record?.RecordType === 'TERMINATE_PROVISIONED_PRODUCT') {
        return 'TERMINATING';
      }
      // The stack is being rolled back: it will not come up any more.
      return cluster && (isEnded(cluster) || isFailure(cluster)) ? 'FAILED' : (own ?? 'REQUESTED');
    default:
      return own ?? 'REQUESTED';
  }
}

function productRow(view: IProductView, cluster: IClusterView | undefined): ICluster {
  const { product } = view;
  const state = productState(view, cluster);
  const reason =
    view.goneAt === undefined ? (productReason(view, cluster) ?? clusterReason(cluster)) : clusterReason(cluster);
  const requestedAt = product.CreatedTime?.getTime();
  const terminating = view.record?.RecordType === 'TERMINATE_PROVISIONED_PRODUCT' ? view.record.CreatedTime : undefined;
  const base = cluster ? facts(cluster) : {};
  const endedAt = base.endedAt ?? (view.goneAt === undefined ? undefined : new Date(view.goneAt).toISOString());
  const creator = product.UserArnSession ?? product.UserArn ?? creatorArn(cluster?.detail);
  return {
    key: view.id,
    name: product.Name ?? view.id,
    state,
    provisionedProductId: view.id,
    ...(product.ProductName ? { productName: product.ProductName } : {}),
    ...(product.ProvisioningArtifactName ? { versionName: product.ProvisioningArtifactName } : {}),
    ...base,
    ...(view.clusterId && !cluster ? { clusterId: view.clusterId } : {}),
    ...(endedAt ? { endedAt } : {}),
    ...(reason ? { reason } : {}),
    ...(requestedAt === undefined ? {} : { createdAt: new Date(requestedAt).toISOString() }),
    ...(creator ? { createdBy: userName(creator) } : {}),
    mine: view.mine,
    timeline: timeline({
      state,
      requestedAt: requestedAt ?? 0,
      ...times(cluster),
      ...(endedAt ? { endedAt: Date.parse(endedAt) } : {}),
      ...(terminating ? { terminateAt: terminating.getTime() } : {}),
      observed: cluster?.observed ?? {},
      failed: state === 'FAILED' || isFailure(cluster)
    })
  };
}

/**
 * A cluster that no product of which we know made, or whose product is gone.
 *
 * @param arn - the caller's
 */
export function clusterRow(cluster: IClusterView, arn?: string): ICluster {
  const state = stateOf(cluster) as ClusterState;
  const reason = clusterReason(cluster);
  const creator = creatorArn(cluster.detail);
  const productId = productIdOf(cluster.detail);
  // The product is gone with its cluster: the row keeps the key that it had while it lived.
  const mine = isEnded(cluster) && productId !== undefined && creator !== undefined && creator === arn;
  return {
    key: mine ? productId : cluster.id,
    name: cluster.summary.Name ?? cluster.id,
    state,
    ...(productId ? { provisionedProductId: productId } : {}),
    ...facts(cluster),
    ...(reason ? { reason } : {}),
    ...(creator ? { createdBy: userName(creator) } : {}),
    mine,
    timeline: timeline({ state, ...times(cluster), observed: cluster.observed, failed: isFailure(cluster) })
  };
}

function times(cluster: IClusterView | undefined) {
  const line = cluster?.summary.Status?.Timeline;
  const code = cluster?.summary.Status?.StateChangeReason?.Code;
  return {
    ...(line?.CreationDateTime ? { createdAt: line.CreationDateTime.getTime() } : {}),
    ...(line?.ReadyDateTime ? { readyAt: line.ReadyDateTime.getTime() } : {}),
    ...(line?.EndDateTime ? { endedAt: line.EndDateTime.getTime() } : {}),
    ...(code ? { reasonCode: code } : {})
  };
}

/** What EMR says about a cluster, as a row has it. */
function facts(cluster: IClusterView): Partial<ICluster> {
  const line = cluster.summary.Status?.Timeline;
  const { detail } = cluster;
  return {
    clusterId: cluster.id,
    ...(line?.CreationDateTime ? { createdAt: line.CreationDateTime.toISOString() } : {}),
    ...(line?.ReadyDateTime ? { readyAt: line.ReadyDateTime.toISOString() } : {}),
    ...(line?.EndDateTime ? { endedAt: line.EndDateTime.toISOString() } : {}),
    ...(cluster.size ? { size: cluster.size } : {}),
    ...(detail?.ReleaseLabel ? { releaseLabel: detail.ReleaseLabel } : {}),
    ...(detail?.Applications?.length
      ? { applications: detail.Applications.map(one => one.Name ?? '').filter(Boolean) }
      : {}),
    ...(cluster.security ? { runtimeRoles: cluster.security.runtimeRoles } : {}),
    ...(cluster.idleTimeoutSeconds === undefined ? {} : { idleTimeoutSeconds: cluster.idleTimeoutSeconds })
  };
}
