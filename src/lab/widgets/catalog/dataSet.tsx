import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, copyIcon, linkIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IDataSet, ITableRef } from '../../../protocol';
import type { CatalogModel } from '../../model/catalog';
import { tableKey } from '../../model/catalog';
import type { INotebookSessions } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useChanged, useRequest } from '../common/hooks';
import { Access } from './access';
import type { ICatalogActions } from './body';
import { Columns } from './columns';
import { Edit } from './edit';
import { Explanation } from './explain';
import { History } from './history';
import { Overview } from './overview';
import { Sample } from './sample';
import { Snippets } from './snippets';

/** Codes for "not there, or not for you": Lake Formation does not say which. */
const UNSEEN = new Set(['AccessDenied', 'NotFound', 'TableNotFound', 'EntityNotFound', 'AccessDeniedException']);

type Tab = 'overview' | 'columns' | 'snippets' | 'data' | 'history' | 'access' | 'edit';

/** What the tabs of a data set's page share. */
export interface IDataSetProps {
  model: CatalogModel;
  sessions: INotebookSessions;
  rendermime: IRenderMimeRegistry;
  actions: ICatalogActions;
  trans: TranslationBundle;
  data: IDataSet;
  table: ITableRef;
  now: number;
  /** Chosen columns; none: all. */
  chosen: readonly string[];
  onChosen: (columns: readonly string[]) => void;
  onTable: (table: ITableRef) => void;
  /** It was changed: ask again. */
  onChanged: () => void;
}

/** The page of one data set, as the identity sees it. */
export function DataSetPage(props: {
  model: CatalogModel;
  sessions: INotebookSessions;
  rendermime: IRenderMimeRegistry;
  actions: ICatalogActions;
  trans: TranslationBundle;
  table: ITableRef;
  now: number;
  onTable: (table: ITableRef | undefined) => void;
  onClose: () => void;
}): React.JSX.Element {
  const { model, sessions, trans, table, actions } = props;
  const { as } = model.query;
  useChanged(sessions.changed);
  // Beside what I see: what the notebook's role does, where it can be asked.
  const role = sessions.get()?.binding?.runtimeRole;
  const other =
    as === 'self' && model.identities.some(identity => identity.as === role && !identity.problem) ? role : undefined;
  const { value, error, loading, reload } = useRequest(model.control, 'catalog.table', {
    as,
    table,
    ...(other === undefined ? {} : { other })
  });
  // By which name Spark reads it is known once the index has all links.
  const isReady = model.index?.state === 'ready';
  const wasReady = React.useRef(isReady);
  React.useEffect(() => {
    if (isReady && !wasReady.current) {
      wasReady.current = true;
      reload();
    }
  }, [isReady, reload]);
  const [last, setLast] = React.useState<IDataSet>();
  React.useEffect(() => value && setLast(value), [value]);
  const data = value ?? last;
  const [tab, setTab] = React.useState<Tab>('overview');
  const [chosen, setChosen] = React.useState<readonly string[]>([]);
  const ids = React.useId();
  const tabs: [Tab, string][] = [
    ['overview', trans.__('Overview')],
    ['columns', data ? trans.__('Columns (%1)', data.columns.length) : trans.__('Columns')],
    ['snippets', trans.__('Snippets')],
    ['data', trans.__('Data')],
    ['history', trans.__('History')],
    ['access', trans.__('Access')],
    ['edit', trans.__('Edit')]
  ];
  const onTabKey = (event: React.KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move !== undefined) {
      const place = tabs.findIndex(([id]) => id === tab);
      const [next] = tabs[(place + move + tabs.length) % tabs.length];
      setTab(next);
      document.getElementById(`${ids}${next}`)?.focus();
      event.preventDefault();
    }
  };
  const shared: IDataSetProps | undefined = data && {
    ...props,
    data,
    chosen: chosen.filter(name => data.columns.some(column => column.name === name)),
    onChosen: setChosen,
    onChanged: reload
  };
  return (
    <section className="jp-EMR-dataset" aria-label={tableKey(table)} data-emr="data-set" data-table={tableKey(table)}>
      <div className="jp-EMR-dataset-head">
        <h2>
          <span className="jp-EMR-hit-database">{table.database}.</span>
          {table.table}
        </h2>
        <Button
          hook="data-set-copy"
          kind="icon"
          icon={copyIcon}
          label={trans.__('Copy the name')}
          onClick={() => actions.copy(data ? `${data.readAs.database}.${data.readAs.table}` : tableKey(table))}
        />
        <Button
          hook="data-set-link"
          kind="icon"
          icon={linkIcon}
          label={trans.__('Copy a link to this page')}
          onClick={() => actions.copy(actions.linkOf(table, as))}
        />
        <Button
          hook="data-set-close"
          kind="icon"
          icon={closeIcon}
          label={trans.__('Back to the list')}
          onClick={props.onClose}
        />
      </div>
      {error && <ErrorPanel error={error} trans={trans} hook="data-set-error" onRetry={reload} />}
      {error && UNSEEN.has(error.code) && (
        <Explanation control={model.control} as={as} table={table} copy={actions.copy} trans={trans} />
      )}
      {loading && !data && <Loading>{trans.__('Asking Glue and Lake Formation…')}</Loading>}
      {shared && (
        <>
          <div className="jp-EMR-tabs" role="tablist" aria-label={trans.__('About the data set')} onKeyDown={onTabKey}>
            {tabs.map(([id, label]) => (
              <button
                key={id}
                id={`${ids}${id}`}
                type="button"
                role="tab"
                aria-selected={id === tab}
                aria-controls={`${ids}panel`}
                tabIndex={id === tab ? 0 : -1}
                data-emr={`tab-${id}`}
                onClick={() => setTab(id)}
              >
                {label}
              </button>
            ))}
          </div>
          <div
            id={`${ids}panel`}
            className="jp-EMR-tab-panel"
            role="tabpanel"
            aria-labelledby={`${ids}${tab}`}
            tabIndex={0}
            data-emr={`panel-${tab}`}
          >
            {shared.data.problem && (
              <ErrorPanel
                error={{ code: 'BrokenTable', hop: 'glue', message: shared.data.problem }}
                trans={trans}
                hook="data-set-problem"
                mild
              />
            )}
            {tab === 'overview' && <Overview {...shared} onTab={() => setTab('snippets')} />}
            {tab === 'columns' && <Columns {...shared} />}
            {tab === 'snippets' && <Snippets {...shared} />}
            {tab === 'data' && <Sample {...shared} />}
            {tab === 'history' && <History {...shared} />}
            {tab === 'access' && <Access {...shared} />}
            {tab === 'edit' && <Edit {...shared} />}
          </div>
        </>
      )}
    </section>
  );
}
