/** Roles and keys of the account itself. */
import type { Identities } from '../identity';
import { ACCOUNT_ID } from '../identity';
import { findRole } from '../roles';
import type { IAccess } from './access';
import { S3Objects } from './s3Objects';

export function ownAccess(identities: Identities, endpoint: () => string): IAccess {
  return {
    mayPass: (_caller, roleArn) => Promise.resolve(findRole(roleArn)?.allowed !== false),
    assume: (roleArn, _applicationArn, sessionName) => {
      const role = findRole(roleArn);
      return Promise.resolve(
        role &&
          identities.addSession(
            {
              accountId: ACCOUNT_ID,
              arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role.name}/${sessionName}`,
              userId: `AROA${Buffer.from(role.name).toString('hex').toUpperCase().padEnd(17, 'X').slice(0, 17)}:${sessionName}`
            },
            12 * 3600
          )
      );
    },
    objects: (keys, region) => new S3Objects(endpoint(), keys, region),
    environment: (keys, region) => ({
      AWS_ENDPOINT_URL: endpoint(),
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      ...(keys.sessionToken ? { AWS_SESSION_TOKEN: keys.sessionToken } : {}),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true'
    }),
    sparkConf: () => ({})
  };
}
