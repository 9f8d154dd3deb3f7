/** A driver's output in S3, as EMR Serverless writes it: whole gzip files, again and again while it runs. */
import type { MonitoringConfiguration } from '@aws-sdk/client-emr-serverless';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import type { ILogWriter, IObjects } from './access';

const compress = promisify(gzip);
const STREAMS = ['stdout', 'stderr'] as const;

export interface ILogPlace {
  applicationId: string;
  jobRunId: string;
  attempt: number;
  /** It may have further attempts: each one's logs are kept by themselves too. */
  manyAttempts: boolean;
}

export class JobLogs {
  private readonly sizes = new Map<string, number>();
  private readonly folders: string[];
  private readonly kmsKey?: string;
  private readonly stream?: { group: string; prefix: string };
  private working: Promise<void> = Promise.resolve();

  /**
   * @param files - paths of stdout and stderr
   * @param complain - told once a log cannot be written; the run goes on, as on AWS
   */
  constructor(
    configuration: MonitoringConfiguration | undefined,
    { applicationId, jobRunId, attempt, manyAttempts }: ILogPlace,
    private readonly files: Record<(typeof STREAMS)[number], string>,
    private readonly objects: IObjects,
    private readonly groups: ILogWriter,
    private complain: (message: string) => void
  ) {
    const { logUri, encryptionKeyArn } = configuration?.s3MonitoringConfiguration ?? {};
    const root = logUri && `${logUri.replace(/\/+$/, '')}/applications/${applicationId}/jobs/${jobRunId}`;
    this.folders = root
      ? [`${root}/SPARK_DRIVER`, ...(manyAttempts ? [`${root}/attempts/${attempt}/SPARK_DRIVER`] : [])]
      : [];
    this.kmsKey = encryptionKeyArn;
    const watch = configuration?.cloudWatchLoggingConfiguration;
    if (watch?.enabled) {
      const { logGroupName: group = '/aws/emr-serverless', logStreamNamePrefix } = watch;
      const names = [logStreamNamePrefix, 'applications', applicationId, 'jobs', jobRunId, 'SPARK_DRIVER'];
      this.stream = { group, prefix: names.filter(Boolean).join('/') };
    }
  }

  /** Bring S3 up to date. Never fails. */
  upload(): Promise<void> {
    this.working = this.working
      .then(() => this.write())
      .catch(error => {
        this.complain((error as Error).message);
        this.complain = () => undefined;
      });
    return this.working;
  }

  private async write(): Promise<void> {
    for (const stream of this.folders.length > 0 || this.stream ? STREAMS : []) {
      const { size } = await stat(this.files[stream]);
      if (this.sizes.get(stream) === size) {
        continue;
      }
      const text = await readFile(this.files[stream]);
      const body = await compress(text);
      for (const folder of this.folders) {
        await this.objects.put(`${folder}/${stream}.gz`, body, {
          contentType: 'application/x-gzip',
          ...(this.kmsKey ? { kmsKey: this.kmsKey } : {})
        });
      }
      if (this.stream) {
        const { group, prefix } = this.stream;
        const added = text.subarray(this.sizes.get(stream) ?? 0).toString('utf8');
        await this.groups.append(group, `${prefix}/${stream}`, added);
      }
      this.sizes.set(stream, size);
    }
  }
}
