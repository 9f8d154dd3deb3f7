/** Provisioning: portfolio, products, launch roles, what users may, where clusters log to. */
import { bucketEncryption, openToPublic } from '../../aws';
import { templateChecks } from './products';
import type { AdminReport } from './report';
import type { IPortfolio, Setup } from './setup';
import { trustedFor, trustsEverybody, trustsService } from './trust';
import type { Verdict } from './types';

/** What the form and the launch need of the user, on a product. */
const USER = [
  'servicecatalog:DescribeProduct',
  'servicecatalog:DescribeProvisioningParameters',
  'servicecatalog:ProvisionProduct'
];
/** What is the user's own. */
const OWN = ['servicecatalog:SearchProvisionedProducts', 'servicecatalog:DescribeRecord'];
const OTHER = ['servicecatalog:SearchProducts', 'servicecatalog:GetProvisionedProductOutputs'];
/** What a stack with a cluster needs of the launch role, wherever it stands. */
const LAUNCH = ['elasticmapreduce:RunJobFlow', 'elasticmapreduce:DescribeCluster'];
const STACK = ['cloudformation:CreateStack', 'cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'];
/** What nobody needs to launch a cluster. */
const NEVER = ['iam:CreateUser', 'iam:CreateAccessKey', 'organizations:LeaveOrganization'];

export async function provisionChecks(setup: Setup, report: AdminReport): Promise<void> {
  let portfolios: IPortfolio[] = [];
  await report.look('provision', 'portfolio', 'Reading portfolios', async () => {
    portfolios = await setup.portfolios();
    const offering = portfolios.filter(({ products }) => products.length > 0);
    return offering.length > 0
      ? {
          state: 'ok',
          message: `${offering.length === 1 ? 'A portfolio offers' : `${offering.length} portfolios offer`} products.`,
          evidence: offering.map(({ id, name, products }) => `${name} (${id}): ${products.length}`)
        }
      : {
          state: 'missing',
          message: 'No portfolio of this account and region has a product.',
          evidence: portfolios.map(({ id }) => id),
          fix: 'Make a portfolio, and a product whose template makes an EMR cluster.',
          property: 'AWS::ServiceCatalog::PortfolioProductAssociation',
          command: 'aws servicecatalog associate-product-with-portfolio --portfolio-id PORTFOLIO --product-id PRODUCT'
        };
  });
  for (const portfolio of portfolios.filter(({ products }) => products.length > 0)) {
    await report.look('provision', 'principal', `Reading who has ${portfolio.name}`, () => access(setup, portfolio));
    const roles = new Set<string>();
    for (const product of portfolio.products) {
      await report.look('provision', 'launch-role', `Reading the launch constraint of ${product.name}`, async () => {
        const role = await setup.launchRole(portfolio.id, product.id);
        if (role === undefined) {
          return {
            state: 'missing',
            message: `"${product.name}" has no launch role: whoever launches it needs every right of its stack.`,
            evidence: [portfolio.id, product.id],
            fix: 'Give the product a launch constraint with a role of its own.',
            property: 'AWS::ServiceCatalog::LaunchRoleConstraint RoleArn',
            command: `aws servicecatalog create-constraint --portfolio-id ${portfolio.id} --product-id ${product.id} --type LAUNCH --parameters '{"RoleArn":"ROLE"}'`
          };
        }
        roles.add(role);
        return { state: 'ok', message: `"${product.name}" is launched as a role of its own.`, evidence: [role] };
      });
    }
    for (const role of roles) {
      await launchRoleChecks(setup, report, role);
    }
  }
  await userChecks(setup, report);
  await logChecks(setup, report);
  await templateChecks(setup, report, 'provision');
}

