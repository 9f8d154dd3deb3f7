/** The parts of the Service Catalog SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  DescribeConstraintCommand,
  DescribeProductCommand,
  DescribeProvisioningArtifactCommand,
  DescribeProvisioningParametersCommand,
  DescribeRecordCommand,
  GetProvisionedProductOutputsCommand,
  ListConstraintsForPortfolioCommand,
  ListLaunchPathsCommand,
  ListPortfoliosCommand,
  ListPrincipalsForPortfolioCommand,
  ListProvisioningArtifactsCommand,
  ProvisionProductCommand,
  SearchProductsAsAdminCommand,
  SearchProductsCommand,
  SearchProvisionedProductsCommand,
  ServiceCatalogClient,
  TerminateProvisionedProductCommand
} from '@aws-sdk/client-service-catalog';
