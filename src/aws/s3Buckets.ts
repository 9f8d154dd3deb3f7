/** How S3 buckets are kept, to read only. */
import { EmrError } from '../protocol';
import type { IAwsContext } from './context';
import { s3 } from './s3';

/** The answer, or nothing where S3 says that there is no such configuration. */
async function unlessNone<R>(asked: Promise<R>, none: RegExp): Promise<R | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof EmrError && none.test(error.code)) {
      return undefined;
    }
    throw error;
  }
}

/** `AES256`, `aws:kms`, …; undefined where the bucket has no default encryption of its own. */
export async function bucketEncryption(
  context: IAwsContext,
  bucket: string,
  signal?: AbortSignal
): Promise<string | undefined> {
  const action = {
    does: `read how the bucket ${bucket} is encrypted`,
    iam: 's3:GetEncryptionConfiguration',
    resource: `arn:aws:s3:::${bucket}`
  };
  const answer = await unlessNone(
    s3(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.GetBucketEncryptionCommand({ Bucket: bucket }), options)
    ),
    /^ServerSideEncryptionConfigurationNotFound/
  );
  return answer?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
}

/** Which of the four switches of a bucket's Block Public Access are off. */
export async function openToPublic(context: IAwsContext, bucket: string, signal?: AbortSignal): Promise<string[]> {
  const action = {
    does: `read whether the bucket ${bucket} may be public`,
    iam: 's3:GetBucketPublicAccessBlock',
    resource: `arn:aws:s3:::${bucket}`
  };
  const answer = await unlessNone(
    s3(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.GetPublicAccessBlockCommand({ Bucket: bucket }), options)
    ),
    /^NoSuchPublicAccessBlockConfiguration/
  );
  const blocked = answer?.PublicAccessBlockConfiguration ?? {};
  return (['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const).filter(
    name => blocked[name] !== true
  );
}
