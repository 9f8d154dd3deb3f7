/** Finding products, versions, paths and provisioned products by id or name, in Service Catalog's words where they are not there. */
import { AwsError } from '../errors';
import type { IProductLookup } from '../access/callNeeds';
import type { ICall } from '../types';
import { PRODUCTS } from './catalogue';
import type { Provisioning } from './provisioning';
import { userArn } from './views';
import type { IArtifact, ILaunchPath, IProduct, IProvisioned } from './types';

/** What IAM's conditions and resources ask of it. */
export function productLookup(regionOf: (call: ICall) => Provisioning): IProductLookup {
  return {
    productId: name => PRODUCTS.find(product => product.name === name)?.id,
    nearness({ Id, ProvisionedProductId, ProvisionedProductName }, call) {
      const region = regionOf(call);
      const id = ProvisionedProductId ?? Id;
      const owner = (
        region.records.find(record => record.id === id) ??
        region.records.find(({ provisioned }) => provisioned.id === id || provisioned.name === ProvisionedProductName)
      )?.provisioned.caller.arn;
      // What is not there may be looked for by everybody.
      if (owner === undefined || owner === call.caller.arn) {
        return 'User';
      }
      return userArn(owner) === userArn(call.caller.arn) ? 'Role' : 'Account';
    }
  };
}

export function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${what} not found.`);
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParametersException', message);
}

/** Exactly one of both has to be given. */
function one(id: string | undefined, name: string | undefined, what: string): void {
  if ((id === undefined) === (name === undefined)) {
    throw invalid(`Exactly one of ${what}Id and ${what}Name has to be specified.`);
  }
}

export function findProduct(id: string | undefined, name: string | undefined): IProduct {
  one(id, name, 'Product');
  const product = PRODUCTS.find(candidate => candidate.id === id || candidate.name === name);
  if (!product) {
    throw notFound(`Product ${id ?? name}`);
  }
  return product;
}

export function findArtifact(product: IProduct, id: string | undefined, name: string | undefined): IArtifact {
  one(id, name, 'ProvisioningArtifact');
  const artifact = product.artifacts.find(candidate => candidate.id === id || candidate.name === name);
  if (!artifact) {
    throw notFound(`ProvisioningArtifact ${id ?? name} of product ${product.id}`);
  }
  return artifact;
}

/** The path that is asked for, or the only one. */
export function findPath(product: IProduct, id: string | undefined, name: string | undefined): ILaunchPath {
  if (id !== undefined && name !== undefined) {
    throw invalid('Only one of PathId and PathName may be specified.');
  }
  if (id === undefined && name === undefined) {
    if (product.paths.length > 1) {
      throw invalid(
        `Product ${product.id} has ${product.paths.length} launch paths: PathId or PathName has to be specified.`
      );
    }
    return product.paths[0];
  }
  const path = product.paths.find(candidate => candidate.id === id || candidate.name === name);
  if (!path) {
    throw notFound(`Launch path ${id ?? name} of product ${product.id}`);
  }
  return path;
}

export function findProvisioned(
  provisioning: Provisioning,
  id: string | undefined,
  name: string | undefined
): IProvisioned {
  one(id, name, 'ProvisionedProduct');
  const found = provisioning.list().find(candidate => candidate.id === id || candidate.name === name);
  if (!found) {
    throw notFound(`Provisioned product ${id ?? name}`);
  }
  return found;
}
