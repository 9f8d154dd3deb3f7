/** The IAM roles of the account. */
import { AwsError } from './errors';
import { ACCOUNT_ID } from './identity';

export interface IRole {
  name: string;
  arn: string;
  /** The caller may run sessions as it. */
  allowed: boolean;
}

const make = (name: string, allowed: boolean): IRole => ({
  name,
  arn: `arn:aws:iam::${ACCOUNT_ID}:role/${name}`,
  allowed
});

/** Runtime roles by the key under which the account's JSON line names them. */
export const RUNTIME_ROLES = {
  analyst: make('emr-runtime-analyst', true),
  engineer: make('emr-runtime-engineer', true),
  limited: make('emr-runtime-limited', true),
  denied: make('emr-runtime-restricted', false)
};

/** Whoever keeps the account's data catalogue; no sessions run as it. */
export const STEWARD_ROLE = make('data-steward', true);
/** Somebody with the users' policies of deploy/aws and nothing else; the account's user may assume it. */
export const USER_ROLE = make('emr-user', true);
export const LAUNCH_ROLE = make('service-catalog-emr-launch', false);
export const SERVICE_ROLE = 'EMR_DefaultRole_V2';
export const INSTANCE_PROFILE = 'EMR_EC2_DefaultRole';

const ROLE_ARN = /^arn:aws[a-zA-Z-]*:iam::(\d{12}):role\/([\w+=,.@/-]{1,512})$/;

/**
 * The parts of a role's ARN.
 *
 * @throws AwsError `ValidationException` where it is none
 */
export function parseRoleArn(arn: string): { accountId: string; path: string; name: string } {
  const match = ROLE_ARN.exec(arn);
  if (!match) {
    throw new AwsError('ValidationException', `'${arn}' is not a valid IAM role ARN.`);
  }
  return { accountId: match[1], path: match[2], name: match[2].split('/').at(-1)! };
}

/** The role behind an ARN, where the account has it. */
export function findRole(arn: string): IRole | undefined {
  return Object.values(RUNTIME_ROLES).find(role => role.arn === arn);
}
