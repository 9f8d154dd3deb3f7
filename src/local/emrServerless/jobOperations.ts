/** EMR Serverless' operations on job runs. */
import type * as model from '@aws-sdk/client-emr-serverless';

import type { ICall, Operations } from '../types';
import { checkPassRole, type IAccess } from './access';
import type { Dashboards } from './dashboard';
import type { JobRun } from './jobRun';
import { attemptOf, viewAttempt, viewJobRun, viewRunSummary } from './jobViews';
import { paged } from './pages';
import { notFound, type IHosted, type ServerlessRegion } from './region';
import { checkTags, invalid, match, within } from './validation';

export function jobOperations(
  regionOf: (call: ICall) => ServerlessRegion,
  access: IAccess,
  dashboards: Dashboards
): Operations {
  const hosted = (id: string | undefined, call: ICall): IHosted => {
    match('applicationId', id);
    return regionOf(call).get(id!);
  };
  const run = (input: { applicationId?: string; jobRunId?: string }, call: ICall): JobRun => {
    match('jobRunId', input.jobRunId);
    const found = hosted(input.applicationId, call).runs.get(input.jobRunId!);
    if (!found) {
      throw notFound(`Job run ${input.jobRunId} does not exist`);
    }
    return found;
  };
  return {
    StartJobRun: async (input: model.StartJobRunRequest, call: ICall): Promise<model.StartJobRunResponse> => {
      checkStart(input);
      const target = hosted(input.applicationId, call);
      const region = regionOf(call);
      const made = await region.runTokens.once(target.application.id, input.clientToken!, input, async () => {
        checkStartable(target);
        await checkPassRole(access, call.caller, input.executionRoleArn!);
        return region.startRun(target, input, call.caller.arn);
      });
      return { applicationId: target.application.id, jobRunId: made.id, arn: made.arn };
    },
    GetJobRun: (input: model.GetJobRunRequest, call: ICall): model.GetJobRunResponse => ({
      jobRun: viewJobRun(run(input, call), input.attempt)
    }),
    ListJobRuns: (input: model.ListJobRunsRequest, call: ICall): model.ListJobRunsResponse => {
      const { states = [], createdAtAfter, createdAtBefore, mode } = input;
      match('applicationId', input.applicationId);
      const target = regionOf(call).find(input.applicationId!);
      if (!target) {
        // Of this operation the model knows no ResourceNotFoundException.
        throw invalid(`Application ${input.applicationId} does not exist`);
      }
      const found = [...target.runs.values()]
        .reverse()
        .filter(
          item =>
            (states.length === 0 || states.includes(item.state)) &&
            (!createdAtAfter || item.createdAt > createdAtAfter) &&
            (!createdAtBefore || item.createdAt < createdAtBefore) &&
            (!mode || (item.request.mode ?? 'BATCH') === mode)
        );
      const { items, next } = paged(found, input.nextToken, input.maxResults);
      return { jobRuns: items.map(viewRunSummary), nextToken: next };
    },
    CancelJobRun: (input: model.CancelJobRunRequest, call: ICall): model.CancelJobRunResponse => {
      const found = run(input, call);
      within(input.shutdownGracePeriodInSeconds, 0, 86_400, 'shutdownGracePeriodInSeconds');
      found.cancel(input.shutdownGracePeriodInSeconds);
      return { applicationId: found.application.id, jobRunId: found.id };
    },
    ListJobRunAttempts: (input: model.ListJobRunAttemptsRequest, call: ICall): model.ListJobRunAttemptsResponse => {
      const found = run(input, call);
      const { items, next } = paged([...found.attempts].reverse(), input.nextToken, input.maxResults);
      return { jobRunAttempts: items.map(attempt => viewAttempt(found, attempt)), nextToken: next };
    },
    GetDashboardForJobRun: (
      input: model.GetDashboardForJobRunRequest,
      call: ICall
    ): model.GetDashboardForJobRunResponse => {
      const { livy, runs } = hosted(input.applicationId, call);
      match('jobRunId', input.jobRunId);
      const id = input.jobRunId!;
      const job = runs.get(id);
      if (job) {
        const attempt = attemptOf(job, input.attempt);
        if (attempt.uiUrl === undefined && attempt.sparkAppId === undefined) {
          throw invalid(`The dashboard of job run ${id} is not available: Spark has not started in it.`);
        }
        return { url: dashboards.give(() => attempt) };
      }
      // The application id of a Livy session serves as a job-run id.
      if (!livy.sparkUi(id)) {
        throw notFound(`Job run ${id} does not exist`);
      }
      return { url: dashboards.give(() => livy.sparkUi(id)) };
    }
  };
}

function checkStart(input: model.StartJobRunRequest): void {
  match('clientToken', input.clientToken);
  match('executionRoleArn', input.executionRoleArn);
  match('jobRunName', input.name, 'name');
  checkTags(input.tags);
  within(input.executionTimeoutMinutes, 0, 1_000_000, 'executionTimeoutMinutes');
  within(input.retryPolicy?.maxAttempts, 1, 10, 'retryPolicy.maxAttempts');
  const job = input.jobDriver;
  if (job?.hive !== undefined) {
    throw invalid('The local account runs Spark only: jobDriver has to be sparkSubmit.');
  }
  if (!job?.sparkSubmit) {
    throw invalid('The jobDriver of the job run has to be given.');
  }
  if (!/\S/.test(job.sparkSubmit.entryPoint!)) {
    throw invalid('The entryPoint of the job driver must not be blank.');
  }
}

function checkStartable({ application }: IHosted): void {
  const { id, state, autoStart, spec } = application;
  if (state === 'TERMINATED') {
    throw invalid(`Application ${id} is terminated.`);
  }
  if (spec.type !== 'Spark') {
    throw invalid(`Application ${id} is of type ${spec.type} and does not run Spark jobs.`);
  }
  if (!autoStart && state !== 'STARTED' && state !== 'STARTING') {
    throw invalid(`Application ${id} is in state ${state} and does not start automatically. Start it first.`);
  }
}
