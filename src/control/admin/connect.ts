/** Connecting with a runtime role: security configurations, runtime roles, the nodes' role, the user's right. */
import { listSecurityConfigurations, parseSecurity, securityConfiguration } from '../../aws';
import { EmrError } from '../../protocol';
import { namedByTemplates, templateChecks } from './products';
import { userLacks } from './provision';
import type { AdminReport } from './report';
import type { Setup } from './setup';
import { trustedFor, trustsEverybody, trustsRole } from './trust';
import type { Verdict } from './types';

const CREDENTIALS = 'elasticmapreduce:GetClusterSessionCredentials';
const ROLE_KEY = 'elasticmapreduce:ExecutionRoleArn';
const TRUST = 'AWS::IAM::Role AssumeRolePolicyDocument';

export async function connectChecks(setup: Setup, report: AdminReport): Promise<void> {
  await securityChecks(setup, report);
  const roles = setup.runtimeRoles();
  if (roles.length === 0) {
    await report.look('connect', 'runtime-role', 'Looking for runtime roles', () =>
      Promise.resolve<Verdict>({
        state: 'cannot see',
        message: 'No runtime role is named: give --runtime-role ARN, or "runtimeRoles" in jupyterlab_emr.json.'
      })
    );
  }
  for (const role of roles) {
    await runtimeRoleChecks(setup, report, role);
  }
  await report.eachOf(
    'connect',
    'instance-role',
    () => setup.instanceRoles(),
    node => nodeRole(setup, node.role)
  );
  await report.eachOf(
    'connect',
    'user',
    () => setup.principals(),
    who => user(setup, who)
  );
  await templateChecks(setup, report, 'connect');
}

async function securityChecks(setup: Setup, report: AdminReport): Promise<void> {
  let names: string[] = [];
  const named = await namedByTemplates(setup, ({ SecurityConfiguration: name }) => name, /^[\w .+=@:/-]+$/);
  await report.look('connect', 'security-configuration', 'Reading security configurations', async () => {
    const clusters = await setup.clusters();
    names = [...new Set(clusters.flatMap(cluster => cluster.securityConfiguration ?? []))];
    const without = clusters.filter(cluster => cluster.securityConfiguration === undefined);
    if (clusters.length + named.size === 0) {
      names = await listSecurityConfigurations(setup.aws, setup.signal);
    }
    return without.map(({ label, id }): Verdict => ({
      state: 'missing',
      message: `The ${label} has no security configuration: no runtime roles, and Livy without TLS.`,
      evidence: [id],
      ...SECURITY
    }));
  });
  for (const name of new Set([...names, ...named.keys()])) {
    const evidence = [name, ...(named.get(name) ?? [])];
    await report.look('connect', 'security-configuration', `Reading ${name}`, async () => {
      const text = await securityConfiguration(setup.aws, name, setup.signal).catch(notThere);
      if (text === undefined) {
        return {
          state: 'missing',
          message: `There is no security configuration ${name}.`,
          evidence,
          ...SECURITY
        };
      }
      const security = parseSecurity(text);
      const verdicts: Verdict[] = [];
      if (!security?.runtimeRoles) {
        verdicts.push({
          state: 'missing',
          message: `The security configuration ${name} has no runtime roles: cells run with the rights of the nodes.`,
          evidence,
          ...SECURITY,
          fix: 'Set AuthorizationConfiguration.IAMConfiguration.EnableApplicationScopedIAMRole to true in a new security configuration, and name it in the product’s template.'
        });
      }
      if (!security?.inTransitEncryption) {
        verdicts.push({
          state: 'missing',
          message: `The security configuration ${name} has no encryption in transit: session credentials would go in plain text.`,
          evidence,
          ...SECURITY,
          fix: 'Set EncryptionConfiguration.EnableInTransitEncryption to true, with certificates, in a new security configuration, and name it in the product’s template.'
        });
      }
      if (!security?.atRestEncryption) {
        verdicts.push({
          state: 'missing',
          message: `The security configuration ${name} has no encryption at rest: what Spark writes to disks lies there in plain text.`,
          evidence,
          ...SECURITY,
          fix: 'Set EncryptionConfiguration.EnableAtRestEncryption to true, with keys for S3 and local disks, in a new security configuration, and name it in the product’s template.'
        });
      }
      return verdicts.length > 0
        ? verdicts
        : {
            state: 'ok',
            message: `The security configuration ${name} has runtime roles, TLS and encryption at rest.`,
            evidence
          };
    });
  }
}

