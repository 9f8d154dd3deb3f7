/** Amazon EMR Serverless: applications, their start, dashboards of what runs on them. */
import type { Application, ApplicationSummary } from '@aws-sdk/client-emr-serverless';

import { EmrError } from '../protocol';
import { service } from './client';
import type { IAwsContext } from './context';
import { awsError } from './errors';

export type { Application, ApplicationState, ApplicationSummary } from '@aws-sdk/client-emr-serverless';

/** ListApplications answers at most 50 a page: 20 pages are more than a list can show. */
const MAX_PAGES = 20;

/** Ask EMR Serverless one thing. For this folder's files about EMR Serverless only. */
export const emrServerless = service(
  'emr-serverless',
  () => import('./sdk/emrServerless'),
  (sdk, config) => new sdk.EMRServerlessClient(config)
);

/** The account's applications that are not deleted, in the service's order. */
export async function listApplications(context: IAwsContext, signal?: AbortSignal): Promise<ApplicationSummary[]> {
  const action = { does: 'list the EMR Serverless applications', iam: 'emr-serverless:ListApplications' };
  const found: ApplicationSummary[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await emrServerless(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.ListApplicationsCommand({ maxResults: 50, nextToken }), options)
    );
    found.push(...(answer.applications ?? []));
    nextToken = answer.nextToken;
    if (!nextToken) {
      break;
    }
  }
  return found.filter(({ state }) => state !== 'TERMINATED');
}

/**
 * One application as GetApplication tells it.
 *
 * @throws EmrError `ApplicationNotFound` where there is none of this id in this account and region
 */
export async function getApplication(
  context: IAwsContext,
  applicationId: string,
  signal?: AbortSignal
): Promise<Application> {
  const action = {
    does: `look up the EMR Serverless application ${applicationId}`,
    iam: 'emr-serverless:GetApplication',
    resource: applicationId
  };
  try {
    const answer = await emrServerless(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.GetApplicationCommand({ applicationId }), options)
    );
    if (answer.application) {
      return answer.application;
    }
  } catch (error) {
    const told = awsError(error, 'emr-serverless', action);
    if (told.code !== 'ResourceNotFoundException') {
      throw told;
    }
  }
  throw new EmrError({
    code: 'ApplicationNotFound',
    hop: 'emr-serverless',
    message: `There is no EMR Serverless application ${applicationId} in this account and region.`,
    fix: 'List the applications with %emr applications; name another region with --region.'
  });
}

/** Ask for the start of an application; it is STARTED some time later. Asking twice does no harm. */
export const startApplication = asker('start');

/** Ask for the stop of an application; what runs on it has to have ended. */
export const stopApplication = asker('stop');

function asker(does: 'start' | 'stop') {
  return async (context: IAwsContext, applicationId: string, signal?: AbortSignal): Promise<void> => {
    const action = {
      does: `${does} the EMR Serverless application ${applicationId}`,
      iam: `emr-serverless:${does === 'start' ? 'Start' : 'Stop'}Application`,
      resource: applicationId
    };
    await emrServerless(context, action, signal, async (client, sdk, options) =>
      does === 'start'
        ? client.send(new sdk.StartApplicationCommand({ applicationId }), options)
        : client.send(new sdk.StopApplicationCommand({ applicationId }), options)
    );
  };
}

/**
 * A presigned URL of the Spark UI of a job run, or of a Livy session by its Spark application's id. It is good for an
 * hour and admits whoever has it: do not store it.
 */
export async function jobRunDashboard(
  context: IAwsContext,
  applicationId: string,
  jobRunId: string,
  signal?: AbortSignal
): Promise<string> {
  const action = {
    does: `open the Spark UI of ${jobRunId} on the EMR Serverless application ${applicationId}`,
    iam: 'emr-serverless:GetDashboardForJobRun',
    resource: `${applicationId}/jobruns/${jobRunId}`
  };
  const { url } = await emrServerless(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.GetDashboardForJobRunCommand({ applicationId, jobRunId }), options)
  );
  if (!url) {
    throw new EmrError({
      code: 'SparkUiNotReady',
      hop: 'emr-serverless',
      message: `EMR Serverless has no Spark UI for ${jobRunId} yet.`,
      fix: 'Try again in a moment; before the driver runs there is none.'
    });
  }
  return url;
}
