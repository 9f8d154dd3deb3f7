/** Service Catalog as who administers it sees it, to read only. */
import type { PortfolioDetail, Principal } from '@aws-sdk/client-service-catalog';

import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';
import { pages } from './pages';

export type { PortfolioDetail, Principal } from '@aws-sdk/client-service-catalog';

const catalog = service(
  'service-catalog',
  () => import('./sdk/serviceCatalog'),
  (sdk, config) => new sdk.ServiceCatalogClient(config)
);

function action(does: string, operation: string, resource?: string): IAwsAction {
  return { does, iam: `servicecatalog:${operation}`, ...(resource ? { resource } : {}) };
}

/** The portfolios of this account. */
export async function listPortfolios(context: IAwsContext, signal?: AbortSignal): Promise<PortfolioDetail[]> {
  const { items } = await pages({ signal }, async PageToken => {
    const answer = await catalog(
      context,
      action('list the portfolios', 'ListPortfolios'),
      signal,
      (client, sdk, options) => client.send(new sdk.ListPortfoliosCommand({ PageSize: 20, PageToken }), options)
    );
    return { items: answer.PortfolioDetails, next: answer.NextPageToken };
  });
  return items;
}

/** A product of a portfolio. */
export interface IPortfolioProduct {
  id: string;
  name: string;
}

/** The products of a portfolio. */
export async function portfolioProducts(
  context: IAwsContext,
  portfolio: string,
  signal?: AbortSignal
): Promise<IPortfolioProduct[]> {
  const reading = action(`list the products of ${portfolio}`, 'SearchProductsAsAdmin', portfolio);
  const { items } = await pages({ signal }, async PageToken => {
    const answer = await catalog(context, reading, signal, (client, sdk, options) =>
      client.send(new sdk.SearchProductsAsAdminCommand({ PortfolioId: portfolio, PageSize: 100, PageToken }), options)
    );
    return { items: answer.ProductViewDetails, next: answer.NextPageToken };
  });
  return items.map(({ ProductViewSummary: product }) => ({
    id: product?.ProductId ?? '',
    name: product?.Name ?? product?.ProductId ?? ''
  }));
}

/** Whom a portfolio is given to. */
export async function portfolioPrincipals(
  context: IAwsContext,
  portfolio: string,
  signal?: AbortSignal
): Promise<Principal[]> {
  const reading = action(`list who has the portfolio ${portfolio}`, 'ListPrincipalsForPortfolio', portfolio);
  const { items } = await pages({ signal }, async PageToken => {
    const answer = await catalog(context, reading, signal, (client, sdk, options) =>
      client.send(
        new sdk.ListPrincipalsForPortfolioCommand({ PortfolioId: portfolio, PageSize: 20, PageToken }),
        options
      )
    );
    return { items: answer.Principals, next: answer.NextPageToken };
  });
  return items;
}

/**
 * The role that a product of a portfolio is launched as: its ARN, or the name of a role of each account.
 *
 * @returns undefined where there is no launch constraint
 */
export async function launchRole(
  context: IAwsContext,
  portfolio: string,
  product: string,
  signal?: AbortSignal
): Promise<string | undefined> {
  const listing = action(`list the constraints of ${product}`, 'ListConstraintsForPortfolio', portfolio);
  const { items } = await pages({ signal }, async PageToken => {
    const answer = await catalog(context, listing, signal, (client, sdk, options) =>
      client.send(
        new sdk.ListConstraintsForPortfolioCommand({
          PortfolioId: portfolio,
          ProductId: product,
          PageSize: 20,
          PageToken
        }),
        options
      )
    );
    return { items: answer.ConstraintDetails, next: answer.NextPageToken };
  });
  const launch = items.find(({ Type, ProductId }) => Type === 'LAUNCH' && (ProductId ?? product) === product);
  if (!launch?.ConstraintId) {
    return undefined;
  }
  const reading = action(`read the launch constraint of ${product}`, 'DescribeConstraint', launch.ConstraintId);
  const answer = await catalog(context, reading, signal, (client, sdk, options) =>
    client.send(new sdk.DescribeConstraintCommand({ Id: launch.ConstraintId }), options)
  );
  const { RoleArn, LocalRoleName } = JSON.parse(answer.ConstraintParameters ?? '{}') as Record<
    string,
    string | undefined
  >;
  return RoleArn ?? LocalRoleName;
}

/** A version of a product that may be launched. */
export interface IProductVersion {
  id: string;
  name: string;
}

/** The versions of a product that may be launched: active, and not deprecated. */
export async function productVersions(
  context: IAwsContext,
  product: string,
  signal?: AbortSignal
): Promise<IProductVersion[]> {
  const reading = action(`list the versions of ${product}`, 'ListProvisioningArtifacts', product);
  const answer = await catalog(context, reading, signal, (client, sdk, options) =>
    client.send(new sdk.ListProvisioningArtifactsCommand({ ProductId: product }), options)
  );
  return (answer.ProvisioningArtifactDetails ?? [])
    .filter(({ Active, Guidance }) => Active !== false && Guidance !== 'DEPRECATED')
    .map(({ Id = '', Name = Id }) => ({ id: Id, name: Name }));
}

/** Where the template of a version lies, an address of S3 or GitHub; undefined where Service Catalog does not tell. */
export async function templateAddress(
  context: IAwsContext,
  product: string,
  version: string,
  signal?: AbortSignal
): Promise<string | undefined> {
  const reading = action(`read the version ${version} of ${product}`, 'DescribeProvisioningArtifact', product);
  const answer = await catalog(context, reading, signal, (client, sdk, options) =>
    client.send(
      new sdk.DescribeProvisioningArtifactCommand({
        ProductId: product,
        ProvisioningArtifactId: version,
        Verbose: true
      }),
      options
    )
  );
  return answer.Info?.['TemplateUrl'];
}
