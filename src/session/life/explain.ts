import { LivyError, wait } from '../../livy';
import { isDead } from '../live';
import { RemoteError } from '../types';

import type { ILive } from '../live';

/** Why a statement's request failed: the session's own end comes before what HTTP said. */
export async function explain(live: ILive, error: unknown): Promise<unknown> {
  const died = error instanceof RemoteError && error.evalue.startsWith('Interpreter died');
  // Livy tells a session's state a little later than the statement that ended its interpreter.
  for (let tries = 0; died && tries < 4 && !isDead(live); tries++) {
    await wait(250 * tries);
    await live.watch.look().catch(() => undefined);
  }
  if (died && isDead(live)) {
    return live.watch.lost.reason;
  }
  if (error instanceof LivyError && error.failure !== 'aborted') {
    await live.watch.explain(error).catch(() => undefined);
    if (isDead(live)) {
      return live.watch.lost.reason;
    }
  }
  return error;
}
