/** AWS Service Catalog: what may be launched, what was, and how it went. */
import type {
  DescribeProductOutput,
  DescribeProvisioningParametersOutput,
  DescribeRecordOutput,
  LaunchPathSummary,
  ProductViewSummary,
  ProvisionedProductAttribute,
  RecordDetail,
  RecordOutput
} from '@aws-sdk/client-service-catalog';

import { service } from './client';
import type { IAwsContext } from './context';

export type {
  DescribeProductOutput,
  DescribeProvisioningParametersOutput,
  DescribeRecordOutput,
  LaunchPathSummary,
  ProductViewSummary,
  ProvisionedProductAttribute,
  ProvisioningArtifactParameter,
  RecordDetail,
  RecordOutput
} from '@aws-sdk/client-service-catalog';

/** Pages that a list may have before we stop asking. */
const MAX_PAGES = 20;

const catalog = service(
  'service-catalog',
  () => import('./sdk/serviceCatalog'),
  (sdk, config) => new sdk.ServiceCatalogClient(config)
);

/** Collects the pages of a list. */
async function pages<A, T>(
  look: (token: string | undefined) => Promise<A>,
  items: (answer: A) => T[] | undefined,
  next: (answer: A) => string | undefined
): Promise<T[]> {
  const found: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await look(token);
    found.push(...(items(answer) ?? []));
    token = next(answer);
    if (!token) {
      break;
    }
  }
  return found;
}

/** The products that the caller may launch. @param query - full-text filter */
export function searchProducts(
  context: IAwsContext,
  query?: string,
  signal?: AbortSignal
): Promise<ProductViewSummary[]> {
  const action = { does: 'list the Service Catalog products', iam: 'servicecatalog:SearchProducts' };
  return pages(
    token =>
      catalog(context, action, signal, (client, sdk, options) =>
        client.send(
          new sdk.SearchProductsCommand({
            PageSize: 100,
            PageToken: token,
            SortBy: 'Title',
            SortOrder: 'ASCENDING',
            ...(query ? { Filters: { FullTextSearch: [query] } } : {})
          }),
          options
        )
      ),
    answer => answer.ProductViewSummaries,
    answer => answer.NextPageToken
  );
}

/** A product with its versions and launch paths. */
export function describeProduct(
  context: IAwsContext,
  productId: string,
  signal?: AbortSignal
): Promise<DescribeProductOutput> {
  const action = {
    does: `look up the product ${productId}`,
    iam: 'servicecatalog:DescribeProduct',
    resource: productId
  };
  return catalog(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.DescribeProductCommand({ Id: productId }), options)
  );
}

/** The ways by which the caller may launch a product. */
export function listLaunchPaths(
  context: IAwsContext,
  productId: string,
  signal?: AbortSignal
): Promise<LaunchPathSummary[]> {
  const action = {
    does: `list the launch paths of ${productId}`,
    iam: 'servicecatalog:ListLaunchPaths',
    resource: productId
  };
  return pages(
    token =>
      catalog(context, action, signal, (client, sdk, options) =>
        client.send(new sdk.ListLaunchPathsCommand({ ProductId: productId, PageSize: 20, PageToken: token }), options)
      ),
    answer => answer.LaunchPathSummaries,
    answer => answer.NextPageToken
  );
}

/** A product version, and the path by which it is launched (needed where there are several). */
export interface IArtifact {
  productId: string;
  versionId: string;
  pathId?: string;
}

/** The parameters, tag options and instructions that a launch form is made from. */
export function describeProvisioningParameters(
  context: IAwsContext,
  artifact: IArtifact,
  signal?: AbortSignal
): Promise<DescribeProvisioningParametersOutput> {
  const action = {
    does: `read the parameters of the product ${artifact.productId}`,
    iam: 'servicecatalog:DescribeProvisioningParameters',
    resource: artifact.productId
  };
  return catalog(context, action, signal, (client, sdk, options) =>
    client.send(
      new sdk.DescribeProvisioningParametersCommand({
        ProductId: artifact.productId,
        ProvisioningArtifactId: artifact.versionId,
        PathId: artifact.pathId
      }),
      options
    )
  );
}

