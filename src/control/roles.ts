/** Runtime roles that a notebook may choose from: the site's, and those that a product's outputs name. */
import { isRoleArn } from '../aws';
import type { ISiteConfig } from '../config';
import type { IRuntimeRole } from '../protocol';
import type { Clusters } from './clusters';

/**
 * Roles for one cluster, or for all of the caller's. The products' own come first.
 *
 * @param clusterId - `j-…` or `pp-…`
 */
export async function runtimeRoles(
  site: ISiteConfig,
  clusters: Clusters,
  clusterId: string | undefined,
  signal?: AbortSignal
): Promise<IRuntimeRole[]> {
  const { inventory } = clusters;
  if (!inventory.looked || (clusterId !== undefined && inventory.productOf(clusterId)?.outputs === undefined)) {
    // The site's roles are good enough where AWS does not answer.
    await clusters.refresh(false, signal).catch(() => undefined);
  }
  const products =
    clusterId === undefined
      ? [...inventory.products.values()].filter(view => view.mine && view.goneAt === undefined)
      : [inventory.productOf(clusterId)].filter(view => view !== undefined);
  const found = new Map<string, IRuntimeRole>();
  for (const output of products.flatMap(view => view.outputs ?? [])) {
    for (const arn of (output.OutputValue ?? '').split(/[\s,]+/).filter(isRoleArn)) {
      found.set(arn, { arn, name: roleName(arn), source: 'product' });
    }
  }
  for (const role of Array.isArray(site.runtimeRoles) ? site.runtimeRoles : []) {
    if (typeof role?.arn === 'string') {
      found.set(role.arn, { arn: role.arn, name: role.name ?? roleName(role.arn), source: 'site' });
    }
  }
  return [...found.values()];
}

function roleName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
