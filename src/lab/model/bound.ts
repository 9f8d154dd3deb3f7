import type { ServiceManager } from '@jupyterlab/services';

import type { ICluster } from '../../protocol';
import type { INotebookSessions } from '../tokens';
import { languageOf, toBinding } from './binding';

/** A notebook that is bound to a cluster. */
export interface IBoundNotebook {
  path: string;
  /** A cell is running. */
  busy: boolean;
  /** Open in this page. */
  open: boolean;
}

/**
 * The notebooks bound to a cluster: those open in this page, and those that only have a kernel of ours running, whose
 * binding is read from the file. A file that cannot be read is left out: this is a help, not a lock.
 */
export async function boundNotebooks(
  cluster: ICluster,
  sessions: INotebookSessions,
  services: Pick<ServiceManager.IManager, 'sessions' | 'contents'>
): Promise<IBoundNotebook[]> {
  const { clusterId } = cluster;
  if (!clusterId) {
    return [];
  }
  const found = new Map<string, IBoundNotebook>();
  for (const session of sessions.all()) {
    if (session.binding?.clusterId === clusterId) {
      const busy = session.status?.state === 'busy' || session.panel.sessionContext.session?.kernel?.status === 'busy';
      found.set(session.path, { path: session.path, busy: session.language !== null && busy, open: true });
    }
  }
  const openPaths = new Set(sessions.all().map(({ path }) => path));
  const others = [...services.sessions.running()].filter(
    ({ type, path, kernel }) => type === 'notebook' && !openPaths.has(path) && languageOf(kernel?.name) !== null
  );
  await Promise.all(
    others.map(async ({ path, kernel }) => {
      try {
        const file = await services.contents.get(path, { content: true, type: 'notebook' });
        const metadata = (file.content as { metadata?: Record<string, unknown> }).metadata;
        if (toBinding(metadata?.['emr'])?.clusterId === clusterId) {
          found.set(path, { path, busy: kernel?.execution_state === 'busy', open: false });
        }
      } catch {
        // Not readable, or gone: nothing to say about it.
      }
    })
  );
  return [...found.values()].sort((a, b) => a.path.localeCompare(b.path));
}
