/** STS: who one is, and keys of a role. */
import type { Directory } from './access/directory';
import type { Guard } from './access/guard';
import type { Context, IPolicyDocument } from './access/types';
import { AwsError } from './errors';
import type { Identities, IKeyPair } from './identity';
import { parseRoleArn } from './roles';
import type { ICall, ICaller, IService } from './types';

interface IAssumeRoleInput {
  RoleArn?: string;
  RoleSessionName?: string;
  DurationSeconds?: string;
  ExternalId?: string;
  /** JSON text. */
  Policy?: string;
}

export function makeSts(identities: Identities, directory: Directory, guard: Guard): IService {
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
      AssumeRole: (input: IAssumeRoleInput, { caller }: ICall) => assumeRole(directory, guard, input, caller)
    }
  };
}

async function assumeRole(
  directory: Directory,
  guard: Guard,
  input: IAssumeRoleInput,
  asking: ICaller
): Promise<object> {
  const { RoleArn, RoleSessionName } = input;
  if (!RoleArn || !RoleSessionName || !/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
    const member = RoleArn ? 'roleSessionName' : 'roleArn';
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null and must satisfy regular expression pattern`
    );
  }
  try {
    parseRoleArn(RoleArn);
  } catch {
    throw new AwsError('ValidationError', `${RoleArn} is invalid`);
  }
  const role = await directory.role(RoleArn);
  const context: Context = input.ExternalId === undefined ? {} : { 'sts:ExternalId': input.ExternalId };
  if (!role || !(await guard.trusts(role, asking, context))) {
    throw new AwsError(
      'AccessDenied',
      `User: ${asking.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      403
    );
  }
  const seconds = duration(input.DurationSeconds, 3600, 43_200);
  if (seconds > role.maxSeconds) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'
    );
  }
  const { keys, caller } = guard.issue(role, RoleSessionName, seconds, readPolicy(input.Policy));
  return {
    Credentials: credentials(keys),
    AssumedRoleUser: { AssumedRoleId: caller.userId, Arn: caller.arn },
    PackedPolicySize: 0
  };
}

function readPolicy(text: string | undefined): IPolicyDocument | undefined {
  if (text === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(text) as IPolicyDocument;
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json');
  }
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
