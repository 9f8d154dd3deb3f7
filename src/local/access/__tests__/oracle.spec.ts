/**
 * Our evaluation against an evaluator that is known: each generated request gets the same decision from both. The library
 * is AGPL: it is here for the specs only and never shipped.
 */
import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';

import { decide, decideByResource } from '../evaluate';
import type { Context, Decision, IPolicyDocument, IPrincipal, IStatement } from '../types';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/emr-pipeline-a`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/emr-pipeline-a/run`;
const PRINCIPAL: IPrincipal = { arn: SESSION, roleArn: ROLE, accountId: ACCOUNT };

/** Numbers that are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:Get*', 's3:*', '*', 'S3:getobject', 's3:?etObject', 'kms:Decrypt'];
const RESOURCES = [
  '*',
  'arn:aws:s3:::data/*',
  'arn:aws:s3:::data/trades/*',
  'arn:aws:s3:::*/trades/a?c',
  'arn:aws:s3:::data/${aws:PrincipalTag/team}/*',
  "arn:aws:s3:::data/${aws:PrincipalTag/none, 'trades'}/*",
  'arn:aws:s3:::data/${*}'
];
const ASKED = [
  'arn:aws:s3:::data/trades/abc',
  'arn:aws:s3:::data/trades/a/b',
  'arn:aws:s3:::data/positions/abc',
  'arn:aws:s3:::other/trades/abc',
  'arn:aws:s3:::data/*'
];
const CONDITIONS: NonNullable<IStatement['Condition']>[] = [
  { StringEquals: { 'aws:PrincipalTag/team': 'trades' } },
  { StringNotEquals: { 'aws:PrincipalTag/team': ['trades', 'research'] } },
  { StringEqualsIgnoreCase: { 'aws:PrincipalTag/team': 'TRADES' } },
  { StringLike: { 'aws:UserAgent': 'bucket-*' } },
  { StringNotLike: { 'aws:UserAgent': 'bucket-*' } },
  { StringEqualsIfExists: { 'aws:UserAgent': 'private' } },
  { Null: { 'aws:UserAgent': 'true' } },
  { Null: { 'aws:UserAgent': false } },
  { Bool: { 'aws:SecureTransport': true } },
  { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } },
  { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.1'] } },
  { NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
  { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/emr-*` } },
  { ArnNotEquals: { 'aws:PrincipalArn': ROLE } },
  { NumericLessThan: { 'aws:EpochTime': 1_900_000_000 } },
  { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
  { DateLessThanEquals: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
  { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
  { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*'] } }
];
const BY_REQUEST: Context[] = [
  { 'aws:PrincipalTag/team': 'trades', 'aws:UserAgent': 'bucket-owner', 'aws:SourceIp': '127.0.0.1' },
  { 'aws:PrincipalTag/team': 'research', 'aws:UserAgent': 'private', 'aws:SourceIp': '10.1.2.3' },
  { 'aws:SourceIp': '192.168.0.1', 'aws:TagKeys': ['a', 'c'] },
  { 'aws:PrincipalTag/team': 'Trades', 'aws:SourceIp': '127.0.0.1', 'aws:TagKeys': ['abc'] }
];
const CONTEXTS = BY_REQUEST.map((context): Context => ({
  ...context,
  'aws:SecureTransport': 'true',
  'aws:PrincipalArn': ROLE,
  'aws:EpochTime': '1790000000',
  'aws:CurrentTime': '2026-11-22T18:00:00Z'
}));

function generate(next: () => number) {
  const one = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)];
  const some = <T>(items: readonly T[]): T | T[] => (next() < 0.5 ? one(items) : [one(items), one(items)]);
  const statement = (effect: IStatement['Effect']): IStatement => ({
    Effect: effect,
    ...(next() < 0.85 ? { Action: some(ACTIONS) } : { NotAction: some(ACTIONS.slice(0, 4)) }),
    ...(next() < 0.85 ? { Resource: some(RESOURCES) } : { NotResource: some(RESOURCES.slice(1, 4)) }),
    ...(next() < 0.5 ? { Condition: next() < 0.7 ? one(CONDITIONS) : { ...one(CONDITIONS), ...one(CONDITIONS) } } : {})
  });
  const document = (): IPolicyDocument => ({
    // The library replaces variables in documents of 2008 too, where IAM takes them as they stand.
    Version: '2012-10-17',
    Statement: Array.from({ length: 1 + Math.floor(next() * 3) }, () => statement(next() < 0.75 ? 'Allow' : 'Deny'))
  });
  const granting = (): IPolicyDocument => ({
    Version: '2012-10-17',
    Statement: [
      {
        ...statement(next() < 0.7 ? 'Allow' : 'Deny'),
        Principal: one<NonNullable<IStatement['Principal']>>([
          '*',
          { AWS: '*' },
          { AWS: ROLE },
          { AWS: [SESSION] },
          { AWS: ACCOUNT },
          { AWS: `arn:aws:iam::${ACCOUNT}:root` },
          { AWS: 'arn:aws:iam::999999999999:root' },
          { Service: 'emr-serverless.amazonaws.com' }
        ])
      }
    ]
  });
  return {
    identity: Array.from({ length: Math.floor(next() * 3) }, document),
    ...(next() < 0.3 ? { boundary: document() } : {}),
    ...(next() < 0.4 ? { resource: granting() } : {}),
    action: one(['s3:GetObject', 's3:PutObject']),
    asked: one(ASKED.slice(0, 4)),
    context: one(CONTEXTS)
  };
}

/** Its decision in IAM's words. */
async function oracle(simulation: Simulation): Promise<Decision> {
  const words: Record<string, Decision> = {
    Allowed: 'allowed',
    ExplicitlyDenied: 'explicitDeny',
    ImplicitlyDenied: 'implicitDeny'
  };
  const answer = await runSimulation(simulation, {});
  if (answer.resultType === 'error') {
    throw new Error(JSON.stringify(answer.errors));
  }
  return words[answer.overallResult];
}

const named = (policies: IPolicyDocument[]) => policies.map((policy, index) => ({ name: String(index), policy }));

it('decides as the other evaluator does', async () => {
  const next = random(5);
  const seen: Record<string, number> = {};
  for (let count = 0; count < 800; count++) {
    const { identity, boundary, resource, action, asked, context } = generate(next);
    const ours = decide(
      { principal: PRINCIPAL, action, resource: asked, context },
      { identity, ...(boundary ? { boundary } : {}), ...(resource ? { resource } : {}) }
    );
    const theirs = await oracle({
      request: {
        principal: SESSION,
        action,
        resource: { resource: asked, accountId: ACCOUNT },
        contextVariables: context
      },
      identityPolicies: named(identity),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(boundary ? { permissionBoundaryPolicies: named([boundary]) } : {}),
      ...(resource ? { resourcePolicy: resource } : {})
    });
    if (ours !== theirs) {
      throw new Error(
        `ours ${ours}, theirs ${theirs}: ${JSON.stringify({ identity, boundary, resource, action, asked, context }, undefined, 1)}`
      );
    }
    seen[ours] = (seen[ours] ?? 0) + 1;
  }
  // Otherwise it would have compared nothing but refusals.
  expect(Math.min(seen['allowed'], seen['implicitDeny'], seen['explicitDeny'])).toBeGreaterThan(50);
});

describe('where the resource has to allow', () => {
  const trust = (statement: Partial<IStatement>): IPolicyDocument => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }
  });
  const question = (principal: IPrincipal, context: Context = {}) => ({
    principal,
    action: 'sts:AssumeRole',
    resource: ROLE,
    context
  });
  const service: IPrincipal = { arn: 'scheduler.amazonaws.com', accountId: '' };
  const user: IPrincipal = { arn: `arn:aws:iam::${ACCOUNT}:user/data-scientist`, accountId: ACCOUNT };
  const mayAssume: IPolicyDocument = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE }
  };

  it('lets in the service that is named, for what it is named for', () => {
    const policy = trust({
      Principal: { Service: 'scheduler.amazonaws.com' },
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:*:schedule-group/default' } }
    });
    const from = (arn: string) => ({ 'aws:SourceArn': arn });
    const right = from('arn:aws:scheduler:us-east-1:1:schedule-group/default');
    const wrong = from('arn:aws:scheduler:us-east-1:1:schedule-group/other');
    expect(decideByResource(question(service, right), policy, { identity: [] })).toBe('allowed');
    expect(decideByResource(question(service, wrong), policy, { identity: [] })).toBe('implicitDeny');
    expect(decideByResource(question(service), policy, { identity: [] })).toBe('implicitDeny');
    expect(decideByResource(question(user, right), policy, { identity: [mayAssume] })).toBe('implicitDeny');
  });

  it('leaves what the account is granted to the policies of who asks', () => {
    const policy = trust({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } });
    expect(decideByResource(question(user), policy, { identity: [] })).toBe('implicitDeny');
    expect(decideByResource(question(user), policy, { identity: [mayAssume] })).toBe('allowed');
    expect(decideByResource(question(service), policy, { identity: [] })).toBe('implicitDeny');
  });

  it('an explicit deny of either side wins', () => {
    const policy: IPolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' },
        { Effect: 'Deny', Principal: '*', Action: 'sts:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }
      ]
    };
    expect(decideByResource(question(user), policy, { identity: [] })).toBe('allowed');
    const plain = { 'aws:SecureTransport': 'false' };
    expect(decideByResource(question(user, plain), policy, { identity: [] })).toBe('explicitDeny');
    const denied: IPolicyDocument = { Statement: { Effect: 'Deny', Action: '*', Resource: '*' } };
    expect(decideByResource(question(user), policy, { identity: [denied] })).toBe('explicitDeny');
  });
});
