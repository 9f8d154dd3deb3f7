import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { PipelinesModel } from '../model/pipelines';
import { IControl, IPipelines } from '../tokens';

/** The list of pipelines and runs. */
export const pipelinesPlugin: JupyterFrontEndPlugin<IPipelines> = {
  id: 'jupyterlab-emr:pipelines',
  description: 'Keeps the list of pipelines on EMR Serverless and their runs.',
  requires: [IControl],
  provides: IPipelines,
  activate: (_: JupyterFrontEnd, control: IControl): IPipelines => new PipelinesModel(control)
};
