import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addIcon, refreshIcon } from '@jupyterlab/ui-components';

import { CommandIDs, DOMAIN, IClusters, IEmrSettingsProvider, IPipelines, SIDEBAR_ID } from '../tokens';
import { Sidebar } from '../widgets/sidebar';
import { describe, text } from './args';
import { runActions } from './runActions';

/** The sidebar, and the commands that act on it. */
export const sidebarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:sidebar',
  description: 'Products and clusters in the left area.',
  autoStart: true,
  requires: [IClusters, IEmrSettingsProvider, IPipelines],
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    clusters: IClusters,
    settings: IEmrSettingsProvider,
    pipelines: IPipelines,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const sidebar = new Sidebar({
      clusters,
      commands,
      settings,
      pipelines,
      runActions: runActions(app, pipelines, trans),
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
  }
};
