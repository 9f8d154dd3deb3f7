import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { ClustersModel } from '../model/clusters';
import { IClusters, IControl } from '../tokens';

/** The list of clusters. */
export const clustersPlugin: JupyterFrontEndPlugin<IClusters> = {
  id: 'jupyterlab-emr:clusters',
  description: 'Keeps the list of EMR clusters.',
  requires: [IControl],
  provides: IClusters,
  activate: (_: JupyterFrontEnd, control: IControl): IClusters => new ClustersModel(control)
};
