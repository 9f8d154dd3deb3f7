/** AWS Query: a form in, XML out. STS's way. */
import type { AwsError } from '../errors';
import type { IProtocol } from './types';

const XMLNS = 'https://sts.amazonaws.com/doc/2011-06-15/';
const HEADERS = { 'content-type': 'text/xml' };

export const query: IProtocol = {
  name: 'query',
  accepts: request => /^application\/x-www-form-urlencoded\b/.test(request.headers['content-type'] ?? ''),
  target(_request, body) {
    const form = new URLSearchParams(body.toString('utf8'));
    return { service: form.get('Version') === '2011-06-15' ? 'sts' : 'unknown', operation: form.get('Action') ?? '' };
  },
  read: body => Object.fromEntries(new URLSearchParams(body.toString('utf8'))),
  answer: (output, operation, requestId) => ({
    status: 200,
    headers: HEADERS,
    body:
      `<${operation}Response xmlns="${XMLNS}"><${operation}Result>${xml(output)}</${operation}Result>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`
  }),
  refuse: (error: AwsError, requestId) => ({
    status: error.status,
    headers: HEADERS,
    body:
      `<ErrorResponse xmlns="${XMLNS}"><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>` +
      `${xml({ Code: error.code, Message: error.message })}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  })
};

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function xml(value: unknown): string {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `<${key}>${xml(member)}</${key}>`)
      .join('');
  }
  return String(value).replace(/[&<>"]/g, character => ENTITIES[character]);
}
