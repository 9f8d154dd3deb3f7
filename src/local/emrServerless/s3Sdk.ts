/** The parts of the S3 SDK that jobs use. A file of ours between: the bundle has no named exports of an imported package. */
export { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
