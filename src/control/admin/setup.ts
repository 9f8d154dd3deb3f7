/** The account as it is found: each part is read once, when the first check wants it. */
import type { IAwsContext, IPortfolioProduct, IRole, SimulatedDecision } from '../../aws';
import {
  callerIdentity,
  describeCluster,
  getRole,
  idleTimeout,
  instanceProfileRole,
  launchRole,
  listClusters,
  listPortfolios,
  listRoles,
  portfolioPrincipals,
  portfolioProducts,
  s3Place,
  simulate
} from '../../aws';
import type { ISiteConfig } from '../../config';
import { EmrError } from '../../protocol';
import type { IProductTemplate, IUnread } from './products';
import { readProducts } from './products';
import type { AdminFeature, IAdminTarget } from './types';
import { ADMIN_FEATURES } from './types';

/** A portfolio with what it offers. */
export interface IPortfolio {
  id: string;
  name: string;
  products: IPortfolioProduct[];
}

/** What a cluster is, or will be. */
export interface IClusterShape {
  /** For the report. */
  label: string;
  id: string;
  securityConfiguration?: string;
  livy: boolean;
  subnet?: string;
  groups: string[];
  instanceProfile?: string;
  logBucket?: string;
}

/** Clusters that are looked at; more say nothing new. */
const MOST_CLUSTERS = 25;

/** Nobody has anything of this name: who may use it may use any. */
const NOBODY = 'jupyterlab-emr-doctor-probe';

export class Setup {
  private readonly read = new Map<string, Promise<unknown>>();

  constructor(
    readonly aws: IAwsContext,
    readonly site: ISiteConfig,
    readonly target: IAdminTarget,
    readonly signal?: AbortSignal
  ) {}

  caller(): Promise<{ accountId: string; region: string; partition: string }> {
    return this.once('caller', async () => {
      const { accountId, arn, region } = await callerIdentity(this.aws, this.signal);
      return { accountId, region, partition: arn.split(':')[1] ?? 'aws' };
    });
  }

  /** The portfolios that are meant. @throws EmrError `NoSuchPortfolio` where one was named that is not there */
  portfolios(): Promise<IPortfolio[]> {
    return this.once('portfolios', async () => {
      const { portfolio } = this.target;
      const all = await listPortfolios(this.aws, this.signal);
      const chosen = all.filter(({ Id, DisplayName }) => !portfolio || Id === portfolio || DisplayName === portfolio);
      if (portfolio && chosen.length === 0) {
        throw new EmrError({
          code: 'NoSuchPortfolio',
          hop: 'config',
          message: `There is no portfolio "${portfolio.slice(0, 80)}" in this account and region.`,
          fix: `There ${all.length === 1 ? 'is' : 'are'} ${all.map(({ Id, DisplayName }) => `${DisplayName ?? ''} (${Id ?? ''})`).join(', ') || 'none'}.`
        });
      }
      return Promise.all(
        chosen.map(async ({ Id = '', DisplayName = Id }) => ({
          id: Id,
          name: DisplayName,
          products: await portfolioProducts(this.aws, Id, this.signal)
        }))
      );
    });
  }

  /** The templates of what the portfolios offer, one a version; those that cannot be read with why. */
  templates(): Promise<(IProductTemplate | IUnread)[]> {
    return this.once('templates', () => readProducts(this));
  }

  /** The first feature that is looked at tells which templates cannot be read, the others do not repeat it. */
  tellsUnread(feature: AdminFeature): boolean {
    const { features } = this.target;
    return ADMIN_FEATURES.find(one => !features?.length || features.includes(one)) === feature;
  }

  /** Whom a portfolio is given to: ARNs and patterns. */
  principalsOf(portfolio: string): Promise<{ arn: string; pattern: boolean }[]> {
    return this.once(`principals ${portfolio}`, async () =>
      (await portfolioPrincipals(this.aws, portfolio, this.signal)).map(({ PrincipalARN = '', PrincipalType }) => ({
        arn: PrincipalARN,
        pattern: PrincipalType === 'IAM_PATTERN'
      }))
    );
  }

  /** The role that a product is launched as, its ARN or name; undefined where it has none. */
  launchRole(portfolio: string, product: string): Promise<string | undefined> {
    return this.once(`launch ${portfolio} ${product}`, () => launchRole(this.aws, portfolio, product, this.signal));
  }

  /** Users and roles whose rights are looked at. */
  principals(): Promise<string[]> {
    return this.once('principals', async () => {
      if (this.target.principals?.length) {
        return [...this.target.principals];
      }
      const portfolios = await this.portfolios();
      const all = await Promise.all(portfolios.map(({ id }) => this.principalsOf(id)));
      return [
        ...new Set(
          all
            .flat()
            .filter(({ pattern }) => !pattern)
            .map(({ arn }) => arn)
        )
      ].sort();
    });
  }

  runtimeRoles(): string[] {
    const { runtimeRoles } = this.target;
    return [...new Set(runtimeRoles?.length ? runtimeRoles : (this.site.runtimeRoles ?? []).map(({ arn }) => arn))];
  }