function notThere(error: unknown): undefined {
  if (error instanceof EmrError && /InvalidRequest|NotFound/.test(error.code)) {
    return undefined;
  }
  throw error;
}

const SECURITY = {
  fix: 'Name a security configuration with runtime roles and encryption in transit in the product’s template.',
  property: 'AWS::EMR::SecurityConfiguration SecurityConfiguration',
  command:
    'aws emr create-security-configuration --name NAME --security-configuration file://security-configuration.json'
};

async function runtimeRoleChecks(setup: Setup, report: AdminReport, arn: string): Promise<void> {
  await report.look('connect', 'runtime-role-trust', `Reading ${arn}`, async () => {
    const role = await setup.role(arn);
    if (!role) {
      return {
        state: 'missing',
        message: `There is no runtime role ${arn}.`,
        evidence: [arn],
        fix: 'Make the role, or correct its ARN in jupyterlab_emr.json.',
        property: 'AWS::IAM::Role'
      };
    }
    const trusted = trustedFor(role.trust, 'sts:AssumeRole');
    if (trustsEverybody(trusted)) {
      return {
        state: 'too wide',
        message: `Everybody may take the runtime role ${role.name}.`,
        evidence: [arn, 'Principal: *'],
        fix: 'Name the instance profile’s role as the only principal.',
        property: TRUST,
        command: `aws iam update-assume-role-policy --role-name ${role.name} --policy-document file://trust.json`
      };
    }
    const tagging = trustedFor(role.trust, 'sts:TagSession');
    const command = `aws iam update-assume-role-policy --role-name ${role.name} --policy-document file://trust.json`;
    const verdicts = (await setup.instanceRoles()).flatMap(({ role: node }): Verdict[] => {
      const lacks = [
        ...(trustsRole(trusted, node) ? [] : ['sts:AssumeRole']),
        ...(trustsRole(tagging, node) ? [] : ['sts:TagSession'])
      ];
      return lacks.length === 0
        ? []
        : [
            {
              state: 'missing',
              message: `The runtime role ${role.name} does not let the clusters’ nodes ${lacks.join(' and ')}.`,
              evidence: [arn, node],
              fix: `Allow ${node} ${lacks.join(' and ')} in the role’s trust policy.`,
              property: TRUST,
              command
            }
          ];
    });
    return verdicts.length > 0
      ? verdicts
      : { state: 'ok', message: `The runtime role ${role.name} trusts whom it has to.`, evidence: [arn] };
  });
  await report.look('connect', 'runtime-role-boundary', `Reading ${arn}`, async () => {
    const role = await setup.role(arn);
    if (!role) {
      return []; // told above
    }
    return role.permissionsBoundary
      ? { state: 'ok', message: `The runtime role ${role.name} has a boundary.`, evidence: [role.permissionsBoundary] }
      : {
          state: 'missing',
          message: `The runtime role ${role.name} has no permissions boundary: what its policies get, cells get.`,
          evidence: [arn],
          fix: 'Give it a permissions boundary.',
          property: 'AWS::IAM::Role PermissionsBoundary',
          command: `aws iam put-role-permissions-boundary --role-name ${role.name} --permissions-boundary POLICY_ARN`
        };
  });
  await report.look('connect', 'runtime-role-data', `Asking IAM what ${arn} may read`, async () => {
    if (!(await setup.role(arn))) {
      return [];
    }
    const wide = await setup.allowed(arn, ['s3:GetObject', 's3:DeleteObject'], await setup.anyObject());
    return wide.length > 0
      ? {
          state: 'too wide',
          message: `The runtime role ${arn.split('/').at(-1)} may ${wide.join(', ')} in every bucket.`,
          evidence: [arn],
          fix: 'Name the buckets and prefixes of its team.',
          property: 'AWS::IAM::Role Policies'
        }
      : {
          state: 'ok',
          message: `The runtime role ${arn.split('/').at(-1)} reads named buckets only.`,
          evidence: [arn]
        };
  });
}

