/** The little of EC2 that tells who reaches a cluster: subnets, routes, security groups; to read, and to change. */
import type { Guard } from '../access/guard';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import type { ICall, IService } from '../types';
import { Network, VPC, type IRoute, type IRule, type ISecurityGroup } from './network';

type Form = Record<string, string | undefined>;

export function makeEc2(guard: Guard): IService {
  const networks = new Map<string, Network>();
  /** @throws AwsError `UnauthorizedOperation` */
  const network = async (operation: string, call: ICall): Promise<Network> => {
    const decision = await guard.decide(call.caller, `ec2:${operation}`, '*');
    if (decision !== 'allowed') {
      throw new AwsError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. User: ${call.caller.arn} is not authorized to perform: ec2:${operation} because no identity-based policy allows the ec2:${operation} action`,
        403
      );
    }
    const known = networks.get(call.region) ?? new Network(call.region);
    networks.set(call.region, known);
    return known;
  };
  return {
    name: 'ec2',
    operations: {
      DescribeSubnets: async (input: Form, call: ICall) => {
        const { subnets } = await network('DescribeSubnets', call);
        const ids = members(input, 'SubnetId');
        return {
          subnetSet: found(subnets, ids, 'InvalidSubnetID.NotFound', 'subnet').map(subnet => ({
            subnetId: subnet.id,
            subnetArn: `arn:aws:ec2:${call.region}:${ACCOUNT_ID}:subnet/${subnet.id}`,
            state: 'available',
            ownerId: ACCOUNT_ID,
            vpcId: VPC,
            cidrBlock: subnet.cidr,
            availabilityZone: subnet.zone,
            mapPublicIpOnLaunch: subnet.publicAddresses
          }))
        };
      },
      ModifySubnetAttribute: async (input: Form, call: ICall) => {
        const { subnets } = await network('ModifySubnetAttribute', call);
        const [subnet] = found(subnets, [input['SubnetId'] ?? ''], 'InvalidSubnetID.NotFound', 'subnet');
        subnet.publicAddresses = input['MapPublicIpOnLaunch.Value'] === 'true';
        return { return: true };
      },
      DescribeRouteTables: async (input: Form, call: ICall) => {
        const { tables } = await network('DescribeRouteTables', call);
        const wanted = filters(input);
        return {
          routeTableSet: tables
            .filter(
              ({ main, subnets }) =>
                (wanted['association.subnet-id'] ?? subnets).some(id => subnets.includes(id)) ||
                (!wanted['association.subnet-id'] && main) ||
                (wanted['association.main']?.includes('true') === true && main)
            )
            .map(({ id, main, subnets, routes }) => ({
              routeTableId: id,
              vpcId: VPC,
              ownerId: ACCOUNT_ID,
              routeSet: routes.map(viewRoute),
              associationSet: [
                ...(main ? [{ routeTableAssociationId: `rtbassoc-${id.slice(4)}`, routeTableId: id, main }] : []),
                ...subnets.map(subnetId => ({
                  routeTableAssociationId: `rtbassoc-${subnetId.slice(7)}`,
                  routeTableId: id,
                  subnetId,
                  main: false
                }))
              ]
            }))
        };
      },
      CreateRoute: async (input: Form, call: ICall) => {
        const { tables } = await network('CreateRoute', call);
        const [{ routes }] = found(tables, [input['RouteTableId'] ?? ''], 'InvalidRouteTableID.NotFound', 'routeTable');
        const destination = input['DestinationCidrBlock'] ?? '';
        if (routes.some(route => route.destination === destination)) {
          throw new AwsError('RouteAlreadyExists', `The route identified by ${destination} already exists.`);
        }
        routes.push({ destination, target: input['GatewayId'] ?? input['NatGatewayId'] ?? '' });
        return { return: true };
      },
      ReplaceRoute: async (input: Form, call: ICall) => {
        const { tables } = await network('ReplaceRoute', call);
        const [{ routes }] = found(tables, [input['RouteTableId'] ?? ''], 'InvalidRouteTableID.NotFound', 'routeTable');
        const route = routes.find(({ destination }) => destination === input['DestinationCidrBlock']);
        if (!route) {
          throw new AwsError('InvalidRoute.NotFound', 'There is no such route.');
        }
        route.target = input['GatewayId'] ?? input['NatGatewayId'] ?? '';
        return { return: true };
      },
      DescribeSecurityGroups: async (input: Form, call: ICall) => {
        const { groups } = await network('DescribeSecurityGroups', call);
        return {
          securityGroupInfo: found(groups, members(input, 'GroupId'), 'InvalidGroup.NotFound', 'security group').map(
            group => ({
              ownerId: ACCOUNT_ID,
              groupId: group.id,
              groupName: group.name,
              groupDescription: group.name,
              vpcId: VPC,
              ipPermissions: group.ingress.map(viewRule)
            })
          )
        };
      },
      AuthorizeSecurityGroupIngress: async (input: Form, call: ICall) => {
        const group = groupOf(await network('AuthorizeSecurityGroupIngress', call), input);
        group.ingress.push(readRule(input));
        return { return: true };
      },
      RevokeSecurityGroupIngress: async (input: Form, call: ICall) => {
        const group = groupOf(await network('RevokeSecurityGroupIngress', call), input);
        const gone = JSON.stringify(readRule(input));
        group.ingress = group.ingress.filter(rule => JSON.stringify(rule) !== gone);
        return { return: true };
      }
    }
  };
}

function viewRoute({ destination, target }: IRoute): object {
  return {
    destinationCidrBlock: destination,
    ...(target.startsWith('nat-') ? { natGatewayId: target } : { gatewayId: target }),
    state: 'active',
    origin: target === 'local' ? 'CreateRouteTable' : 'CreateRoute'
  };
}

function viewRule({ protocol, from, to, cidrs, groups }: IRule): object {
  return {
    ipProtocol: protocol,
    fromPort: from,
    toPort: to,
    ipRanges: cidrs.map(cidrIp => ({ cidrIp })),
    groups: groups.map(groupId => ({ groupId, userId: ACCOUNT_ID }))
  };
}

function groupOf({ groups }: Network, input: Form): ISecurityGroup {
  return found(groups, [input['GroupId'] ?? ''], 'InvalidGroup.NotFound', 'security group')[0];
}

/** The first of `IpPermissions`. */
function readRule(input: Form): IRule {
  const of = 'IpPermissions.1.';
  const port = (name: string) => (input[of + name] === undefined ? undefined : Number(input[of + name]));
  const values = (list: string, name: string) =>
    Object.entries(input).flatMap(([key, value]) =>
      new RegExp(`^IpPermissions\\.1\\.${list}\\.\\d+\\.${name}$`).test(key) ? [value ?? ''] : []
    );
  return {
    protocol: input[`${of}IpProtocol`] ?? '-1',
    from: port('FromPort'),
    to: port('ToPort'),
    cidrs: values('IpRanges', 'CidrIp'),
    groups: values('Groups', 'GroupId')
  };
}

function members(input: Form, name: string): string[] {
  return Object.entries(input).flatMap(([key, value]) =>
    new RegExp(`^${name}\\.\\d+$`).test(key) ? [value ?? ''] : []
  );
}

function filters(input: Form): Record<string, string[] | undefined> {
  return Object.fromEntries(
    Object.entries(input).flatMap(([key, name]) => {
      const index = /^Filter\.(\d+)\.Name$/.exec(key)?.[1];
      return index === undefined ? [] : [[name ?? '', members(input, `Filter\\.${index}\\.Value`)]];
    })
  );
}

/** @throws AwsError for an id that is not there */
function found<T extends { id: string }>(all: readonly T[], ids: string[], code: string, what: string): T[] {
  return ids.length === 0
    ? [...all]
    : ids.map(id => {
        const one = all.find(candidate => candidate.id === id);
        if (!one) {
          throw new AwsError(code, `The ${what} ID '${id}' does not exist`);
        }
        return one;
      });
}
