import { LivyClient, SigV4Signer } from '..';
// The local account's own check, which boto3's signatures pass too.
// eslint-disable-next-line import-x/no-restricted-paths
import { isSignedBy, readSignature } from '../../local/signature';
import { FakeLivy } from './fakeLivy';

import type { IAwsKeys, IKeySource } from '..';
import type { ISeen } from './fakeLivy';

/** The key pair of AWS's own worked examples. */
const EXAMPLE = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const OLD = {
  accessKeyId: 'ASIAOLD0000000000000',
  secretAccessKey: 'old-secret-key-value',
  sessionToken: 'old/token+value=='
};
const NEW = {
  accessKeyId: 'ASIANEW0000000000000',
  secretAccessKey: 'new-secret-key-value',
  sessionToken: 'new/token+value=='
};
const APPLICATION = 'arn:aws:emr-serverless:eu-west-1:123456789012:/applications/00f1r2s3t4u5v6w7';
const ROLE = 'arn:aws:iam::123456789012:role/quant';

class Keys implements IKeySource {
  renewals = 0;
  constructor(
    private now: IAwsKeys,
    private readonly next?: IAwsKeys
  ) {}
  get(): Promise<IAwsKeys> {
    return Promise.resolve(this.now);
  }
  renew(): Promise<boolean> {
    this.renewals++;
    this.now = this.next ?? this.now;
    return Promise.resolve(this.next !== undefined);
  }
}

