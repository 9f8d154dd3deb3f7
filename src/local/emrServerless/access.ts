/** What EMR Serverless asks of the account's other services: roles, their keys, and S3 as a role. */
import { AwsError } from '../errors';
import { ACCOUNT_ID, type IKeyPair } from '../identity';
import { parseRoleArn } from '../roles';
import type { ICaller } from '../types';

/** Where an object goes, and how. */
export interface IPutOptions {
  contentType: string;
  /** ARN of the KMS key that it is to be encrypted with. */
  kmsKey?: string;
}

/** Objects in S3, with one role's permissions. */
export interface IObjects {
  /** @throws Error in S3's words; `name` is S3's code */
  get(uri: string): Promise<Buffer>;
  /** @throws Error in S3's words */
  put(uri: string, body: Buffer, options: IPutOptions): Promise<void>;
}

/** Logs in CloudWatch, with one role's permissions. */
export interface ILogWriter {
  /** Add lines to a stream; it is made where it is not there. @throws Error in CloudWatch's words */
  append(group: string, stream: string, text: string): Promise<void>;
}

export interface IAccess {
  /** Tell EventBridge. */
  tell(region: string, detailType: string, detail: object): void;
  logs(keys: IKeyPair, region: string): ILogWriter;
  /** @throws AwsError `AccessDeniedException` where the caller's policies do not allow an action */
  require(
    caller: ICaller,
    action: string,
    resource: string,
    context?: Record<string, string | string[]>
  ): Promise<void>;
  /** Whether the caller may pass the role to EMR Serverless. */
  mayPass(caller: ICaller, roleArn: string): Promise<boolean>;
  /** Temporary keys of the role; undefined: it is not there, or does not trust this application. */
  assume(roleArn: string, applicationArn: string, sessionName: string): Promise<IKeyPair | undefined>;
  objects(keys: IKeyPair, region: string): IObjects;
  /** Environment of a process that is to use the account as that role. */
  environment(keys: IKeyPair, region: string): Record<string, string>;
  /** Spark's configuration by which it reaches S3, with the keys of its environment. */
  sparkConf(region: string): Record<string, string>;
}

/** The words for a role that cannot be assumed. */
export function roleProblem(roleArn: string): string {
  return `Could not assume execution role ${roleArn} because it does not exist or is not set up with the required trust relationship.`;
}

/** @throws AwsError `AccessDeniedException` where the caller may not pass the role, or the role is of another account */
export async function checkPassRole(access: IAccess, caller: ICaller, roleArn: string): Promise<void> {
  if (parseRoleArn(roleArn).accountId !== ACCOUNT_ID || !(await access.mayPass(caller, roleArn))) {
    throw new AwsError(
      'AccessDeniedException',
      `User: ${caller.arn} is not authorized to perform: iam:PassRole on resource: ${roleArn} because no identity-based policy allows the iam:PassRole action`,
      403
    );
  }
}
