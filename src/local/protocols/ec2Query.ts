/** EC2's dialect of AWS Query: names as they stand, lists of `item`, errors of its own shape. */
import { readSignature } from '../signature';
import { query } from './query';
import type { IProtocol } from './types';

const XMLNS = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const HEADERS = { 'content-type': 'text/xml' };
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const ec2Query: IProtocol = {
  name: 'ec2',
  accepts: request => query.accepts(request) && readSignature(request)?.service === 'ec2',
  target: (request, body) => ({ service: 'ec2', operation: query.target(request, body).operation }),
  read: body => query.read(body),
  answer: (output, operation, requestId) => ({
    status: 200,
    headers: HEADERS,
    body: `<${operation}Response xmlns="${XMLNS}"><requestId>${requestId}</requestId>${xml(output)}</${operation}Response>`
  }),
  refuse: (error, requestId) => ({
    status: error.status,
    headers: HEADERS,
    body:
      `<Response><Errors><Error>${xml({ Code: error.code, Message: error.message })}</Error></Errors>` +
      `<RequestID>${requestId}</RequestID></Response>`
  })
};

function xml(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map(item => `<item>${xml(item)}</item>`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `<${key}>${xml(member)}</${key}>`)
      .join('');
  }
  return String(value).replace(/[&<>"]/g, character => ENTITIES[character]);
}
