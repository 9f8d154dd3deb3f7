/** What EMR Serverless asks of the account's IAM, STS and S3. */
import type { IAccess } from '../emrServerless/access';
import { S3Objects } from '../emrServerless/s3Objects';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import { uuid } from '../ids';
import { LogWriter } from '../monitoring/logWriter';
import { sparkS3Conf, sparkS3Environment } from '../sparkS3';
import type { Guard } from './guard';

const SERVICE = 'emr-serverless.amazonaws.com';
/** EMR Serverless renews the keys of a run for as long as it lives. */
const KEYS_SECONDS = 7 * 24 * 3600;

/**
 * @param endpoint - of the account, known when it listens
 * @param publish - hands an event to EventBridge
 */
export function serverlessAccess(
  guard: Guard,
  endpoint: () => string,
  publish: (region: string, event: object) => void
): IAccess {
  return {
    require: (caller, action, resource, context) => guard.require(caller, action, resource, context),
    mayPass: async (caller, roleArn) =>
      (await guard.decide(caller, 'iam:PassRole', roleArn, { 'iam:PassedToService': SERVICE })) === 'allowed',
    assume: async (roleArn, sourceArn, sessionName) => {
      try {
        const session = { service: SERVICE, sourceArn, sessionName, seconds: KEYS_SECONDS };
        return (await guard.assumeAsService(roleArn, session)).keys;
      } catch (error) {
        if (error instanceof AwsError && error.code === 'AccessDeniedException') {
          return undefined;
        }
        throw error;
      }
    },
    tell: (region, detailType, detail) =>
      publish(region, {
        version: '0',
        id: uuid(),
        'detail-type': detailType,
        source: 'aws.emr-serverless',
        account: ACCOUNT_ID,
        time: new Date().toISOString(),
        region,
        resources: [],
        detail
      }),
    logs: (keys, region) => new LogWriter(endpoint(), keys, region),
    objects: (keys, region) => new S3Objects(endpoint(), keys, region),
    environment: (keys, region) => sparkS3Environment(keys, endpoint(), region).env,
    sparkConf: region => sparkS3Conf(endpoint(), region)
  };
}
