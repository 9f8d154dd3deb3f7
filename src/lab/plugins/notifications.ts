import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { ClusterState } from '../../protocol';
import { END_STATES, READY_STATES } from '../../protocol';
import { clusterStateLabel, shortName } from '../format';
import type { IClusterTransition } from '../tokens';
import { CommandIDs, DOMAIN, IClusters, IEmrSettingsProvider } from '../tokens';

const FAILED: readonly ClusterState[] = ['FAILED', 'TERMINATED_WITH_ERRORS'];

/** Tells how the user's own clusters come up and end, one notification a cluster and direction. */
export const notificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:notifications',
  description: 'Notifications about the user’s clusters.',
  autoStart: true,
  requires: [IClusters, IEmrSettingsProvider],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    clusters: IClusters,
    settings: IEmrSettingsProvider,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands } = app;
    const ids = new Map<string, string>();

    const show = (
      key: string,
      message: string,
      type: Notification.TypeOptions,
      options: Notification.IOptions<null>
    ) => {
      const id = ids.get(key);
      if (id === undefined || !Notification.manager.has(id)) {
        ids.set(key, Notification.emit(message, type, options));
      } else {
        Notification.update({ id, message, type, ...options });
      }
    };

    clusters.transition.connect((_: unknown, { cluster, from }: IClusterTransition) => {
      const { key, state, clusterId } = cluster;
      const name = shortName(cluster.name, 40);
      if (!cluster.mine || !settings.current.notifications) {
        return;
      }
      if (READY_STATES.includes(state)) {
        // RUNNING ⇄ WAITING is everyday life of a cluster that runs steps.
        if (from === undefined || READY_STATES.includes(from)) {
          return;
        }
        show(key, trans.__('The cluster %1 is ready.', name), 'success', {
          // It stays behind the bell.
          autoClose: 30_000,
          actions: [
            {
              label: trans.__('Connect notebook'),
              displayType: 'accent',
              callback: () => void commands.execute(CommandIDs.connect, clusterId ? { clusterId } : {})
            }
          ]
        });
      } else if (FAILED.includes(state)) {
        const why = cluster.reason?.message ?? clusterStateLabel(state, trans);
        show(key, trans.__('The cluster %1 failed: %2', name, why), 'error', {
          autoClose: false,
          // The sidebar says it in full, with what to do.
          actions: [{ label: trans.__('Show'), callback: () => void commands.execute(CommandIDs.createCluster) }]
        });
      } else if (END_STATES.includes(state)) {
        if (from !== undefined) {
          show(key, trans.__('The cluster %1 has ended.', name), 'success', { autoClose: 8000, actions: [] });
        }
      } else {
        show(key, trans.__('Cluster %1: %2', name, clusterStateLabel(state, trans)), 'in-progress', {
          autoClose: false,
          actions: []
        });
      }
    });
  }
};
