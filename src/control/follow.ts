/** Follow one cluster until it is ready, or gone. */
import type { ICluster, IErrorInfo } from '../protocol';
import { isDenied } from '../aws';
import { EmrError } from '../protocol';
import type { IControlService } from './types';

/** ms after which a cluster that is ready and still runs a step counts as ready. */
const SETTLE_MS = 20_000;

/** How far to follow. */
export type Goal = 'ready' | 'ended';

/** What is told on the way. */
export interface IFollowOptions {
  signal?: AbortSignal;
  /** Called at each change of the row, and with `stale` when AWS cannot be asked for the moment. */
  onChange?: (row: ICluster | undefined, stale: IErrorInfo | undefined) => void;
  /** For `ended`: the row before the teardown was asked for. A failure that was there before is none of the teardown. */
  before?: ICluster;
}

/**
 * Wait for a cluster, through throttling.
 *
 * @param key - `pp-…` or `j-…`
 * @returns the row as it was last seen; undefined only for `ended` where it was never seen
 * @throws EmrError with the true reason where it fails on its way to `ready`; the signal's reason where it is aborted
 */
export async function follow(
  control: IControlService,
  key: string,
  goal: Goal,
  options: IFollowOptions = {}
): Promise<ICluster | undefined> {
  const { signal, onChange } = options;
  signal?.throwIfAborted();
  let stop: (() => void) | undefined;
  let seen: ICluster | undefined;
  let ending = false;
  let settling: NodeJS.Timeout | undefined;
  // Not its detail: what Service Catalog says comes a look later than what EMR said of the same failure.
  const reason = (row: ICluster | undefined) => JSON.stringify([row?.state, row?.reason?.code, row?.reason?.message]);
  try {
    return await new Promise<ICluster | undefined>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      stop = control.watch(
        list => {
          const row = list.clusters.find(one => one.key === key || one.clusterId === key);
          seen = row ?? seen;
          onChange?.(row, list.stale);
          if (row === undefined && list.stale && isDenied(list.stale)) {
            // Asking again changes nothing.
            reject(new EmrError(list.stale));
            return;
          }
          if (goal === 'ready') {
            if (row !== undefined && /^(FAILED|TERMINAT)/.test(row.state)) {
              reject(failure(row));
            } else if (row?.state === 'WAITING') {
              resolve(row);
            } else if (row?.state === 'RUNNING' && row.readyAt !== undefined) {
              // It takes work; a step that runs on keeps it from WAITING for ever.
              settling ??= setTimeout(() => resolve(seen), SETTLE_MS);
            }
          } else if (row === undefined ? list.stale === undefined : row.state.startsWith('TERMINATED')) {
            resolve(seen);
          } else if (row?.state === 'TERMINATING') {
            ending = true;
          } else if (row?.reason && (ending || (options.before && reason(row) !== reason(options.before)))) {
            // It left TERMINATING, or gives a new reason: the teardown failed.
            reject(failure(row));
          }
        },
        { ended: goal === 'ended' }
      );
    });
  } finally {
    clearTimeout(settling);
    stop?.();
  }
}

function failure(row: ICluster): EmrError {
  const { reason } = row;
  return new EmrError({
    code: reason?.code ?? 'ClusterFailed',
    hop: reason?.hop ?? 'emr',
    message: `"${row.name}" is ${row.state}${reason ? `: ${reason.message}` : '.'}`,
    fix: [
      reason?.fix,
      row.provisionedProductId && row.state === 'FAILED' ? `Remove what is left: terminate ${row.key}.` : undefined
    ]
      .filter(Boolean)
      .join(' '),
    ...(reason?.detail ? { detail: reason.detail } : {})
  });
}
