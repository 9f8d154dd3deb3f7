/** Words that the services of the local account share. */

import type { IPolicyDocument } from './access/types';

/** Services as boto3 names them; `unknown` where a request could not be told. */
export type ServiceName =
  | 'servicecatalog'
  | 'emr'
  | 'emr-serverless'
  | 'sts'
  | 'iam'
  | 'secretsmanager'
  | 's3'
  | 'kms'
  | 'glue'
  | 'lakeformation'
  | 'scheduler'
  | 'events'
  | 'monitoring'
  | 'logs'
  | 'ec2'
  | 'unknown';

/** Who signed a request. */
export interface ICaller {
  accountId: string;
  /** `arn:aws:iam::…:user/NAME` or `arn:aws:sts::…:assumed-role/ROLE/SESSION`. */
  arn: string;
  /** `AIDA…`, or `AROA…:SESSION` of an assumed role. */
  userId: string;
  accessKeyId: string;
  /** The policy that AssumeRole was given to limit the session. */
  sessionPolicy?: IPolicyDocument;
  /** All that these keys may do, whoever they were given to: keys to some data that Lake Formation gave out. */
  onlyPolicy?: IPolicyDocument;
}

/** Everything an operation may know of its request beside the input. */
export interface ICall {
  caller: ICaller;
  /** From the credential scope of the signature. */
  region: string;
  requestId: string;
}

/** One operation: its input was checked against the service's model before; a `Date` of its output becomes a timestamp. */
export type Operation = (input: never, call: ICall) => object | Promise<object>;

export type Operations = Record<string, Operation>;

/** The part of a Smithy schema, as the AWS SDK exports it, that inputs are checked by. */
export type InputSchema = readonly unknown[];

/** A service: its operations and the schemas of their inputs. */
export interface IService {
  name: ServiceName;
  operations: Operations;
  /** By operation; an operation without one takes what comes. */
  inputs?: Record<string, InputSchema>;
}

export interface ITag {
  Key: string;
  Value: string;
}
