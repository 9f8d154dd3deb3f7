/** S3 for a Spark of this machine: what its process and its configuration need so that `s3://` and `s3a://` reach the account. */

/** Keys of a role's session. */
export interface ISparkCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface ISparkS3 {
  /** Environment of the driver: keys stand here and nowhere else, for Spark and for boto3 in user code. */
  env: Record<string, string>;
  /** Spark properties, without keys: the Spark UI shows them. */
  conf: Record<string, string>;
}

const S3A = 'org.apache.hadoop.fs.s3a.S3AFileSystem';

/**
 * @param credentials - of the role that the code runs as
 * @param endpoint - of the account, `http://127.0.0.1:PORT`
 */
export function sparkS3Environment(credentials: ISparkCredentials, endpoint: string, region = 'us-east-1'): ISparkS3 {
  return {
    env: {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true'
    },
    conf: sparkS3Conf(endpoint, region)
  };
}

/** The properties alone; they are the same for every role. */
export function sparkS3Conf(endpoint: string, region = 'us-east-1'): Record<string, string> {
  return {
    // EMR's own names for S3 are all the same file system.
    'spark.hadoop.fs.s3.impl': S3A,
    'spark.hadoop.fs.s3n.impl': S3A,
    'spark.hadoop.fs.s3a.impl': S3A,
    'spark.hadoop.fs.s3a.endpoint': endpoint,
    'spark.hadoop.fs.s3a.endpoint.region': region,
    'spark.hadoop.fs.s3a.path.style.access': 'true',
    'spark.hadoop.fs.s3a.connection.ssl.enabled': String(endpoint.startsWith('https:')),
    'spark.hadoop.fs.s3a.aws.credentials.provider': 'com.amazonaws.auth.EnvironmentVariableCredentialsProvider',
    // A role may well not be allowed to look at the bucket itself.
    'spark.hadoop.fs.s3a.bucket.probe': '0',
    // Nobody else writes here: a refusal is told at once, not after minutes of trying again.
    'spark.hadoop.fs.s3a.attempts.maximum': '3',
    'spark.hadoop.fs.s3a.retry.limit': '3',
    'spark.hadoop.fs.s3a.retry.interval': '200ms',
    'spark.hadoop.fs.s3a.change.detection.mode': 'none',
    // A folder's marker is made above what was written, where the role may write nothing.
    'spark.hadoop.fs.s3a.directory.marker.retention': 'keep'
  };
}
