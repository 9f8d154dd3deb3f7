/** Takes away what deployments of a pipeline made. Data, and the history in S3 (scripts, packages, logs), stay. */
import type { IAwsContext } from '../aws';
import { callerIdentity, deleteAlarm, deleteEventRule, deleteObject, deleteRole, deleteSchedule } from '../aws';
import type { IDeployStep } from '../protocol';
import { EmrError } from '../protocol';
import { findAlarms } from './alarms';
import { findApplication, removeApplication } from './application';
import { readDeployment } from './deployment';
import { DEPLOYMENT_TAG } from './names';
import { roleName, schedulerRoleName } from './policy';
import { findRole } from './role';
import { findSchedule } from './schedule';
import type { IStepResult } from './steps';
import { Steps } from './steps';

const STEPS = [
  ['schedule', 'Schedule'],
  ['schedulerRole', 'Role of the schedule'],
  ['alarms', 'Alarms'],
  ['application', 'Application'],
  ['role', 'Role of the runs'],
  ['manifest', 'What was written down']
] as const;

/**
 * Remove a pipeline: first what would start runs, then what they run on.
 *
 * @throws EmrError `PipelineNotFound` where nothing of it is there
 */
export async function removePipeline(
  aws: IAwsContext,
  name: string,
  pollMs: number,
  onSteps?: (steps: IDeployStep[]) => void,
  signal?: AbortSignal
): Promise<IDeployStep[]> {
  await callerIdentity(aws, signal);
  const [schedule, schedulerRole, application, role] = await Promise.all([
    findSchedule(aws, name, signal),
    findRole(aws, schedulerRoleName(name), name, signal),
    findApplication(aws, name, signal),
    findRole(aws, roleName(name), name, signal)
  ]);
  if (!schedule && !schedulerRole && !application && !role) {
    throw new EmrError({
      code: 'PipelineNotFound',
      hop: 'emr-serverless',
      message: `There is nothing of a pipeline "${name}" in this account and region.`,
      fix: 'jupyter emr runs lists the pipelines.'
    });
  }
  const uri = application?.tags?.[DEPLOYMENT_TAG];
  // Where nothing says that there are some, it is not asked: not everybody may look.
  const record = uri ? await readDeployment(aws, uri, signal).catch(() => undefined) : undefined;
  const { rule, alarm } = record?.pipeline.alarms ? await findAlarms(aws, name, signal) : {};
  const steps = new Steps(STEPS, onSteps, signal);
  const gone = async (there: string | undefined, work: () => Promise<void>): Promise<IStepResult<void>> => {
    if (there === undefined) {
      return { status: 'skipped', detail: 'is not there', value: undefined };
    }
    await work();
    return { status: 'removed', detail: there, value: undefined };
  };
  await steps.run('schedule', () => gone(schedule?.Name, () => deleteSchedule(aws, schedule?.Name ?? '', signal)));
  await steps.run('schedulerRole', () =>
    gone(schedulerRole?.name, () => deleteRole(aws, schedulerRole?.name ?? '', [schedulerRole?.name ?? ''], signal))
  );
  await steps.run('alarms', () =>
    gone([rule?.name, alarm?.AlarmName].filter(Boolean).join(', ') || undefined, async () => {
      await (rule ? deleteEventRule(aws, rule.name) : undefined);
      await (alarm ? deleteAlarm(aws, alarm.AlarmName ?? '') : undefined);
    })
  );
  await steps.run('application', () =>
    gone(application?.applicationId, () => removeApplication(aws, application?.applicationId ?? '', pollMs, signal))
  );
  await steps.run('role', () => gone(role?.name, () => deleteRole(aws, role?.name ?? '', [role?.name ?? ''], signal)));
  await steps.run('manifest', () => gone(uri, () => deleteObject(aws, uri ?? '', signal)));
  return steps.list;
}
