/** The products that the caller may launch: those of deploy/aws, and two that no site should have. */
import memory from '../../../deploy/aws/product-memory.yaml';
import small from '../../../deploy/aws/product-small.yaml';
import { fromTemplate } from './fromTemplate';
import { RESEARCH } from './research';
import broken from './templates/broken.yaml';
import legacy from './templates/legacy.yaml';
import type { ILaunchPath, IProduct } from './types';

const PATH: ILaunchPath = {
  id: 'lpv3-7yq2nbd5kx3zm',
  name: 'Data platform portfolio',
  constraints: [{ Type: 'LAUNCH', Description: 'Launched as the role service-catalog-emr-launch.' }],
  tags: [{ Key: 'Portfolio', Value: 'data-platform' }]
};

const COMMON = {
  owner: 'Data Platform',
  distributor: 'Data Platform Engineering',
  supportEmail: 'data-platform@example.com',
  supportDescription: 'Ask in #data-platform, weekdays from 8 to 18.',
  supportUrl: 'https://wiki.example.com/emr',
  paths: [PATH],
  tagOptions: [],
  instructions: []
} satisfies Partial<IProduct>;

const SMALL: IProduct = {
  ...COMMON,
  id: 'prod-k3vq6m2t5xwza',
  viewId: 'prodview-a2n7ypd4rkq6e',
  name: 'EMR small',
  description: 'One primary and two core nodes for an afternoon of trials. Spark 3.5 with runtime roles.',
  artifacts: [
    {
      id: 'pa-w5jd2hq7ncbxk',
      name: 'v1.2',
      description: 'EMR 7.9 on Graviton',
      createdAt: new Date('2026-05-04T08:31:07Z'),
      guidance: 'DEFAULT',
      ...fromTemplate(small)
    }
  ]
};

const MEMORY: IProduct = {
  ...COMMON,
  id: 'prod-p4m7fyz2ubnqs',
  viewId: 'prodview-h6tqk2wjc5e4a',
  name: 'EMR memory-optimised',
  description: 'Large memory for wide joins: one r6g primary, four r6g core nodes.',
  artifacts: [
    {
      id: 'pa-e6yk3vbm4stqa',
      name: 'v2.0',
      description: 'r6g nodes',
      createdAt: new Date('2026-04-17T13:02:44Z'),
      guidance: 'DEFAULT',
      ...fromTemplate(memory)
    }
  ]
};

const LEGACY: IProduct = {
  ...COMMON,
  id: 'prod-b7sx2dnm6wkqe',
  viewId: 'prodview-z3ycv5hpt7m2q',
  name: 'EMR without runtime roles',
  description: 'For jobs that run as the instance profile. Notebooks connect to it without a role.',
  artifacts: [
    {
      id: 'pa-t2qn5gxk7dwma',
      name: 'v1.0',
      description: 'As it always was',
      createdAt: new Date('2025-10-06T10:00:00Z'),
      guidance: 'DEFAULT',
      ...fromTemplate(legacy)
    }
  ]
};

const BROKEN: IProduct = {
  ...COMMON,
  id: 'prod-y5hz3cqv6tpna',
  viewId: 'prodview-m4bw7xjs2kd6e',
  name: 'EMR with a broken bootstrap action',
  description: 'Fails half-way: its bootstrap action ends with an error on the primary node.',
  artifacts: [
    {
      id: 'pa-n7dk4rzw2ymqe',
      name: 'v0.1',
      description: 'Installs libraries from a bucket that is not there',
      createdAt: new Date('2026-08-19T17:45:12Z'),
      guidance: 'DEFAULT',
      ...fromTemplate(broken)
    }
  ]
};

export const PRODUCTS: readonly IProduct[] = [SMALL, RESEARCH, MEMORY, LEGACY, BROKEN];
