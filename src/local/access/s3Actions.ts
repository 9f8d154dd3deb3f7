/** What a request to S3 needs: actions and resources of IAM, by S3's reference of the policy actions. */
import type { IncomingMessage } from 'node:http';

import type { Context } from './types';

/** One permission that a request needs. */
export interface INeed {
  action: string;
  resource: string;
  context: Context;
}

/** A request to S3, path style. */
export interface IS3Request {
  /** Empty: of the service. */
  bucket: string;
  /** Decoded; empty: of the bucket. */
  key: string;
  /** As boto3 names it, for the log of calls. */
  operation: string;
  needs: INeed[];
}

/** Sub-resources of a bucket: actions to read, to write and to delete it, and its name in operations. */
const BUCKET: Record<string, [string, string, string, string]> = {
  accelerate: ['GetAccelerateConfiguration', 'PutAccelerateConfiguration', '', 'BucketAccelerateConfiguration'],
  acl: ['GetBucketAcl', 'PutBucketAcl', '', 'BucketAcl'],
  cors: ['GetBucketCORS', 'PutBucketCORS', 'PutBucketCORS', 'BucketCors'],
  encryption: [
    'GetEncryptionConfiguration',
    'PutEncryptionConfiguration',
    'PutEncryptionConfiguration',
    'BucketEncryption'
  ],
  lifecycle: [
    'GetLifecycleConfiguration',
    'PutLifecycleConfiguration',
    'PutLifecycleConfiguration',
    'BucketLifecycleConfiguration'
  ],
  location: ['GetBucketLocation', '', '', 'BucketLocation'],
  logging: ['GetBucketLogging', 'PutBucketLogging', '', 'BucketLogging'],
  notification: ['GetBucketNotification', 'PutBucketNotification', '', 'BucketNotificationConfiguration'],
  'object-lock': [
    'GetBucketObjectLockConfiguration',
    'PutBucketObjectLockConfiguration',
    '',
    'ObjectLockConfiguration'
  ],
  ownershipControls: [
    'GetBucketOwnershipControls',
    'PutBucketOwnershipControls',
    'PutBucketOwnershipControls',
    'BucketOwnershipControls'
  ],
  policy: ['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy', 'BucketPolicy'],
  policyStatus: ['GetBucketPolicyStatus', '', '', 'BucketPolicyStatus'],
  publicAccessBlock: [
    'GetBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
    'PublicAccessBlock'
  ],
  replication: [
    'GetReplicationConfiguration',
    'PutReplicationConfiguration',
    'PutReplicationConfiguration',
    'BucketReplication'
  ],
  tagging: ['GetBucketTagging', 'PutBucketTagging', 'PutBucketTagging', 'BucketTagging'],
  versioning: ['GetBucketVersioning', 'PutBucketVersioning', '', 'BucketVersioning'],
  website: ['GetBucketWebsite', 'PutBucketWebsite', 'DeleteBucketWebsite', 'BucketWebsite']
};
/** The same of an object. */
const OBJECT: Record<string, [string, string, string, string]> = {
  acl: ['GetObjectAcl', 'PutObjectAcl', '', 'ObjectAcl'],
  attributes: ['GetObjectAttributes', '', '', 'ObjectAttributes'],
  'legal-hold': ['GetObjectLegalHold', 'PutObjectLegalHold', '', 'ObjectLegalHold'],
  retention: ['GetObjectRetention', 'PutObjectRetention', '', 'ObjectRetention'],
  tagging: ['GetObjectTagging', 'PutObjectTagging', 'DeleteObjectTagging', 'ObjectTagging'],
  torrent: ['GetObjectTorrent', '', '', 'ObjectTorrent']
};
const VERBS: Record<string, [number, string]> = {
  GET: [0, 'Get'],
  HEAD: [0, 'Get'],
  PUT: [1, 'Put'],
  DELETE: [2, 'Delete']
};

