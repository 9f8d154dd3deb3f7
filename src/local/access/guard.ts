/** What a caller of the account may do, by the policies that IAM holds now. */
import { AwsError } from '../errors';
import { ACCOUNT_ID, type Identities, type IKeyPair } from '../identity';
import type { ICaller } from '../types';
import type { Directory, IRoleEntry } from './directory';
import { decide, decideByResource, type IPolicies } from './evaluate';
import { asList, type Context, type Decision, type IPolicyDocument, type IPrincipal } from './types';

/** What a service says of itself where it assumes a role. */
export interface IServiceSession {
  /** `scheduler.amazonaws.com`. */
  service: string;
  /** ARN of what it acts for; condition key `aws:SourceArn`. */
  sourceArn?: string;
  sessionName: string;
  /** Life of the keys in seconds. Default one hour. */
  seconds?: number;
}

/** Keys of a role's session, and who that is. */
export interface IRoleSession {
  keys: IKeyPair;
  caller: ICaller;
}

export class Guard {
  constructor(
    private readonly directory: Directory,
    private readonly identities: Identities
  ) {}

  /**
   * Whether a caller may do something to a resource.
   *
   * @param action - `s3:GetObject`
   * @param resource - ARN, or `*`
   * @param context - condition keys of the service; the global ones are added
   */
  async decide(caller: ICaller, action: string, resource: string, context: Context = {}): Promise<Decision> {
    const snapshot = await this.directory.read();
    const identity = await this.policiesOf(caller);
    if (!identity) {
      return 'implicitDeny'; // the user or role was deleted
    }
    const question = {
      principal: identity.principal,
      action,
      resource,
      context: { ...globalContext(caller, identity.tags), ...context }
    };
    if (resource.startsWith('arn:aws:kms:') && Object.hasOwn(snapshot.keys, resource)) {
      return decideByResource(question, snapshot.keys[resource].policy, identity.policies);
    }
    const bucket = /^arn:aws:s3:::([^/]+)/.exec(resource)?.[1];
    const bucketPolicy =
      bucket !== undefined && Object.hasOwn(snapshot.buckets, bucket) && snapshot.buckets[bucket].policy;
    return decide(question, { ...identity.policies, ...(bucketPolicy ? { resource: bucketPolicy } : {}) });
  }

  /** Whether the caller's own policies allow something to an object below a folder. @param folder - ends with `/` */
  async reachesBelow(caller: ICaller, bucket: string, folder: string): Promise<boolean> {
    const identity = await this.policiesOf(caller);
    const start = `arn:aws:s3:::${bucket}/${folder}`;
    return (identity?.policies.identity ?? [])
      .flatMap(({ Statement }) => asList(Statement))
      .some(({ Effect, Resource }) => Effect === 'Allow' && asList(Resource).some(arn => arn.startsWith(start)));
  }

  /** Like {@link Guard.decide}. @throws AwsError `AccessDeniedException` (or the given code) in AWS's words */
  async require(
    caller: ICaller,
    action: string,
    resource: string,
    context: Context = {},
    code = 'AccessDeniedException'
  ): Promise<void> {
    const decision = await this.decide(caller, action, resource, context);
    if (decision !== 'allowed') {
      throw new AwsError(code, refusal(caller, action, resource, decision), 403);
    }
  }

  /**
   * Keys of a role for a service that acts as it, where the role trusts that service.
   *
   * @throws AwsError `AccessDeniedException` where the role is not there or does not trust the service (with this source)
   */
  async assumeAsService(roleArn: string, session: IServiceSession): Promise<IRoleSession> {
    const role = await this.directory.role(roleArn);
    if (!role || !(await this.trustsService(roleArn, session.service, session.sourceArn))) {
      throw new AwsError(
        'AccessDeniedException',
        `${session.service} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}` +
          (role ? ` because its trust policy does not allow it` : ' because there is no such role'),
        403
      );
    }
    return this.issue(role, session.sessionName, session.seconds ?? 3600);
  }

