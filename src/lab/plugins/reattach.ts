import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { errorText } from '../../protocol';
import { formatDuration, shortName } from '../format';
import { insertMissed } from '../model/insert';
import type { INotebookSession, SessionNews } from '../tokens';
import { CommandIDs, DOMAIN, IEmrSettingsProvider, INotebookSessions } from '../tokens';

/** Tells what happened to a notebook's session while nobody looked. */
export const reattachPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:reattach',
  description: 'Tells what was found again, and offers outputs that have no cell any more.',
  autoStart: true,
  requires: [INotebookSessions, IEmrSettingsProvider],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    sessions: INotebookSessions,
    settings: IEmrSettingsProvider,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const known = new WeakSet<INotebookSession>();
    const tellers = (session: INotebookSession) => {
      const unplaced = new UnplacedTeller(session, trans);
      const driver = new DriverTeller(session, app, trans);
      session.changed.connect(() => driver.update());
      session.panel.disposed.connect(() => {
        unplaced.dismiss();
        driver.dismiss();
      });
      session.news.connect((_: INotebookSession, news: SessionNews) => {
        if (news.kind === 'unplaced') {
          unplaced.update();
        } else if (news.kind === 'found') {
          // A toast has room for 140 characters, and what the kernel says of `--fresh` is on the button.
          const text = news.text.replace(/;[^;]*--fresh[^;]*$/, '.');
          Notification.info(`${shortName(session.panel.title.label)}: ${text}`, {
            autoClose: 10_000,
            actions: [
              {
                label: trans.__('Start anew'),
                callback: () => void app.commands.execute(CommandIDs.startAnew, { path: session.path })
              }
            ]
          });
        } else if (news.kind === 'dropped') {
          Notification.warning(
            trans._n(
              '%2: the outputs of %1 cell that ran while no page listened were not kept: there were too many.',
              '%2: the outputs of %1 cells that ran while no page listened were not kept: there were too many.',
              news.count,
              session.panel.title.label
            ),
            { autoClose: false }
          );
        } else if (news.kind === 'settings') {
          Notification.warning(
            trans.__('The session settings of the EMR settings are not used: %1', errorText(news.error)),
            { autoClose: false }
          );
        } else {
          tellEnd(session, news.took, settings, trans);
        }
      });
      // What came up before this was listening.
      unplaced.update();
      driver.update();
    };
    const look = () => {
      for (const session of sessions.all()) {
        if (!known.has(session)) {
          known.add(session);
          tellers(session);
        }
      }
    };
    sessions.changed.connect(look);
    look();
  }
};

/** One notification a notebook for outputs that have no cell, as long as there are any. */
class UnplacedTeller {
  constructor(
    private readonly _session: INotebookSession,
    private readonly _trans: TranslationBundle
  ) {}

  update(): void {
    const { unplaced, panel } = this._session;
    if (unplaced.length === 0) {
      this.dismiss();
      return;
    }
    const trans = this._trans;
    const [first] = unplaced;
    const line = first.code.trim().split('\n')[0].slice(0, 40);
    const message = trans._n(
      '%2: a cell ended while nobody listened, and it has changed since then: %3',
      '%2: %1 cells ended while nobody listened, and they have changed since then; the first of them: %3',
      unplaced.length,
      shortName(panel.title.label),
      line
    );
    const options: Notification.IOptions<null> = {
      autoClose: false,
      actions: [
        {
          label: trans.__('Insert below'),
          displayType: 'accent',
          callback: () => this._insert()
        },
        { label: trans.__('Discard'), callback: () => this._confirm() }
      ]
    };
    if (this._id !== undefined && Notification.manager.has(this._id)) {
      Notification.update({ id: this._id, message, type: 'info', ...options });
    } else {
      this._id = Notification.emit(message, 'info', options);
    }
  }

  dismiss(): void {
    if (this._id !== undefined) {
      Notification.dismiss(this._id);
      this._id = undefined;
    }
  }

  private _insert(): void {
    for (const cell of this._session.unplaced) {
      insertMissed(this._session.panel, cell);
    }
    this._confirm();
  }

  private _confirm(): void {
    for (const { execution } of [...this._session.unplaced]) {
      this._session.confirm(execution);
    }
  }

  private _id: string | undefined;
}

/** A notification while the driver goes on with the code of a cell that was stopped. */
class DriverTeller {
  constructor(
    private readonly _session: INotebookSession,
    private readonly _app: JupyterFrontEnd,
    private readonly _trans: TranslationBundle
  ) {}

  update(): void {
    const { status, panel, path } = this._session;
    const statement = status?.state === 'busy' && status.statement?.interrupted ? status.statement.id : undefined;
    if (statement === undefined) {
      this.dismiss();
    } else if (statement !== this._statement) {
      this._statement = statement;
      const trans = this._trans;
      this._id = Notification.warning(
        trans.__(
          '%1: the cell was stopped, but the driver goes on with its code; cells wait for it.',
          shortName(panel.title.label)
        ),
        {
          autoClose: false,
          actions: [
            { label: trans.__('Wait'), callback: () => undefined },
            {
              label: trans.__('Start anew'),
              callback: () => void this._app.commands.execute(CommandIDs.startAnew, { path })
            },
            {
              label: trans.__('End the session'),
              displayType: 'warn',
              callback: () => void this._app.commands.execute(CommandIDs.disconnect, { path })
            }
          ]
        }
      );
    }
  }

  dismiss(): void {
    this._statement = undefined;
    if (this._id !== undefined) {
      Notification.dismiss(this._id);
      this._id = undefined;
    }
  }

  private _id: string | undefined;
  private _statement: number | undefined;
}

function tellEnd(
  session: INotebookSession,
  took: number,
  settings: IEmrSettingsProvider,
  trans: TranslationBundle
): void {
  const { notifyAfterMinutes } = settings.current;
  if (notifyAfterMinutes > 0 && took >= notifyAfterMinutes * 60_000 && document.hidden) {
    Notification.info(
      trans.__('%1: a cell ended after %2.', shortName(session.panel.title.label), formatDuration(took)),
      {
        autoClose: false
      }
    );
  }
}
