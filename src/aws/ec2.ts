/** Amazon EC2, to read only: who reaches a cluster's nodes, and whom they reach. */
import type { IpPermission, RouteTable, Subnet } from '@aws-sdk/client-ec2';

import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';

export type { IpPermission, RouteTable, Subnet } from '@aws-sdk/client-ec2';

const ec2 = service(
  'ec2',
  () => import('./sdk/ec2'),
  (sdk, config) => new sdk.EC2Client(config)
);

function action(does: string, operation: string): IAwsAction {
  return { does, iam: `ec2:${operation}` };
}

/** A subnet; undefined where EC2 answers without it. */
export async function describeSubnet(
  context: IAwsContext,
  id: string,
  signal?: AbortSignal
): Promise<Subnet | undefined> {
  const answer = await ec2(
    context,
    action(`read the subnet ${id}`, 'DescribeSubnets'),
    signal,
    (client, sdk, options) => client.send(new sdk.DescribeSubnetsCommand({ SubnetIds: [id] }), options)
  );
  return answer.Subnets?.[0];
}

/** The table of routes that a subnet goes by: its own, else the main one of its VPC. */
export async function routeTableOf(
  context: IAwsContext,
  subnet: Subnet,
  signal?: AbortSignal
): Promise<RouteTable | undefined> {
  const look = async (filters: Record<string, string>): Promise<RouteTable | undefined> => {
    const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
    const reading = action(`read the routes of ${subnet.SubnetId ?? 'a subnet'}`, 'DescribeRouteTables');
    const answer = await ec2(context, reading, signal, (client, sdk, options) =>
      client.send(new sdk.DescribeRouteTablesCommand({ Filters }), options)
    );
    return answer.RouteTables?.[0];
  };
  return (
    (await look({ 'association.subnet-id': subnet.SubnetId ?? '' })) ??
    look({ 'association.main': 'true', 'vpc-id': subnet.VpcId ?? '' })
  );
}

/** What security groups let in, by the group's id. */
export async function ingressRules(
  context: IAwsContext,
  ids: string[],
  signal?: AbortSignal
): Promise<{ group: string; rule: IpPermission }[]> {
  const answer = await ec2(
    context,
    action(`read the security groups ${ids.join(', ')}`, 'DescribeSecurityGroups'),
    signal,
    (client, sdk, options) => client.send(new sdk.DescribeSecurityGroupsCommand({ GroupIds: ids }), options)
  );
  return (answer.SecurityGroups ?? []).flatMap(({ GroupId = '', IpPermissions = [] }) =>
    IpPermissions.map(rule => ({ group: GroupId, rule }))
  );
}
