import { closeClients } from '../client';
import { clusterSize, describeCluster, listClusters } from '../emr';
import {
  clusterSecurity,
  getClusterSessionCredentials,
  isRoleArn,
  livyPort,
  parseSecurity,
  runtimeRolesEnabled
} from '../emrLivy';
import type { IScripted } from './scripted';
import { startScripted } from './scripted';

const LIVY = (port: string, more: Record<string, string> = {}) => [
  { Classification: 'spark', Properties: {} },
  { Classification: 'livy-conf', Properties: { 'livy.server.port': port, ...more } }
];
const ROLE = 'arn:aws:iam::123456789012:role/analyst';

let aws: IScripted;
beforeAll(async () => {
  aws = await startScripted();
});
afterAll(() => aws.stop());
beforeEach(() => {
  aws.asked.length = 0;
  aws.script = {};
  closeClients();
});

describe('livyPort', () => {
  it('takes the port of the cluster’s own configuration without another request', async () => {
    const cluster = {
      Id: 'j-1',
      Configurations: LIVY('8443', { 'livy.keystore': '/k', 'livy.server.auth.type': 'LDAP' })
    };
    expect(await livyPort({}, cluster)).toEqual({ port: 8443, source: 'cluster', tls: true, authType: 'ldap' });
    expect(aws.asked).toEqual([]);
  });

  it('takes the port of the MASTER instance group, over several pages', async () => {
    aws.script['ListInstanceGroups'] = ({ Marker }) =>
      Marker
        ? { InstanceGroups: [{ InstanceGroupType: 'MASTER', Configurations: LIVY('9000') }] }
        : { InstanceGroups: [{ InstanceGroupType: 'CORE', Configurations: LIVY('1') }], Marker: 'next' };
    expect(await livyPort({}, { Id: 'j-1', InstanceCollectionType: 'INSTANCE_GROUP' })).toEqual({
      port: 9000,
      source: 'instance-group'
    });
    expect(aws.asked.map(one => one.operation)).toEqual(['ListInstanceGroups', 'ListInstanceGroups']);
  });

  it('takes the port of the MASTER instance fleet’s type specifications', async () => {
    aws.script['ListInstanceFleets'] = {
      InstanceFleets: [
        { InstanceFleetType: 'CORE', InstanceTypeSpecifications: [{ Configurations: LIVY('1') }] },
        {
          InstanceFleetType: 'MASTER',
          InstanceTypeSpecifications: [{ InstanceType: 'a' }, { Configurations: LIVY('9443') }]
        }
      ]
    };
    expect(await livyPort({}, { Id: 'j-1', InstanceCollectionType: 'INSTANCE_FLEET' })).toEqual({
      port: 9443,
      source: 'instance-fleet'
    });
  });

  it('falls back to 8998, keeping hints that were configured without a port', async () => {
    aws.script['ListInstanceGroups'] = { InstanceGroups: [] };
    const cluster = {
      Id: 'j-1',
      Configurations: [{ Classification: 'livy-conf', Properties: { 'livy.server.port': 'x', 'livy.keystore': '/k' } }]
    };
    expect(await livyPort({}, cluster)).toEqual({ port: 8998, source: 'default', tls: true });
  });

  it('says that the port is uncertain where the groups may not be read', async () => {
    aws.script['ListInstanceGroups'] = { __error: 'AccessDeniedException', message: 'no' };
    const endpoint = await livyPort({}, { Id: 'j-1' });
    expect(endpoint).toMatchObject({ port: 8998, source: 'default' });
    expect(endpoint.uncertain).toContain('elasticmapreduce:ListInstanceGroups');
  });
});

describe('runtime roles', () => {
  const json = (flag: unknown) =>
    JSON.stringify({ AuthorizationConfiguration: { IAMConfiguration: { EnableApplicationScopedIAMRole: flag } } });

  it.each([
    [json(true), true],
    [json('true'), true],
    [json(false), false],
    ['{}', false]
  ])('%s', async (text, expected) => {
    aws.script['DescribeSecurityConfiguration'] = { Name: 's', SecurityConfiguration: text };
    expect(await runtimeRolesEnabled({}, { SecurityConfiguration: 's' })).toBe(expected);
  });

  it('is off without a security configuration, and not known where it may not be read or is no JSON', async () => {
    expect(await runtimeRolesEnabled({}, {})).toBe(false);
    expect(aws.asked).toEqual([]);
    aws.script['DescribeSecurityConfiguration'] = { __error: 'AccessDeniedException' };
    expect(await clusterSecurity({}, { SecurityConfiguration: 's' })).toBeUndefined();
    expect(parseSecurity('not json')).toBeUndefined();
  });
});

