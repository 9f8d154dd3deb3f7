/** Sessions: Livy on the clusters, and who reaches it. */
import type { IpPermission } from '../../aws';
import { blockPublicAccess, describeSubnet, ingressRules, routeTableOf } from '../../aws';
import { namedByTemplates, templateChecks } from './products';
import type { AdminReport } from './report';
import type { IClusterShape, Setup } from './setup';
import { at } from './template';
import type { Verdict } from './types';

const LIVY = 8998;
const WORLD = ['0.0.0.0/0', '::/0'];

export async function sessionChecks(setup: Setup, report: AdminReport): Promise<void> {
  await report.look('sessions', 'block-public-access', 'Reading EMR’s block public access', async () => {
    const { BlockPublicSecurityGroupRules, PermittedPublicSecurityGroupRuleRanges = [] } = await blockPublicAccess(
      setup.aws,
      setup.signal
    );
    const open = PermittedPublicSecurityGroupRuleRanges.filter(
      ({ MinRange = 0, MaxRange = MinRange }) => MinRange !== 22 || MaxRange !== 22
    ).map(({ MinRange = 0, MaxRange = MinRange }) => `${MinRange}-${MaxRange}`);
    if (BlockPublicSecurityGroupRules === true && open.length === 0) {
      return { state: 'ok', message: 'EMR refuses clusters whose security groups let everybody in.' };
    }
    return {
      state: 'too wide',
      message:
        BlockPublicSecurityGroupRules === true
          ? `EMR lets clusters be open to everybody on ports ${open.join(', ')}.`
          : 'EMR does not refuse clusters whose security groups let everybody in.',
      evidence: [`BlockPublicSecurityGroupRules: ${String(BlockPublicSecurityGroupRules)}`],
      fix: 'Turn EMR’s block public access on, with no other port than 22.',
      command:
        'aws emr put-block-public-access-configuration --block-public-access-configuration BlockPublicSecurityGroupRules=true'
    };
  });
  await report.eachOf(
    'sessions',
    'livy',
    () => setup.clusters(),
    cluster => Promise.resolve(livy(cluster))
  );
  await report.eachOf(
    'sessions',
    'subnet',
    () => subnets(setup),
    ([id, products]) => subnet(setup, id, products)
  );
  await report.eachOf(
    'sessions',
    'security-group',
    async () => {
      const groups = (await setup.clusters()).map(cluster => [...new Set(cluster.groups)].sort());
      return [...new Map(groups.filter(ids => ids.length > 0).map(ids => [ids.join(), ids])).values()];
    },
    ids => groups(setup, ids)
  );
  await templateChecks(setup, report, 'sessions');
}

/** Subnets of the clusters, and those that templates name, with the products that do. */
async function subnets(setup: Setup): Promise<[string, string[]][]> {
  const named = await namedByTemplates(
    setup,
    ({ Instances: instances }) => [at(instances, 'Ec2SubnetId'), at(instances, 'Ec2SubnetIds')],
    /^subnet-[0-9a-f]+$/
  );
  const standing = (await setup.clusters()).flatMap(({ subnet }) => subnet ?? []);
  return [...new Set([...standing, ...named.keys()])].map(id => [id, named.get(id) ?? []]);
}

function livy({ label, id, livy: has }: IClusterShape): Verdict {
  return has
    ? { state: 'ok', message: `Livy runs on the ${label}.`, evidence: [id] }
    : {
        state: 'missing',
        message: `The ${label} has no Livy: no notebook connects to it.`,
        evidence: [id],
        fix: 'Add Livy to the applications of the product’s template.',
        property: 'AWS::EMR::Cluster Applications'
      };
}

async function subnet(setup: Setup, id: string, products: string[]): Promise<Verdict> {
  const found = await describeSubnet(setup.aws, id, setup.signal);
  if (!found) {
    return { state: 'cannot see', message: `EC2 answers without the subnet ${id}.` };
  }
  const table = await routeTableOf(setup.aws, found, setup.signal);
  const out = table?.Routes?.find(({ GatewayId }) => GatewayId?.startsWith('igw-'));
  if (out || found.MapPublicIpOnLaunch === true) {
    return {
      state: 'too wide',
      message: `Clusters stand in the public subnet ${id}.`,
      evidence: [
        id,
        ...products,
        ...(out ? [`${table?.RouteTableId ?? ''}: ${out.DestinationCidrBlock ?? ''} → ${out.GatewayId ?? ''}`] : []),
        ...(found.MapPublicIpOnLaunch === true ? ['MapPublicIpOnLaunch: true'] : [])
      ],
      fix: 'Offer private subnets only in the product’s template: a route to a NAT gateway or to VPC endpoints.',
      property: 'AWS::EMR::Cluster Instances.Ec2SubnetId'
    };
  }
  return { state: 'ok', message: `The subnet ${id} is private.`, evidence: [id] };
}

async function groups(setup: Setup, ids: string[]): Promise<Verdict[]> {
  const rules = (await ingressRules(setup.aws, ids, setup.signal)).filter(({ rule }) => isOn(rule, LIVY));
  const ranges = ({ IpRanges = [], Ipv6Ranges = [] }: IpPermission) => [
    ...IpRanges.map(({ CidrIp = '' }) => CidrIp),
    ...Ipv6Ranges.map(({ CidrIpv6 = '' }) => CidrIpv6)
  ];
  const open = rules.filter(({ rule }) => ranges(rule).some(range => WORLD.includes(range)));
  const property = 'AWS::EC2::SecurityGroupIngress';
  if (open.length > 0) {
    return open.map(({ group, rule }) => ({
      state: 'too wide',
      message: `The security group ${group} lets everybody to Livy’s port ${LIVY}.`,
      evidence: [group, ...ranges(rule).filter(range => WORLD.includes(range))],
      fix: 'Let in the Jupyter hosts’ security group or network only.',
      property,
      command: `aws ec2 revoke-security-group-ingress --group-id ${group} --protocol tcp --port ${LIVY} --cidr ${ranges(rule).find(range => WORLD.includes(range)) ?? ''}`
    }));
  }
  const from = rules.filter(
    ({ rule }) =>
      ranges(rule).length > 0 ||
      (rule.PrefixListIds ?? []).length > 0 ||
      (rule.UserIdGroupPairs ?? []).some(({ GroupId }) => GroupId !== undefined && !ids.includes(GroupId))
  );
  return from.length > 0
    ? [
        {
          state: 'ok',
          message: `Livy’s port ${LIVY} is open to named networks or groups.`,
          evidence: [...new Set(from.map(({ group }) => group))]
        }
      ]
    : [
        {
          state: 'missing',
          message: `No security group of the primary node lets anybody but the cluster to Livy’s port ${LIVY}.`,
          evidence: ids,
          fix: `Let the Jupyter hosts’ security group in on port ${LIVY}.`,
          property,
          command: `aws ec2 authorize-security-group-ingress --group-id ${ids[0]} --protocol tcp --port ${LIVY} --source-group JUPYTER_GROUP`
        }
      ];
}

function isOn({ IpProtocol, FromPort = 0, ToPort = 65535 }: IpPermission, port: number): boolean {
  return IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= port && port <= ToPort);
}
