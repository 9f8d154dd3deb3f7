/** EC2's dialect of AWS Query: names as they stand, lists of `item`, errors of its own shape. */
import { readSignature } from '../signature';
import { query } from './query';
import type { IProtocol } from './types';
import { toXml } from './xml';

const XMLNS = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const HEADERS = { 'content-type': 'text/xml' };

export const ec2Query: IProtocol = {
  name: 'ec2',
  accepts: request => query.accepts(request) && readSignature(request)?.service === 'ec2',
  target: (request, body) => ({ service: 'ec2', operation: query.target(request, body).operation }),
  read: body => query.read(body),
  answer: (output, operation, requestId) => ({
    status: 200,
    headers: HEADERS,
    body: `<${operation}Response xmlns="${XMLNS}"><requestId>${requestId}</requestId>${toXml(output, 'item')}</${operation}Response>`
  }),
  refuse: (error, requestId) => ({
    status: error.status,
    headers: HEADERS,
    body:
      `<Response><Errors><Error>${toXml({ Code: error.code, Message: error.message }, 'item')}</Error></Errors>` +
      `<RequestID>${requestId}</RequestID></Response>`
  })
};
