import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { ControlModel } from '../model/control';
import { IControl } from '../tokens';

/** The control kernel. Not started before something is asked of it. */
export const controlPlugin: JupyterFrontEndPlugin<IControl> = {
  id: 'jupyterlab-emr:control',
  description: 'Talks to the EMR control kernel.',
  provides: IControl,
  activate: (app: JupyterFrontEnd): IControl => new ControlModel({ serviceManager: app.serviceManager })
};
