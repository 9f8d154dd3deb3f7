import { EmrError } from '../../protocol';
import { awsError, isCredentialsError, isDenied, isPassing, isThrottled } from '../errors';

const LIST = { does: 'list the EMR clusters', iam: 'elasticmapreduce:ListClusters' };

function sdkError(name: string, message: string, extra: object = {}): Error {
  return Object.assign(new Error(message), { name }, extra);
}

describe('awsError', () => {
  it('names the IAM action and the resource that are missing, as AWS said them', () => {
    const told = awsError(
      sdkError(
        'AccessDeniedException',
        'User: arn:aws:iam::123456789012:user/ada is not authorized to perform: elasticmapreduce:DescribeCluster on resource: arn:aws:elasticmapreduce:us-east-1:123456789012:cluster/j-1 because no identity-based policy allows it'
      ),
      'emr',
      LIST
    );
    expect(told.code).toBe('AccessDeniedException');
    expect(told.message).toContain(
      'user/ada has no permission elasticmapreduce:DescribeCluster on arn:aws:elasticmapreduce'
    );
    expect(told.fix).toContain('allow elasticmapreduce:DescribeCluster on arn:aws:elasticmapreduce');
    expect(isDenied(told)).toBe(true);
  });

  it('names the action that was tried where AWS says nothing', () => {
    const told = awsError(sdkError('AccessDenied', ''), 'emr', { ...LIST, resource: 'j-1', condition: 'with X' });
    expect(told.message).toBe(
      'Could not list the EMR clusters: the host has no permission elasticmapreduce:ListClusters on j-1.'
    );
    expect(told.fix).toBe('Ask the platform team to allow elasticmapreduce:ListClusters on j-1 (with X).');
    expect(told.detail).toBeUndefined();
  });

  it('says an explicit deny', () => {
    const text = 'User: u is not authorized to perform: a:B with an explicit deny in a service control policy';
    expect(awsError(sdkError('AccessDeniedException', text), 'emr', LIST).message).toContain('explicit deny');
  });

  it.each([
    ['CredentialsProviderError', 'Could not load credentials from any providers', 'NoCredentials'],
    ['CredentialsProviderError', 'The SSO session associated with this profile has expired.', 'ExpiredToken'],
    ['ExpiredTokenException', 'The security token included in the request is expired', 'ExpiredTokenException'],
    [
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'UnrecognizedClientException'
    ]
  ])('%s (%s): the credentials of the host are at fault', (name, message, code) => {
    const told = awsError(sdkError(name, message), 'service-catalog', LIST);
    expect(told.code).toBe(code);
    expect(told.hop).toBe('aws-credentials');
    expect(isCredentialsError(told)).toBe(true);
    expect(told.fix).toMatch(/aws configure|aws sso login|Renew/);
  });

  it.each([
    ['ThrottlingException', 400],
    ['TooManyRequestsException', 429],
    ['RequestLimitExceeded', 503],
    ['Whatever', 429]
  ])('%s with HTTP %i is throttling, and passes', (name, status) => {
    const told = awsError(sdkError(name, 'Rate exceeded', { $metadata: { httpStatusCode: status } }), 'emr', LIST);
    expect(isThrottled(told)).toBe(true);
    expect(isPassing(told)).toBe(true);
    expect(told.message).toContain('slow down');
  });

  it.each([
    ['ECONNREFUSED', 'Unreachable'],
    ['ETIMEDOUT', 'Unreachable'],
    ['ENOTFOUND', 'UnknownEndpoint'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'TlsError']
  ])('%s is %s, also inside of an AggregateError', (code, expected) => {
    const inner = sdkError('Error', `getaddrinfo ${code} elasticmapreduce.us-oast-1.amazonaws.com`, { code });
    expect(awsError(inner, 'emr', LIST).code).toBe(expected);
    expect(awsError(new AggregateError([inner]), 'emr', LIST).code).toBe(expected);
    expect(awsError(new Error('wrapped', { cause: inner }), 'emr', LIST).code).toBe(expected);
  });

  it('says the missing region as a matter of configuration', () => {
    expect(awsError(new Error('Region is missing'), 'emr', LIST)).toMatchObject({ code: 'NoRegion', hop: 'config' });
  });

  it('keeps the code and the words of a validation error', () => {
    const told = awsError(sdkError('ValidationException', "Cluster id 'j-x' is not valid"), 'emr', LIST);
    expect(told).toMatchObject({ code: 'ValidationException', hop: 'emr' });
    expect(told.message).toBe("Could not list the EMR clusters: Cluster id 'j-x' is not valid.");
  });

  it('takes a 500 with a code of no use as a failure of the service', () => {
    const told = awsError(sdkError('Unknown', 'UnknownError', { $metadata: { httpStatusCode: 502 } }), 'emr', LIST);
    expect(told.code).toBe('ServiceUnavailable');
  });

  it('shows no key, token or signature', () => {
    const text =
      'Credential=AKIAIOSFODNN7EXAMPLE/20261122 Signature=abcdef0123 X-Amz-Security-Token: FwoGZXIvYXdzE and ASIAIOSFODNN7EXAMPLE';
    for (const name of ['SignatureDoesNotMatch', 'ValidationException', 'Strange']) {
      const json = JSON.stringify(awsError(sdkError(name, text), 'emr', LIST));
      expect(json).not.toMatch(/AKIAIOSFODNN7EXAMPLE|ASIAIOSFODNN7EXAMPLE|abcdef0123|FwoGZXIvYXdzE/);
    }
  });

  it('hands an EmrError back as it is', () => {
    const error = new EmrError({ code: 'X', hop: 'emr', message: 'x' });
    expect(awsError(error, 'sts', LIST)).toBe(error);
  });

  it('survives anything that is thrown', () => {
    for (const value of [undefined, null, 'text', 7, {}]) {
      expect(awsError(value, 'emr', LIST)).toBeInstanceOf(EmrError);
    }
  });
});