async function access(setup: Setup, portfolio: IPortfolio): Promise<Verdict> {
  const given = await setup.principalsOf(portfolio.id);
  const wanted = setup.target.principals ?? [];
  const without = wanted.filter(arn => !given.some(principal => isNamed(principal, arn)));
  const command = `aws servicecatalog associate-principal-with-portfolio --portfolio-id ${portfolio.id} --principal-type IAM --principal-arn ${without[0] ?? 'ARN'}`;
  const property = 'AWS::ServiceCatalog::PortfolioPrincipalAssociation PrincipalARN';
  if (given.length === 0 || without.length > 0) {
    return {
      state: 'missing',
      message:
        given.length === 0
          ? `Nobody has access to the portfolio "${portfolio.name}": no product is shown to anybody.`
          : `The portfolio "${portfolio.name}" is not given to ${without.join(', ')}.`,
      evidence: [portfolio.id],
      fix: 'Give the users’ role access to the portfolio.',
      property,
      command
    };
  }
  const wide = given.find(({ arn, pattern }) => pattern && /:(role|user|group)\/\*$/.test(arn));
  return wide
    ? {
        state: 'too wide',
        message: `The portfolio "${portfolio.name}" is given to everybody of the account.`,
        evidence: [portfolio.id, wide.arn],
        fix: 'Name the users’ roles instead.',
        property
      }
    : {
        state: 'ok',
        message: `The portfolio "${portfolio.name}" is given to ${given.length}.`,
        evidence: given.map(({ arn }) => arn)
      };
}

function isNamed({ arn, pattern }: { arn: string; pattern: boolean }, wanted: string): boolean {
  if (!pattern) {
    return arn === wanted;
  }
  // Patterns of principals leave the account out.
  const parts = arn.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('::', ':\\d*:'));
  return new RegExp(`^${parts.join('.*')}$`).test(wanted);
}

async function launchRoleChecks(setup: Setup, report: AdminReport, named: string): Promise<void> {
  const { partition, accountId } = await setup.caller();
  const arn = named.startsWith('arn:') ? named : `arn:${partition}:iam::${accountId}:role/${named}`;
  await report.look('provision', 'launch-role-trust', `Reading the launch role ${named}`, async () => {
    const role = await setup.role(arn);
    if (!role) {
      return {
        state: 'missing',
        message: `The launch role ${named} is not there.`,
        evidence: [arn],
        fix: 'Make the role, or name another in the launch constraint.',
        property: 'AWS::ServiceCatalog::LaunchRoleConstraint RoleArn'
      };
    }
    const trusted = trustedFor(role.trust, 'sts:AssumeRole');
    const property = 'AWS::IAM::Role AssumeRolePolicyDocument';
    if (trustsEverybody(trusted)) {
      return {
        state: 'too wide',
        message: `Everybody may take the launch role ${role.name}.`,
        evidence: [arn],
        fix: 'Let servicecatalog.amazonaws.com alone assume it.',
        property
      };
    }
    return trustsService(trusted, 'servicecatalog.amazonaws.com').length > 0
      ? { state: 'ok', message: `Service Catalog may take the launch role ${role.name}.`, evidence: [arn] }
      : {
          state: 'missing',
          message: `Service Catalog may not take the launch role ${role.name}.`,
          evidence: [arn],
          fix: 'Let servicecatalog.amazonaws.com assume it.',
          property
        };
  });
  await report.look('provision', 'launch-role-rights', `Asking IAM what ${named} may do`, async () => {
    const stack = await setup.arn('cloudformation', `stack/SC-${accountId}-pp-jupyterlabemr/*`);
    const lacking = [...(await setup.denied(arn, LAUNCH)), ...(await setup.denied(arn, STACK, stack))];
    const verdicts: Verdict[] = [];
    if (lacking.length > 0) {
      verdicts.push({
        state: 'missing',
        message: `The launch role cannot create clusters: it lacks ${lacking.join(', ')}.`,
        evidence: [arn],
        fix: `Allow the launch role ${lacking.join(', ')}.`,
        property: 'AWS::IAM::Role Policies'
      });
    }
    const passes = await setup.allowed(arn, ['iam:PassRole'], await setup.anyRole(), {
      'iam:PassedToService': 'elasticmapreduce.amazonaws.com'
    });
    const wide = [...(await setup.allowed(arn, NEVER)), ...passes];
    if (wide.length > 0) {
      verdicts.push({
        state: 'too wide',
        message: `The launch role may do what no cluster needs: ${wide.join(', ')}${passes.length > 0 ? ' (of any role)' : ''}.`,
        evidence: [arn],
        fix: 'Name the actions that the template’s resources need, and in iam:PassRole the service role and the instance role.',
        property: 'AWS::IAM::Role Policies'
      });
    }
    return verdicts.length > 0
      ? verdicts
      : { state: 'ok', message: 'The launch role can create clusters, and no more.', evidence: [arn] };
  });
}

