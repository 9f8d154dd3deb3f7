/** Follow one run to its end, with what its driver prints. */
import type { IErrorInfo, IRun } from '../protocol';
import { EmrError, RUN_END_STATES } from '../protocol';
import type { IControlService } from './types';

/** ms between two looks at the log of a run that goes on. */
const LOG_MS = 5000;

/** What is told on the way. */
export interface IFollowRunOptions {
  signal?: AbortSignal;
  /** Called at each change. */
  onChange?: (run: IRun, stale: IErrorInfo | undefined) => void;
  /** What the driver printed since; as it comes into S3, some of it only at the end. */
  onLog?: (text: string) => void;
}

/**
 * Wait for a run's end, through throttling.
 *
 * @returns the run as it ended: look at its state
 * @throws the signal's reason where it is aborted; the run goes on
 */
export async function followRun(
  control: IControlService,
  pipeline: string,
  runId: string,
  options: IFollowRunOptions = {}
): Promise<IRun> {
  const { signal, onChange, onLog } = options;
  signal?.throwIfAborted();
  let shown = '';
  let looking: Promise<void> | undefined;
  const lookAtLog = (): Promise<void> =>
    (looking ??= control
      .call('runs.logs', { pipeline, runId, stream: 'stdout' }, signal ? { signal } : {})
      .then(
        ({ text }) => {
          if (text.length > shown.length && text.startsWith(shown)) {
            onLog?.(text.slice(shown.length));
            shown = text;
          }
        },
        () => undefined
      )
      .finally(() => (looking = undefined)));
  let stop: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const ended = await new Promise<IRun>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      let told = '';
      stop = control.watchRuns(
        list => {
          const run = list.runs.find(one => one.runId === runId);
          if (!run) {
            return;
          }
          const text = JSON.stringify([run, list.stale]);
          if (text !== told) {
            told = text;
            onChange?.(run, list.stale);
          }
          if (onLog && run.state === 'RUNNING') {
            timer ??= setInterval(() => void lookAtLog(), LOG_MS);
          }
          if (RUN_END_STATES.includes(run.state)) {
            resolve(run);
          }
        },
        { pipeline }
      );
    });
    if (onLog) {
      clearInterval(timer);
      await looking;
      await lookAtLog();
    }
    return ended;
  } finally {
    clearInterval(timer);
    stop?.();
  }
}

/** What a failed or cancelled run says; undefined for one that succeeded. */
export function runError(run: IRun): EmrError | undefined {
  if (run.state === 'SUCCESS') {
    return undefined;
  }
  if (run.state === 'CANCELLED' && !run.failure) {
    return new EmrError({
      code: 'RunCancelled',
      hop: 'emr-serverless',
      message: `The run ${run.runId} of ${run.pipeline} was cancelled.`
    });
  }
  const { failure } = run;
  const line =
    failure?.scriptLine === undefined
      ? ''
      : ` (line ${failure.scriptLine} of the script${failure.cell === undefined ? '' : `, cell ${failure.cell + 1} of the notebook`}${failure.scriptText ? `: ${failure.scriptText}` : ''})`;
  return new EmrError({
    code: failure?.exception ?? 'RunFailed',
    hop: 'spark',
    message: `The run ${run.runId} of ${run.pipeline} failed: ${failure?.exception ? `${failure.exception}: ` : ''}${failure?.message ?? run.stateDetails ?? run.state}${line}`,
    ...(failure?.fix ? { fix: failure.fix } : {})
  });
}
