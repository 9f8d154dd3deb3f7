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

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]';

/**
 * Keep the focus within a dialog: JupyterLab's own does so only where it has buttons of JupyterLab's.
 *
 * @param node - the dialog's
 */
export function keepFocus(node: HTMLElement): void {
  node.addEventListener('keydown', event => {
    if (event.key !== 'Tab') {
      return;
    }
    // What is hidden, or in a fold that is closed, has no box.
    const reachable = [...node.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
      item => item.tabIndex >= 0 && item.getClientRects().length > 0
    );
    const end = event.shiftKey ? reachable[0] : reachable[reachable.length - 1];
    const other = event.shiftKey ? reachable[reachable.length - 1] : reachable[0];
    if (other && (document.activeElement === end || !node.contains(document.activeElement))) {
      event.preventDefault();
      event.stopPropagation();
      other.focus();
    }
  });
}
