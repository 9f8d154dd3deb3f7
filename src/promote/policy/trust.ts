/** Who may take the roles: one application's runs, and the schedule group that starts them. */
import type { IPlace } from '../../protocol';
import { applicationArn } from './arns';
import type { IPolicyDocument } from './document';

/** Principal and condition key of EMR Serverless. */
export const SERVERLESS = 'emr-serverless.amazonaws.com';
const SCHEDULER = 'scheduler.amazonaws.com';
/** The schedule group that our schedules are in. */
const GROUP = 'default';

/**
 * Trust policy of a pipeline's role. The application is made first, so that its ARN is known here: there is never a
 * moment in which another application may take the role.
 */
export function pipelineTrust(place: IPlace): IPolicyDocument {
  return trust(place, SERVERLESS, applicationArn(place));
}

/** Trust policy of the role by which EventBridge Scheduler starts the pipeline: it gives its group for a source. */
export function schedulerTrust(place: IPlace): IPolicyDocument {
  return trust(
    place,
    SCHEDULER,
    `arn:${place.partition}:scheduler:${place.region}:${place.accountId}:schedule-group/${GROUP}`
  );
}

function trust(place: IPlace, service: string, source: string): IPolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': place.accountId, 'aws:SourceArn': source } }
      }
    ]
  };
}
