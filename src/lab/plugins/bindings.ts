import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { checkIcon, refreshIcon } from '@jupyterlab/ui-components';

import { sessionStateLabel, shortName } from '../format';
import { CommandIDs, DOMAIN, INotebookSessions } from '../tokens';
import { showError } from '../widgets/common/dialog';
import { PATH, describe, text } from './args';

/** Which session a notebook's cells run on: another of its bindings, or the same cluster anew. */
export const bindingsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:bindings',
  description: 'Switches between the bindings of a notebook, and starts its session anew.',
  autoStart: true,
  requires: [INotebookSessions],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, sessions: INotebookSessions, translator: ITranslator | null): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands } = app;

    commands.addCommand(CommandIDs.startAnew, {
      label: trans.__('Start Session Anew…'),
      caption: trans.__("End the notebook's Spark session, and start another on the same cluster"),
      icon: refreshIcon,
      describedBy: describe({ path: PATH, confirmed: { type: 'boolean', description: 'True: do not ask.' } }),
      isEnabled: args => {
        const session = sessions.get(text(args, 'path'));
        return Boolean(session?.binding && session.language);
      },
      execute: async args => {
        const session = sessions.get(text(args, 'path'));
        const binding = session?.binding;
        if (!session || !binding) {
          return;
        }
        if (args['confirmed'] !== true) {
          const { button } = await showDialog({
            title: trans.__('Start the session of %1 anew?', session.panel.title.label),
            body:
              session.status?.state === 'busy'
                ? trans.__('The code that runs on it is stopped, and the variables of the session are gone.')
                : trans.__('The variables of the session are gone then.'),
            buttons: [
              Dialog.cancelButton({ label: trans.__('Keep it') }),
              Dialog.warnButton({ label: trans.__('Start anew') })
            ]
          });
          if (!button.accept) {
            return;
          }
        }
        const { clusterId, applicationId, region, runtimeRole } = binding;
        const name = shortName(session.panel.title.label);
        const id = Notification.emit(trans.__('Starting the session of %1 anew…', name), 'in-progress', {
          autoClose: false
        });
        try {
          await commands.execute(CommandIDs.connect, {
            path: session.path,
            ...(applicationId ? { applicationId } : { clusterId }),
            region,
            fresh: true,
            dialog: false,
            language: session.language,
            ...(binding.keep ? { keep: true } : {}),
            ...(runtimeRole ? { runtimeRole } : {})
          });
          Notification.update({
            id,
            message: trans.__('%1 has a new session.', name),
            type: 'success',
            autoClose: 5000
          });
        } catch (error) {
          Notification.dismiss(id);
          await showError(trans.__('The session of %1 could not be started anew', name), error, trans);
        }
      }
    });

    const binding = (path: string | undefined, name: string | undefined) =>
      sessions.get(path)?.status?.bindings?.find(candidate => candidate.name === name);
    commands.addCommand(CommandIDs.useBinding, {
      label: args => {
        const found = binding(text(args, 'path'), text(args, 'name'));
        if (!found) {
          return trans.__('Use Another Binding');
        }
        return [found.name, found.clusterName, sessionStateLabel(found.state, trans)].filter(Boolean).join(' · ');
      },
      caption: trans.__('Run plain cells on this binding: %emr use NAME'),
      describedBy: describe({ path: PATH, name: { type: 'string', description: 'Name of the binding.' } }),
      icon: args => (binding(text(args, 'path'), text(args, 'name'))?.isCurrent ? checkIcon : undefined),
      isToggleable: true,
      isToggled: args => binding(text(args, 'path'), text(args, 'name'))?.isCurrent === true,
      isVisible: args => text(args, 'name') !== undefined,
      execute: async args => {
        const name = text(args, 'name');
        try {
          await (name === undefined ? undefined : sessions.get(text(args, 'path'))?.use(name));
        } catch (error) {
          await showError(trans.__('The binding could not be changed'), error, trans);
        }
      }
    });
  }
};
