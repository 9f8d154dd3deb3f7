/** The products that the caller may launch. */
import { RUNTIME_ROLES_OFF } from '../emr/security';
import { IDLE_TIMEOUT, OUTPUTS, makeNodes, makeSpec } from './templates';
import { RESEARCH } from './research';
import type { ILaunchPath, IProduct, Parameter } from './types';

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

const INSTANCE_TYPE: Parameter = {
  ParameterKey: 'InstanceType',
  ParameterType: 'String',
  DefaultValue: 'm6g.xlarge',
  IsNoEcho: false,
  Description: 'Type of every node.',
  ParameterConstraints: { AllowedValues: ['m6g.xlarge', 'm6g.2xlarge', 'm7g.xlarge'] }
};

const CORE_NODES: Parameter = {
  ParameterKey: 'CoreNodes',
  ParameterType: 'Number',
  DefaultValue: '2',
  IsNoEcho: false,
  Description: 'How many core nodes.',
  ParameterConstraints: { AllowedValues: [], MinValue: '1', MaxValue: '8' }
};

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
      parameters: [INSTANCE_TYPE, CORE_NODES, IDLE_TIMEOUT],
      outputs: OUTPUTS,
      build: values =>
        makeSpec({
          nodes: makeNodes(values['InstanceType'], values['InstanceType'], Number(values['CoreNodes'])),
          idleTimeoutSeconds: Number(values['IdleTimeoutSeconds'])
        })
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
      parameters: [{ ...CORE_NODES, DefaultValue: '4' }, IDLE_TIMEOUT],
      outputs: OUTPUTS,
      build: values =>
        makeSpec({
          nodes: makeNodes('r6g.2xlarge', 'r6g.4xlarge', Number(values['CoreNodes'])),
          livyPortIn: 'group',
          idleTimeoutSeconds: Number(values['IdleTimeoutSeconds'])
        })
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
      parameters: [CORE_NODES],
      outputs: OUTPUTS.filter(({ Key }) => Key !== 'RuntimeRoleArns'),
      build: values =>
        makeSpec({
          nodes: makeNodes('m5.xlarge', 'm5.xlarge', Number(values['CoreNodes'])),
          securityConfiguration: RUNTIME_ROLES_OFF
        })
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
      parameters: [CORE_NODES],
      outputs: OUTPUTS,
      build: values =>
        makeSpec({
          nodes: makeNodes('m6g.xlarge', 'm6g.xlarge', Number(values['CoreNodes'])),
          bootstrapActions: [
            { Name: 'Install libraries', ScriptPath: 's3://emr-bootstrap-123456789012/install.sh', Args: [] }
          ],
          failsAtBootstrap: true
        })
    }
  ]
};

export const PRODUCTS: readonly IProduct[] = [SMALL, RESEARCH, MEMORY, LEGACY, BROKEN];