/** @returns undefined for a request that S3 does not have */
export function readS3(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): IS3Request | undefined {
  const [path, query = ''] = splitOnce(request.url ?? '/', '?');
  const [name, rest = ''] = splitOnce(path.replace(/^\//, ''), '/');
  const parameters = new URLSearchParams(query);
  const bucket = decode(name);
  const key = decode(rest);
  const method = request.method ?? 'GET';
  if (!bucket) {
    return method === 'GET'
      ? { bucket, key, operation: 'ListBuckets', needs: [need('ListAllMyBuckets', '*')] }
      : undefined;
  }
  const found = key ? ofObject(method, bucket, key, parameters, request.headers) : ofBucket(method, bucket, parameters);
  return found && { bucket, key, ...found };
}

type Found = Pick<IS3Request, 'operation' | 'needs'> | undefined;

function ofBucket(method: string, bucket: string, parameters: URLSearchParams): Found {
  const resource = `arn:aws:s3:::${bucket}`;
  const sub = subResource(BUCKET, method, parameters, resource);
  if (sub) {
    return sub;
  }
  const listing: Context = { 's3:prefix': parameters.get('prefix') ?? '' };
  for (const name of ['delimiter', 'max-keys']) {
    const value = parameters.get(name);
    if (value !== null) {
      listing[`s3:${name}`] = value;
    }
  }
  if (method === 'GET' && parameters.has('uploads')) {
    return { operation: 'ListMultipartUploads', needs: [need('ListBucketMultipartUploads', resource, listing)] };
  }
  if (method === 'GET' && parameters.has('versions')) {
    return { operation: 'ListObjectVersions', needs: [need('ListBucketVersions', resource, listing)] };
  }
  if (method === 'GET') {
    const operation = parameters.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
    return { operation, needs: [need('ListBucket', resource, listing)] };
  }
  if (method === 'POST' && parameters.has('delete')) {
    return { operation: 'DeleteObjects', needs: [] }; // each key is asked for by itself
  }
  const plain: Record<string, [string, string]> = {
    HEAD: ['HeadBucket', 'ListBucket'],
    PUT: ['CreateBucket', 'CreateBucket'],
    DELETE: ['DeleteBucket', 'DeleteBucket']
  };
  return Object.hasOwn(plain, method)
    ? { operation: plain[method][0], needs: [need(plain[method][1], resource)] }
    : undefined;
}

function ofObject(
  method: string,
  bucket: string,
  key: string,
  parameters: URLSearchParams,
  headers: IncomingMessage['headers']
): Found {
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  const sub = subResource(OBJECT, method, parameters, resource);
  if (sub) {
    return sub;
  }
  const version = parameters.has('versionId') ? 'Version' : '';
  const upload = parameters.has('uploadId');
  switch (method) {
    case 'GET':
      return upload
        ? { operation: 'ListParts', needs: [need('ListMultipartUploadParts', resource)] }
        : { operation: 'GetObject', needs: [need(`GetObject${version}`, resource)] };
    case 'HEAD':
      return { operation: 'HeadObject', needs: [need(`GetObject${version}`, resource)] };
    case 'DELETE':
      return upload
        ? { operation: 'AbortMultipartUpload', needs: [need('AbortMultipartUpload', resource)] }
        : { operation: 'DeleteObject', needs: [need(`DeleteObject${version}`, resource)] };
    case 'PUT':
      return writing(upload, resource, headers);
    case 'POST': {
      const operation = upload
        ? 'CompleteMultipartUpload'
        : parameters.has('uploads')
          ? 'CreateMultipartUpload'
          : undefined;
      return operation && { operation, needs: [need('PutObject', resource, writeContext(headers))] };
    }
    default:
      return undefined;
  }
}

function writing(upload: boolean, resource: string, headers: IncomingMessage['headers']): Found {
  const source = headers['x-amz-copy-source'];
  const needs = [need('PutObject', resource, writeContext(headers))];
  if (headers['x-amz-tagging'] !== undefined) {
    needs.push(need('PutObjectTagging', resource));
  }
  if (headers['x-amz-acl'] !== undefined) {
    needs.push(need('PutObjectAcl', resource));
  }
  if (typeof source === 'string') {
    const [path, query = ''] = splitOnce(source.replace(/^\//, ''), '?');
    const action = query.startsWith('versionId') ? 'GetObjectVersion' : 'GetObject';
    needs.push(need(action, `arn:aws:s3:::${decode(path)}`));
    return { operation: upload ? 'UploadPartCopy' : 'CopyObject', needs };
  }
  return { operation: upload ? 'UploadPart' : 'PutObject', needs };
}

function writeContext(headers: IncomingMessage['headers']): Context {
  const context: Context = {};
  for (const name of [
    'x-amz-server-side-encryption',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-acl',
    'x-amz-storage-class'
  ]) {
    const value = headers[name];
    if (typeof value === 'string') {
      context[`s3:${name}`] = value;
    }
  }
  return context;
}

function subResource(
  table: Record<string, [string, string, string, string]>,
  method: string,
  parameters: URLSearchParams,
  resource: string
): Found {
  const name = Object.keys(table).find(candidate => parameters.has(candidate));
  if (name === undefined || !Object.hasOwn(VERBS, method)) {
    return undefined;
  }
  const [index, verb] = VERBS[method];
  const action = table[name][index];
  return action ? { operation: verb + table[name][3], needs: [need(action, resource)] } : undefined;
}

function need(action: string, resource: string, context: Context = {}): INeed {
  return { action: `s3:${action}`, resource, context };
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
