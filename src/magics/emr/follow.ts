import { EmrError } from '../../protocol';

import type { Goal, IControlService } from '../../control';
import type { ICluster } from '../../protocol';
import type { ProgressDisplay } from '../progress';

/**
 * Follow a cluster with its phase shown.
 *
 * @param before - the row before a teardown was asked for
 * @throws EmrError `KeyboardInterrupt` when the signal is aborted (the cluster goes on); its own reason when it failed
 */
export async function followCluster(
  control: IControlService,
  key: string,
  goal: Goal,
  progress: ProgressDisplay,
  signal: AbortSignal,
  before?: ICluster
): Promise<ICluster | undefined> {
  const { follow } = await import('../../control');
  let seen = before;
  try {
    return await follow(control, key, goal, {
      signal,
      ...(before ? { before } : {}),
      onChange: (row, stale) => {
        seen = row ?? seen;
        if (seen) {
          const phase = seen.timeline.find(item => item.status === 'active');
          const id = seen.clusterId ? ` (${seen.clusterId})` : '';
          progress.say(`${seen.name}${id}: ${phase?.label ?? seen.state}${stale ? ` — ${stale.message}` : ''}`);
        }
      }
    });
  } catch (error) {
    if (!signal.aborted) {
      throw error instanceof EmrError ? inMagics(error) : error;
    }
    throw new EmrError({
      code: 'KeyboardInterrupt',
      hop: 'kernel',
      message: `Stopped waiting. ${seen?.name ?? 'The cluster'} goes on by itself${seen ? `: it is ${seen.state}` : ''}.`,
      fix: '%emr clusters shows how far it is; %emr terminate ends it.'
    });
  }
}

/** The control speaks to every front end; here the teardown is a magic. */
function inMagics(error: EmrError): EmrError {
  const fix = error.fix?.replace(/\bterminate ((?:pp|j)-\w+)/, '%emr terminate $1');
  return new EmrError({ ...error.toJSON(), ...(fix ? { fix } : {}) });
}