  /** Clusters that live. */
  clusters(): Promise<IClusterShape[]> {
    return this.once('clusters', async () => {
      const live = (await listClusters(this.aws, { signal: this.signal })).slice(0, MOST_CLUSTERS);
      const described = await Promise.all(
        live.map(({ Id = '' }) => describeCluster(this.aws, Id, this.signal).catch(gone))
      );
      return described.flatMap(cluster => {
        if (!cluster || cluster.Status?.State === 'TERMINATING') {
          return [];
        }
        const { Id = '', Name = Id, Ec2InstanceAttributes: nodes = {}, LogUri, SecurityConfiguration } = cluster;
        return [
          {
            label: `cluster ${Name} (${Id})`,
            id: Id,
            ...(SecurityConfiguration ? { securityConfiguration: SecurityConfiguration } : {}),
            livy: (cluster.Applications ?? []).some(application => application.Name?.toLowerCase() === 'livy'),
            ...(nodes.Ec2SubnetId ? { subnet: nodes.Ec2SubnetId } : {}),
            groups: [
              nodes.EmrManagedMasterSecurityGroup,
              nodes.EmrManagedSlaveSecurityGroup,
              ...(nodes.AdditionalMasterSecurityGroups ?? [])
            ].filter(group => group !== undefined),
            ...(nodes.IamInstanceProfile ? { instanceProfile: nodes.IamInstanceProfile } : {}),
            ...(LogUri ? { logBucket: s3Place(LogUri).bucket } : {})
          }
        ];
      });
    });
  }

  /** Seconds of idleness after which a cluster ends; undefined where it never does. */
  idleSeconds(cluster: IClusterShape): Promise<number | undefined> {
    return this.once(`idle ${cluster.id}`, () => idleTimeout(this.aws, cluster.id, this.signal));
  }

  /** Roles that the clusters' nodes have, by instance profile. */
  async instanceRoles(): Promise<{ profile: string; role: string }[]> {
    const profiles = new Set((await this.clusters()).flatMap(({ instanceProfile }) => instanceProfile ?? []));
    const found = await Promise.all(
      [...profiles].map(async profile => ({
        profile,
        role: await this.once(`profile ${profile}`, () =>
          instanceProfileRole(this.aws, profile.split('/').at(-1)!, this.signal)
        )
      }))
    );
    return found.flatMap(({ profile, role }) => (role ? [{ profile, role }] : []));
  }

  /** All roles of the account, with their trust policies. */
  roles(): Promise<IRole[]> {
    return this.once('roles', () => listRoles(this.aws, this.signal));
  }

  /** A role by its ARN; undefined where there is none. */
  role(arn: string): Promise<IRole | undefined> {
    return this.once(`role ${arn}`, () => getRole(this.aws, arn.split('/').at(-1)!, this.signal));
  }

  /** Which of the actions a principal may not do. What hangs on conditions that are not known here counts as allowed. */
  denied(
    who: string,
    actions: readonly string[],
    resource?: string,
    context?: Record<string, string>
  ): Promise<string[]> {
    return this.decided('denied', who, actions, resource, context);
  }

  /** Which of the actions a principal may do, as they are asked. */
  allowed(
    who: string,
    actions: readonly string[],
    resource?: string,
    context?: Record<string, string>
  ): Promise<string[]> {
    return this.decided('allowed', who, actions, resource, context);
  }

  /** A role that there is not: who may pass or take it may do so with any. */
  async anyRole(): Promise<string> {
    const { partition, accountId } = await this.caller();
    return `arn:${partition}:iam::${accountId}:role/${NOBODY}`;
  }

  /** A role of a pipeline that there is not. */
  async pipelineRole(): Promise<string> {
    const { partition, accountId } = await this.caller();
    return `arn:${partition}:iam::${accountId}:role/emr-pipeline-${NOBODY}`;
  }

  /** An object of a bucket that there is not. */
  async anyObject(): Promise<string> {
    return `arn:${(await this.caller()).partition}:s3:::${NOBODY}/object`;
  }

  /** ARN of something in this account and region. */
  async arn(service: string, rest: string): Promise<string> {
    const { partition, region, accountId } = await this.caller();
    return `arn:${partition}:${service}:${region}:${accountId}:${rest}`;
  }

  private async decided(
    wanted: SimulatedDecision,
    who: string,
    actions: readonly string[],
    resource?: string,
    context?: Record<string, string>
  ): Promise<string[]> {
    const decisions = await this.once(`simulate ${JSON.stringify([who, actions, resource, context])}`, () =>
      simulate(
        this.aws,
        { who, actions, ...(resource ? { resource } : {}), ...(context ? { context } : {}) },
        this.signal
      )
    );
    return actions.filter(action => decisions.get(action) === wanted);
  }

  private once<T>(key: string, body: () => Promise<T>): Promise<T> {
    let found = this.read.get(key) as Promise<T> | undefined;
    if (!found) {
      found = body();
      found.catch(() => undefined); // told by the check that waits for it
      this.read.set(key, found);
    }
    return found;
  }
}

/** A cluster that ended between the list and the look. */
function gone(error: unknown): undefined {
  if (error instanceof EmrError && error.code === 'ClusterNotFound') {
    return undefined;
  }
  throw error;
}
