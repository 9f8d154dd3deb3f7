/** The product with every kind of parameter, tag options, two launch paths, two versions and instance fleets. */
import research from '../../../deploy/aws/product-research.yaml';
import { fromTemplate } from './fromTemplate';
import before from './templates/researchBefore.yaml';
import type { IProduct } from './types';

export const RESEARCH: IProduct = {
  id: 'prod-d2w6n4jzqk7ve',
  viewId: 'prodview-q5gxm3tys6nba',
  name: 'EMR research',
  owner: 'Quantitative Research',
  description: 'A cluster made to measure: size, spot share, applications, network. For longer trials of a data set.',
  distributor: 'Data Platform Engineering',
  supportEmail: 'data-platform@example.com',
  supportDescription: 'Ask in #research-compute.',
  supportUrl: 'https://wiki.example.com/emr-research',
  paths: [
    {
      id: 'lpv3-3kzq7wd2mbv5s',
      name: 'Research portfolio',
      constraints: [
        { Type: 'LAUNCH', Description: 'Launched as the role service-catalog-emr-launch.' },
        { Type: 'TEMPLATE', Description: 'At most 20 core nodes.' }
      ],
      tags: [{ Key: 'Portfolio', Value: 'research' }]
    },
    {
      id: 'lpv3-x5n2cty6hpq7g',
      name: 'Shared portfolio',
      constraints: [{ Type: 'LAUNCH', Description: 'Launched as the role service-catalog-emr-launch.' }],
      tags: [{ Key: 'Portfolio', Value: 'shared' }]
    }
  ],
  tagOptions: [
    { Key: 'CostCenter', Values: ['1001-equities', '1002-macro', '1003-credit'] },
    { Key: 'Environment', Values: ['research', 'production'] }
  ],
  instructions: [
    { Type: 'instructions', Value: 'Give the code of a project that is open. Clusters end after the idle time-out.' },
    { Type: 'rules', Value: 'At most 20 core nodes.' },
    { Type: 'version', Value: '' },
    { Type: 'launchAsRole', Value: 'arn:aws:iam::123456789012:role/service-catalog-emr-launch' },
    { Type: 'tagUpdateOnProvisionedProduct', Value: 'ALLOWED' }
  ],
  artifacts: [
    {
      id: 'pa-g4vb6kxz3ntqm',
      name: 'v3.1',
      description: 'Instance fleets, spot share',
      createdAt: new Date('2026-09-01T07:20:00Z'),
      guidance: 'DEFAULT',
      ...fromTemplate(research)
    },
    {
      id: 'pa-s7qh2yd5wjmca',
      name: 'v2.4',
      description: 'Before instance fleets; use v3.1',
      createdAt: new Date('2025-12-12T16:05:00Z'),
      guidance: 'DEPRECATED',
      ...fromTemplate(before)
    }
  ]
};
