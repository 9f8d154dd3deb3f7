import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { emrIcon } from '../../icons';
import type { INotebookSession } from '../../tokens';
import { LogsBody } from './body';

/** A tab with the log of one notebook's session; closes with the notebook. */
export function logsWidget(session: INotebookSession, trans: TranslationBundle): MainAreaWidget<ReactWidget> {
  const content = ReactWidget.create(<LogsBody session={session} trans={trans} />);
  const widget = new MainAreaWidget({ content });
  widget.id = `emr-logs-${session.panel.id}`;
  widget.title.label = trans.__('Spark log: %1', session.panel.title.label);
  widget.title.icon = emrIcon;
  widget.title.closable = true;
  session.panel.disposed.connect(() => widget.dispose());
  return widget;
}
