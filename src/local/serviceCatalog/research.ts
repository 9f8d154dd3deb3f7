/** The product with every kind of parameter, tag options, two launch paths, two versions and instance fleets. */
import { APPLICATIONS } from '../emr/types';
import { SECURITY_GROUPS, SUBNETS } from './network';
import { splitList } from './parameters';
import { IDLE_TIMEOUT, OUTPUTS, makeSpec } from './templates';
import type { IProduct, Parameter, Values } from './types';

const PARAMETERS: Parameter[] = [
  {
    ParameterKey: 'ProjectCode',
    ParameterType: 'String',
    IsNoEcho: false,
    Description: 'Project that pays for the cluster.',
    ParameterConstraints: {
      AllowedValues: [],
      AllowedPattern: '[A-Z]{3}-[0-9]{4}',
      ConstraintDescription: 'three capital letters, a dash and four digits, like ABC-1234',
      MinLength: '8',
      MaxLength: '8'
    }
  },
  {
    ParameterKey: 'Purpose',
    ParameterType: 'String',
    DefaultValue: '',
    IsNoEcho: false,
    Description: 'What it is for, in a few words.',
    ParameterConstraints: { AllowedValues: [], MinLength: '0', MaxLength: '60' }
  },
  {
    ParameterKey: 'ReleaseLabel',
    ParameterType: 'String',
    DefaultValue: 'emr-7.9.0',
    IsNoEcho: false,
    Description: 'EMR release.',
    ParameterConstraints: { AllowedValues: ['emr-7.9.0', 'emr-7.5.0', 'emr-6.15.0'] }
  },
  {
    ParameterKey: 'InstanceType',
    ParameterType: 'String',
    DefaultValue: 'm6g.2xlarge',
    IsNoEcho: false,
    Description: 'Type of the core nodes.',
    ParameterConstraints: { AllowedValues: ['m6g.xlarge', 'm6g.2xlarge', 'm6g.4xlarge', 'r6g.2xlarge'] }
  },
  {
    ParameterKey: 'CoreNodes',
    ParameterType: 'Number',
    DefaultValue: '2',
    IsNoEcho: false,
    Description: 'How many core nodes.',
    ParameterConstraints: { AllowedValues: [], MinValue: '1', MaxValue: '20' }
  },
  {
    ParameterKey: 'SpotShare',
    ParameterType: 'Number',
    DefaultValue: '0',
    IsNoEcho: false,
    Description: 'Share of the core nodes from the spot market, 0 to 1.',
    ParameterConstraints: { AllowedValues: ['0', '0.25', '0.5', '1'] }
  },
  {
    ParameterKey: 'Applications',
    ParameterType: 'CommaDelimitedList',
    DefaultValue: 'Hadoop,Spark,Livy',
    IsNoEcho: false,
    Description: 'Applications to install.',
    ParameterConstraints: { AllowedValues: ['Hadoop', 'Spark', 'Livy', 'Hive'] }
  },
  {
    ParameterKey: 'VolumeSizes',
    ParameterType: 'List<Number>',
    DefaultValue: '64,128',
    IsNoEcho: false,
    Description: 'Disk of the primary and of each core node in GiB.',
    ParameterConstraints: { AllowedValues: [], MinValue: '32', MaxValue: '1024' }
  },
  {
    ParameterKey: 'Subnet',
    ParameterType: 'AWS::EC2::Subnet::Id',
    DefaultValue: SUBNETS[0],
    IsNoEcho: false,
    Description: 'Subnet of the cluster.',
    ParameterConstraints: { AllowedValues: [] }
  },
  {
    ParameterKey: 'SecurityGroups',
    ParameterType: 'List<AWS::EC2::SecurityGroup::Id>',
    DefaultValue: SECURITY_GROUPS.slice(0, 2).join(','),
    IsNoEcho: false,
    Description: 'Further security groups of its nodes.',
    ParameterConstraints: { AllowedValues: [] }
  },
  {
    ParameterKey: 'MetastorePassword',
    ParameterType: 'String',
    IsNoEcho: true,
    Description: 'Password of the Hive metastore.',
    ParameterConstraints: { AllowedValues: [], MinLength: '8', MaxLength: '64' }
  },
  {
    ParameterKey: 'LogUri',
    ParameterType: 'String',
    DefaultValue: 's3://emr-logs-123456789012/research/',
    IsNoEcho: false,
    Description: 'Folder for logs.',
    ParameterConstraints: { AllowedValues: [], AllowedPattern: 's3://[a-z0-9.-]{3,63}/([^/]+/)*' }
  },
  IDLE_TIMEOUT
];

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
      parameters: PARAMETERS,
      outputs: OUTPUTS,
      build: buildFleets
    },
    {
      id: 'pa-s7qh2yd5wjmca',
      name: 'v2.4',
      description: 'Before instance fleets; use v3.1',
      createdAt: new Date('2025-12-12T16:05:00Z'),
      guidance: 'DEPRECATED',
      parameters: PARAMETERS.filter(({ ParameterKey }) =>
        ['ProjectCode', 'CoreNodes', 'InstanceType', 'IdleTimeoutSeconds'].includes(ParameterKey)
      ),
      outputs: OUTPUTS,
      build: values =>
        makeSpec({
          collection: 'INSTANCE_FLEET',
          nodes: fleets(values, 0, [64, 64]),
          livyPortIn: 'fleet',
          idleTimeoutSeconds: Number(values['IdleTimeoutSeconds'])
        })
    }
  ]
};

function buildFleets(values: Values) {
  const wanted = splitList(values['Applications']);
  return makeSpec({
    releaseLabel: values['ReleaseLabel'],
    applications: APPLICATIONS.filter(({ Name }) => wanted.includes(Name!)),
    collection: 'INSTANCE_FLEET',
    nodes: fleets(values, Number(values['SpotShare']), splitList(values['VolumeSizes']).map(Number)),
    livyPortIn: 'fleet',
    subnetId: values['Subnet'],
    logUri: values['LogUri'],
    idleTimeoutSeconds: Number(values['IdleTimeoutSeconds'])
  });
}

/** A fleet of primaries, one of core nodes on demand, and, where there is a spot share, one of tasks. */
function fleets(values: Values, spotShare: number, volumes: number[]) {
  const count = Number(values['CoreNodes']);
  const spot = Math.min(Math.floor(count * spotShare), count);
  const instanceType = values['InstanceType'];
  const node = { instanceType, volumeGb: volumes[1] ?? volumes[0] };
  return [
    {
      role: 'MASTER' as const,
      name: 'Primary',
      instanceType: 'm6g.xlarge',
      market: 'ON_DEMAND' as const,
      count: 1,
      volumeGb: volumes[0]
    },
    ...(count > spot
      ? [{ ...node, role: 'CORE' as const, name: 'Core', market: 'ON_DEMAND' as const, count: count - spot }]
      : []),
    ...(spot > 0
      ? [{ ...node, role: 'TASK' as const, name: 'Task on spot', market: 'SPOT' as const, count: spot }]
      : [])
  ];
}
