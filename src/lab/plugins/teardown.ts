import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification, showErrorMessage } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';

import { END_STATES, errorText } from '../../protocol';
import { boundNotebooks } from '../model/bound';
import { CommandIDs, DOMAIN, IClusters, IEmrSettingsProvider, INotebookSessions } from '../tokens';
import { showError } from '../widgets/common/dialog';
import { confirmTermination } from '../widgets/terminate';
import { PATH, describe, text } from './args';

/** Shut a cluster down. Its end is told by the notifications plugin. */
export const teardownPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:teardown',
  description: 'Terminates EMR clusters.',
  autoStart: true,
  requires: [IClusters, INotebookSessions, IEmrSettingsProvider],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    clusters: IClusters,
    sessions: INotebookSessions,
    settings: IEmrSettingsProvider,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands, serviceManager } = app;
    commands.addCommand(CommandIDs.terminate, {
      label: trans.__('Terminate Cluster…'),
      caption: trans.__('Shut the EMR cluster down'),
      icon: closeIcon,
      describedBy: describe({
        key: {
          type: 'string',
          description: 'Provisioned product (pp-…) or cluster (j-…). Default: the cluster of the notebook.'
        },
        path: PATH,
        confirmed: { type: 'boolean', description: 'True: do not ask.' }
      }),
      isEnabled: args => text(args, 'key') !== undefined || Boolean(sessions.get(text(args, 'path'))?.binding),
      execute: async args => {
        const key = text(args, 'key') ?? sessions.get(text(args, 'path'))?.binding?.clusterId;
        if (!key) {
          return;
        }
        clusters.start();
        if (!clusters.find(key)) {
          await clusters.refresh();
        }
        const cluster = clusters.find(key);
        if (!cluster) {
          await showErrorMessage(
            trans.__('Unknown cluster'),
            clusters.error
              ? errorText(clusters.error)
              : trans.__('AWS does not know the cluster %1 any more, or it ended more than a day ago.', key)
          );
          return;
        }
        if (END_STATES.includes(cluster.state)) {
          Notification.info(trans.__('%1 has ended already.', cluster.name), { autoClose: 5000 });
          return;
        }
        const { allowTerminateJobFlows } = settings.current;
        if (!cluster.provisionedProductId && !allowTerminateJobFlows) {
          await showErrorMessage(
            trans.__('%1 cannot be terminated from here', cluster.name),
            trans.__(
              'Service Catalog did not make this cluster, so only EMR itself could end it. Switch on "Terminate clusters that Service Catalog did not make" in the settings of "EMR" to allow that, or end it where it was made.'
            )
          );
          return;
        }
        if (args['confirmed'] !== true) {
          const notebooks = await boundNotebooks(cluster, sessions, serviceManager);
          if (!(await confirmTermination(cluster, notebooks, trans))) {
            return;
          }
        }
        try {
          await clusters.terminate(cluster.key, allowTerminateJobFlows);
        } catch (error) {
          await showError(trans.__('%1 could not be terminated', cluster.name), error, trans);
        }
      }
    });
  }
};
