/** Runtime roles of a cluster's sessions, as the account's IAM has them. */
import type { IRuntimeRoles } from '../emr/credentials';
import { ACCOUNT_ID, type IKeyPair } from '../identity';
import { INSTANCE_PROFILE } from '../roles';
import type { Directory } from './directory';
import type { Guard } from './guard';

/** Longer than anybody's session: EMR renews a session's keys for as long as it lives. */
const KEYS_SECONDS = 7 * 24 * 3600;

/** The instances of every cluster. */
const INSTANCES = {
  accountId: ACCOUNT_ID,
  arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${INSTANCE_PROFILE}/instances`,
  userId: 'AROAINSTANCES:instances',
  accessKeyId: ''
};

/** @param environment - of a driver that has these keys */
export function runtimeRoles(
  directory: Directory,
  guard: Guard,
  environment: (keys: IKeyPair) => Record<string, string>
): IRuntimeRoles {
  return {
    isTrusting: async roleArn => {
      const role = await directory.role(roleArn);
      return role !== undefined && guard.trusts(role, INSTANCES);
    },
    environment: async (roleArn, sessionName) => {
      const role = await directory.role(roleArn);
      return role ? environment(guard.issue(role, sessionName, KEYS_SECONDS).keys) : {};
    }
  };
}
