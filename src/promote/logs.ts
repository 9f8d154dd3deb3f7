/** Logs of a run's driver, as EMR Serverless writes them into S3 while it runs and at its end. */
import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';

import type { IAwsContext } from '../aws';
import { getObject, listObjects } from '../aws';
import { EmrError } from '../protocol';
import { folderUri } from './names';

const unzip = promisify(gunzip);

/** Which of the two. */
export type LogStream = 'stdout' | 'stderr';

/** A log as far as it is there. */
export interface IDriverLog {
  text: string;
  uri: string;
}

/** Where all logs of a run are. */
export function runLogsUri(logUri: string, applicationId: string, runId: string): string {
  return `${folderUri(logUri)}applications/${applicationId}/jobs/${runId}/`;
}

/**
 * The driver's log; undefined where nothing of it is there yet. Of several attempts it is the last one's.
 *
 * @param logUri - as the run's monitoring configuration has it
 * @param attempt - from 1; only runs that may be tried again have logs by attempt
 */
export async function driverLog(
  aws: IAwsContext,
  logUri: string,
  applicationId: string,
  runId: string,
  stream: LogStream,
  signal?: AbortSignal,
  attempt?: number
): Promise<IDriverLog | undefined> {
  const folder = runLogsUri(logUri, applicationId, runId);
  const name = `SPARK_DRIVER/${stream}.gz`;
  // Each attempt after the first has a folder of its own.
  const found = await listObjects(aws, folder, 1000, signal).catch((error: unknown) => {
    if (error instanceof EmrError && error.hop === 's3') {
      return undefined; // reading may be allowed where listing is not
    }
    throw error;
  });
  const last = found
    ?.filter(({ uri }) => uri.endsWith(name) && (attempt === undefined || uri.includes(`/attempts/${attempt}/`)))
    .sort((a, b) => (a.modifiedAt?.getTime() ?? 0) - (b.modifiedAt?.getTime() ?? 0))
    .at(-1);
  if (found && !last) {
    return undefined;
  }
  const uri = last?.uri ?? `${folder}${attempt === undefined ? '' : `attempts/${attempt}/`}${name}`;
  const bytes = await getObject(aws, uri, signal);
  return bytes && { uri, text: await text(bytes) };
}

/** A log that is still written may end in the middle of a block. */
async function text(bytes: Buffer): Promise<string> {
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (zipped ? await unzip(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes).toString('utf8');
}

/** The last characters of a text, from the beginning of a line on. */
export function tail(text: string, most: number): { text: string; cut: boolean } {
  if (text.length <= most) {
    return { text, cut: false };
  }
  const from = text.indexOf('\n', text.length - most) + 1;
  return { text: text.slice(from > 0 ? from : text.length - most), cut: true };
}
