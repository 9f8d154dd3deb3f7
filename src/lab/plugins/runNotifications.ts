import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { IRun } from '../../protocol';
import { formatCost, formatDuration, shortName } from '../format';
import { failureText, runSeconds } from '../model/runs';
import { CommandIDs, DOMAIN, IClusters, IEmrSettingsProvider, IPipelines } from '../tokens';

/** Tells how runs end that the user started, or looks at. */
export const runNotificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:run-notifications',
  description: 'Notifications about the ends of pipelines’ runs.',
  autoStart: true,
  requires: [IPipelines, IClusters, IEmrSettingsProvider],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    pipelines: IPipelines,
    clusters: IClusters,
    settings: IEmrSettingsProvider,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands } = app;
    const isMine = ({ createdBy, scheduled }: IRun) =>
      !scheduled && createdBy !== undefined && createdBy === clusters.account?.arn;

    pipelines.ended.connect((_: unknown, run: IRun) => {
      if (!settings.current.notifications || !(pipelines.isFollowed(run.runId) || isMine(run))) {
        return;
      }
      const name = shortName(run.pipeline);
      const seconds = runSeconds(run, Date.now());
      // What it took and what it cost: `42 s, ≈ $0.0042`.
      const took = [
        seconds === undefined ? undefined : formatDuration(seconds * 1000),
        run.cost && formatCost(run.cost)
      ]
        .filter(Boolean)
        .join(', ');
      const what = took ? `${name} (${took})` : name;
      const args = { pipeline: run.pipeline, run: run.runId };
      const actions: Notification.IAction[] = [
        { label: trans.__('Log'), callback: () => void commands.execute(CommandIDs.showRunLog, args) },
        { label: trans.__('Show'), callback: () => void commands.execute(CommandIDs.showPipelines, args) }
      ];
      if (run.state === 'FAILED') {
        const why = run.failure ? failureText(run.failure) : (run.stateDetails ?? '');
        Notification.error(trans.__('%1 failed: %2', what, why), { autoClose: false, actions });
      } else if (run.state === 'SUCCESS') {
        Notification.success(trans.__('%1 succeeded.', what), { autoClose: 30_000, actions });
      } else {
        Notification.info(trans.__('%1 was cancelled.', what), { autoClose: 8000, actions });
      }
    });
  }
};
