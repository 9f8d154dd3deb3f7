/** Job runs in the shapes in which EMR Serverless answers. */
import type { JobRun as JobRunView, JobRunAttemptSummary, JobRunSummary } from '@aws-sdk/client-emr-serverless';

import { AwsError } from '../errors';
import type { IAttempt, JobRun } from './jobRun';

/** @throws AwsError `ResourceNotFoundException` for an attempt that there is not */
export function viewJobRun(run: JobRun, number?: number): JobRunView {
  const { request, application } = run;
  const attempt = attemptOf(run, number);
  return {
    ...common(run, attempt),
    jobRunId: run.id,
    configurationOverrides: request.configurationOverrides,
    executionIamPolicy: request.executionIamPolicy,
    jobDriver: request.jobDriver,
    tags: run.tags,
    networkConfiguration: application.spec.networkConfiguration,
    executionTimeoutMinutes: run.timeoutMinutes,
    retryPolicy: request.retryPolicy,
    attemptCreatedAt: attempt.createdAt,
    attemptUpdatedAt: attempt.updatedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    queuedDurationMilliseconds: run.queuedMilliseconds,
    ...(run.ended
      ? {
          totalExecutionDurationSeconds: run.seconds,
          totalResourceUtilization: run.usage?.total ?? UNUSED,
          billedResourceUtilization: run.usage?.billed ?? UNUSED
        }
      : {})
  };
}

const UNUSED = { vCPUHour: 0, memoryGBHour: 0, storageGBHour: 0 };

export function viewRunSummary(run: JobRun): JobRunSummary {
  return {
    ...common(run, run.attempt),
    id: run.id,
    type: 'Spark',
    attemptCreatedAt: run.attempt.createdAt,
    attemptUpdatedAt: run.attempt.updatedAt
  };
}

export function viewAttempt(run: JobRun, attempt: IAttempt): JobRunAttemptSummary {
  return {
    ...common(run, attempt),
    id: run.id,
    type: 'Spark',
    jobCreatedAt: run.createdAt,
    createdAt: attempt.createdAt
  };
}

/** @throws AwsError `ResourceNotFoundException` */
export function attemptOf(run: JobRun, number: number = run.attempt.number): IAttempt {
  const attempt = run.attempts.find(item => item.number === number);
  if (!attempt) {
    throw new AwsError('ResourceNotFoundException', `Attempt ${number} of job run ${run.id} does not exist`, 404);
  }
  return attempt;
}

/** What all three have. */
function common(run: JobRun, attempt: IAttempt) {
  return {
    applicationId: run.application.id,
    name: run.request.name,
    mode: run.request.mode ?? ('BATCH' as const),
    arn: run.arn,
    createdBy: run.createdBy,
    createdAt: run.createdAt,
    updatedAt: attempt.updatedAt,
    executionRole: run.request.executionRoleArn,
    state: attempt.state,
    stateDetails: attempt.details,
    releaseLabel: run.releaseLabel,
    attempt: attempt.number
  };
}
