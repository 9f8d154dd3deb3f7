/** STS: who one is, and keys of a role. */
import { AwsError } from './errors';
import { ACCOUNT_ID, type Identities, type IKeyPair } from './identity';
import { findRole, parseRoleArn } from './roles';
import type { ICall, IService } from './types';

interface IAssumeRoleInput {
  RoleArn?: string;
  RoleSessionName?: string;
  DurationSeconds?: string;
}

export function makeSts(identities: Identities): IService {
  return {
    name: 'sts',
    operations: {
      GetCallerIdentity: (_input: unknown, { caller }: ICall) => ({
        Arn: caller.arn,
        UserId: caller.userId,
        Account: caller.accountId
      }),
      GetSessionToken: (input: { DurationSeconds?: string }, { caller }: ICall) => ({
        Credentials: credentials(identities.addSession(caller, duration(input.DurationSeconds, 43_200, 129_600)))
      }),
      AssumeRole: (input: IAssumeRoleInput, { caller }: ICall) => assumeRole(identities, input, caller.arn)
    }
  };
}

function assumeRole(identities: Identities, input: IAssumeRoleInput, callerArn: string): object {
  const { RoleArn, RoleSessionName } = input;
  if (!RoleArn || !RoleSessionName || !/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
    const member = RoleArn ? 'roleSessionName' : 'roleArn';
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null and must satisfy regular expression pattern`
    );
  }
  let name: string;
  try {
    name = parseRoleArn(RoleArn).name;
  } catch {
    throw new AwsError('ValidationError', `${RoleArn} is invalid`);
  }
  if (findRole(RoleArn)?.allowed !== true) {
    throw new AwsError(
      'AccessDenied',
      `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      403
    );
  }
  const roleId = 'AROA' + Buffer.from(name).toString('hex').toUpperCase().padEnd(17, 'X').slice(0, 17);
  const caller = {
    accountId: ACCOUNT_ID,
    arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${name}/${RoleSessionName}`,
    userId: `${roleId}:${RoleSessionName}`
  };
  return {
    Credentials: credentials(identities.addSession(caller, duration(input.DurationSeconds, 3600, 43_200))),
    AssumedRoleUser: { AssumedRoleId: caller.userId, Arn: caller.arn },
    PackedPolicySize: 0
  };
}

function credentials(pair: IKeyPair): object {
  return {
    AccessKeyId: pair.accessKeyId,
    SecretAccessKey: pair.secretAccessKey,
    SessionToken: pair.sessionToken,
    Expiration: pair.expiration
  };
}

function duration(given: string | undefined, fallback: number, most: number): number {
  const seconds = given === undefined ? fallback : Number(given);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > most) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${given}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and ${most}`
    );
  }
  return seconds;
}
