/** A cluster that somebody else made without Service Catalog, before the account was started. */
import { makeNodes, makeSpec } from '../serviceCatalog/templates';
import type { IClusterSpec } from './types';

const AGE_MILLISECONDS = 3 * 3_600_000;

export function colleagueCluster(): IClusterSpec {
  return {
    ...makeSpec({ nodes: makeNodes('m6g.xlarge', 'r6g.2xlarge', 3) }),
    name: 'risk-nightly',
    tags: [
      { Key: 'Owner', Value: 'm.curie' },
      { Key: 'Team', Value: 'risk' }
    ],
    existing: { createdAt: new Date(Date.now() - AGE_MILLISECONDS) }
  };
}
