/** Teardown: by Service Catalog where it made the cluster, else by EMR where the user's settings allow it. */
import type { IAwsContext } from '../aws';
import {
  awsError,
  describeCluster,
  describeRecord,
  isDenied,
  listClusters,
  terminateCluster,
  terminateProvisionedProduct,
  terminationProtected
} from '../aws';
import type { ISiteConfig } from '../config';
import { EmrError } from '../protocol';
import type { Clusters } from './clusters';
import { notFound } from './clusters';
import { clusterOf } from './rows';
import type { IProductView } from './views';
import { ENDED, isEnded, productIdOf, stateOf } from './views';

/** What to terminate. */
export interface ITerminate {
  /** `pp-…` or `j-…`. */
  key: string;
  token: string;
  allowTerminateJobFlows?: boolean;
}

/** The answer: `recordId` where Service Catalog does it. */
export interface ITerminated {
  key: string;
  recordId?: string;
}

/** Clusters whose tags are read when a product is gone already. */
const SEARCHED = 10;

/**
 * Terminate once, however often it is asked: what is already ending or ended is a success.
 *
 * @throws EmrError `ClusterNotFound`, `TerminationProtected`, `ProductUnderChange`, `TerminateNotAllowed`, …
 */
export async function terminate(
  aws: IAwsContext,
  site: ISiteConfig,
  clusters: Clusters,
  request: ITerminate,
  signal?: AbortSignal
): Promise<ITerminated> {
  const { key } = request;
  // What cannot be listed can still be terminated by its id.
  await clusters.refresh(false, signal).catch(() => undefined);
  signal?.throwIfAborted();
  const view = clusters.inventory.productOf(key);
  try {
    if (view) {
      return await terminateProduct(aws, clusters, view, request, signal);
    }
    if (key.startsWith('pp-')) {
      return await terminateUnseen(aws, request, signal);
    }
    if (key.startsWith('j-')) {
      return await terminateJobFlow(aws, site, request, signal).catch((error: unknown) => {
        const { stale } = clusters.current(false);
        // Whose it is cannot be told: that is why, and not that it were another's.
        throw error instanceof EmrError && error.code === 'TerminateNotAllowed' && stale && isDenied(stale)
          ? new EmrError(stale, { cause: error })
          : error;
      });
    }
  } finally {
    clusters.kick();
  }
  throw notFound(key);
}

async function terminateProduct(
  aws: IAwsContext,
  clusters: Clusters,
  view: IProductView,
  request: ITerminate,
  signal?: AbortSignal
): Promise<ITerminated> {
  if (view.goneAt !== undefined) {
    return { key: view.id };
  }
  const cluster = clusterOf(view, clusters.inventory.clusters);
  if (cluster && !isEnded(cluster) && stateOf(cluster) !== 'TERMINATING') {
    const now = await describeCluster(aws, cluster.id, signal).catch(() => undefined);
    if (now?.TerminationProtected) {
      throw terminationProtected(cluster.id);
    }
  }
  try {
    const record = await terminateProvisionedProduct(aws, view.id, request.token, signal);
    return { key: view.id, ...(record.RecordId ? { recordId: record.RecordId } : {}) };
  } catch (error) {
    return await alreadyEnding(aws, view, error, signal);
  }
}

/** Service Catalog refused: because it is being terminated already (fine), or because it is being made (say so). */
async function alreadyEnding(
  aws: IAwsContext,
  view: IProductView,
  error: unknown,
  signal?: AbortSignal
): Promise<ITerminated> {
  if (!(error instanceof EmrError)) {
    throw error;
  }
  if (error.code === 'ResourceNotFoundException') {
    return { key: view.id };
  }
  if (!/InvalidState|InvalidParameters|Validation|ResourceInUse|Duplicate/.test(error.code)) {
    throw error;
  }
  const recordId = view.record?.RecordId ?? view.product.LastRecordId;
  const record = recordId
    ? (await describeRecord(aws, recordId, signal).catch(() => undefined))?.RecordDetail
    : undefined;
  const going = /CREATED|IN_PROGRESS/.test(record?.Status ?? '');
  if (going && record?.RecordType === 'TERMINATE_PROVISIONED_PRODUCT') {
    return { key: view.id, ...(record.RecordId ? { recordId: record.RecordId } : {}) };
  }
  if (going) {
    throw new EmrError(
      {
        code: 'ProductUnderChange',
        hop: 'service-catalog',
        message: `"${view.product.Name ?? view.id}" is still being changed: Service Catalog does not terminate it now.`,
        fix: 'Wait until the launch is over (ready or failed), then terminate it again.',
        detail: error.message
      },
      { cause: error }
    );
  }
  throw error;
}

/** A provisioned product that the list does not hold: another's, or one that is gone. */
async function terminateUnseen(aws: IAwsContext, request: ITerminate, signal?: AbortSignal): Promise<ITerminated> {
  const { key, token } = request;
  try {
    const record = await terminateProvisionedProduct(aws, key, token, signal);
    return { key, ...(record.RecordId ? { recordId: record.RecordId } : {}) };
  } catch (error) {
    if (!(error instanceof EmrError) || error.code !== 'ResourceNotFoundException') {
      throw error;
    }
    // Gone already? An ended cluster still carries its tag. A name that never was is an error.
    const ended = await listClusters(aws, { states: ['TERMINATED', 'TERMINATED_WITH_ERRORS', 'TERMINATING'], signal });
    for (const summary of ended.slice(0, SEARCHED)) {
      const cluster = await describeCluster(aws, summary.Id ?? '', signal).catch(() => undefined);
      if (productIdOf(cluster) === key) {
        return { key };
      }
    }
    throw notFound(key);
  }
}

async function terminateJobFlow(
  aws: IAwsContext,
  site: ISiteConfig,
  request: ITerminate,
  signal?: AbortSignal
): Promise<ITerminated> {
  const { key } = request;
  const cluster = await describeCluster(aws, key, signal);
  const state = cluster.Status?.State ?? '';
  if (ENDED.has(state) || state === 'TERMINATING') {
    return { key };
  }
  const product = productIdOf(cluster);
  // The administrator's explicit "no" stands above the user's setting.
  const allowed = site.allowTerminateJobFlows ?? request.allowTerminateJobFlows ?? false;
  if (!allowed) {
    throw new EmrError({
      code: 'TerminateNotAllowed',
      hop: 'config',
      message: product
        ? `The cluster ${key} belongs to the provisioned product ${product}, which is not yours.`
        : `The cluster ${key} was not made by Service Catalog, and terminating such clusters is not allowed here.`,
      fix:
        site.allowTerminateJobFlows === false
          ? 'Ask the platform team: "allowTerminateJobFlows" is off in jupyterlab_emr.json.'
          : 'Allow it ("allowTerminateJobFlows": in JupyterLab’s settings for the sidebar, in jupyterlab_emr.json for cells, ' +
            '--allow-terminate-job-flows on the command line), or ask whoever made the cluster.'
    });
  }
  if (cluster.TerminationProtected) {
    throw terminationProtected(key);
  }
  try {
    await terminateCluster(aws, key, signal);
  } catch (error) {
    const told = awsError(error, 'emr', { does: `terminate ${key}`, iam: 'elasticmapreduce:TerminateJobFlows' });
    // It may have ended between the two calls.
    const now = await describeCluster(aws, key, signal).catch(() => undefined);
    if (!(now?.Status?.State ?? '').startsWith('TERMINAT')) {
      throw told;
    }
  }
  return { key };
}
