/** Amazon EMR Serverless: making applications, and the job runs on them. */
import type {
  CreateApplicationCommandInput,
  JobRun,
  JobRunAttemptSummary,
  JobRunSummary,
  StartJobRunCommandInput,
  UpdateApplicationCommandInput
} from '@aws-sdk/client-emr-serverless';

import { EmrError } from '../protocol';
import type { IAwsContext } from './context';
import { emrServerless } from './emrServerless';
import { awsError } from './errors';

export type {
  CreateApplicationCommandInput,
  JobRun,
  JobRunAttemptSummary,
  JobRunState,
  JobRunSummary,
  StartJobRunCommandInput,
  UpdateApplicationCommandInput
} from '@aws-sdk/client-emr-serverless';

/** An application as it is when made. */
export interface INewApplication {
  applicationId: string;
  arn: string;
}

/** Make an application. The same client token never makes a second one. */
export async function createApplication(
  context: IAwsContext,
  input: CreateApplicationCommandInput,
  signal?: AbortSignal
): Promise<INewApplication> {
  const action = {
    does: `make the EMR Serverless application ${input.name ?? ''}`.trim(),
    iam: 'emr-serverless:CreateApplication'
  };
  const answer = await emrServerless(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.CreateApplicationCommand(input), options)
  );
  return { applicationId: answer.applicationId ?? '', arn: answer.arn ?? '' };
}

/** Change an application; the service wants it CREATED or STOPPED. */
export async function updateApplication(
  context: IAwsContext,
  input: UpdateApplicationCommandInput,
  signal?: AbortSignal
): Promise<void> {
  const action = {
    does: `change the EMR Serverless application ${input.applicationId}`,
    iam: 'emr-serverless:UpdateApplication',
    resource: input.applicationId
  };
  await emrServerless(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.UpdateApplicationCommand(input), options)
  );
}

/** Delete an application; the service wants it CREATED or STOPPED. One that is gone is a success. */
export async function deleteApplication(
  context: IAwsContext,
  applicationId: string,
  signal?: AbortSignal
): Promise<void> {
  const action = {
    does: `delete the EMR Serverless application ${applicationId}`,
    iam: 'emr-serverless:DeleteApplication',
    resource: applicationId
  };
  await emrServerless(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.DeleteApplicationCommand({ applicationId }), options)
  ).catch((error: unknown) => {
    if (awsError(error, 'emr-serverless', action).code !== 'ResourceNotFoundException') {
      throw error;
    }
  });
}

/** Set tags of an application or a run, and take others away. */
export async function tagServerless(
  context: IAwsContext,
  resourceArn: string,
  tags: Record<string, string>,
  without: string[] = [],
  signal?: AbortSignal
): Promise<void> {
  const action = { does: `tag ${resourceArn}`, iam: 'emr-serverless:TagResource', resource: resourceArn };
  await emrServerless(context, action, signal, async (client, sdk, options) => {
    if (Object.keys(tags).length > 0) {
      await client.send(new sdk.TagResourceCommand({ resourceArn, tags }), options);
    }
    if (without.length > 0) {
      await client.send(new sdk.UntagResourceCommand({ resourceArn, tagKeys: without }), options);
    }
  });
}

/** Start a job run. The same client token never starts a second one. @returns the run's id */
export async function startJobRun(
  context: IAwsContext,
  input: StartJobRunCommandInput,
  signal?: AbortSignal
): Promise<string> {
  const action = {
    does: `start a run on the EMR Serverless application ${input.applicationId}`,
    iam: 'emr-serverless:StartJobRun',
    resource: input.applicationId,
    condition: `and iam:PassRole on ${input.executionRoleArn}`
  };
  const answer = await emrServerless(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.StartJobRunCommand(input), options)
  );
  return answer.jobRunId ?? '';
}

/** One run as GetJobRun tells it. @throws EmrError `RunNotFound` where there is none */
export async function getJobRun(
  context: IAwsContext,
  applicationId: string,
  jobRunId: string,
  signal?: AbortSignal
): Promise<JobRun> {
  const action = {
    does: `look up the run ${jobRunId}`,
    iam: 'emr-serverless:GetJobRun',
    resource: `${applicationId}/jobruns/${jobRunId}`
  };
  try {
    const answer = await emrServerless(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.GetJobRunCommand({ applicationId, jobRunId }), options)
    );
    if (answer.jobRun) {
      return answer.jobRun;
    }
  } catch (error) {
    const told = awsError(error, 'emr-serverless', action);
    if (told.code !== 'ResourceNotFoundException') {
      throw told;
    }
  }
  throw new EmrError({
    code: 'RunNotFound',
    hop: 'emr-serverless',
    message: `There is no run ${jobRunId} on the EMR Serverless application ${applicationId}.`,
    fix: 'List the runs of the pipeline; EMR Serverless forgets runs some time after they end.'
  });
}

/** Runs of an application, newest first. @param limit - how many at most */
export async function listJobRuns(
  context: IAwsContext,
  applicationId: string,
  limit: number,
  signal?: AbortSignal
): Promise<JobRunSummary[]> {
  const action = {
    does: `list the runs of the EMR Serverless application ${applicationId}`,
    iam: 'emr-serverless:ListJobRuns',
    resource: applicationId
  };
  const found: JobRunSummary[] = [];
  let nextToken: string | undefined;
  do {
    const token = nextToken;
    const answer = await emrServerless(context, action, signal, (client, sdk, options) =>
      client.send(
        new sdk.ListJobRunsCommand({
          applicationId,
          maxResults: Math.min(50, Math.max(1, limit - found.length)),
          ...(token ? { nextToken: token } : {})
        }),
        options
      )
    );
    found.push(...(answer.jobRuns ?? []));
    nextToken = answer.nextToken;
  } while (nextToken && found.length < limit);
  return found.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0)).slice(0, limit);
}

/** Attempts of a run, the first first. */
export async function listJobRunAttempts(
  context: IAwsContext,
  applicationId: string,
  jobRunId: string,
  signal?: AbortSignal
): Promise<JobRunAttemptSummary[]> {
  const action = {
    does: `list the attempts of the run ${jobRunId}`,
    iam: 'emr-serverless:ListJobRunAttempts',
    resource: `${applicationId}/jobruns/${jobRunId}`
  };
  const found: JobRunAttemptSummary[] = [];
  let nextToken: string | undefined;
  do {
    const token = nextToken;
    const answer = await emrServerless(context, action, signal, (client, sdk, options) =>
      client.send(
        new sdk.ListJobRunAttemptsCommand({ applicationId, jobRunId, ...(token ? { nextToken: token } : {}) }),
        options
      )
    );
    found.push(...(answer.jobRunAttempts ?? []));
    nextToken = answer.nextToken;
  } while (nextToken);
  return found.sort((a, b) => (a.attempt ?? 0) - (b.attempt ?? 0));
}

/** Ask for the end of a run. One that has ended is a success. */
export async function cancelJobRun(
  context: IAwsContext,
  applicationId: string,
  jobRunId: string,
  signal?: AbortSignal
): Promise<void> {
  const action = {
    does: `cancel the run ${jobRunId}`,
    iam: 'emr-serverless:CancelJobRun',
    resource: `${applicationId}/jobruns/${jobRunId}`
  };
  await emrServerless(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.CancelJobRunCommand({ applicationId, jobRunId }), options)
  );
}
