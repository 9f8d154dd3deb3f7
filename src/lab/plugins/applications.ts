import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { ApplicationsModel } from '../model/applications';
import { IApplications, IControl } from '../tokens';

/** The list of EMR Serverless applications. */
export const applicationsPlugin: JupyterFrontEndPlugin<IApplications> = {
  id: 'jupyterlab-emr:applications',
  description: 'Keeps the list of EMR Serverless applications.',
  requires: [IControl],
  provides: IApplications,
  activate: (_: JupyterFrontEnd, control: IControl): IApplications => new ApplicationsModel(control)
};
