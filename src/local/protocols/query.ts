/** AWS Query: a form in, XML out. STS's and IAM's way. */
import type { AwsError } from '../errors';
import type { ServiceName } from '../types';
import type { IProtocol } from './types';
import { toXml } from './xml';

const XMLNS = 'https://sts.amazonaws.com/doc/2011-06-15/';
/** The services of this protocol by the version of their API. */
const SERVICES: Record<string, ServiceName> = { '2011-06-15': 'sts', '2010-05-08': 'iam' };
const HEADERS = { 'content-type': 'text/xml' };

export const query: IProtocol = {
  name: 'query',
  accepts: request => /^application\/x-www-form-urlencoded\b/.test(request.headers['content-type'] ?? ''),
  target(_request, body) {
    const form = new URLSearchParams(body.toString('utf8'));
    return { service: SERVICES[form.get('Version') ?? ''] ?? 'unknown', operation: form.get('Action') ?? '' };
  },
  read: body => Object.fromEntries(new URLSearchParams(body.toString('utf8'))),
  answer: (output, operation, requestId) => ({
    status: 200,
    headers: HEADERS,
    body:
      `<${operation}Response xmlns="${XMLNS}"><${operation}Result>${toXml(output, 'member')}</${operation}Result>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`
  }),
  refuse: (error: AwsError, requestId) => ({
    status: error.status,
    headers: HEADERS,
    body:
      `<ErrorResponse xmlns="${XMLNS}"><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>` +
      `${toXml({ Code: error.code, Message: error.message }, 'member')}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  })
};