  /** Whether a role lets a service have its keys, for what it acts for. */
  async trustsService(roleArn: string, service: string, sourceArn?: string): Promise<boolean> {
    const role = await this.directory.role(roleArn);
    const principal: IPrincipal = { arn: service, accountId: '' };
    const context: Context = {
      'aws:SourceAccount': ACCOUNT_ID,
      ...(sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn }),
      ...time()
    };
    const question = { principal, action: 'sts:AssumeRole', resource: roleArn, context };
    return role !== undefined && decideByResource(question, role.trust, { identity: [] }) === 'allowed';
  }

  /** Whether the trust policy of a role lets a principal have its keys. */
  async trusts(role: IRoleEntry, caller: ICaller, context: Context = {}): Promise<boolean> {
    const identity = await this.policiesOf(caller);
    if (!identity) {
      return false;
    }
    const question = {
      principal: identity.principal,
      action: 'sts:AssumeRole',
      resource: role.arn,
      context: { ...globalContext(caller, identity.tags), ...context }
    };
    return decideByResource(question, role.trust, identity.policies) === 'allowed';
  }

  /** Keys of a role without asking whether anybody may have them. @param policy - limits the session */
  issue(
    role: IRoleEntry & { name: string },
    sessionName: string,
    seconds: number,
    policy?: IPolicyDocument
  ): IRoleSession {
    const caller = {
      accountId: ACCOUNT_ID,
      arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role.name}/${sessionName}`,
      userId: `${role.id}:${sessionName}`,
      ...(policy ? { sessionPolicy: policy } : {})
    };
    const keys = this.identities.addSession(caller, seconds);
    return { keys, caller: { ...caller, accessKeyId: keys.accessKeyId } };
  }

  private async policiesOf(
    caller: ICaller
  ): Promise<{ principal: IPrincipal; policies: IPolicies; tags: Record<string, string> } | undefined> {
    if (caller.onlyPolicy) {
      const principal = { arn: caller.arn, accountId: caller.accountId };
      return { principal, policies: { identity: [caller.onlyPolicy] }, tags: {} };
    }
    const { users, roles } = await this.directory.read();
    const [, kind, name] = /:(user|assumed-role)\/(?:.*\/)?([^/]+)(?:\/[^/]+)?$/.exec(caller.arn) ?? [];
    const roleName = /:assumed-role\/([^/]+)\//.exec(caller.arn)?.[1];
    if (roleName !== undefined) {
      const role = Object.hasOwn(roles, roleName) ? roles[roleName] : undefined;
      if (!role) {
        return undefined;
      }
      return {
        principal: { arn: caller.arn, roleArn: role.arn, accountId: caller.accountId },
        policies: {
          identity: role.policies.map(({ document }) => document),
          ...(role.boundary ? { boundary: role.boundary.document } : {}),
          ...(caller.sessionPolicy ? { session: caller.sessionPolicy } : {})
        },
        tags: role.tags
      };
    }
    const user = kind === 'user' && Object.hasOwn(users, name) ? users[name] : undefined;
    return (
      user && {
        principal: { arn: user.arn, accountId: caller.accountId },
        policies: { identity: user.policies.map(({ document }) => document) },
        tags: {}
      }
    );
  }
}

/** As AWS says it. */
export function refusal(caller: ICaller, action: string, resource: string, decision: Decision): string {
  const why =
    decision === 'explicitDeny'
      ? 'with an explicit deny in a policy'
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

function globalContext(caller: ICaller, tags: Record<string, string>): Context {
  const role = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(caller.arn);
  return {
    'aws:PrincipalArn': role ? `arn:aws:iam::${role[1]}:role/${role[2]}` : caller.arn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalType': role ? 'AssumedRole' : 'User',
    'aws:PrincipalIsAWSService': 'false',
    'aws:ResourceAccount': ACCOUNT_ID,
    'aws:userid': caller.userId,
    ...(role ? {} : { 'aws:username': caller.arn.split('/').at(-1)! }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
    'aws:SourceIp': '127.0.0.1',
    // AWS's endpoints are reached by TLS, and policies that insist on it are to work here too.
    'aws:SecureTransport': 'true',
    ...time()
  };
}

function time(): Context {
  const now = new Date();
  return { 'aws:CurrentTime': now.toISOString(), 'aws:EpochTime': String(Math.floor(now.getTime() / 1000)) };
}
