import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs, DOMAIN } from '../tokens';

/** The commands in the palette. */
export const palettePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:palette',
  description: 'EMR commands in the command palette.',
  autoStart: true,
  requires: [ICommandPalette],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, palette: ICommandPalette, translator: ITranslator | null): void => {
    const category = (translator ?? nullTranslator).load(DOMAIN).__('EMR');
    // A binding is named by its place in the toolbar's menu, a run by its row in the sidebar.
    const named: string[] = [CommandIDs.useBinding, CommandIDs.showRunLog];
    const commands = Object.values(CommandIDs).filter(id => !named.includes(id));
    for (const command of commands) {
      palette.addItem({ command, category });
    }
  }
};
