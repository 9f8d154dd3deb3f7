import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import type { IPipelines } from '../tokens';
import { CommandIDs } from '../tokens';
import { showError } from '../widgets/common/dialog';
import type { IRunActions } from '../widgets/pipelines';
import { runLogWidget, showCompareDialog, showRunDialog, templateWidget } from '../widgets/pipelines';

/** What the buttons of the runs do. */
export function runActions(app: JupyterFrontEnd, pipelines: IPipelines, trans: TranslationBundle): IRunActions {
  const { commands, shell } = app;
  const tabs = new Map<string, Widget>();
  /** An error is said in full: a notification would cut it. */
  const attempt = (title: string, action: () => Promise<unknown>): Promise<void> =>
    action().then(
      () => undefined,
      (error: unknown) => showError(title, error, trans)
    );
  /** Bring a tab to the front; it is made where there is none. */
  const open = (id: string, make: () => Widget) => {
    let widget = tabs.get(id);
    if (!widget || widget.isDisposed) {
      widget = make();
      tabs.set(id, widget);
      shell.add(widget, 'main');
    }
    shell.activateById(widget.id);
  };

  return {
    run: (pipeline, again) =>
      attempt(trans.__('%1 could not be run', pipeline.name), () =>
        showRunDialog({ pipelines, pipeline, trans, ...(again ? { again } : {}) })
      ),
    cancel: run => attempt(trans.__('The run could not be cancelled'), () => pipelines.cancel(run)),
    compare: (run, other, runs) =>
      attempt(trans.__('The runs could not be compared'), () =>
        showCompareDialog({ control: pipelines.control, run, other, runs, trans })
      ),
    schedule: (pipeline, enabled) =>
      attempt(trans.__('The schedule of %1 could not be changed', pipeline.name), () =>
        pipelines.schedule(pipeline.name, enabled)
      ),
    logs: run => {
      // Who looks into the log of a run wants to know how it ends.
      pipelines.follow(run);
      open(run.runId, () => runLogWidget(pipelines.control, run, trans));
    },
    ui: async ({ pipeline, runId }) => {
      await commands.execute(CommandIDs.sparkUi, { pipeline, run: runId });
    },
    template: ({ name }) =>
      attempt(trans.__('There is no template of %1', name), async () => {
        const { text } = await pipelines.control.request('promote.template', { pipeline: name });
        // Anew each time: it may be deployed otherwise by now.
        tabs.get(`template ${name}`)?.dispose();
        open(`template ${name}`, () => templateWidget(name, text, trans));
      })
  };
}
