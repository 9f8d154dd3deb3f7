import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification, showErrorMessage } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { INotebookBinding, Language } from '../../protocol';
import { shortName } from '../format';
import { emrIcon } from '../icons';
import { KERNEL_OF, connectRequest, readBinding, toBinding } from '../model/binding';
import { ConnectTask } from '../model/connectTask';
import { CommandIDs, DOMAIN, IClusters, IEmrSettingsProvider, INotebookSessions } from '../tokens';
import { showError } from '../widgets/common/dialog';
import type { IConnectPreset } from '../widgets/connect';
import { showConnectDialog } from '../widgets/connect';
import { PATH, describe, text } from './args';

/** Where the last choice is kept, as a default for notebooks without a binding of their own. */
const LAST = 'jupyterlab-emr:last-connect';

/** Connect and disconnect a notebook. */
export const connectPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:connect',
  description: 'Binds notebooks to EMR clusters.',
  autoStart: true,
  requires: [INotebookSessions, IClusters, IEmrSettingsProvider],
  optional: [IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    sessions: INotebookSessions,
    clusters: IClusters,
    settings: IEmrSettingsProvider,
    state: IStateDB | null,
    translator: ITranslator | null
  ): void => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const tasks = new WeakMap<object, ConnectTask>();

    commands.addCommand(CommandIDs.connect, {
      label: trans.__('Connect Notebook…'),
      caption: trans.__('Bind the notebook to an EMR cluster'),
      icon: emrIcon,
      describedBy: describe({
        path: PATH,
        clusterId: { type: 'string', description: 'Cluster (j-…). Preselected in the dialog.' },
        applicationId: { type: 'string', description: 'EMR Serverless application, in place of a cluster.' },
        region: { type: 'string', description: 'Region of the cluster. Default: that of the AWS account.' },
        runtimeRole: { type: 'string', description: 'ARN of the runtime role.' },
        language: { type: 'string', enum: Object.keys(KERNEL_OF), description: 'Language of the cells.' },
        fresh: { type: 'boolean', description: 'True: start anew also where the notebook has a session.' },
        keep: { type: 'boolean', description: 'True: keep the session when the kernel ends.' },
        dialog: {
          type: 'boolean',
          description: 'False: connect at once with the arguments, without a dialog; rejects where it fails.'
        }
      }),
      isEnabled: args => text(args, 'path') !== undefined || sessions.get() !== undefined,
      execute: async args => {
        const session = sessions.get(text(args, 'path'));
        if (!session) {
          await showErrorMessage(
            trans.__('No notebook'),
            trans.__('Open the notebook that is to be connected, then try again.')
          );
          return;
        }
        shell.activateById(session.panel.id);
        const preset = presetOf(args);
        if (args['dialog'] === false) {
          const { clusterId, applicationId } = preset;
          if (!clusterId && !applicationId) {
            throw new Error('emr:connect without a dialog needs a clusterId or an applicationId.');
          }
          await session.connect(
            connectRequest(
              {
                ...(applicationId ? { applicationId } : { clusterId }),
                runtimeRole: preset.runtimeRole ?? '',
                language: preset.language ?? session.language ?? 'pyspark',
                caBundle: applicationId ? '' : settings.current.caBundle,
                fresh: args['fresh'] === true,
                keep: args['keep'] === true,
                ...(preset.region ? { region: preset.region } : {})
              },
              session.path
            )
          );
          return;
        }
        clusters.start();
        let task = tasks.get(session);
        if (!task) {
          task = new ConnectTask(session);
          tasks.set(session, task);
        }
        const own = readBinding(session.panel.model) ?? session.binding;
        const last = own ? undefined : toBinding(await state?.fetch(LAST));
        await showConnectDialog(
          {
            task,
            clusters,
            settings: settings.current,
            preset: { ...last, ...elsewhere(own, preset), ...preset },
            trans,
            onChoice: ({ clusterId, applicationId, region, runtimeRole, language }) =>
              void state?.save(LAST, {
                ...(applicationId ? { applicationId } : { clusterId }),
                region: region ?? '',
                runtimeRole,
                language
              })
          },
          trans.__('Connect %1', session.panel.title.label)
        );
        // JupyterLab gives the focus back to the button, which the toolbar may have drawn anew since.
        if (session.panel.isVisible && (document.activeElement ?? document.body) === document.body) {
          session.panel.content.activate();
        }
        if (task.phase === 'running') {
          notifyInBackground(task, trans, () => void commands.execute(CommandIDs.connect, { path: session.path }));
        }
      }
    });

    commands.addCommand(CommandIDs.disconnect, {
      label: trans.__('Disconnect Notebook'),
      caption: trans.__("End the notebook's Spark session and forget the cluster"),
      describedBy: describe({ path: PATH }),
      isEnabled: args => Boolean(sessions.get(text(args, 'path'))?.binding),
      execute: async args => {
        try {
          await sessions.get(text(args, 'path'))?.disconnect();
        } catch (error) {
          await showError(trans.__('Disconnecting failed'), error, trans);
        }
      }
    });
  }
};

/** The notebook's own binding, without its target where another is named. */
function elsewhere(own: INotebookBinding | null, preset: IConnectPreset): IConnectPreset {
  const { clusterId, applicationId, ...rest } = own ?? {};
  return preset.clusterId || preset.applicationId
    ? rest
    : { ...rest, ...(clusterId ? { clusterId } : {}), ...(applicationId ? { applicationId } : {}) };
}

function presetOf(args: ReadonlyPartialJSONObject): IConnectPreset {
  const clusterId = text(args, 'clusterId');
  const applicationId = text(args, 'applicationId');
  const region = text(args, 'region');
  const runtimeRole = text(args, 'runtimeRole');
  const language = text(args, 'language');
  return {
    ...(clusterId ? { clusterId } : {}),
    ...(applicationId ? { applicationId } : {}),
    ...(region ? { region } : {}),
    ...(runtimeRole ? { runtimeRole } : {}),
    ...(language && language in KERNEL_OF ? { language: language as Language } : {}),
    ...(args['fresh'] === true ? { fresh: true } : {}),
    ...(args['keep'] === true ? { keep: true } : {})
  };
}

/** The dialog was closed while it connects: a notification says how it ends. */
function notifyInBackground(task: ConnectTask, trans: TranslationBundle, reopen: () => void): void {
  const name = shortName(task.session.panel.title.label);
  const id = Notification.emit(trans.__('Connecting %1…', name), 'in-progress', {
    autoClose: false,
    actions: [{ label: trans.__('Show'), callback: reopen }]
  });
  const follow = () => {
    if (task.phase === 'running') {
      return;
    }
    task.changed.disconnect(follow);
    if (task.phase === 'done') {
      Notification.update({
        id,
        message: trans.__('%1 is connected.', name),
        type: 'success',
        autoClose: 5000,
        actions: []
      });
    } else if (task.error) {
      Notification.update({
        id,
        message: trans.__('%1 could not be connected: %2', name, task.error.message),
        type: 'error',
        autoClose: false,
        actions: [{ label: trans.__('Show'), callback: reopen }]
      });
    } else {
      Notification.dismiss(id);
    }
  };
  task.changed.connect(follow);
}
