/** Amazon S3: a few small objects, by their `s3://` addresses. */
import { EmrError } from '../protocol';
import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';

/** Parts of an address. */
export interface IS3Place {
  bucket: string;
  key: string;
}

/** An object's head. */
export interface IS3Object {
  uri: string;
  /** Bytes. */
  size: number;
  modifiedAt?: Date;
  metadata: Record<string, string>;
}

const MISSING = /^(NoSuchKey|NotFound)$/;

/** @throws EmrError `BadS3Address` for what is none */
export function s3Place(uri: string): IS3Place {
  const match = /^s3[an]?:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri);
  if (!match) {
    throw new EmrError({
      code: 'BadS3Address',
      hop: 'config',
      message: `"${uri.slice(0, 200)}" is not an address in S3.`,
      fix: 'Write it as s3://BUCKET/PREFIX/.'
    });
  }
  return { bucket: match[1], key: match[2] ?? '' };
}

/**
 * The object that an `https://` address of S3 names, as CloudFormation and Service Catalog write templates'
 * (`https://BUCKET.s3.REGION.amazonaws.com/KEY`, `https://s3.REGION.amazonaws.com/BUCKET/KEY`).
 *
 * @returns its `s3://` address; undefined for an address of something else
 */
export function s3UriOf(address: string): string | undefined {
  if (!URL.canParse(address)) {
    return undefined;
  }
  const { protocol, hostname, pathname } = new URL(address);
  const found = /^(?:(.+)\.)?s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/.exec(hostname);
  if (!found || protocol !== 'https:') {
    return undefined;
  }
  return `s3://${found[1] === undefined ? '' : `${found[1]}/`}${decodeURIComponent(pathname.slice(1))}`;
}

/** S3's client. */
export const s3 = service(
  's3',
  () => import('./sdk/s3'),
  (sdk, config) =>
    new sdk.S3Client({
      ...config,
      followRegionRedirects: true,
      // An endpoint of one's own rarely has a name per bucket.
      forcePathStyle: Boolean(process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'])
    })
);

/** HEAD errors have no text: say which bucket is missing, which permission. */
function told(error: unknown, action: IAwsAction): unknown {
  if (error instanceof EmrError && error.code === 'NoSuchBucket') {
    return new EmrError({
      code: 'NoSuchBucket',
      hop: 's3',
      message: `Could not ${action.does}: there is no such bucket.`,
      fix: 'Correct the address, or make the bucket first.'
    });
  }
  if (!(error instanceof EmrError) || !/^(\d{3}|Unknown|UnknownError)$/.test(error.code)) {
    return error;
  }
  const status = (error.cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
  if (status === 403 || error.code === '403') {
    return new EmrError({
      code: 'AccessDenied',
      hop: 's3',
      message: `Could not ${action.does}: the host has no permission ${action.iam} on ${action.resource ?? 'it'}.`,
      fix: `Ask the platform team to allow ${action.iam} on ${action.resource ?? 'it'}.`
    });
  }
  return new EmrError({
    code: 'S3Refused',
    hop: 's3',
    message: `Could not ${action.does}: S3 answered HTTP ${status ?? error.code} and gives no reason.`,
    fix: 'Is the bucket in another region, or have the credentials ended? Else try again.'
  });
}

/** An object's head; undefined where there is none. */
export async function headObject(
  context: IAwsContext,
  uri: string,
  signal?: AbortSignal
): Promise<IS3Object | undefined> {
  const { bucket, key } = s3Place(uri);
  const action = { does: `look for ${uri}`, iam: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` };
  try {
    const answer = await s3(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), options)
    );
    return {
      uri,
      size: answer.ContentLength ?? 0,
      metadata: answer.Metadata ?? {},
      ...(answer.LastModified ? { modifiedAt: answer.LastModified } : {})
    };
  } catch (error) {
    if (error instanceof EmrError && MISSING.test(error.code)) {
      return undefined;
    }
    throw told(error, action);
  }
}

/** An object's bytes; undefined where there is none. */
export async function getObject(context: IAwsContext, uri: string, signal?: AbortSignal): Promise<Buffer | undefined> {
  const { bucket, key } = s3Place(uri);
  const action = { does: `read ${uri}`, iam: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` };
  try {
    return await s3(context, action, signal, async (client, sdk, options) => {
      const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }), options);
      return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
    });
  } catch (error) {
    if (error instanceof EmrError && MISSING.test(error.code)) {
      return undefined;
    }
    throw told(error, action);
  }
}

/** Write an object. */
export async function putObject(
  context: IAwsContext,
  uri: string,
  body: Buffer | string,
  options: { contentType?: string; metadata?: Record<string, string>; kmsKey?: string; signal?: AbortSignal } = {}
): Promise<void> {
  const { bucket, key } = s3Place(uri);
  const action = { does: `write ${uri}`, iam: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}` };
  await s3(context, action, options.signal, (client, sdk, send) =>
    client.send(
      new sdk.PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ...(options.contentType ? { ContentType: options.contentType } : {}),
        ...(options.metadata ? { Metadata: options.metadata } : {}),
        ...(options.kmsKey ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: options.kmsKey } : {})
      }),
      send
    )
  ).catch((error: unknown) => {
    throw told(error, action);
  });
}

/** Delete an object; one that is not there is a success. */
export async function deleteObject(context: IAwsContext, uri: string, signal?: AbortSignal): Promise<void> {
  const { bucket, key } = s3Place(uri);
  const action = { does: `delete ${uri}`, iam: 's3:DeleteObject', resource: `arn:aws:s3:::${bucket}/${key}` };
  await s3(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }), options)
  ).catch((error: unknown) => {
    throw told(error, action);
  });
}

/** Objects below a prefix, by key. @param limit - how many at most */
export async function listObjects(
  context: IAwsContext,
  prefix: string,
  limit = 1000,
  signal?: AbortSignal
): Promise<IS3Object[]> {
  const { bucket, key } = s3Place(prefix);
  const action = { does: `list ${prefix}`, iam: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` };
  const found: IS3Object[] = [];
  let token: string | undefined;
  do {
    const from = token;
    const answer = await s3(context, action, signal, (client, sdk, options) =>
      client.send(
        new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: key, ...(from ? { ContinuationToken: from } : {}) }),
        options
      )
    ).catch((error: unknown) => {
      throw told(error, action);
    });
    for (const item of answer.Contents ?? []) {
      found.push({
        uri: `s3://${bucket}/${item.Key ?? ''}`,
        size: item.Size ?? 0,
        metadata: {},
        ...(item.LastModified ? { modifiedAt: item.LastModified } : {})
      });
    }
    token = answer.NextContinuationToken;
  } while (token && found.length < limit);
  return found.slice(0, limit);
}