async function userChecks(setup: Setup, report: AdminReport): Promise<void> {
  await report.eachOf(
    'provision',
    'user',
    () => setup.principals(),
    async who => {
      const lacking = [
        ...(await setup.denied(who, USER, await product(setup))),
        ...(await setup.denied(who, OWN, undefined, { 'servicecatalog:userLevel': 'self' })),
        ...(await setup.denied(who, OTHER))
      ];
      const wide = await setup.allowed(who, ['elasticmapreduce:RunJobFlow']);
      const verdicts = userLacks('Launching products', who, lacking);
      if (wide.length > 0) {
        verdicts.push({
          state: 'too wide',
          message: 'Users may make clusters beside the products, of any size: elasticmapreduce:RunJobFlow.',
          evidence: [who],
          fix: 'Take elasticmapreduce:RunJobFlow from the users’ policy: it is the launch role’s.',
          property: 'AWS::IAM::ManagedPolicy PolicyDocument'
        });
      }
      return verdicts.length > 0 ? verdicts : { state: 'ok', message: 'Users may launch products.', evidence: [who] };
    }
  );
}

/** A product that users are offered; any where none may be seen. */
async function product(setup: Setup): Promise<string> {
  const portfolios = await setup.portfolios().catch(() => []);
  const [first] = portfolios.flatMap(({ products }) => products);
  return setup.arn('catalog', `product/${first?.id ?? 'prod-0000000000000'}`);
}

/** The verdict about actions that the user's policy lacks. */
export function userLacks(what: string, who: string, lacking: readonly string[]): Verdict[] {
  return lacking.length === 0
    ? []
    : [
        {
          state: 'missing',
          message: `${what} needs what ${who.split('/').at(-1)} may not: ${lacking.join(', ')}.`,
          evidence: [who],
          fix: `Allow the users ${lacking.join(', ')}; deploy/aws/user-policy.yaml has the statement.`,
          property: 'AWS::IAM::ManagedPolicy PolicyDocument'
        }
      ];
}

async function logChecks(setup: Setup, report: AdminReport): Promise<void> {
  await report.eachOf(
    'provision',
    'logs',
    async () => [...new Set((await setup.clusters()).flatMap(({ logBucket }) => logBucket ?? []))],
    bucket => bucketVerdicts(setup, bucket, 'Clusters log')
  );
}

/** How a bucket is kept. @param what - `Clusters log`, completes "… to a bucket" */
export async function bucketVerdicts(setup: Setup, bucket: string, what: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const evidence = [`arn:${(await setup.caller()).partition}:s3:::${bucket}`];
  if ((await bucketEncryption(setup.aws, bucket, setup.signal)) === undefined) {
    verdicts.push({
      state: 'missing',
      message: `${what} to the bucket ${bucket}, which has no default encryption of its own.`,
      evidence,
      fix: 'Turn default encryption on.',
      property: 'AWS::S3::Bucket BucketEncryption',
      command: `aws s3api put-bucket-encryption --bucket ${bucket} --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}]}'`
    });
  }
  const open = await openToPublic(setup.aws, bucket, setup.signal);
  if (open.length > 0) {
    verdicts.push({
      state: 'too wide',
      message: `${what} to the bucket ${bucket}, which may be made public.`,
      evidence: [...evidence, `off: ${open.join(', ')}`],
      fix: 'Block public access to the bucket.',
      property: 'AWS::S3::Bucket PublicAccessBlockConfiguration',
      command: `aws s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`
    });
  }
  return verdicts.length > 0
    ? verdicts
    : [{ state: 'ok', message: `${what} to the bucket ${bucket}: encrypted, not public.`, evidence }];
}
