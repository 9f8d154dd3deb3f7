import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ICluster } from '../../../protocol';
import type { IBoundNotebook } from '../../model/bound';
import { TerminateBody } from './body';

/** Ask whether the cluster shall be terminated. The button that does nothing is the default. */
export async function confirmTermination(
  cluster: ICluster,
  notebooks: IBoundNotebook[],
  trans: TranslationBundle
): Promise<boolean> {
  const result = await showDialog({
    title: trans.__('Terminate %1?', cluster.name),
    body: ReactWidget.create(<TerminateBody cluster={cluster} notebooks={notebooks} trans={trans} />),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep it') }),
      Dialog.warnButton({ label: trans.__('Terminate'), accept: true })
    ],
    defaultButton: 0
  });
  return result.button.accept;
}
