import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer, IRouter } from '@jupyterlab/application';
import { Clipboard, Notification, WidgetTracker } from '@jupyterlab/apputils';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { searchIcon } from '@jupyterlab/ui-components';

import { CatalogModel, readTableKey, tableKey } from '../model/catalog';
import { insertSnippet } from '../model/insert';
import { asCell, snippetLanguage } from '../model/snippets';
import { CommandIDs, DOMAIN, IControl, INotebookSessions } from '../tokens';
import type { CatalogPage, ICatalogActions } from '../widgets/catalog';
import { catalogWidget } from '../widgets/catalog';
import { describe, text } from './args';

/** Parameters of a deep link. */
const LINK = { table: 'emr-table', as: 'emr-as' } as const;

/** The data catalogue as a page. */
export const catalogPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-emr:catalog',
  description: 'The data catalogue: data sets of Glue as Lake Formation lets one see them.',
  autoStart: true,
  requires: [IControl, INotebookTracker, INotebookSessions, IRenderMimeRegistry],
  optional: [ILayoutRestorer, IRouter, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    control: IControl,
    notebooks: INotebookTracker,
    sessions: INotebookSessions,
    rendermime: IRenderMimeRegistry,
    restorer: ILayoutRestorer | null,
    router: IRouter | null,
    translator: ITranslator | null
  ): void => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const tracker = new WidgetTracker<MainAreaWidget<CatalogPage>>({ namespace: 'emr-catalog' });
    const actions: ICatalogActions = {
      copy: copied => Clipboard.copyToSystem(copied),
      linkOf: (table, as) =>
        URLExt.join(PageConfig.getBaseUrl(), 'lab') +
        `?${new URLSearchParams({ [LINK.table]: tableKey(table), ...(as === 'self' ? {} : { [LINK.as]: as }) })}`,
      insert: snippet => {
        const panel = notebooks.currentWidget;
        if (!panel) {
          Clipboard.copyToSystem(snippet.code);
          Notification.info(trans.__('No notebook is open: the snippet was copied.'));
          return;
        }
        insertSnippet(panel, asCell(snippet, snippetLanguage(sessions.of(panel)?.language ?? null)));
        shell.activateById(panel.id);
      }
    };
    commands.addCommand(CommandIDs.openCatalog, {
      label: trans.__('Open the Data Catalogue'),
      caption: trans.__('Search data sets, see what they hold, and read them'),
      icon: searchIcon,
      describedBy: describe({
        text: { type: 'string', description: 'What is searched for.' },
        table: { type: 'string', description: 'DATABASE.TABLE whose page is opened, with ACCOUNT/ before it or not.' },
        as: { type: 'string', description: 'ARN of the role that it is seen as. Default: one’s own identity.' },
        search: { type: 'string', description: 'Query of an address with emr-table: a deep link.' }
      }),
      execute: args => {
        const link = new URLSearchParams(text(args, 'search') ?? '');
        const named = text(args, 'table') ?? link.get(LINK.table) ?? undefined;
        const table = named === undefined ? undefined : readTableKey(named);
        const as = text(args, 'as') ?? link.get(LINK.as) ?? undefined;
        const words = text(args, 'text');
        let widget = tracker.currentWidget;
        if (!widget || widget.isDisposed) {
          const model = new CatalogModel(control, { ...(as ? { as } : {}), ...(words ? { text: words } : {}) });
          widget = catalogWidget({ model, sessions, rendermime, actions, trans, ...(table ? { table } : {}) });
          const opened = widget;
          opened.content.stateChanged.connect(() => void tracker.save(opened));
          void tracker.add(widget);
          shell.add(widget, 'main');
        } else {
          if (as !== undefined || words !== undefined) {
            widget.content.model.search({ ...(as ? { as } : {}), ...(words ? { text: words, chosen: {} } : {}) });
          }
          if (table) {
            widget.content.openTable(table);
          }
        }
        shell.activateById(widget.id);
      }
    });
    router?.register({ command: CommandIDs.openCatalog, pattern: /[?&]emr-table=/ });
    if (restorer) {
      void restorer.restore(tracker, {
        command: CommandIDs.openCatalog,
        args: ({ content: { table, model } }) => ({
          ...(table ? { table: tableKey(table) } : {}),
          ...(model.query.as === 'self' ? {} : { as: model.query.as }),
          ...(model.query.text ? { text: model.query.text } : {})
        }),
        name: () => 'catalog'
      });
    }
  }
};
