import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

import { followAliases } from '../model/aliases';
import { NotebookSessionsModel } from '../model/sessions';
import { IEmrSettingsProvider, INotebookSessions } from '../tokens';

/** One remote session for each open notebook. */
export const notebooksPlugin: JupyterFrontEndPlugin<INotebookSessions> = {
  id: 'jupyterlab-emr:notebooks',
  description: 'Follows the remote Spark session of each open notebook.',
  autoStart: true,
  requires: [INotebookTracker, IEmrSettingsProvider],
  provides: INotebookSessions,
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker, settings: IEmrSettingsProvider): INotebookSessions => {
    followAliases(app.serviceManager.kernelspecs, () => app.commands.notifyCommandChanged());
    const sessions = new NotebookSessionsModel(tracker, app.serviceManager.kernels, settings);
    const { commands } = app;
    sessions.changed.connect(() => commands.notifyCommandChanged());
    return sessions;
  }
};
