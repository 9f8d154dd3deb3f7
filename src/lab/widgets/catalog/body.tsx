import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ISnippet, ITableRef } from '../../../protocol';
import type { CatalogModel } from '../../model/catalog';
import { readTableKey } from '../../model/catalog';
import type { INotebookSessions } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useChanged, useNow } from '../common/hooks';
import { DataSetPage } from './dataSet';
import { WhyNot } from './explain';
import { Facets } from './facets';
import { Results } from './results';
import { SearchField } from './searchField';
import { agoText, countText } from './text';

/** What the page does outside of itself. */
export interface ICatalogActions {
  /** Put a snippet at the cursor of the current notebook. */
  insert: (snippet: Pick<ISnippet, 'code' | 'language'>) => void;
  copy: (text: string) => void;
  /** Address of JupyterLab with this table open. */
  linkOf: (table: ITableRef, as: string) => string;
}

/** Properties of {@link CatalogBody}. */
export interface ICatalogProps {
  model: CatalogModel;
  sessions: INotebookSessions;
  rendermime: IRenderMimeRegistry;
  actions: ICatalogActions;
  trans: TranslationBundle;
  /** The table whose page is open. */
  table: ITableRef | undefined;
  onTable: (table: ITableRef | undefined) => void;
}

/** The catalogue: a search with its facets, what it found, and the page of one data set. */
export function CatalogBody(props: ICatalogProps): React.JSX.Element {
  const { model, trans, table } = props;
  useChanged(model.changed);
  React.useEffect(() => {
    void model.loadIdentities();
    model.search({});
  }, [model]);
  const now = useNow(true);
  const [active, setActive] = React.useState(-1);
  const ids = React.useId();
  const input = React.useRef<HTMLInputElement>(null);
  const list = () => document.getElementById(`${ids}list`);
  const { query, total, error, index } = model;
  const asked = JSON.stringify(query);
  React.useEffect(() => setActive(-1), [asked]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const isWriting = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (event.key === '/' && !isWriting) {
      input.current?.focus();
    } else if (event.key === 'Escape' && table) {
      props.onTable(undefined);
      list()?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="jp-EMR-catalog" data-emr="catalog" data-open={table !== undefined} onKeyDown={onKeyDown}>
      <div className="jp-EMR-catalog-top">
        <Identity model={model} trans={trans} />
        <div className="jp-EMR-catalog-search">
          <SearchField
            ref={input}
            hook="catalog-search"
            label={trans.__('Search the catalogue')}
            placeholder={trans.__('Search tables, columns, comments, tags   /')}
            controls={`${ids}list`}
            value={query.text}
            onChange={text => model.search({ text })}
            onDown={() => {
              if ((total ?? 0) > 0) {
                setActive(Math.max(0, active));
                list()?.focus();
              }
            }}
          />
          <select
            className="jp-mod-styled"
            data-emr="catalog-sort"
            aria-label={trans.__('Order')}
            value={query.sort}
            onChange={event => model.search({ sort: event.target.value as typeof query.sort })}
          >
            <option value="relevance">{trans.__('by relevance')}</option>
            <option value="freshness">{trans.__('newest first')}</option>
            <option value="name">{trans.__('by name')}</option>
          </select>
        </div>
        <IndexLine model={model} now={now} trans={trans} />
      </div>
      {error && (
        <ErrorPanel
          error={error}
          trans={trans}
          hook="catalog-error"
          mild={total !== null}
          onRetry={() => {
            void model.loadIdentities();
            model.search({});
          }}
        />
      )}
      <div className="jp-EMR-catalog-main">
        <Facets model={model} trans={trans} />
        <div className="jp-EMR-catalog-list">
          <p className="jp-EMR-help" role="status" data-emr="catalog-total">
            {total === null
              ? ''
              : trans._n('%1 data set', '%1 data sets', total).replace(String(total), countText(total))}
          </p>
          {total === null && !error && <Loading>{trans.__('Asking Glue what there is…')}</Loading>}
          {total === 0 && index?.state === 'building' && <Loading>{trans.__('Nothing yet: still reading…')}</Loading>}
          {total === 0 && index?.state === 'ready' && (
            <Nothing
              key={query.as}
              model={model}
              table={readTableKey(query.text)}
              trans={trans}
              copy={props.actions.copy}
            />
          )}
          <Results
            id={`${ids}list`}
            model={model}
            {...(table ? { open: table } : {})}
            now={now}
            active={Math.min(active, (total ?? 0) - 1)}
            onActive={setActive}
            onOpen={({ catalogId, database, table: name }) =>
              props.onTable({ ...(catalogId === undefined ? {} : { catalogId }), database, table: name })
            }
            trans={trans}
          />
        </div>
        {table && (
          <DataSetPage
            key={JSON.stringify([table, query.as])}
            {...props}
            table={table}
            now={now}
            onClose={() => {
              props.onTable(undefined);
              list()?.focus();
            }}
          />
        )}
      </div>
    </div>
  );
}

/** As whom every answer is. */
function Identity({ model, trans }: { model: CatalogModel; trans: TranslationBundle }): React.JSX.Element {
  const ids = React.useId();
  const { identities, query } = model;
  const chosen = identities.find(({ as }) => as === query.as);
  return (
    <div className="jp-EMR-catalog-identity">
      <label htmlFor={`${ids}as`}>{trans.__('As seen by')}</label>
      <select
        id={`${ids}as`}
        className="jp-mod-styled"
        data-emr="catalog-as"
        value={query.as}
        onChange={event => model.search({ as: event.target.value, chosen: {} })}
      >
        {!chosen && <option value={query.as}>{query.as === 'self' ? trans.__('myself') : query.as}</option>}
        {identities.map(({ as, label, accountId, problem }) => (
          <option key={as} value={as} disabled={problem !== undefined} title={problem?.message}>
            {as === 'self' ? trans.__('%1 (myself)', label) : label}
            {accountId && ` · ${accountId}`}
            {problem && ` · ${trans.__('cannot be assumed')}`}
          </option>
        ))}
      </select>
      {chosen && <code title={chosen.arn}>{chosen.arn}</code>}
    </div>
  );
}

/** How complete and how old what one sees is. */
function IndexLine(props: { model: CatalogModel; now: number; trans: TranslationBundle }): React.JSX.Element {
  const { model, now, trans } = props;
  const { index } = model;
  const building = index?.state === 'building';
  return (
    <div className="jp-EMR-catalog-index">
      <div className="jp-EMR-catalog-age">
        {index && (
          <span data-emr="catalog-index" data-state={index.state} role="status">
            {[
              building
                ? trans.__('reading database %1 of %2', index.databasesDone, index.databases)
                : index.asOf && trans.__('as it was %1', agoText(index.asOf, now, trans)),
              trans.__('%1 tables, %2 columns', countText(index.tables), countText(index.columns)),
              trans._n('one API call', '%1 API calls', index.calls),
              index.note
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        )}
        {building && <progress max={Math.max(1, index.databases)} value={index.databasesDone} aria-hidden="true" />}
        <Button
          hook="catalog-refresh"
          kind="icon"
          icon={refreshIcon}
          label={trans.__('Ask AWS now')}
          disabled={building}
          onClick={() => void model.refresh()}
        />
      </div>
      {index && index.problems.length > 0 && (
        <details className="jp-EMR-catalog-problems" data-emr="catalog-problems">
          <summary>
            {trans._n('one part could not be read', '%1 parts could not be read', index.problems.length)}
          </summary>
          {index.problems.map(({ what, error }) => (
            <div key={what}>
              <h4>{what}</h4>
              <ErrorPanel error={error} trans={trans} mild />
            </div>
          ))}
        </details>
      )}
    </div>
  );
}

/** What to do where nothing was found: fewer conditions, or ask why one does not see what a colleague named. */
function Nothing(props: {
  model: CatalogModel;
  table: ITableRef | undefined;
  trans: TranslationBundle;
  copy: (text: string) => void;
}): React.JSX.Element {
  const { model, trans } = props;
  const { query } = model;
  return (
    <div className="jp-EMR-catalog-nothing" data-emr="catalog-nothing">
      <p>{trans.__('Nothing was found that this identity may see.')}</p>
      {(query.text !== '' || Object.keys(query.chosen).length > 0) && (
        <Button hook="catalog-clear" onClick={() => model.search({ text: '', chosen: {} })}>
          {trans.__('Search anew')}
        </Button>
      )}
      <WhyNot {...props} as={query.as} control={model.control} />
    </div>
  );
}
