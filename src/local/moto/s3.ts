/** S3: the signature and the policies are checked here, then the request goes on to moto, its body streamed. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Directory } from '../access/directory';
import { refusal, type Guard } from '../access/guard';
import { readS3, type INeed, type IS3Request } from '../access/s3Actions';
import type { CallLog } from '../calls';
import { AwsError } from '../errors';
import type { Faults } from '../faults';
import type { Identities } from '../identity';
import { uuid } from '../ids';
import { readPresigned, readSignature } from '../signature';
import type { ICaller } from '../types';
import { deleteAllowed } from './bulkDelete';
import type { MotoProcess } from './process';
import { answerHeaders, passOn, readAll } from './upstream';
import { escapeXml, s3Error } from './xml';

export interface IS3Parts {
  moto: MotoProcess;
  guard: Guard;
  directory: Directory;
  identities: Identities;
  faults: Faults;
  calls: CallLog;
}

const MAX_READ = 4 * 1024 * 1024;
/** `BUCKET.s3.….amazonaws.com` or `BUCKET.localhost`: the bucket in the host's name. */
const VIRTUAL_HOST = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(?:s3[.-][^:]*|localhost)(?::\d+)?$/;

/** Whether a request is S3's. */
export function isS3(request: IncomingMessage): boolean {
  return (readSignature(request) ?? readPresigned(request))?.service === 's3';
}

