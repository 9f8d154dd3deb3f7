/** Schedules: the roles that EventBridge Scheduler starts runs with. */
import { getSchedule, listSchedules } from '../../aws';
import { SERVERLESS } from '../../promote/policy/trust';
import type { AdminReport } from './report';
import type { Setup } from './setup';
import { trustedFor, trustsService } from './trust';
import type { Verdict } from './types';

const SERVICE = 'scheduler.amazonaws.com';

export async function scheduleChecks(setup: Setup, report: AdminReport): Promise<void> {
  const of = new Map<string, { schedule: string; jobRole?: string }>();
  await report.eachOf(
    'schedule',
    'role',
    async () => {
      for (const schedule of await listSchedules(setup.aws, 'emr-pipeline-', setup.signal)) {
        const target = (await getSchedule(setup.aws, schedule, setup.signal))?.Target;
        if (target?.RoleArn) {
          of.set(target.RoleArn, { schedule, ...jobRole(target.Input) });
        }
      }
      const named = (await setup.roles()).filter(({ name }) => name.startsWith('emr-schedule-'));
      return [...new Set([...of.keys(), ...named.map(({ arn }) => arn)])];
    },
    async arn => {
      const name = arn.split('/').at(-1)!;
      const role = await setup.role(arn);
      if (!role) {
        return {
          state: 'missing',
          message: `The schedule ${of.get(arn)?.schedule ?? ''} has the role ${name}, which is not there.`,
          evidence: [arn],
          fix: 'Promote the pipeline again: it makes the role anew.'
        };
      }
      const verdicts: Verdict[] = [];
      if (trustsService(trustedFor(role.trust, 'sts:AssumeRole'), SERVICE).length === 0) {
        verdicts.push({
          state: 'missing',
          message: `EventBridge Scheduler may not take the role ${name}.`,
          evidence: [arn],
          fix: `Let ${SERVICE} assume it, with the conditions aws:SourceAccount and aws:SourceArn.`,
          property: 'AWS::IAM::Role AssumeRolePolicyDocument'
        });
      }
      const context = { 'iam:PassedToService': SERVERLESS };
      if ((await setup.allowed(arn, ['iam:PassRole'], await setup.anyRole(), context)).length > 0) {
        verdicts.push({
          state: 'too wide',
          message: `The schedule’s role ${name} may pass any role: iam:PassRole on *.`,
          evidence: [arn],
          fix: 'Name the pipeline’s job role as the resource of iam:PassRole.',
          property: 'AWS::IAM::Role Policies',
          command: `aws iam put-role-policy --role-name ${name} --policy-name POLICY --policy-document file://policy.json`
        });
      }
      const passed = of.get(arn)?.jobRole;
      if (passed && (await setup.denied(arn, ['iam:PassRole'], passed, context)).length > 0) {
        verdicts.push({
          state: 'missing',
          message: `The schedule’s role ${name} may not pass the pipeline’s role.`,
          evidence: [arn, passed],
          fix: `Allow it iam:PassRole on ${passed}.`,
          property: 'AWS::IAM::Role Policies'
        });
      }
      return verdicts.length > 0
        ? verdicts
        : { state: 'ok', message: `The schedule’s role ${name} passes its pipeline’s role only.`, evidence: [arn] };
    }
  );
}

/** The role that a schedule's run has: its input is StartJobRun's. */
function jobRole(input: string | undefined): { jobRole?: string } {
  try {
    const { ExecutionRoleArn } = JSON.parse(input ?? '{}') as { ExecutionRoleArn?: string };
    return ExecutionRoleArn ? { jobRole: ExecutionRoleArn } : {};
  } catch {
    return {};
  }
}