describe('getClusterSessionCredentials', () => {
  it('hands the pair over with its end', async () => {
    aws.script['GetClusterSessionCredentials'] = {
      Credentials: { UsernamePassword: { Username: 'u', Password: 'p' } },
      ExpiresAt: 1_800_000_000
    };
    const pair = await getClusterSessionCredentials({}, { clusterId: 'j-1', executionRoleArn: ROLE });
    const { lifeMs = NaN, ...rest } = pair;
    expect(rest).toEqual({ username: 'u', password: 'p', expiresAt: new Date(1_800_000_000_000) });
    expect(Math.abs(lifeMs - (1_800_000_000_000 - Date.now()))).toBeLessThan(60_000);
    expect(aws.asked[0].input).toEqual({ ClusterId: 'j-1', ExecutionRoleArn: ROLE });
    expect(aws.asked[0].userAgent).toContain('jupyterlab-emr/');
  });

  it('refuses what is no role’s ARN without asking', async () => {
    await expect(
      getClusterSessionCredentials({}, { clusterId: 'j-1', executionRoleArn: 'analyst' })
    ).rejects.toMatchObject({ code: 'BadRoleArn' });
    expect(aws.asked).toEqual([]);
    expect(isRoleArn('arn:aws-cn:iam::123456789012:role/path/x')).toBe(true);
    expect(isRoleArn('arn:aws:iam::1:role/x')).toBe(false);
  });

  it('says which role and which permission where it is denied', async () => {
    aws.script['GetClusterSessionCredentials'] = {
      __error: 'AccessDeniedException',
      message: 'User: u is not authorized'
    };
    const error = await getClusterSessionCredentials({}, { clusterId: 'j-1', executionRoleArn: ROLE }).catch(
      (thrown: unknown) => thrown
    );
    expect(error).toMatchObject({ code: 'RoleDenied', hop: 'iam' });
    expect(JSON.stringify(error)).toContain('elasticmapreduce:ExecutionRoleArn');
  });
});

describe('clusters', () => {
  it('says that there is no such cluster, however EMR puts it', async () => {
    aws.script['DescribeCluster'] = { __error: 'InvalidRequestException', message: "Cluster id 'j-x' is not valid." };
    await expect(describeCluster({}, 'j-x')).rejects.toMatchObject({ code: 'ClusterNotFound' });
  });

  it('collects the pages of a list, and stops after twenty of them', async () => {
    aws.script['ListClusters'] = { Clusters: [{ Id: 'j-1' }], Marker: 'again' };
    expect(await listClusters({})).toHaveLength(20);
  });

  it('tells the size of groups and fleets', async () => {
    aws.script['ListInstanceGroups'] = {
      InstanceGroups: [
        { InstanceGroupType: 'CORE', InstanceType: 'm6g.2xlarge', RequestedInstanceCount: 2 },
        { InstanceGroupType: 'MASTER', InstanceType: 'm6g.xlarge', RequestedInstanceCount: 1 },
        { InstanceGroupType: 'TASK', InstanceType: 'm6g.xlarge', RequestedInstanceCount: 0 }
      ]
    };
    expect(await clusterSize({}, { Id: 'j-1' })).toBe('1 × m6g.xlarge + 2 × m6g.2xlarge');
    aws.script['ListInstanceFleets'] = {
      InstanceFleets: [
        {
          InstanceFleetType: 'CORE',
          TargetOnDemandCapacity: 2,
          TargetSpotCapacity: 6,
          InstanceTypeSpecifications: [{ InstanceType: 'a' }, { InstanceType: 'b', WeightedCapacity: 2 }]
        },
        {
          InstanceFleetType: 'MASTER',
          TargetOnDemandCapacity: 4,
          InstanceTypeSpecifications: [{ InstanceType: 'm', WeightedCapacity: 4 }]
        }
      ]
    };
    expect(await clusterSize({}, { Id: 'j-1', InstanceCollectionType: 'INSTANCE_FLEET' })).toBe(
      '1 × m + 8 units of a|b'
    );
  });

  it('reads renewed credentials without a restart', async () => {
    aws.script['ListClusters'] = { __error: 'ExpiredTokenException', message: 'expired' };
    await expect(listClusters({})).rejects.toMatchObject({ code: 'ExpiredTokenException', hop: 'aws-credentials' });
    aws.script['ListClusters'] = { Clusters: [] };
    delete process.env['AWS_ACCESS_KEY_ID'];
    await expect(listClusters({})).rejects.toMatchObject({ code: 'NoCredentials' });
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDRENEWED';
    await expect(listClusters({})).resolves.toEqual([]);
  });

  it('uses the site’s region where nobody names one', async () => {
    delete process.env['AWS_REGION'];
    aws.script['ListClusters'] = { Clusters: [] };
    await expect(listClusters({})).rejects.toMatchObject({ code: 'NoRegion' });
    await expect(listClusters({ defaultRegion: 'eu-central-1' })).resolves.toEqual([]);
    process.env['AWS_REGION'] = 'us-east-1';
  });

  it('gives up when it is told to', async () => {
    const abort = new AbortController();
    aws.script['ListClusters'] = () => {
      abort.abort();
      return { Clusters: [] };
    };
    await expect(listClusters({}, { signal: abort.signal })).rejects.toMatchObject({ code: 'Cancelled' });
  });
});
