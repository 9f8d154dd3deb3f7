/** Keys to the data of a table, for engines that read it for a caller: limited to the table's place, by what was granted. */
import type * as model from '@aws-sdk/client-lakeformation';

import type { IPolicyDocument } from '../access/types';
import type { IKeyPair } from '../identity';
import type { ICall, ICaller, IService } from '../types';
import { Asked, isRegistered } from './asked';
import type { AskedOf } from './lakeFormation';
import { insufficient } from './permits';
import { current, invalid } from './store';

/** Makes keys that may do what a policy says, and nothing else. */
export type Vend = (caller: ICaller, policy: IPolicyDocument, seconds: number) => IKeyPair;

const TABLE = /^arn:aws[^:]*:glue:[^:]+:(\d{12}):table\/([^/]+)\/(.+)$/;

export function dataAccess(asked: AskedOf, vend: Vend): IService['operations'] {
  return {
    GetTemporaryGlueTableCredentials: (
      input: model.GetTemporaryGlueTableCredentialsRequest,
      call: ICall
    ): model.GetTemporaryGlueTableCredentialsResponse => {
      const [, catalogId, databaseName, name] = TABLE.exec(input.TableArn ?? '') ?? [];
      if (catalogId === undefined) {
        throw invalid(`TableArn ${input.TableArn} is not the ARN of a table.`);
      }
      const ask = new Asked(asked({}, call).lake, call, catalogId);
      const found = ask.table(databaseName, name);
      if (!found.access.selectsSome) {
        throw insufficient(found.table.name, 'Select');
      }
      const location = current(found.table).input.StorageDescriptor?.Location;
      if (!isRegistered(found.catalog, location)) {
        throw insufficient(found.table.name, 'registered location');
      }
      const seconds = input.DurationSeconds ?? 3600;
      const pair = vend(call.caller, readBelow(location!), seconds);
      return {
        AccessKeyId: pair.accessKeyId,
        SecretAccessKey: pair.secretAccessKey,
        SessionToken: pair.sessionToken,
        Expiration: pair.expiration
      };
    }
  };
}

function readBelow(location: string): IPolicyDocument {
  const [, bucket, path = ''] = /^s3[an]?:\/\/([^/]+)\/?(.*?)\/?$/.exec(location) ?? [];
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: [`arn:aws:s3:::${bucket}/${path}`, `arn:aws:s3:::${bucket}/${path}/*`]
      },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { StringLike: { 's3:prefix': [path, `${path}/*`] } }
      },
      { Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: `arn:aws:s3:::${bucket}` }
    ]
  };
}
