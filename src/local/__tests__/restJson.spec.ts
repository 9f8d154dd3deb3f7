import type { IncomingMessage } from 'node:http';

import { SCHEMAS } from '../emrServerless/service';
import { AwsError } from '../errors';
import { makeRestJson } from '../protocols/restJson';

const protocol = makeRestJson('emr-serverless', 'emr-serverless', Object.values(SCHEMAS));
const request = (method: string, url: string, service = 'emr-serverless') =>
  ({
    method,
    url,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20261122/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`
    }
  }) as unknown as IncomingMessage;
const NONE = Buffer.alloc(0);

it('is spoken by who signs for the service', () => {
  expect(protocol.accepts(request('GET', '/applications'))).toBe(true);
  expect(protocol.accepts(request('GET', '/applications', 's3'))).toBe(false);
});

it.each([
  ['GET', '/applications', 'ListApplications'],
  ['POST', '/applications', 'CreateApplication'],
  ['PATCH', '/applications/00f', 'UpdateApplication'],
  ['DELETE', '/applications/00f/jobruns/00g', 'CancelJobRun'],
  ['GET', '/applications/00f/jobruns?states=RUNNING', 'ListJobRuns'],
  ['GET', '/tags/arn%3Aaws%3Aemr-serverless%3Aus-east-1%3A1%3A%2Fapplications%2F00f', 'ListTagsForResource'],
  ['PUT', '/applications', 'PUT /applications']
])('%s %s is %s', (method, url, operation) => {
  expect(protocol.target(request(method, url), NONE)).toEqual({ service: 'emr-serverless', operation });
});

it('takes the input from path, query and body, each in its type', () => {
  const list =
    '/applications/00f/jobruns?maxResults=5&states=RUNNING&states=QUEUED&createdAtAfter=2026-11-22T17:00:00Z';
  expect(protocol.read(NONE, request('GET', list))).toEqual({
    applicationId: '00f',
    maxResults: 5,
    states: ['RUNNING', 'QUEUED'],
    createdAtAfter: new Date('2026-11-22T17:00:00Z')
  });
  const tags = '/tags/arn%3Aaws%3A%2Fapplications%2F00f';
  expect(protocol.read(Buffer.from('{"tags":{"a":"b"}}'), request('POST', tags))).toEqual({
    resourceArn: 'arn:aws:/applications/00f',
    tags: { a: 'b' }
  });
});

it('lets no body stand in for the path', () => {
  const body = Buffer.from('{"applicationId":"other"}');
  expect(protocol.read(body, request('PATCH', '/applications/00f'))).toEqual({ applicationId: '00f' });
});

it.each([
  ['/applications?maxResults=many', 'maxResults'],
  ['/applications/00f/jobruns?createdAtAfter=yesterday', 'createdAtAfter']
])('refuses %s', (url, member) => {
  expect(() => protocol.read(NONE, request('GET', url))).toThrow(`is not a valid value of ${member}`);
});

it('answers times in seconds and errors by their header', () => {
  expect(protocol.answer({ at: new Date(1500), no: undefined }, '', '').body).toBe('{"at":1.5}');
  expect(protocol.refuse(new AwsError('ResourceNotFoundException', 'gone', 404), '')).toMatchObject({
    status: 404,
    headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
    body: '{"message":"gone"}'
  });
  expect(protocol.refuse(new AwsError('InvalidSignatureException', 'x'), '').status).toBe(403);
});
