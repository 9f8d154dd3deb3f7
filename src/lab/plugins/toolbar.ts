import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { DOMAIN, INotebookSessions } from '../tokens';
import { BindingWidget } from '../widgets/toolbar';

/** The notebook toolbar's item, placed by `schema/plugin.json`. */
export const toolbarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:toolbar',
  description: 'Shows in the notebook toolbar what the notebook is bound to.',
  autoStart: true,
  requires: [INotebookSessions, IToolbarWidgetRegistry],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    sessions: INotebookSessions,
    registry: IToolbarWidgetRegistry,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    registry.addFactory<NotebookPanel>('Notebook', 'emr', panel => {
      const session = sessions.of(panel);
      return session ? new BindingWidget(session, app.commands, trans) : new Widget();
    });
  }
};
