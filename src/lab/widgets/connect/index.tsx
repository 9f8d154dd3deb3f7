import { Dialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { keepFocus } from '../common/dialog';
import type { IConnectBodyProps } from './body';
import { ConnectBody } from './body';

export type { IConnectPreset } from './body';

/**
 * Show the connect dialog until the notebook is connected or the user closes it. Connecting may go on after that: see
 * the task.
 */
export async function showConnectDialog(options: Omit<IConnectBodyProps, 'onClose'>, title: string): Promise<void> {
  // The body has its own buttons: JupyterLab's would close the dialog before the session is there.
  const body = ReactWidget.create(<ConnectBody {...options} onClose={() => dialog.reject()} />);
  const dialog = new Dialog({
    title,
    body,
    buttons: [],
    hasClose: true,
    focusNodeSelector: '[data-emr="cluster-select"]'
  });
  dialog.addClass('jp-EMR-dialog');
  keepFocus(dialog.node);
  try {
    await dialog.launch();
  } finally {
    body.dispose();
  }
}
