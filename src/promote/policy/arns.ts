/** S3 addresses and ARNs as a policy writes them. */
import type { IPlace } from '../../protocol';
import { EmrError } from '../../protocol';

/** A bucket and what lies below a prefix of it. */
export interface IS3Place {
  bucket: string;
  /** Without a slash at either end; empty: all of the bucket. */
  prefix: string;
}

/** Stands for the application's id in documents that are shown before there is one; no id looks like it. */
export const NO_APPLICATION = 'NOT-KNOWN-YET';

const S3_ADDRESS = /^s3[an]?:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;
const KEY_ARN = /^arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):key\/[A-Za-z0-9-]+$/;

/**
 * Take an S3 address apart.
 *
 * @param field - where the address stands in the pipeline's file, for the error
 * @throws EmrError `UsageError` where it is none
 */
export function parseS3(address: string, field: string): IS3Place {
  const match = S3_ADDRESS.exec(address);
  if (!match) {
    throw wrong(`${field}: "${address}" is no S3 address.`, 'Write it as s3://BUCKET/PREFIX/.');
  }
  return { bucket: match[1], prefix: (match[2] ?? '').split('/').filter(Boolean).join('/') };
}

/** Whether all that `inner` names is below `outer`. */
export function isBelow(inner: IS3Place, outer: IS3Place): boolean {
  return inner.bucket === outer.bucket && `${inner.prefix}/`.startsWith(outer.prefix ? `${outer.prefix}/` : '');
}

/** Text that a policy takes by the letter: `*`, `?` and `${` mean something to IAM, and all may stand in a key. */
export function literal(text: string): string {
  return text.replace(/\$(?=\{)|[*?]/g, found => `\${${found}}`);
}

export function bucketArn(place: IPlace, { bucket }: IS3Place): string {
  return `arn:${place.partition}:s3:::${bucket}`;
}

/** All objects below the prefix: never what merely begins with the same letters. */
export function objectsArn(place: IPlace, at: IS3Place): string {
  return `${bucketArn(place, at)}/${at.prefix ? `${literal(at.prefix)}/` : ''}*`;
}

/** The object of exactly this key. */
export function objectArn(place: IPlace, bucket: string, key: string): string {
  return `arn:${place.partition}:s3:::${bucket}/${literal(key)}`;
}

/** ARN in the Glue catalogue of an account: `catalog`, `database/D`, `table/D/T`. */
export function glueArn(place: IPlace, catalogId: string | undefined, what: string): string {
  return `arn:${place.partition}:glue:${place.region}:${catalogId ?? place.accountId}:${what}`;
}

export function applicationArn(place: IPlace): string {
  const id = place.applicationId ?? NO_APPLICATION;
  return `arn:${place.partition}:emr-serverless:${place.region}:${place.accountId}:/applications/${id}`;
}

export function roleArn(place: IPlace, name: string): string {
  return `arn:${place.partition}:iam::${place.accountId}:role/${name}`;
}

/** ARN of a log group, without the `:*` at its end. */
export function logGroupArn(place: IPlace, name: string): string {
  return `arn:${place.partition}:logs:${place.region}:${place.accountId}:log-group:${name}`;
}

/**
 * The value of `kms:ViaService` for S3 in the region of a key.
 *
 * @throws EmrError `UsageError` where it is not a key's ARN: an alias can be pointed at another key, and IAM does not
 *   take it for the key
 */
export function viaS3(keyArn: string, field: string): string {
  const match = KEY_ARN.exec(keyArn);
  if (!match) {
    throw wrong(
      `${field}: "${keyArn}" is not the ARN of a KMS key.`,
      'Write arn:aws:kms:REGION:ACCOUNT:key/ID; an alias is not taken by IAM for the key.'
    );
  }
  return `s3.${match[2]}.${match[1] === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}

/** An error about the pipeline's file. */
export function wrong(message: string, fix: string): EmrError {
  return new EmrError({ code: 'UsageError', hop: 'config', message, fix });
}
