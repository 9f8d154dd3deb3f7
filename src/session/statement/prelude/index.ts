import { LivyError } from '../../../livy';
import { preludeCode } from './python';

import type { LivyClient } from '../../../livy';

type IPostOptions = NonNullable<Parameters<LivyClient['postStatement']>[4]>;

export { PARTS_LINE, PARTS_MIME } from './python';

/** What the prelude needs of a live session. */
export interface IPreludeHost {
  client: LivyClient;
  id: number;
  lastStatement: number;
}

/** What the prelude said about its driver. */
export interface IDriverPlace {
  /** Address of the driver's own UI. */
  ui?: string;
  /** Spark's id of the application. */
  app?: string;
}

interface IInstalled {
  statement: number;
  place?: Promise<IDriverPlace>;
}

const installed = new WeakMap<IPreludeHost, IInstalled>();

/**
 * Put the prelude into the queue right before a session's first Python statement of ours: nobody waits for its answer.
 * Harmless where it is there already. A failure to send it is left to the statement that follows.
 */
export async function ensurePrelude(host: IPreludeHost, options: IPostOptions): Promise<void> {
  if (installed.has(host)) {
    return;
  }
  try {
    const posted = await host.client.postStatement(host.id, preludeCode(), 'pyspark', host.lastStatement, options);
    host.lastStatement = Math.max(host.lastStatement, posted.id);
    installed.set(host, { statement: posted.id });
  } catch (error) {
    if (!(error instanceof LivyError)) {
      throw error;
    }
  }
}

/** Where the session's driver is, as the prelude found; nothing without Python or while it has not run. */
export async function driverPlace(host: IPreludeHost): Promise<IDriverPlace> {
  const entry = installed.get(host);
  if (!entry) {
    return {};
  }
  entry.place ??= host.client
    .getStatement(host.id, entry.statement, { retryLimitMs: 0, timeoutMs: 2000 })
    .then(({ state, output }) => {
      if (state !== 'available') {
        entry.place = undefined;
      }
      const text = output?.status === 'ok' ? output.data['text/plain'] : undefined;
      const found = (typeof text === 'string' ? JSON.parse(text) : {}) as IDriverPlace;
      return { ...(found.ui ? { ui: String(found.ui) } : {}), ...(found.app ? { app: String(found.app) } : {}) };
    })
    .catch(() => ({}));
  return entry.place;
}
