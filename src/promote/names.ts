/** Names, tags and places in S3 of what is made for one pipeline. None is shared by two. */
import { createHash } from 'node:crypto';

import type { IPipeline } from './types';

/** Tag of the application and the roles: whose they are. */
export const PIPELINE_TAG = 'jupyterlab-emr:pipeline';
/** Tag of the application: where its deployment is written down. */
export const DEPLOYMENT_TAG = 'jupyterlab-emr:deployment';

/** Name of the schedule, in the group `default`. */
export function scheduleName(pipeline: string): string {
  return `emr-pipeline-${pipeline}`;
}

/** With exactly one slash at the end. */
export function folderUri(uri: string): string {
  return `${uri.replace(/\/+$/, '')}/`;
}

/** Where all of the pipeline's artifacts are. */
export function artifactsUri(pipeline: Pick<IPipeline, 'artifacts' | 'name'>): string {
  return `${folderUri(pipeline.artifacts)}${pipeline.name}/`;
}

/** Where the deployment is written down. */
export function deploymentUri(pipeline: Pick<IPipeline, 'artifacts' | 'name'>): string {
  return `${artifactsUri(pipeline)}deployment.json`;
}

/** Where EMR Serverless writes the logs. */
export function logsUri(pipeline: Pick<IPipeline, 'artifacts' | 'name' | 'logs'>): string {
  return pipeline.logs.s3 ? folderUri(pipeline.logs.s3) : `${artifactsUri(pipeline)}logs/`;
}

/** SHA-256 in hexadecimal digits. */
export function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Tags of all that is made for the pipeline: the user's, and ours above them. */
export function ourTags(pipeline: Pick<IPipeline, 'name' | 'tags'>): Record<string, string> {
  return { ...pipeline.tags, [PIPELINE_TAG]: pipeline.name };
}
