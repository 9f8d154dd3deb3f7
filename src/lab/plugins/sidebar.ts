import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addIcon, listIcon, refreshIcon } from '@jupyterlab/ui-components';

import { historyIcon } from '../icons';
import {
  CommandIDs,
  DOMAIN,
  IApplications,
  IClusters,
  IEmrSettingsProvider,
  INotebookSessions,
  IPipelines,
  SIDEBAR_ID
} from '../tokens';
import { showError } from '../widgets/common/dialog';
import { Sidebar } from '../widgets/sidebar';
import { applicationActions } from './applicationActions';
import { describe, text } from './args';
import { runActions } from './runActions';

/** The sidebar, and the commands that act on it. */
export const sidebarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:sidebar',
  description: 'Products and clusters in the left area.',
  autoStart: true,
  requires: [IClusters, IEmrSettingsProvider, IPipelines, IApplications, INotebookSessions],
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    clusters: IClusters,
    settings: IEmrSettingsProvider,
    pipelines: IPipelines,
    applications: IApplications,
    notebooks: INotebookSessions,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const actions = runActions(app, pipelines, trans);
    const sidebar = new Sidebar({
      clusters,
      commands,
      settings,
      pipelines,
      runActions: actions,
      applications,
      notebooks,
      applicationActions: applicationActions(app, applications, trans),
      translator: translator ?? nullTranslator
    });
    shell.add(sidebar, 'left', { rank: 550, type: 'EMR' });
    restorer?.add(sidebar, SIDEBAR_ID);

    commands.addCommand(CommandIDs.createCluster, {
      label: trans.__('Create Cluster…'),
      caption: trans.__('Choose a product and launch an EMR cluster'),
      icon: addIcon,
      describedBy: describe({
        productId: { type: 'string', description: 'Service Catalog product whose form is opened. Default: the list.' },
        name: { type: 'string', description: 'Name of the cluster, preset in the form.' }
      }),
      execute: args => {
        const productId = text(args, 'productId');
        if (productId) {
          sidebar.showForm(productId, text(args, 'name'));
        } else {
          sidebar.showHome();
        }
        shell.activateById(SIDEBAR_ID);
        clusters.start();
      }
    });
    commands.addCommand(CommandIDs.refresh, {
      label: trans.__('Refresh Clusters'),
      caption: trans.__('Ask AWS for products and clusters now'),
      icon: refreshIcon,
      describedBy: describe({}),
      execute: () => sidebar.refresh()
    });
    commands.addCommand(CommandIDs.showPipelines, {
      label: trans.__('Show Pipelines'),
      caption: trans.__('Show the pipelines on EMR Serverless and their runs'),
      icon: historyIcon,
      describedBy: describe({
        pipeline: { type: 'string', description: 'The pipeline that is brought into sight.' },
        run: { type: 'string', description: 'A run of that pipeline, which is unfolded.' }
      }),
      execute: async args => {
        const [pipeline, runId] = [text(args, 'pipeline'), text(args, 'run')];
        shell.activateById(SIDEBAR_ID);
        sidebar.showPipelines({ ...(pipeline ? { pipeline } : {}), ...(runId ? { runId } : {}) });
        await pipelines.refresh();
      }
    });
    commands.addCommand(CommandIDs.showRunLog, {
      label: trans.__('Show the Log of a Run'),
      caption: trans.__('Show what a run of a pipeline printed, and Spark’s log of it'),
      icon: listIcon,
      describedBy: describe({
        pipeline: { type: 'string', description: 'A pipeline on EMR Serverless.' },
        run: { type: 'string', description: 'A run of that pipeline.' }
      }),
      isEnabled: args => text(args, 'pipeline') !== undefined && text(args, 'run') !== undefined,
      execute: async args => {
        const [pipeline = '', runId = ''] = [text(args, 'pipeline'), text(args, 'run')];
        try {
          const known = pipelines.list?.runs.find(run => run.runId === runId);
          actions.logs(known ?? (await pipelines.control.request('runs.get', { pipeline, runId })));
        } catch (error) {
          await showError(trans.__('The log of %1 cannot be shown', pipeline), error, trans);
        }
      }
    });
  }
};
