import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { errorInfo } from '../../../protocol';
import { ErrorPanel } from './index';

/** Show an error in full: a notification would cut it before it comes to what to do. */
export async function showError(title: string, error: unknown, trans: TranslationBundle): Promise<void> {
  await showDialog({
    title,
    body: ReactWidget.create(<ErrorPanel error={errorInfo(error)} trans={trans} hook="error-dialog" />),
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}
