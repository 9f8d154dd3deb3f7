import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import { shortName } from '../format';
import type { IPipelines } from '../tokens';
import { showError } from '../widgets/common/dialog';
import type { IRunActions } from '../widgets/pipelines';
import { runLogWidget, showCompareDialog, showRunDialog } from '../widgets/pipelines';

/** What the buttons of the runs do. */
export function runActions(app: JupyterFrontEnd, pipelines: IPipelines, trans: TranslationBundle): IRunActions {
  const { shell } = app;
  const logs = new Map<string, Widget>();
  /** An error is said in full: a notification would cut it. */
  const attempt = (title: string, action: () => Promise<unknown>) =>
    void action().catch((error: unknown) => showError(title, error, trans));

  return {
    run: (pipeline, again) =>
      attempt(trans.__('%1 could not be run', pipeline.name), () =>
        showRunDialog({ pipelines, pipeline, trans, ...(again ? { again } : {}) })
      ),
    cancel: run => attempt(trans.__('The run could not be cancelled'), () => pipelines.cancel(run)),
    compare: (a, b) =>
      attempt(trans.__('The runs could not be compared'), () => showCompareDialog({ pipelines, a, b, trans })),
    schedule: (pipeline, enabled) =>
      attempt(trans.__('The schedule of %1 could not be changed', pipeline.name), () =>
        pipelines.schedule(pipeline.name, enabled)
      ),
    logs: run => {
      let widget = logs.get(run.runId);
      if (!widget || widget.isDisposed) {
        widget = runLogWidget(pipelines.control, run, trans);
        logs.set(run.runId, widget);
        shell.add(widget, 'main');
      }
      shell.activateById(widget.id);
    },
    ui: ({ pipeline, runId }) =>
      attempt(trans.__('The Spark UI cannot be opened'), async () => {
        const id = Notification.emit(trans.__('Asking for the Spark UI of %1…', shortName(pipeline)), 'in-progress', {
          autoClose: false
        });
        try {
          const { url } = await pipelines.control.request('runs.ui', { pipeline, runId });
          if (!/^https?:/i.test(url)) {
            throw new Error(trans.__('The address of the Spark UI is not a web address.'));
          }
          // A presigned address is a secret for its short life: it goes to the new tab and nowhere else.
          window.open(url, '_blank', 'noopener,noreferrer');
        } finally {
          Notification.dismiss(id);
        }
      })
  };
}
