/** Somebody who may do everything in the account: who sets it up, and breaks it for a test. */
import { ACCOUNT_ID, type Identities } from './identity';

const SECONDS = 3600;

/** @returns credentials, as `credential_process` has them */
export function administrator(identities: Identities): object {
  const keys = identities.addSession(
    {
      accountId: ACCOUNT_ID,
      arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/platform-admin/local`,
      userId: 'AROAPLATFORMADMIN:local',
      onlyPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
    },
    SECONDS
  );
  return {
    Version: 1,
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    SessionToken: keys.sessionToken
  };
}
