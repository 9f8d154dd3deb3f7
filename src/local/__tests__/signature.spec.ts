import { Identities } from '../identity';
import { isSignedBy, readSignature } from '../signature';

/** From AWS's Signature Version 4 test suite: get-vanilla and post-x-www-form-urlencoded. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const SCOPE = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';
const GET = {
  method: 'GET',
  url: '/',
  headers: {
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31`
  }
};
const POST = {
  method: 'POST',
  url: '/',
  headers: {
    'content-type': 'application/x-www-form-urlencoded',
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a`
  }
};
const FORM = Buffer.from('Param1=value1');

describe('signatures', () => {
  it('are those of AWS’s own test suite', () => {
    expect(isSignedBy(SECRET, readSignature(GET)!, GET, Buffer.alloc(0))).toBe(true);
    expect(isSignedBy(SECRET, readSignature(POST)!, POST, FORM)).toBe(true);
  });

  it('cover the body, the headers and the path', () => {
    const signature = readSignature(POST)!;
    expect(isSignedBy(SECRET, signature, POST, Buffer.from('Param1=value2'))).toBe(false);
    expect(isSignedBy(SECRET, signature, { ...POST, url: '/x' }, FORM)).toBe(false);
    expect(isSignedBy(SECRET, signature, { ...POST, headers: { ...POST.headers, host: 'x' } }, FORM)).toBe(false);
    expect(isSignedBy('other', signature, POST, FORM)).toBe(false);
  });

  it('are wanted of everybody', () => {
    const identities = new Identities();
    const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
    const ask = (request: typeof GET) => () => identities.authenticate(request as never, Buffer.alloc(0), false);
    expect(ask({ ...GET, headers: { ...GET.headers, authorization: '' } })).toThrow(
      code('MissingAuthenticationTokenException')
    );
    expect(ask(GET)).toThrow(code('UnrecognizedClientException'));
  });
});
