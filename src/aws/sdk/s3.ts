/** The parts of the S3 SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client
} from '@aws-sdk/client-s3';
