/** Objects by the stock SDK, at the account's own endpoint. */
import type { S3Client } from '@aws-sdk/client-s3';

import type { IKeyPair } from '../identity';
import type { IObjects, IPutOptions } from './access';

const URI = /^s3[an]?:\/\/([^/]+)\/(.+)$/;

export class S3Objects implements IObjects {
  private client?: Promise<S3Client>;

  constructor(
    private readonly endpoint: string,
    private readonly keys: IKeyPair,
    private readonly region: string
  ) {}

  async get(uri: string): Promise<Buffer> {
    const { GetObjectCommand } = await import('./s3Sdk');
    const answer = await (await this.connect()).send(new GetObjectCommand(place(uri)));
    return Buffer.from(await answer.Body!.transformToByteArray());
  }

  async put(uri: string, body: Buffer, { contentType, kmsKey }: IPutOptions): Promise<void> {
    const { PutObjectCommand } = await import('./s3Sdk');
    const encryption = kmsKey ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKey } : {};
    await (
      await this.connect()
    ).send(new PutObjectCommand({ ...place(uri), Body: body, ContentType: contentType, ...encryption }));
  }

  private connect(): Promise<S3Client> {
    // Loaded with the first job: most accounts never run one.
    this.client ??= import('./s3Sdk').then(
      ({ S3Client }) =>
        new S3Client({
          endpoint: this.endpoint,
          region: this.region,
          forcePathStyle: true,
          maxAttempts: 3,
          credentials: { ...this.keys }
        })
    );
    return this.client;
  }
}

function place(uri: string): { Bucket: string; Key: string } {
  const [, Bucket, Key] = URI.exec(uri) ?? [];
  if (!Bucket) {
    throw new Error(`${uri} is not an address in S3.`);
  }
  return { Bucket, Key };
}

/** Whether a path is in S3. */
export function isS3Uri(path: string): boolean {
  return URI.test(path);
}
