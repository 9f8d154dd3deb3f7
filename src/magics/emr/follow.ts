import { EmrError } from '../../protocol';

import type { IControlService } from '../../control/types';
import type { ICluster } from '../../protocol';
import type { ProgressDisplay } from '../progress';

/**
 * Follow a cluster until it is as one wants it.
 *
 * @param mayVanish - a cluster that is in the list no more is as one wants it
 * @throws EmrError `KeyboardInterrupt` when the signal is aborted: the cluster goes on; its own reason when it failed
 */
export function followCluster(
  control: IControlService,
  which: (cluster: ICluster) => boolean,
  done: (cluster: ICluster) => boolean,
  progress: ProgressDisplay,
  signal: AbortSignal,
  mayVanish = false
): Promise<ICluster | undefined> {
  return new Promise((resolve, reject) => {
    let seen: ICluster | undefined;
    const stops: (() => void)[] = [];
    let ended = false;
    const finish = (act: () => void): void => {
      ended = true;
      stops.forEach(stop => stop());
      signal.removeEventListener('abort', abort);
      act();
    };
    const abort = (): void =>
      finish(() =>
        reject(
          new EmrError({
            code: 'KeyboardInterrupt',
            hop: 'kernel',
            message: `Stopped waiting. ${seen?.name ?? 'The cluster'} goes on by itself${seen ? `: it is ${seen.state}` : ''}.`,
            fix: '%emr clusters shows how far it is; %emr terminate ends it.'
          })
        )
      );
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    const stop = control.watch(list => {
      if (ended) {
        return;
      }
      const cluster = list.clusters.find(which);
      if (!cluster) {
        if (mayVanish && seen && !list.stale) {
          finish(() => resolve(undefined));
        }
        return;
      }
      seen = cluster;
      const phase = cluster.timeline.find(item => item.status === 'active');
      progress.say(
        `${cluster.name}${cluster.clusterId ? ` (${cluster.clusterId})` : ''}: ${phase?.label ?? cluster.state}` +
          (list.stale ? ` — ${list.stale.message}` : '')
      );
      if (done(cluster)) {
        finish(() => resolve(cluster));
      } else if (!mayVanish && (cluster.state === 'FAILED' || cluster.state.startsWith('TERMINAT'))) {
        finish(() => reject(failed(cluster)));
      } else if (mayVanish && cluster.state === 'FAILED' && cluster.reason) {
        finish(() => reject(failed(cluster)));
      }
    });
    stops.push(stop);
    if (ended) {
      // It was as one wants it at once.
      stop();
    }
  });
}

function failed(cluster: ICluster): EmrError {
  return new EmrError({
    ...(cluster.reason ?? {
      code: 'ClusterFailed',
      hop: 'emr' as const,
      message: `${cluster.name} is ${cluster.state}.`
    }),
    fix: cluster.reason?.fix ?? `Clear it away with %emr terminate ${cluster.name}.`
  });
}
