/** Statements for what a pipeline reads and writes in S3: what Spark asks through S3A and EMRFS, and no more. */
import type { IPipeline, IPlace, IReasonedStatement } from '../../protocol';
import { isBefore } from '../release';
import type { IS3Place } from './arns';
import { bucketArn, literal, objectArn, objectsArn } from './arns';

/** Data below one prefix. */
export interface IS3Use {
  /** Begins the statements' ids: `Input0`. */
  sid: string;
  at: IS3Place;
  write: boolean;
  /** Where the pipeline's file asks for it: `inputs[0].s3 (line 12)`. */
  asked: string;
  /** The release's file system is EMRFS, which marks folders by objects of their own. */
  emrfs: boolean;
}

/**
 * Whether a release's `s3://` is EMRFS; from emr-7.10.0 on it is S3A, on EMR Serverless too.
 * Source: EMR Release Guide, "Migration guide: EMRFS to S3A" (emr-s3a-migrate.html). A pipeline that brings EMRFS back
 * (`spark.hadoop.fs.s3.impl`) has it.
 */
export function isEmrfs({ release, sparkConf }: Pick<IPipeline, 'release' | 'sparkConf'>): boolean {
  const impl = sparkConf['spark.hadoop.fs.s3.impl'];
  return impl === undefined ? isBefore(release, 7, 10) : impl.endsWith('.EmrFileSystem');
}

/** Statements for one prefix. */
export function s3Statements(place: IPlace, use: IS3Use): IReasonedStatement[] {
  const { sid, at, asked } = use;
  const address = `s3://${at.bucket}/${at.prefix ? `${at.prefix}/` : ''}`;
  const statements: IReasonedStatement[] = [
    {
      sid: `${sid}Read`,
      effect: 'Allow',
      actions: ['s3:GetObject'],
      resources: [objectsArn(place, at), ...(at.prefix ? [objectArn(place, at.bucket, at.prefix)] : [])],
      reason: use.write
        ? `${asked} is written at ${address}: renaming a finished part reads it, and before writing Spark looks whether there is something of that name.`
        : `${asked} is read from ${address}: the objects below it, and whether an object bears that very name.`
    },
    {
      sid: `${sid}List`,
      effect: 'Allow',
      actions: ['s3:ListBucket'],
      resources: [bucketArn(place, at)],
      ...(at.prefix
        ? { condition: { StringLike: { 's3:prefix': [`${literal(at.prefix)}/*`, literal(at.prefix)] } } }
        : {}),
      reason: at.prefix
        ? `${asked}: Spark lists what is below ${address}, and S3 says only to who may list a name that there is nothing of it.`
        : `${asked} names all of the bucket ${at.bucket}: Spark lists it.`
    }
  ];
  if (use.write) {
    statements.push({
      sid: `${sid}Write`,
      effect: 'Allow',
      actions: ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      resources: [objectsArn(place, at)],
      reason: `${asked} is written at ${address}: parts under _temporary and their removal, what overwriting deletes, and the end of uploads that failed.`
    });
    if (use.emrfs && at.prefix) {
      statements.push(markers(place, use));
    }
  }
  return statements;
}

/** EMRFS makes `a_$folder$` and `a/b_$folder$` where it makes the folder `a/b/`. */
function markers(place: IPlace, { sid, at, asked }: IS3Use): IReasonedStatement {
  const parts = at.prefix.split('/');
  return {
    sid: `${sid}Folders`,
    effect: 'Allow',
    actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    resources: parts.map((_, last) => objectArn(place, at.bucket, `${parts.slice(0, last + 1).join('/')}_$folder$`)),
    reason: `${asked}: EMRFS, the file system of releases before emr-7.10, marks folders by empty objects of exactly these names.`
  };
}
