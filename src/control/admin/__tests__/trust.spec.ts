import { trustedFor, trustsEverybody, trustsRole, trustsService } from '../trust';

const NODES = 'arn:aws:iam::123456789012:role/nodes';

function trust(statement: object): object {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', ...statement } };
}

const everybody = (statement: object) => trustsEverybody(trustedFor(trust(statement), 'sts:AssumeRole'));

describe('trust policies', () => {
  it('let everybody in by a star, unless a condition tells callers apart', () => {
    expect(everybody({ Principal: '*' })).toBe(true);
    expect(everybody({ Principal: { AWS: ['*'] } })).toBe(true);
    expect(everybody({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } })).toBe(true);
    expect(everybody({ Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalArn': NODES } } })).toBe(true);
    expect(everybody({ Principal: '*', Condition: { ArnLike: { 'AWS:PrincipalArn': NODES } } })).toBe(false);
    expect(everybody({ Principal: '*', Condition: { StringEquals: { 'sts:ExternalId': 'x' } } })).toBe(false);
    expect(everybody({ Effect: 'Deny', Principal: '*' })).toBe(false);
    expect(everybody({ Principal: { AWS: NODES } })).toBe(false);
  });

  it('name a role by itself or by its account, each action by itself', () => {
    const trusts = (principal: unknown, action: string | string[], asked: string) =>
      trustsRole(trustedFor(trust({ Principal: principal, Action: action }), asked), NODES);
    expect(trusts({ AWS: NODES }, 'sts:*', 'sts:TagSession')).toBe(true);
    expect(trusts({ AWS: 'arn:aws:iam::123456789012:root' }, 'sts:AssumeRole', 'sts:AssumeRole')).toBe(true);
    expect(trusts({ AWS: '123456789012' }, ['STS:AssumeRole'], 'sts:AssumeRole')).toBe(true);
    expect(trusts({ AWS: NODES }, 'sts:AssumeRole', 'sts:TagSession')).toBe(false);
    expect(trusts({ AWS: 'arn:aws:iam::999999999999:root' }, 'sts:AssumeRole', 'sts:AssumeRole')).toBe(false);
    expect(trusts({ AWS: `${NODES}-of-others` }, 'sts:AssumeRole', 'sts:AssumeRole')).toBe(false);
  });

  it('keep the values of conditions, whatever operator compares them', () => {
    const source = 'arn:aws:emr-serverless:us-east-1:123456789012:/applications/00f';
    for (const operator of ['StringEquals', 'ArnLike', 'ForAnyValue:StringLike']) {
      const document = trust({
        Principal: { Service: 'emr-serverless.amazonaws.com' },
        Condition: { [operator]: { 'aws:SourceArn': [source] } }
      });
      const [one] = trustsService(trustedFor(document, 'sts:AssumeRole'), 'emr-serverless.amazonaws.com');
      expect(one.conditions).toEqual({ 'aws:sourcearn': [source] });
    }
  });

  it('that are none let nobody in', () => {
    expect(trustedFor(undefined, 'sts:AssumeRole')).toEqual([]);
    expect(trustedFor({}, 'sts:AssumeRole')).toEqual([]);
  });
});
