/** Pipelines on EMR Serverless: what users may, the pipelines' roles, the bucket of their artifacts. */
import { s3Place } from '../../aws';
import { SERVERLESS } from '../../promote/policy/trust';
import { bucketVerdicts, userLacks } from './provision';
import type { AdminReport } from './report';
import type { Setup } from './setup';
import { trustedFor, trustsEverybody, trustsService } from './trust';
import type { Verdict } from './types';

export async function promoteChecks(setup: Setup, report: AdminReport): Promise<void> {
  await report.eachOf(
    'promote',
    'user',
    () => setup.principals(),
    async who => {
      const name = who.split('/').at(-1)!;
      const property = 'AWS::IAM::ManagedPolicy PolicyDocument';
      const verdicts = userLacks('Seeing applications', who, [
        ...(await setup.denied(who, ['emr-serverless:ListApplications'])),
        ...(await setup.denied(
          who,
          ['emr-serverless:GetApplication'],
          await setup.arn('emr-serverless', '/applications/00f0000000000000')
        ))
      ]);
      const passes = await setup.allowed(who, ['iam:PassRole'], await setup.anyRole(), {
        'iam:PassedToService': SERVERLESS
      });
      if (passes.length > 0) {
        verdicts.push({
          state: 'too wide',
          message: `${name} may pass any role to EMR Serverless: iam:PassRole without named roles.`,
          evidence: [who],
          fix: 'Name the roles: role/emr-pipeline-*, and those that sessions run as.',
          property
        });
      }
      const makes = await setup.allowed(who, ['iam:CreateRole'], await setup.pipelineRole());
      if (makes.length > 0) {
        verdicts.push({
          state: 'too wide',
          message: `${name} may make pipelines’ roles without a permissions boundary.`,
          evidence: [who],
          fix: 'Add the condition StringEquals iam:PermissionsBoundary to iam:CreateRole, and name the boundary in "pipelines.permissionsBoundary".',
          property
        });
      }
      return verdicts.length > 0
        ? verdicts
        : {
            state: 'ok',
            message: `${name} may see pipelines, and gives them no more than named roles.`,
            evidence: [who]
          };
    }
  );
  await report.eachOf(
    'promote',
    'job-role',
    async () => (await setup.roles()).filter(({ name }) => name.startsWith('emr-pipeline-')),
    async ({ name, arn, trust }) => {
      const trusted = trustedFor(trust, 'sts:AssumeRole');
      const services = trustsService(trusted, SERVERLESS);
      const verdicts: Verdict[] = [];
      const property = 'AWS::IAM::Role AssumeRolePolicyDocument';
      const command = `aws iam update-assume-role-policy --role-name ${name} --policy-document file://trust.json`;
      if (services.length === 0) {
        verdicts.push({
          state: 'missing',
          message: `EMR Serverless may not take the pipeline’s role ${name}.`,
          evidence: [arn],
          fix: `Let ${SERVERLESS} assume it, with aws:SourceArn of the pipeline’s application.`,
          property,
          command
        });
      }
      const sources = services.map(({ conditions }) => conditions['aws:sourcearn'] ?? []);
      if (
        trustsEverybody(trusted) ||
        sources.some(arns => arns.length !== 1 || /[*?]/.test(arns[0].split('/applications/')[1] ?? '*'))
      ) {
        verdicts.push({
          state: 'too wide',
          message: `The pipeline’s role ${name} trusts more than its one application.`,
          evidence: [arn, ...sources.flat()],
          fix: 'Add the condition aws:SourceArn with the ARN of the pipeline’s application.',
          property,
          command
        });
      }
      const bound = setup.site.pipelines?.permissionsBoundary;
      if (bound && (await setup.role(arn))?.permissionsBoundary !== bound) {
        verdicts.push({
          state: 'missing',
          message: `The pipeline’s role ${name} has not the boundary of the site.`,
          evidence: [arn, bound],
          fix: 'Set it.',
          property: 'AWS::IAM::Role PermissionsBoundary',
          command: `aws iam put-role-permissions-boundary --role-name ${name} --permissions-boundary ${bound}`
        });
      }
      return verdicts.length > 0
        ? verdicts
        : { state: 'ok', message: `The pipeline’s role ${name} trusts its one application.`, evidence: [arn] };
    }
  );
  await report.eachOf(
    'promote',
    'artifacts',
    () => Promise.resolve([setup.site.pipelines?.artifacts].filter(uri => uri !== undefined)),
    uri => bucketVerdicts(setup, s3Place(uri).bucket, 'Pipelines write')
  );
}
