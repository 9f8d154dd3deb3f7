import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { listIcon, shareIcon } from '@jupyterlab/ui-components';

import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs, DOMAIN, IClusters, INotebookSessions } from '../tokens';
import { showError } from '../widgets/common/dialog';
import { logsWidget } from '../widgets/logs';
import { PATH, describe, text } from './args';

/** The ways from a notebook or a cluster to Spark's own pages and logs. */
export const linksPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:links',
  description: 'Spark UI and session logs.',
  autoStart: true,
  requires: [IClusters, INotebookSessions],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    clusters: IClusters,
    sessions: INotebookSessions,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands, shell } = app;

    /** Of a pipeline's run, of a session on EMR Serverless, or of a cluster: whose name, and how its address is got. */
    const whichUi = (
      args: ReadonlyPartialJSONObject
    ): { label: string; ask: () => Promise<{ url: string }> } | undefined => {
      const { control } = clusters;
      const [pipeline, runId, named] = [text(args, 'pipeline'), text(args, 'run'), text(args, 'clusterId')];
      if (pipeline && runId) {
        return { label: `${pipeline} ${runId}`, ask: () => control.request('runs.ui', { pipeline, runId }) };
      }
      const session = sessions.get(text(args, 'path'));
      const own = session?.binding && (!named || session.binding.clusterId === named) ? session : undefined;
      const sparkId = text(args, 'applicationId') ?? own?.status?.appId;
      const serverlessId = text(args, 'serverlessId') ?? (named ? undefined : own?.binding?.applicationId);
      if (serverlessId) {
        // Without a Spark application there is no session yet, and AWS says so.
        const params = { applicationId: serverlessId, jobRunId: sparkId ?? '' };
        return {
          label: own?.status?.clusterName ?? serverlessId,
          ask: () => control.request('applications.sparkUi', params)
        };
      }
      const clusterId = named ?? own?.binding?.clusterId;
      const runtimeRole = text(args, 'runtimeRole') ?? own?.binding?.runtimeRole;
      return (
        (clusterId && {
          label: clusters.find(clusterId)?.name ?? clusterId,
          ask: () =>
            control.request('clusters.sparkUi', {
              clusterId,
              ...(runtimeRole ? { runtimeRole } : {}),
              ...(sparkId ? { applicationId: sparkId } : {})
            })
        }) ||
        undefined
      );
    };
    commands.addCommand(CommandIDs.sparkUi, {
      label: trans.__('Open Spark UI'),
      caption: trans.__('Open the Spark UI of the cluster in another browser tab'),
      icon: shareIcon,
      describedBy: describe({
        clusterId: { type: 'string', description: 'Cluster (j-…). Default: the cluster of the notebook.' },
        runtimeRole: { type: 'string', description: 'ARN of the role that may read the application.' },
        applicationId: { type: 'string', description: 'Spark application. Default: that of the notebook.' },
        serverlessId: { type: 'string', description: 'EMR Serverless application that the Spark application is on.' },
        pipeline: { type: 'string', description: 'With "run": a pipeline on EMR Serverless.' },
        run: { type: 'string', description: 'A run of that pipeline.' },
        path: PATH
      }),
      isEnabled: args =>
        text(args, 'clusterId') !== undefined ||
        text(args, 'run') !== undefined ||
        text(args, 'serverlessId') !== undefined ||
        Boolean(sessions.get(text(args, 'path'))?.binding),
      execute: async args => {
        const wanted = whichUi(args);
        if (!wanted) {
          return;
        }
        const { label, ask } = wanted;
        const id = Notification.emit(trans.__('Asking for the Spark UI of %1…', label), 'in-progress', {
          autoClose: false
        });
        try {
          const { url } = await ask();
          if (!/^https?:/i.test(url)) {
            throw new Error(trans.__('The address of the Spark UI is not a web address.'));
          }
          Notification.dismiss(id);
          // A presigned address is a secret for its short life: it goes to the new tab and nowhere else.
          window.open(url, '_blank', 'noopener,noreferrer');
        } catch (error) {
          Notification.dismiss(id);
          await showError(trans.__('The Spark UI of %1 cannot be opened', label), error, trans);
        }
      }
    });

    const open = new Map<string, MainAreaWidget>();
    commands.addCommand(CommandIDs.showLogs, {
      label: trans.__('Show Session Logs'),
      caption: trans.__("Show the log of the notebook's Spark session"),
      icon: listIcon,
      describedBy: describe({ path: PATH }),
      isEnabled: args => Boolean(sessions.get(text(args, 'path'))?.language),
      execute: args => {
        const session = sessions.get(text(args, 'path'));
        if (!session) {
          return;
        }
        let widget = open.get(session.panel.id);
        if (!widget || widget.isDisposed) {
          widget = logsWidget(session, trans);
          open.set(session.panel.id, widget);
          shell.add(widget, 'main', { mode: 'split-bottom', ref: session.panel.id });
        }
        shell.activateById(widget.id);
      }
    });
  }
};
