/** Where the products' templates lie: the bucket that they were uploaded to. */
import { ACCOUNT_ID } from '../identity';
import { PRODUCTS } from './catalogue';
import type { IArtifact, IProduct } from './types';

export const TEMPLATES_BUCKET = `emr-templates-${ACCOUNT_ID}`;

function keyOf(product: IProduct, artifact: IArtifact): string {
  return `${product.id}/${artifact.id}.yaml`;
}

/** Address of a version's template, as DescribeProvisioningArtifact answers it. */
export function templateUrl(product: IProduct, artifact: IArtifact): string {
  return `https://${TEMPLATES_BUCKET}.s3.amazonaws.com/${keyOf(product, artifact)}`;
}

/** Texts by key. */
export function templateObjects(): Record<string, string> {
  return Object.fromEntries(
    PRODUCTS.flatMap(product => product.artifacts.map(artifact => [keyOf(product, artifact), artifact.template]))
  );
}
