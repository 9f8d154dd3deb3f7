/** From what one types (a name or an id) to the product, version and launch path that are meant. */
import type { ILaunchPath, IProductDetail, IProductVersion } from '../protocol';
import { EmrError } from '../protocol';
import type { IControlService } from './types';

/** Names or ids; what is left out is the default, where there is one. */
export interface IWanted {
  product?: string;
  version?: string;
  path?: string;
}

/** What `products.form` and `products.provision` are asked with, and what it stands for. */
export interface IChoice {
  product: IProductDetail;
  version: IProductVersion;
  id: { productId: string; versionId: string; pathId?: string };
}

/**
 * @throws EmrError `ProductNotFound`, and what {@link choiceIn} throws; each lists what there is
 */
export async function chooseProduct(control: IControlService, wanted: IWanted, signal?: AbortSignal): Promise<IChoice> {
  return choiceIn(await findProduct(control, wanted.product, signal), wanted);
}

/**
 * The version and the launch path within a product that was described already.
 *
 * @throws EmrError `VersionNotFound`, `LaunchPathNotFound`, or `LaunchPathNeeded` where several paths lead to the product
 */
export function choiceIn(product: IProductDetail, wanted: Omit<IWanted, 'product'>): IChoice {
  const version = findVersion(product, wanted.version);
  const pathId = findPath(product, wanted.path)?.pathId;
  return {
    product,
    version,
    id: { productId: product.productId, versionId: version.versionId, ...(pathId ? { pathId } : {}) }
  };
}

async function findProduct(
  control: IControlService,
  wanted: string | undefined,
  signal?: AbortSignal
): Promise<IProductDetail> {
  const list = await control.call('products.list', {}, { signal });
  const found =
    wanted === undefined
      ? list.length === 1
        ? list
        : []
      : list.filter(one => one.productId === wanted || one.name.toLowerCase() === wanted.toLowerCase());
  const [only] = found;
  if (!only || found.length > 1) {
    throw wrong(
      'ProductNotFound',
      wanted === undefined
        ? 'Which product is meant was not said.'
        : only
          ? `Several products are called "${wanted}": give the id of one.`
          : `There is no product "${wanted}" that you may launch.`,
      list.length > 0
        ? `There are ${list.map(one => `"${one.name}" (${one.productId})`).join(', ')}.`
        : 'Ask the platform team for access to a Service Catalog portfolio.'
    );
  }
  return control.call('products.describe', { productId: only.productId }, { signal });
}

function findVersion(product: IProductDetail, wanted: string | undefined): IProductVersion {
  const { versions, defaultVersionId } = product;
  const version =
    wanted === undefined
      ? (versions.find(one => one.versionId === defaultVersionId) ?? versions[0])
      : versions.find(one => one.versionId === wanted || one.name === wanted);
  if (!version) {
    throw wrong(
      'VersionNotFound',
      wanted === undefined
        ? `"${product.name}" has no version that can be launched.`
        : `"${product.name}" has no version "${wanted}".`,
      versions.length > 0 ? `There are ${versions.map(one => one.name).join(', ')}.` : 'Ask its owner to publish one.'
    );
  }
  return version;
}

function findPath(product: IProductDetail, wanted: string | undefined): ILaunchPath | undefined {
  const { launchPaths } = product;
  const choices = `Give --path: ${launchPaths.map(one => `"${one.name}"`).join(' or ')}.`;
  if (wanted !== undefined) {
    const path = launchPaths.find(one => one.pathId === wanted || one.name === wanted);
    if (!path) {
      throw wrong('LaunchPathNotFound', `"${product.name}" has no launch path "${wanted}".`, choices);
    }
    return path;
  }
  if (launchPaths.length > 1) {
    throw wrong('LaunchPathNeeded', `"${product.name}" can be launched by several paths.`, choices);
  }
  return launchPaths[0];
}

function wrong(code: string, message: string, fix: string): EmrError {
  return new EmrError({ code, hop: 'config', message, fix });
}
