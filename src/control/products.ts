/** Products: what may be launched, in which versions, by which paths, with which form; and the launch itself. */
import type { DescribeProvisioningParametersOutput, IAwsContext, ProductViewSummary } from '../aws';
import {
  awsError,
  describeProduct,
  describeProvisioningParameters,
  isDenied,
  listLaunchPaths,
  provisionProduct,
  searchProducts
} from '../aws';
import type {
  ILaunchPath,
  IProduct,
  IProductDetail,
  IProductForm,
  IProductVersion,
  IProvisionRequest,
  IProvisionResult
} from '../protocol';
import { EmrError } from '../protocol';
import { productForm } from './form';
import { checkName, provisionValues } from './formValues';

/** How long a version's parameters are remembered, ms: versions do not change, constraints seldom do. */
const REMEMBER_MS = 60_000;

/** Service Catalog's products for one context. */
export class Products {
  private readonly remembered = new Map<string, { at: number; answer: DescribeProvisioningParametersOutput }>();

  constructor(private readonly aws: IAwsContext) {}

  async list(query?: string, signal?: AbortSignal): Promise<IProduct[]> {
    const products = await searchProducts(this.aws, query, signal);
    return products.map(productOf).filter(product => product.productId !== '');
  }

  async describe(productId: string, signal?: AbortSignal): Promise<IProductDetail> {
    const answer = await describeProduct(this.aws, productId, signal);
    const versions = (answer.ProvisioningArtifacts ?? [])
      .filter(artifact => artifact.Id)
      .map((artifact): IProductVersion => ({
        versionId: artifact.Id ?? '',
        name: artifact.Name ?? artifact.Id ?? '',
        description: artifact.Description ?? '',
        ...(artifact.CreatedTime ? { createdAt: artifact.CreatedTime.toISOString() } : {}),
        guidance: artifact.Guidance === 'DEFAULT' || artifact.Guidance === 'DEPRECATED' ? artifact.Guidance : 'NONE'
      }))
      .sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''));
    const preferred =
      versions.find(version => version.guidance === 'DEFAULT') ??
      versions.find(version => version.guidance !== 'DEPRECATED') ??
      versions[0];
    return {
      ...productOf({ ProductId: productId, ...answer.ProductViewSummary }),
      versions,
      ...(preferred ? { defaultVersionId: preferred.versionId } : {}),
      launchPaths: await this.launchPaths(productId, answer.LaunchPaths, signal)
    };
  }

  private async launchPaths(
    productId: string,
    told: { Id?: string; Name?: string }[] | undefined,
    signal?: AbortSignal
  ): Promise<ILaunchPath[]> {
    let paths = told ?? [];
    if (paths.length === 0) {
      try {
        paths = await listLaunchPaths(this.aws, productId, signal);
      } catch (error) {
        // With one path nobody needs its id: the launch itself will say where one was needed.
        const told = awsError(error, 'service-catalog', { does: 'list launch paths', iam: '' });
        if (!isDenied(told)) {
          throw told;
        }
      }
    }
    return paths.filter(path => path.Id).map(path => ({ pathId: path.Id ?? '', name: path.Name ?? path.Id ?? '' }));
  }

  async form(
    id: { productId: string; versionId: string; pathId?: string },
    signal?: AbortSignal
  ): Promise<IProductForm> {
    return productForm(
      { productId: id.productId, versionId: id.versionId, ...(id.pathId ? { pathId: id.pathId } : {}) },
      await this.parameters(id, signal)
    );
  }

  private async parameters(
    id: { productId: string; versionId: string; pathId?: string },
    signal?: AbortSignal
  ): Promise<DescribeProvisioningParametersOutput> {
    const key = JSON.stringify([id.productId, id.versionId, id.pathId]);
    const known = this.remembered.get(key);
    if (known && Date.now() - known.at < REMEMBER_MS) {
      return known.answer;
    }
    try {
      const answer = await describeProvisioningParameters(this.aws, id, signal);
      this.remembered.set(key, { at: Date.now(), answer });
      return answer;
    } catch (error) {
      throw id.pathId ? error : await this.pathNeeded(id.productId, error, signal);
    }
  }

  /** Where a product has several launch paths Service Catalog refuses a call without one: say which there are. */
  private async pathNeeded(productId: string, error: unknown, signal?: AbortSignal): Promise<unknown> {
    if (!(error instanceof EmrError) || !/InvalidParameters|Validation/.test(error.code)) {
      return error;
    }
    const paths = await this.launchPaths(productId, undefined, signal).catch(() => []);
    if (paths.length < 2) {
      return error;
    }
    return new EmrError(
      {
        code: 'LaunchPathNeeded',
        hop: 'service-catalog',
        message: `The product ${productId} can be launched by several paths.`,
        fix: `Choose one: ${paths.map(path => `${path.name} (${path.pathId})`).join(', ')}.`,
        detail: error.message
      },
      { cause: error }
    );
  }

  /** @throws EmrError `InvalidName`, `InvalidParameter`, `LaunchPathNeeded`, `DuplicateResourceException`, … */
  async provision(request: IProvisionRequest, signal?: AbortSignal): Promise<IProvisionResult> {
    checkName(request.name);
    if (!request.token) {
      throw new EmrError({
        code: 'NoToken',
        hop: 'browser',
        message: 'The request to provision has no token.',
        fix: 'Reload the page, and report this as a bug.'
      });
    }
    const answer = await this.parameters(request, signal);
    const values = await provisionValues(
      productForm(request, answer),
      answer.ProvisioningArtifactParameters ?? [],
      request
    );
    try {
      const record = await provisionProduct(
        this.aws,
        {
          productId: request.productId,
          versionId: request.versionId,
          ...(request.pathId ? { pathId: request.pathId } : {}),
          name: request.name,
          token: request.token,
          ...values
        },
        signal
      );
      return { provisionedProductId: record.ProvisionedProductId ?? '', recordId: record.RecordId ?? '' };
    } catch (error) {
      if (error instanceof EmrError && error.code === 'DuplicateResourceException') {
        throw new EmrError(
          {
            code: error.code,
            hop: 'service-catalog',
            message: `A cluster named "${request.name}" exists already.`,
            fix: 'Choose another name, or terminate the other one first.'
          },
          { cause: error }
        );
      }
      throw request.pathId ? error : await this.pathNeeded(request.productId, error, signal);
    }
  }
}

function productOf(view: ProductViewSummary): IProduct {
  return {
    productId: view.ProductId ?? '',
    name: view.Name ?? view.ProductId ?? '',
    description: view.ShortDescription ?? '',
    owner: view.Owner ?? '',
    ...(view.SupportDescription ? { supportDescription: view.SupportDescription } : {}),
    ...(view.SupportEmail ? { supportEmail: view.SupportEmail } : {}),
    ...(view.SupportUrl ? { supportUrl: view.SupportUrl } : {})
  };
}
