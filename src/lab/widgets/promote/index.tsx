import { Dialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { keepFocus } from '../common/dialog';
import type { IPromoteProps } from './body';
import { PromoteBody } from './body';

export type { ICellText } from './script';

/** Show the dialog until the notebook is promoted or the user closes it. */
export async function showPromoteDialog(options: Omit<IPromoteProps, 'onClose'>, title: string): Promise<void> {
  const close = () => dialog.reject();
  const body = ReactWidget.create(
    <PromoteBody
      {...options}
      onClose={close}
      onShow={pipeline => {
        close();
        options.onShow(pipeline);
      }}
    />
  );
  const dialog = new Dialog({
    title,
    body,
    buttons: [],
    hasClose: true,
    focusNodeSelector: '[data-emr="promote-next"]'
  });
  dialog.addClass('jp-EMR-dialog');
  dialog.addClass('jp-EMR-promote-dialog');
  keepFocus(dialog.node);
  try {
    await dialog.launch();
  } finally {
    body.dispose();
    options.model.dispose();
  }
}