/** What to launch. */
export interface IProvision extends IArtifact {
  name: string;
  parameters: { Key: string; Value: string }[];
  tags: { Key: string; Value: string }[];
  /** The same token never makes a second product. */
  token: string;
}

/** Launch a product; answers with the record of the launch. */
export async function provisionProduct(
  context: IAwsContext,
  request: IProvision,
  signal?: AbortSignal
): Promise<RecordDetail> {
  const action = {
    does: `provision "${request.name}"`,
    iam: 'servicecatalog:ProvisionProduct',
    resource: request.productId
  };
  const answer = await catalog(context, action, signal, (client, sdk, options) =>
    client.send(
      new sdk.ProvisionProductCommand({
        ProductId: request.productId,
        ProvisioningArtifactId: request.versionId,
        PathId: request.pathId,
        ProvisionedProductName: request.name,
        ProvisioningParameters: request.parameters,
        Tags: request.tags,
        ProvisionToken: request.token
      }),
      options
    )
  );
  return answer.RecordDetail ?? {};
}

/** How a launch or a termination goes, with its outputs. */
export function describeRecord(
  context: IAwsContext,
  recordId: string,
  signal?: AbortSignal
): Promise<DescribeRecordOutput> {
  const action = {
    does: `follow the record ${recordId}`,
    iam: 'servicecatalog:DescribeRecord',
    resource: recordId
  };
  return catalog(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.DescribeRecordCommand({ Id: recordId }), options)
  );
}

/** Whose provisioned products: the caller's own, or all that the account lets the caller see. */
export type AccessLevel = 'User' | 'Role' | 'Account';

/** Provisioned products, newest first. */
export function searchProvisionedProducts(
  context: IAwsContext,
  level: AccessLevel,
  signal?: AbortSignal
): Promise<ProvisionedProductAttribute[]> {
  const action = { does: 'list the provisioned products', iam: 'servicecatalog:SearchProvisionedProducts' };
  return pages(
    token =>
      catalog(context, action, signal, (client, sdk, options) =>
        client.send(
          new sdk.SearchProvisionedProductsCommand({
            AccessLevelFilter: { Key: level, Value: 'self' },
            SortBy: 'createdTime',
            SortOrder: 'DESCENDING',
            PageSize: 100,
            PageToken: token
          }),
          options
        )
      ),
    answer => answer.ProvisionedProducts,
    answer => answer.NextPageToken
  );
}

/** The outputs of a provisioned product's last good launch. */
export function provisionedProductOutputs(
  context: IAwsContext,
  provisionedProductId: string,
  signal?: AbortSignal
): Promise<RecordOutput[]> {
  const action = {
    does: `read the outputs of ${provisionedProductId}`,
    iam: 'servicecatalog:GetProvisionedProductOutputs',
    resource: provisionedProductId
  };
  return pages(
    token =>
      catalog(context, action, signal, (client, sdk, options) =>
        client.send(
          new sdk.GetProvisionedProductOutputsCommand({
            ProvisionedProductId: provisionedProductId,
            PageSize: 20,
            PageToken: token
          }),
          options
        )
      ),
    answer => answer.Outputs,
    answer => answer.NextPageToken
  );
}

/** Terminate a provisioned product; answers with the record of the termination. */
export async function terminateProvisionedProduct(
  context: IAwsContext,
  provisionedProductId: string,
  token: string,
  signal?: AbortSignal
): Promise<RecordDetail> {
  const action = {
    does: `terminate the provisioned product ${provisionedProductId}`,
    iam: 'servicecatalog:TerminateProvisionedProduct',
    resource: provisionedProductId
  };
  const answer = await catalog(context, action, signal, (client, sdk, options) =>
    client.send(
      new sdk.TerminateProvisionedProductCommand({
        ProvisionedProductId: provisionedProductId,
        TerminateToken: token
      }),
      options
    )
  );
  return answer.RecordDetail ?? {};
}
