/** EMR Serverless' operations. */
import * as model from '@aws-sdk/client-emr-serverless';

import { inputOf, type OperationSchema } from '../protocols/restJson';
import type { ICall, IService } from '../types';
import type { IAccess } from './access';
import type { Application } from './application';
import type { Dashboards } from './dashboard';
import { guarded } from './guarded';
import { jobOperations } from './jobOperations';
import { paged } from './pages';
import { notFound, type ServerlessRegion } from './region';
import { checkApplication, checkTags, invalid, match, readApplication } from './validation';
import { viewApplication, viewSummary } from './views';

/** Its operations, with where their inputs stand in a request. */
export const SCHEMAS: Record<string, OperationSchema> = {
  CreateApplication: model.CreateApplication$,
  GetApplication: model.GetApplication$,
  ListApplications: model.ListApplications$,
  UpdateApplication: model.UpdateApplication$,
  StartApplication: model.StartApplication$,
  StopApplication: model.StopApplication$,
  DeleteApplication: model.DeleteApplication$,
  StartJobRun: model.StartJobRun$,
  GetJobRun: model.GetJobRun$,
  ListJobRuns: model.ListJobRuns$,
  CancelJobRun: model.CancelJobRun$,
  ListJobRunAttempts: model.ListJobRunAttempts$,
  GetDashboardForJobRun: model.GetDashboardForJobRun$,
  TagResource: model.TagResource$,
  UntagResource: model.UntagResource$,
  ListTagsForResource: model.ListTagsForResource$
};

export function makeEmrServerless(
  regionOf: (call: ICall) => ServerlessRegion,
  access: IAccess,
  dashboards: Dashboards
): IService {
  const application = (id: string | undefined, call: ICall): Application => {
    match('applicationId', id);
    return regionOf(call).get(id!).application;
  };
  return {
    name: 'emr-serverless',
    inputs: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, inputOf(schema)])),
    operations: guarded(
      {
        ...jobOperations(regionOf, access, dashboards),
        CreateApplication: async (
          input: model.CreateApplicationRequest,
          call: ICall
        ): Promise<model.CreateApplicationResponse> => {
          match('clientToken', input.clientToken);
          const region = regionOf(call);
          const made = await region.applicationTokens.once('create', input.clientToken!, input, () =>
            region.create(readApplication(input))
          );
          return { applicationId: made.id, name: made.spec.name, arn: made.arn };
        },
        GetApplication: (input: model.GetApplicationRequest, call: ICall): model.GetApplicationResponse => ({
          application: viewApplication(application(input.applicationId, call))
        }),
        ListApplications: (input: model.ListApplicationsRequest, call: ICall): model.ListApplicationsResponse => {
          const { states = [], nextToken } = input;
          const found = regionOf(call)
            .list()
            .filter(({ state }) => states.length === 0 || states.includes(state));
          const { items, next } = paged(found, nextToken, input.maxResults);
          return { applications: items.map(viewSummary), nextToken: next };
        },
        UpdateApplication: (input: model.UpdateApplicationRequest, call: ICall): model.UpdateApplicationResponse => {
          const { applicationId, clientToken, ...changes } = input;
          match('clientToken', clientToken);
          const found = application(applicationId, call);
          if (!found.resting) {
            throw invalid(
              `Application ${found.id} must be in CREATED or STOPPED state to be updated. Its current state is ${found.state}.`
            );
          }
          const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
          checkApplication({ ...found.spec, ...given });
          found.update(changes);
          return { application: viewApplication(found) };
        },
        StartApplication: (input: model.StartApplicationRequest, call: ICall): model.StartApplicationResponse => {
          const found = application(input.applicationId, call);
          if (!found.resting && found.state !== 'STARTING' && found.state !== 'STARTED') {
            throw invalid(`Application ${found.id} cannot be started in state ${found.state}.`);
          }
          found.start();
          return {};
        },
        StopApplication: (input: model.StopApplicationRequest, call: ICall): model.StopApplicationResponse => {
          const found = application(input.applicationId, call);
          if (found.busy) {
            throw invalid(
              `Application ${found.id} cannot be stopped: all scheduled and running jobs must be completed or cancelled before.`
            );
          }
          if (found.state === 'CREATING' || found.state === 'TERMINATED') {
            throw invalid(`Application ${found.id} cannot be stopped in state ${found.state}.`);
          }
          found.stop();
          return {};
        },
        DeleteApplication: (input: model.DeleteApplicationRequest, call: ICall): model.DeleteApplicationResponse => {
          const found = application(input.applicationId, call);
          if (!found.resting && found.state !== 'TERMINATED') {
            throw invalid(
              `Application ${found.id} must be in CREATED or STOPPED state to be deleted. Its current state is ${found.state}.`
            );
          }
          found.terminate();
          return {};
        },
        TagResource: (input: model.TagResourceRequest, call: ICall): model.TagResourceResponse => {
          checkTags(input.tags);
          Object.assign(tagged(input.resourceArn, regionOf(call)), input.tags);
          return {};
        },
        UntagResource: (input: model.UntagResourceRequest, call: ICall): model.UntagResourceResponse => {
          const tags = tagged(input.resourceArn, regionOf(call));
          input.tagKeys!.forEach(key => delete tags[key]);
          return {};
        },
        ListTagsForResource: (
          input: model.ListTagsForResourceRequest,
          call: ICall
        ): model.ListTagsForResourceResponse => ({ tags: tagged(input.resourceArn, regionOf(call)) })
      },
      access
    )
  };
}

/** The tags of what an ARN names, to be read and changed. */
function tagged(arn: string | undefined, region: ServerlessRegion): Record<string, string> {
  match('resourceArn', arn);
  const [, , applicationId, , jobRunId] = arn!.split(':').at(-1)!.split('/');
  const { application, runs } = region.get(applicationId);
  const run = jobRunId === undefined ? undefined : runs.get(jobRunId);
  const found = jobRunId === undefined ? application : run;
  if (found?.arn !== arn) {
    throw notFound(`Resource ${arn} does not exist`);
  }
  return found!.tags;
}
