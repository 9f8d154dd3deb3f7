import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { progressFactory } from '../renderers/progress';
import { tableFactory } from '../renderers/table';
import { DOMAIN } from '../tokens';

/** Renderers of the kernel's own MIME types. */
export const renderersPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:renderers',
  description: 'Renders progress and tables of EMR notebooks.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator, IThemeManager],
  activate: (
    _: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    translator: ITranslator | null,
    themes: IThemeManager | null
  ): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    registry.addFactory(progressFactory(trans));
    registry.addFactory(tableFactory(trans, themes?.themeChanged));
  }
};
