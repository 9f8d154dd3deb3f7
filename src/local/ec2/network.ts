/** The account's network: two private subnets with a table of routes, and the security groups of its clusters. */
import { SECURITY_GROUPS, SUBNETS } from '../serviceCatalog/network';

export const VPC = 'vpc-0b1c2d3e4f5a60718';
/** Of the clusters' nodes, as DescribeCluster names them. */
export const MASTER_GROUP = 'sg-0a14d7e1b9c6f2a35';
export const WORKER_GROUP = 'sg-0b24d7e1b9c6f2a35';

export interface ISubnet {
  id: string;
  cidr: string;
  zone: string;
  publicAddresses: boolean;
}

export interface IRoute {
  destination: string;
  /** `igw-…`, `nat-…`, `local`. */
  target: string;
}

export interface IRouteTable {
  id: string;
  main: boolean;
  subnets: string[];
  routes: IRoute[];
}

export interface IRule {
  protocol: string;
  from?: number;
  to?: number;
  cidrs: string[];
  groups: string[];
}

export interface ISecurityGroup {
  id: string;
  name: string;
  ingress: IRule[];
}

/** One region's; changed in place. */
export class Network {
  readonly subnets: ISubnet[];
  readonly tables: IRouteTable[];
  readonly groups: ISecurityGroup[];

  constructor(region: string) {
    this.subnets = SUBNETS.map((id, index) => ({
      id,
      cidr: `10.0.${index}.0/24`,
      zone: `${region}${'ab'[index]}`,
      publicAddresses: false
    }));
    const local: IRoute = { destination: '10.0.0.0/16', target: 'local' };
    this.tables = [
      { id: 'rtb-0a1b2c3d4e5f60718', main: true, subnets: [], routes: [local] },
      {
        id: 'rtb-0f1e2d3c4b5a69788',
        main: false,
        subnets: [...SUBNETS],
        routes: [local, { destination: '0.0.0.0/0', target: 'nat-0a1b2c3d4e5f60718' }]
      }
    ];
    const nodes: IRule = { protocol: 'tcp', from: 0, to: 65535, cidrs: [], groups: [MASTER_GROUP, WORKER_GROUP] };
    const livy: IRule = { protocol: 'tcp', from: 8998, to: 8998, cidrs: ['10.0.0.0/8'], groups: [] };
    this.groups = [
      { id: MASTER_GROUP, name: 'ElasticMapReduce-Master-Private', ingress: [nodes, livy] },
      { id: WORKER_GROUP, name: 'ElasticMapReduce-Slave-Private', ingress: [nodes] },
      ...SECURITY_GROUPS.map(id => ({ id, name: `additional-${id.slice(-4)}`, ingress: [] }))
    ];
  }
}
