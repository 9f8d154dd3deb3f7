/** What is written down of a deployment, in S3 beside the script: from it, any host starts a run. */
import type { IAwsContext } from '../aws';
import { getObject, putObject } from '../aws';
import { EmrError } from '../protocol';
import { canonical } from './diff';
import type { IPipeline } from './types';

/** No time and no person in it: the same deployment twice is the same text. */
export interface IDeploymentRecord {
  version: 1;
  pipeline: IPipeline;
  applicationId: string;
  roleArn: string;
  scriptUri: string;
  /** SHA-256 of the script. */
  scriptSha: string;
  archiveUri?: string;
  /** What the archive was made for: a change makes a new one. */
  archiveKey?: string;
}

/** @throws EmrError `BadDeployment` where it is there and is not one of ours */
export async function readDeployment(
  aws: IAwsContext,
  uri: string,
  signal?: AbortSignal
): Promise<IDeploymentRecord | undefined> {
  const bytes = await getObject(aws, uri, signal);
  if (!bytes) {
    return undefined;
  }
  try {
    const value = JSON.parse(bytes.toString()) as IDeploymentRecord;
    if (value.version !== 1 || typeof value.pipeline !== 'object' || typeof value.applicationId !== 'string') {
      throw new Error('it is of another version');
    }
    return value;
  } catch (error) {
    throw new EmrError({
      code: 'BadDeployment',
      hop: 's3',
      message: `What ${uri} says of the deployment cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      fix: 'Deploy the pipeline again, or upgrade jupyterlab-emr.'
    });
  }
}

/** Write it down. */
export function writeDeployment(
  aws: IAwsContext,
  uri: string,
  record: IDeploymentRecord,
  signal?: AbortSignal
): Promise<void> {
  return putObject(aws, uri, canonical(record, 2), { contentType: 'application/json', ...(signal ? { signal } : {}) });
}
