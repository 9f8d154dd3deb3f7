/** What EMR Serverless asks of the account's other services: roles, their keys, and S3 as a role. */
import { AwsError } from '../errors';
import { ACCOUNT_ID, type Identities, type IKeyPair } from '../identity';
import { findRole, parseRoleArn } from '../roles';
import type { ICaller } from '../types';
import { trusts } from './trust';

/** Objects in S3, with one role's permissions. */
export interface IObjects {
  /** @throws Error in S3's words */
  get(uri: string): Promise<Buffer>;
  /** @throws Error in S3's words */
  put(uri: string, body: Buffer, contentType: string): Promise<void>;
}

export interface IAccess {
  /** A role's trust policy, parsed; undefined: there is no such role. */
  trustPolicy(roleArn: string): Promise<unknown>;
  /** Whether the caller may pass the role to EMR Serverless. */
  mayPass(caller: ICaller, roleArn: string): Promise<boolean>;
  /** Temporary keys of the role. */
  assume(roleArn: string, sessionName: string): Promise<IKeyPair>;
  objects(keys: IKeyPair): IObjects;
  /** Environment of a process that is to use the account as that role. */
  environment(keys: IKeyPair): Record<string, string>;
}

/** An application, as far as roles are concerned. */
export interface ITrusted {
  arn: string;
}

/** The words for a role that cannot be used; undefined: it can. */
export async function roleProblem(
  access: IAccess,
  roleArn: string,
  application: ITrusted
): Promise<string | undefined> {
  const policy = await access.trustPolicy(roleArn);
  const context = { 'aws:SourceArn': application.arn, 'aws:SourceAccount': ACCOUNT_ID };
  return policy !== undefined && trusts(policy, context)
    ? undefined
    : `Could not assume execution role ${roleArn} because it does not exist or is not set up with the required trust relationship.`;
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

/** The account's own roles, as long as no IAM is asked. */
export function ownAccess(identities: Identities): Omit<IAccess, 'objects' | 'environment'> {
  return {
    trustPolicy: roleArn =>
      Promise.resolve(
        findRole(roleArn) && {
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'emr-serverless.amazonaws.com' }, Action: 'sts:AssumeRole' }
          ]
        }
      ),
    mayPass: (_caller, roleArn) => Promise.resolve(findRole(roleArn)?.allowed !== false),
    assume: (roleArn, sessionName) => {
      const { name } = parseRoleArn(roleArn);
      const caller = {
        accountId: ACCOUNT_ID,
        arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${name}/${sessionName}`,
        userId: `AROA${Buffer.from(name).toString('hex').toUpperCase().padEnd(17, 'X').slice(0, 17)}:${sessionName}`
      };
      return Promise.resolve(identities.addSession(caller, 12 * 3600));
    }
  };
}
