import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IApplications } from '../tokens';
import { CommandIDs } from '../tokens';
import type { IApplicationActions } from '../widgets/applications';
import { showError } from '../widgets/common/dialog';

/** What the buttons of the EMR Serverless applications do. */
export function applicationActions(
  { commands, shell }: Pick<JupyterFrontEnd, 'commands' | 'shell'>,
  applications: IApplications,
  trans: TranslationBundle
): IApplicationActions {
  const attempt = (title: string, action: () => Promise<unknown>): Promise<void> =>
    action().then(
      () => undefined,
      (error: unknown) => showError(title, error, trans)
    );
  return {
    connect: async ({ applicationId }) => {
      await commands.execute(CommandIDs.connect, { applicationId });
    },
    start: ({ applicationId, name }) =>
      attempt(trans.__('%1 could not be started', name), () => applications.startApplication(applicationId)),
    stop: ({ applicationId, name }, notebooks) =>
      attempt(trans.__('%1 could not be stopped', name), async () => {
        const live = notebooks.filter(({ status }) => status && ['idle', 'busy', 'starting'].includes(status.state));
        if (live.length > 0) {
          const { button } = await showDialog({
            title: trans.__('Stop %1?', name),
            body: trans.__(
              'These notebooks have a session on it, which has to end first: %1.',
              live.map(({ panel }) => panel.title.label).join(', ')
            ),
            buttons: [
              Dialog.cancelButton({ label: trans.__('Keep it') }),
              Dialog.warnButton({ label: trans.__('End the sessions and stop') })
            ]
          });
          if (!button.accept) {
            return;
          }
          await Promise.all(live.map(session => session.disconnect()));
        }
        await applications.stopApplication(applicationId);
      }),
    show: ({ panel }) => shell.activateById(panel.id)
  };
}