async function nodeRole(setup: Setup, arn: string): Promise<Verdict[]> {
  const name = arn.split('/').at(-1)!;
  const verdicts: Verdict[] = [];
  for (const role of setup.runtimeRoles()) {
    const lacking = await setup.denied(arn, ['sts:AssumeRole', 'sts:TagSession'], role);
    if (lacking.length > 0) {
      verdicts.push({
        state: 'missing',
        message: `The nodes’ role ${name} may not ${lacking.join(' and ')} on the runtime role ${role.split('/').at(-1)}.`,
        evidence: [arn, role],
        fix: `Allow it ${lacking.join(' and ')} on ${role}.`,
        property: 'AWS::IAM::Role Policies'
      });
    }
  }
  const everything = await setup.allowed(
    arn,
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    await setup.anyObject()
  );
  if (everything.length > 0) {
    verdicts.push({
      state: 'too wide',
      message: `The nodes’ role ${name} may ${everything.join(', ')} in every bucket; every node has it, whatever the runtime role.`,
      evidence: [arn],
      fix: 'Leave it the log bucket and the bootstrap scripts; data is the runtime roles’.',
      property: 'AWS::IAM::Role Policies',
      command: `aws iam list-attached-role-policies --role-name ${name}`
    });
  }
  const any = await setup.allowed(arn, ['sts:AssumeRole'], await setup.anyRole());
  if (any.length > 0) {
    verdicts.push({
      state: 'too wide',
      message: `The nodes’ role ${name} may assume any role that lets it.`,
      evidence: [arn],
      fix: 'Name the runtime roles in its sts:AssumeRole.',
      property: 'AWS::IAM::Role Policies'
    });
  }
  return verdicts.length > 0
    ? verdicts
    : [{ state: 'ok', message: `The nodes’ role ${name} may take the runtime roles, and no data.`, evidence: [arn] }];
}

async function user(setup: Setup, who: string): Promise<Verdict[]> {
  const cluster = await setup.arn('elasticmapreduce', 'cluster/j-0000000000000');
  const verdicts = userLacks('Connecting', who, [
    ...(await setup.denied(who, ['elasticmapreduce:ListClusters'])),
    ...(await setup.denied(who, ['elasticmapreduce:DescribeCluster'], cluster))
  ]);
  const roles = setup.runtimeRoles();
  const may = await Promise.all(
    roles.map(async role => (await setup.denied(who, [CREDENTIALS], cluster, { [ROLE_KEY]: role })).length === 0)
  );
  const property = 'AWS::IAM::ManagedPolicy PolicyDocument';
  if (roles.length > 0 && !may.includes(true)) {
    verdicts.push({
      state: 'missing',
      message: `${who.split('/').at(-1)} may connect as none of the runtime roles: no ${CREDENTIALS} with them in the condition ${ROLE_KEY}.`,
      evidence: [who, ...roles],
      fix: `Allow ${CREDENTIALS} with StringEquals ${ROLE_KEY}: ${roles[0]} (RuntimeRoleArns of deploy/aws/user-policy.yaml).`,
      property
    });
  }
  const any = await setup.allowed(who, [CREDENTIALS], cluster, { [ROLE_KEY]: await setup.anyRole() });
  if (any.length > 0) {
    verdicts.push({
      state: 'too wide',
      message: `${who.split('/').at(-1)} may connect as any role that the clusters can take: ${CREDENTIALS} without the condition ${ROLE_KEY}.`,
      evidence: [who],
      fix: `Add StringEquals ${ROLE_KEY} with the users’ runtime roles to the statement.`,
      property
    });
  }
  return verdicts.length > 0
    ? verdicts
    : [
        {
          state: 'ok',
          message: `${who.split('/').at(-1)} may connect as ${may.filter(Boolean).length} of ${roles.length} runtime roles, and no other.`,
          evidence: [who, ...roles.filter((_role, index) => may[index])]
        }
      ];
}
