/** `jupyter emr demo --next-day`: a night passes in the local account of a running demo. */
import { EmrError } from '../protocol';
import type { CommandBody, ICommon } from './context';

/** What the producers deliver. */
interface IDelivery {
  /** `YYYY-MM-DD` */
  date: string;
  bucket: string;
  keys: string[];
}

/** What the schedules' clock answers. */
interface IClock {
  /** ISO 8601 */
  now: string;
  executions: { outcome: string; message?: string; scheduledTime: string; answer?: { jobRunId?: string } }[];
}

export const nextDay: CommandBody<ICommon> = async ({ options, terminal, signal }) => {
  const endpoint = localEndpoint();
  const call = async <T>(path: string, body: object = {}): Promise<T> => {
    try {
      const answer = await fetch(new URL(`_local/${path}`, endpoint), {
        method: 'POST',
        body: JSON.stringify(body),
        signal
      });
      if (!answer.ok) {
        throw new Error(`it answers ${answer.status}`);
      }
      return (await answer.json()) as T;
    } catch (error) {
      signal.throwIfAborted();
      const { message, cause } = error as Error;
      throw noAccount(
        `The local account at ${endpoint} did not do it: ${(cause as Error | undefined)?.message ?? message}.`
      );
    }
  };
  const delivery = await call<IDelivery>('next-day');
  const clock = await call<IClock>('schedule-clock', { to: 'next' });
  if (options.json) {
    terminal.out(`${JSON.stringify({ delivery, clock }, undefined, 2)}\n`);
    return 0;
  }
  terminal.out(`The files of ${delivery.date} are there:\n`);
  terminal.out(delivery.keys.map(key => `  s3://${delivery.bucket}/${key}\n`).join(''));
  terminal.out(`It is ${clock.now.slice(0, 16).replace('T', ' ')} for the schedules.\n`);
  for (const { outcome, message, answer } of clock.executions) {
    terminal.out(
      outcome === 'ok' ? `Started: run ${answer?.jobRunId}\n` : `Not started: ${outcome}. ${message ?? ''}\n`
    );
  }
  if (clock.executions.length === 0) {
    terminal.out('No schedule was due: promote daily-features.ipynb first.\n');
  }
  return 0;
};

/** @throws EmrError `NoLocalAccount` where this is no process of the demo */
function localEndpoint(): string {
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  if (!endpoint || !/^http:\/\/127\.0\.0\.1:\d+\/?$/.test(endpoint)) {
    throw noAccount(
      endpoint
        ? `${endpoint} (AWS_ENDPOINT_URL) is no local account.`
        : 'There is no local account: AWS_ENDPOINT_URL is not set.'
    );
  }
  return endpoint;
}

function noAccount(message: string): EmrError {
  return new EmrError({
    code: 'NoLocalAccount',
    hop: 'config',
    message,
    fix: 'Run this in a terminal of the demo’s own JupyterLab (File → New → Terminal).'
  });
}