/** Answer one request to S3. */
export async function serveS3(parts: IS3Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = uuid().replace(/-/g, '').slice(0, 16).toUpperCase();
  const ids = { 'x-amz-request-id': requestId, 'x-amzn-requestid': requestId };
  const time = new Date().toISOString();
  const path = pathStyle(request);
  const asked = readS3({ method: request.method, url: path, headers: request.headers });
  const note = (outcome: string, caller = '', region = '') =>
    parts.calls.add({
      time,
      service: 's3',
      operation: asked?.operation ?? `${request.method} ${path.split('?')[0]}`,
      outcome,
      protocol: 'rest-xml',
      region,
      caller,
      ...(asked ? { needs: asked.needs.map(needText) } : {})
    });
  let caller: ICaller | undefined;
  let region = '';
  try {
    ({ caller, region } = parts.identities.authenticateS3(request));
    if (!asked) {
      throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
    }
    parts.faults.check('s3', asked.operation);
    const answer = await answerFor(parts, request, path, asked, caller, region);
    note(answer.outcome, caller.arn, region);
    response.writeHead(answer.status, { ...answer.headers, ...ids });
    if (Buffer.isBuffer(answer.body)) {
      response.end(answer.body);
    } else {
      answer.body.on('error', error => response.destroy(error)).pipe(response);
    }
  } catch (error) {
    if (!(error instanceof AwsError)) {
      throw error;
    }
    note(error.code, caller?.arn, region);
    const body = s3Error(error, path.split('?')[0], requestId);
    response.writeHead(error.status, {
      'content-type': 'application/xml',
      ...ids,
      'content-length': Buffer.byteLength(body),
      // What was sent on is not read: the next request would be taken for its rest.
      ...(request.complete ? {} : { connection: 'close' })
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    request.resume();
  }
}

interface IAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: IncomingMessage | Buffer;
  outcome: string;
}

async function answerFor(
  parts: IS3Parts,
  request: IncomingMessage,
  path: string,
  asked: IS3Request,
  caller: ICaller,
  region: string
): Promise<IAnswer> {
  const { moto, guard, directory } = parts;
  for (const need of asked.needs) {
    try {
      await demand(guard, caller, need);
    } catch (error) {
      if (await allowedByTags(parts, asked, caller, need)) {
        continue;
      }
      const nothing = await lookAbove(guard, request, asked, caller);
      if (nothing) {
        return nothing;
      }
      throw error;
    }
  }
  await demandKeyForWrite(parts, request, asked, caller, region);
  if (asked.operation === 'DeleteObjects') {
    const body = await readAll(request, MAX_READ);
    const answer = await deleteAllowed(body, {
      mayDelete: async key => {
        const need = { action: 's3:DeleteObject', resource: `arn:aws:s3:::${asked.bucket}/${key}`, context: {} };
        asked.needs.push(need);
        return (await guard.decide(caller, need.action, need.resource)) === 'allowed';
      },
      pass: async allowed => {
        const passed = await passOn(moto, { method: 'POST', path, headers: plain(request), body: allowed });
        return { status: passed.statusCode ?? 500, body: await readAll(passed) };
      }
    });
    return { ...answer, headers: { 'content-type': 'application/xml' }, outcome: 'ok' };
  }
  const passed = await passOn(moto, {
    method: request.method ?? 'GET',
    path,
    headers: request.headers,
    body: request
  });
  const status = passed.statusCode ?? 500;
  if (request.method !== 'GET' && request.method !== 'HEAD' && !asked.key) {
    directory.forget(); // a bucket, its policy or its key
  }
  if (status === 404 && asked.key && (request.method === 'GET' || request.method === 'HEAD')) {
    // Whoever may not list is not told whether something is there; S3 takes the key for the prefix that is listed.
    const context = { 's3:prefix': asked.key };
    const list = { action: 's3:ListBucket', resource: `arn:aws:s3:::${asked.bucket}`, context };
    asked.needs.push(list);
    if ((await guard.decide(caller, list.action, list.resource, context)) !== 'allowed') {
      passed.resume();
      await demand(guard, caller, list);
    }
  }
  if (asked.operation === 'GetObject' && status < 300) {
    const key = passed.headers['x-amz-server-side-encryption-aws-kms-key-id'];
    if (typeof key === 'string') {
      try {
        await demand(guard, caller, kmsNeed('kms:Decrypt', await directory.keyArn(key, region), asked));
      } catch (error) {
        passed.destroy();
        throw error;
      }
    }
  }
  return { status, headers: answerHeaders(passed), body: passed, outcome: status < 400 ? 'ok' : String(status) };
}

/** Whether an object is let out by its tags (`s3:ExistingObjectTag/KEY`). Who is allowed without them is not looked up. */
async function allowedByTags(
  { moto, guard }: IS3Parts,
  asked: IS3Request,
  caller: ICaller,
  { action, resource }: INeed
): Promise<boolean> {
  if (action !== 's3:GetObject') {
    return false;
  }
  const path = `/${asked.bucket}/${asked.key.split('/').map(encodeURIComponent).join('/')}?tagging`;
  const answer = await passOn(moto, { method: 'GET', path, headers: {}, body: Buffer.alloc(0) });
  const text = (await readAll(answer)).toString();
  const tags = [...text.matchAll(/<Key>([^<]*)<\/Key><Value>([^<]*)<\/Value>/g)];
  const context = Object.fromEntries(tags.map(([, key, value]) => [`s3:ExistingObjectTag/${key}`, value]));
  return tags.length > 0 && (await guard.decide(caller, action, resource, context)) === 'allowed';
}

/**
 * Before it writes, Hadoop 3.3's file system looks at every folder above, up to the bucket; EMR's own does not, and roles
 * are made for EMR's. So it is told that a folder above what the role may use is not there, instead of a refusal.
 */
async function lookAbove(
  guard: Guard,
  request: IncomingMessage,
  asked: IS3Request,
  caller: ICaller
): Promise<IAnswer | undefined> {
  const prefix = new URL(request.url ?? '/', 'http://localhost').searchParams.get('prefix');
  const isList = asked.operation === 'ListObjectsV2' && prefix?.endsWith('/') === true;
  const folder = isList ? prefix : `${asked.key}/`;
  if (
    !(request.headers['user-agent'] ?? '').includes('Hadoop 3.3') ||
    !(isList || asked.operation === 'HeadObject') ||
    !(await guard.reachesBelow(caller, asked.bucket, folder))
  ) {
    return undefined;
  }
  const body = isList
    ? `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${escapeXml(asked.bucket)}</Name>` +
      `<Prefix>${escapeXml(prefix)}</Prefix><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter>` +
      `<IsTruncated>false</IsTruncated></ListBucketResult>`
    : '';
  return {
    status: isList ? 200 : 404,
    headers: { 'content-type': 'application/xml', 'content-length': String(Buffer.byteLength(body)) },
    body: Buffer.from(body),
    outcome: isList ? 'ok' : '404'
  };
}

/** What S3 asks of KMS before it writes an object that a key of the account encrypts. */
async function demandKeyForWrite(
  { guard, directory }: IS3Parts,
  request: IncomingMessage,
  asked: IS3Request,
  caller: ICaller,
  region: string
): Promise<void> {
  if (!['PutObject', 'CopyObject', 'CreateMultipartUpload'].includes(asked.operation)) {
    return;
  }
  const { buckets } = await directory.read();
  const algorithm = request.headers['x-amz-server-side-encryption'];
  const named = request.headers['x-amz-server-side-encryption-aws-kms-key-id'];
  const byBucket = Object.hasOwn(buckets, asked.bucket) ? buckets[asked.bucket].key : null;
  const key = typeof named === 'string' ? named : algorithm === undefined || algorithm === 'aws:kms' ? byBucket : null;
  if (key) {
    await demand(guard, caller, kmsNeed('kms:GenerateDataKey', await directory.keyArn(key, region), asked));
  }
}

function kmsNeed(action: string, arn: string, asked: IS3Request): INeed {
  return {
    action,
    resource: arn,
    context: {
      'kms:ViaService': `s3.${arn.split(':')[3]}.amazonaws.com`,
      'kms:CallerAccount': arn.split(':')[4],
      'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${asked.bucket}/${asked.key}`
    }
  };
}

/** @throws AwsError `AccessDenied` in S3's words */
async function demand(guard: Guard, caller: ICaller, { action, resource, context }: INeed): Promise<void> {
  const decision = await guard.decide(caller, action, resource, context);
  if (decision !== 'allowed') {
    throw new AwsError('AccessDenied', refusal(caller, action, `"${resource}"`, decision), 403);
  }
}

/** For the log of calls. */
function needText({ action, resource, context }: INeed): string {
  const prefix = context['s3:prefix'];
  return [action, resource, ...(prefix === undefined ? [] : [String(prefix)])].join(' ');
}

/** The path and query of a request, the bucket in the path. */
function pathStyle(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const bucket = VIRTUAL_HOST.exec(request.headers.host ?? '')?.[1];
  return bucket === undefined ? url : `/${bucket}${url}`;
}

/** Headers of a request whose body is replaced: nothing that is about the body. */
function plain(request: IncomingMessage): IncomingMessage['headers'] {
  return Object.fromEntries(
    Object.entries(request.headers).filter(
      ([name]) =>
        !/^(content-md5|content-encoding|content-length|x-amz-(checksum|trailer|sdk-checksum|decoded-content|content-sha256).*)$/.test(
          name
        )
    )
  );
}