describe('SigV4Signer', () => {
  // Amazon S3 API reference, "Signature calculations for the Authorization header": the examples without extra headers.
  it.each([
    ['/?lifecycle=', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7']
  ])('signs %s as AWS’s example says', async (path, signature) => {
    const signer = new SigV4Signer({
      region: 'us-east-1',
      service: 's3',
      keys: new Keys(EXAMPLE),
      now: () => Date.UTC(2013, 4, 24)
    });
    const headers = await signer.sign({ method: 'GET', url: new URL(`https://examplebucket.s3.amazonaws.com${path}`) });
    expect(headers['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        `SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`
    );
  });
});

describe('LivyClient that signs', () => {
  let fake: FakeLivy;
  let client: LivyClient;
  const open = async (keys: IKeySource = new Keys(OLD), now: () => number = Date.now) => {
    const sign = new SigV4Signer({
      region: 'eu-west-1',
      service: 'emr-serverless',
      keys,
      now,
      resource: APPLICATION,
      role: ROLE
    });
    client = new LivyClient({ url: await fake.start(), sign, narrow: true, version: '0.7', retryLimitMs: 2000 });
  };
  const signedBy = (
    { method, path: url, headers, body }: ISeen,
    { secretAccessKey, sessionToken }: typeof OLD
  ): boolean => {
    const request = { method, url, headers };
    const signature = readSignature(request);
    expect(signature).toMatchObject({ region: 'eu-west-1', service: 'emr-serverless' });
    expect(signature?.signedHeaders).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']));
    expect(headers['x-amz-security-token']).toBe(sessionToken);
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    return isSignedBy(secretAccessKey, signature!, request, bytes);
  };

  beforeEach(() => {
    fake = new FakeLivy();
  });
  afterEach(async () => {
    client.dispose();
    await fake.stop();
  });

  it('signs body, query, host and session token, and asks only for what is documented', async () => {
    fake.on('POST /sessions', () => ({ status: 201, body: { id: 4, state: 'starting', name: 'a b' } }));
    fake.on('GET /sessions', () => ({ body: { sessions: [] } }));
    fake.on('GET /sessions/4', () => ({ body: { id: 4, state: 'starting', log: ['a line'] } }));
    fake.on('POST /sessions/4/statements/2147483647/cancel', () => ({ body: { msg: 'canceled' } }));
    await open();
    const made = await client.createSession({ name: 'ünï code', ttl: '2h', conf: { 'spark.x': '1' } });
    expect(made.dropped).toEqual(['ttl']);
    await client.listSessions();
    await expect(client.sessionLog(4, 100)).resolves.toEqual(['a line']);
    await client.touch(4);
    expect(fake.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /sessions',
      'GET /sessions?from=0&size=1000',
      'GET /sessions/4',
      'POST /sessions/4/statements/2147483647/cancel'
    ]);
    expect(fake.seen.map(seen => signedBy(seen, OLD))).toEqual([true, true, true, true]);
    // The check itself tells them apart.
    expect(signedBy({ ...fake.seen[0], body: { name: 'other' } }, OLD)).toBe(false);
    expect(signedBy({ ...fake.seen[1], path: '/sessions?from=0&size=1' }, OLD)).toBe(false);
  });

  it('puts a wrong clock right by the Date of one refusal, and stays right', async () => {
    const hours = 3_600_000;
    const theirs = (): Date => new Date(Date.now() + 5 * hours);
    fake.on('POST /sessions/0/statements', ({ headers }) => {
      const at = String(headers['x-amz-date']).slice(0, 11);
      const date = theirs().toUTCString();
      return at === theirs().toISOString().replace(/[-:]/g, '').slice(0, 11)
        ? { status: 201, body: { id: 0, state: 'waiting', output: null } }
        : { status: 403, headers: { date }, body: { message: 'Signature expired: 1 is now earlier than 2' } };
    });
    await open();
    await client.postStatement(0, '1', 'pyspark', -1);
    expect(fake.seen).toHaveLength(2);
    await client.postStatement(0, '2', 'pyspark', -1);
    expect(fake.seen).toHaveLength(3);
  });

  it('names the clock where putting it right does not help', async () => {
    fake.on('GET /sessions', () => ({ status: 403, body: { message: 'Signature expired: 1 is now earlier than 2' } }));
    await open();
    await expect(client.listSessions()).rejects.toMatchObject({ code: 'ClockSkew', hop: 'aws-credentials' });
    expect(fake.seen).toHaveLength(1);
  });

  it('renews ended keys once for all requests that are on their way', async () => {
    const keys = new Keys(OLD, NEW);
    fake.on('GET /sessions', ({ headers }) =>
      headers['x-amz-security-token'] === NEW.sessionToken
        ? { body: { sessions: [] } }
        : {
            status: 403,
            headers: { 'x-amzn-errortype': 'ExpiredTokenException' },
            body: { message: 'The security token included in the request is expired' }
          }
    );
    await open(keys);
    await Promise.all([client.listSessions(), client.listSessions(), client.listSessions()]);
    expect(keys.renewals).toBe(1);
    expect(fake.seen).toHaveLength(6);
    const renewed = fake.seen.filter(({ headers }) => headers['x-amz-security-token'] === NEW.sessionToken);
    expect(renewed.map(seen => signedBy(seen, NEW))).toEqual([true, true, true]);
    await client.listSessions();
    expect(fake.seen).toHaveLength(7);
  });

  it('gives up where no other keys are to be had', async () => {
    const keys = new Keys(OLD);
    fake.on('GET /sessions', () => ({
      status: 403,
      body: { Message: 'The security token included in the request is expired' }
    }));
    await open(keys);
    await expect(client.listSessions()).rejects.toMatchObject({ code: 'ExpiredToken', status: 403 });
    expect(keys.renewals).toBe(1);
    expect(fake.seen).toHaveLength(1);
  });

  const USER = 'arn:aws:iam::123456789012:user/ana';
  it.each([
    [
      403,
      {
        Message: `User: ${USER} is not authorized to perform: emr-serverless:AccessLivyEndpoints on resource: ${APPLICATION} because no identity-based policy allows it`
      },
      'AccessDenied',
      `${USER} has no permission emr-serverless:AccessLivyEndpoints on ${APPLICATION}.`,
      'emr-serverless:AccessLivyEndpoints'
    ],
    [
      403,
      { message: `User: ${USER} is not authorized to perform: iam:PassRole on resource: ${ROLE}` },
      'PassRoleDenied',
      `${USER} has no permission iam:PassRole on ${ROLE}.`,
      'iam:PassedToService emr-serverless.amazonaws.com'
    ],
    [
      400,
      { msg: `Unable to assume role ${ROLE}. Check its trust policy.` },
      'RoleNotTrusted',
      `may not assume the role ${ROLE}`,
      'sts:AssumeRole'
    ],
    [
      400,
      {
        message: 'Session failed as worker could not be allocated as application has exceeded maximumCapacity.'
      },
      'CapacityReached',
      'no capacity left',
      '%%configure'
    ],
    [403, { message: 'Forbidden' }, 'AccessDenied', 'emr-serverless:AccessLivyEndpoints', 'only who made a session'],
    [
      403,
      { message: 'The security token included in the request is invalid.' },
      'InvalidCredentials',
      'does not accept',
      'Renew'
    ],
    [400, { msg: 'Invalid kind: cobol' }, 'LivyRejected', 'Livy refused', 'Mend']
  ])('HTTP %i %j is %s', async (status, body, code, message, fix) => {
    fake.on('POST /sessions', () => ({ status, body }));
    await open();
    await expect(client.createSession({ name: 'n' })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
      fix: expect.stringContaining(fix) as string
    });
  });

  it.each([403, 400, 500])('shows nothing of the keys where an answer of %i repeats the request', async status => {
    fake.on('POST /sessions', ({ headers }) => ({
      status,
      body: {
        message:
          'The Canonical String for this request should have been ' +
          `'POST\n/sessions\n\nx-amz-security-token:${String(headers['x-amz-security-token'])}\n' (secret ${OLD.secretAccessKey})`
      }
    }));
    await open();
    const error = await client.createSession({ name: 'n' }, { retryLimitMs: 0 }).catch((caught: unknown) => caught);
    const text = JSON.stringify(error) + String(error) + (error as Error).stack;
    expect(text).toContain(`HTTP ${status}`);
    expect(text).not.toContain(OLD.sessionToken);
    expect(text).not.toContain(OLD.secretAccessKey);
  });
});
