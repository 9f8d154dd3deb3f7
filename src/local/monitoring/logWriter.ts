/** A job's log in CloudWatch, by the stock SDK and with the job's own keys. */
import type { IKeyPair } from '../identity';

/** Writes lines into streams of one log group. */
export class LogWriter {
  constructor(
    private readonly endpoint: string,
    private readonly keys: IKeyPair,
    private readonly region: string
  ) {}

  /** @throws Error in CloudWatch's words, where the role may not or there is no such group */
  async append(logGroupName: string, logStreamName: string, text: string): Promise<void> {
    const { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } = await import('./logSdk');
    const client = new CloudWatchLogsClient({
      endpoint: this.endpoint,
      region: this.region,
      maxAttempts: 2,
      credentials: { ...this.keys }
    });
    try {
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })).catch((error: Error) => {
        if (error.name !== 'ResourceAlreadyExistsException') {
          throw error;
        }
      });
      const timestamp = Date.now();
      const logEvents = text
        .split('\n')
        .filter(Boolean)
        .map(message => ({ timestamp, message }));
      if (logEvents.length > 0) {
        await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
      }
    } finally {
      client.destroy();
    }
  }
}
