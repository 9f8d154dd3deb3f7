import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { launchIcon } from '@jupyterlab/ui-components';

import { PromotionModel } from '../model/promotion';
import { CommandIDs, DOMAIN, IControl } from '../tokens';
import { showPromoteDialog } from '../widgets/promote';
import { PATH, describe, text } from './args';

/** From a notebook to a pipeline on EMR Serverless. */
export const promotePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:promote',
  description: 'Promotes notebooks to pipelines on EMR Serverless.',
  autoStart: true,
  requires: [INotebookTracker, IControl],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    control: IControl,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands, serviceManager } = app;
    const panelOf = (path: string | undefined) =>
      path === undefined
        ? tracker.currentWidget
        : (tracker.find(panel => panel.context.localPath === path) ?? tracker.currentWidget);
    commands.addCommand(CommandIDs.promote, {
      label: trans.__('Promote to a Pipeline…'),
      caption: trans.__('Make a pipeline on EMR Serverless of the notebook'),
      icon: launchIcon,
      describedBy: describe({ path: PATH }),
      isEnabled: args => panelOf(text(args, 'path')) !== null,
      execute: async args => {
        const panel = panelOf(text(args, 'path'));
        const notebook = panel?.context.model;
        if (!panel || !notebook) {
          await showErrorMessage(
            trans.__('No notebook'),
            trans.__('Open the notebook that is to be promoted, then try again.')
          );
          return;
        }
        const model = new PromotionModel({
          control,
          path: panel.context.localPath,
          notebook: notebook.toJSON() as object,
          save: (path, content) => serviceManager.contents.save(path, { type: 'file', format: 'text', content })
        });
        await showPromoteDialog(
          {
            model,
            cells: [...notebook.cells].map(cell => ({
              kind: cell.type as 'code',
              source: cell.sharedModel.getSource()
            })),
            translator: translator ?? nullTranslator,
            trans,
            onShow: pipeline => {
              void commands.execute(CommandIDs.showPipelines, { pipeline });
            }
          },
          trans.__('Promote %1', panel.title.label)
        );
      }
    });
  }
};
