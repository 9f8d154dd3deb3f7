import * as React from 'react';

import type { IDataColumn } from '../../../protocol';
import { Button } from '../common';
import type { IDataSetProps } from './dataSet';
import { Explanation } from './explain';
import { Tags } from './overview';
import { SearchField } from './searchField';
import { VirtualList } from './virtual';

const ROW = 26;

/** The schema. Chosen columns are those of snippets, sample and profile; five thousand cost as much as thirty. */
export function Columns(props: IDataSetProps): React.JSX.Element {
  const { data, chosen, onChosen, trans, model } = props;
  const [filter, setFilter] = React.useState('');
  const [active, setActive] = React.useState(0);
  const [why, setWhy] = React.useState('');
  const ids = React.useId();
  const wanted = filter.toLowerCase();
  const shown = data.columns.filter(({ name, comment }) => `${name}\n${comment ?? ''}`.toLowerCase().includes(wanted));
  const picked = new Set(chosen);
  const toggle = (name: string) =>
    onChosen(picked.has(name) ? chosen.filter(other => other !== name) : [...chosen, name]);
  const current = shown[Math.min(active, shown.length - 1)];
  const compared = data.columns.some(({ alsoVisible }) => alsoVisible !== undefined);
  return (
    <div className="jp-EMR-columns">
      <div className="jp-EMR-actions">
        <SearchField
          hook="column-filter"
          label={trans.__('Filter columns')}
          controls={`${ids}list`}
          value={filter}
          onChange={text => {
            setFilter(text);
            setActive(0);
          }}
          onDown={() => document.getElementById(`${ids}list`)?.focus()}
        />
        <span className="jp-EMR-help">
          {chosen.length === 0
            ? trans.__('Choose columns for the snippets; none: all')
            : trans._n('one column chosen', '%1 columns chosen', chosen.length)}
        </span>
        {chosen.length > 0 && (
          <Button hook="columns-clear" kind="link" onClick={() => onChosen([])}>
            {trans.__('None')}
          </Button>
        )}
      </div>
      <VirtualList
        id={`${ids}list`}
        hook="columns"
        label={trans.__('Columns')}
        count={shown.length}
        of={filter}
        row={ROW}
        active={Math.min(active, shown.length - 1)}
        onActive={setActive}
        onOpen={place => toggle(shown[place].name)}
        render={place => {
          const column = shown[place];
          return (
            <div className="jp-EMR-column" data-column={column.name} data-chosen={picked.has(column.name)}>
              <span aria-hidden="true">{picked.has(column.name) ? '☑' : '☐'}</span>
              <code>{column.name}</code>
              <span className="jp-EMR-column-type" title={column.type}>
                {column.type}
              </span>
              {column.partition && <span className="jp-EMR-chip">{trans.__('partition')}</span>}
              {column.alsoVisible === false && (
                <span className="jp-EMR-chip jp-mod-warn">{trans.__('not for the notebook’s role')}</span>
              )}
              {column.tags.some(({ from }) => from === 'column') && (
                <span className="jp-EMR-chip">
                  {column.tags
                    .filter(({ from }) => from === 'column')
                    .map(({ key, value }) => `${key} = ${value}`)
                    .join(', ')}
                </span>
              )}
              <span className="jp-EMR-column-comment" title={column.comment}>
                {column.comment}
              </span>
            </div>
          );
        }}
      />
      {compared && <p className="jp-EMR-help">{trans.__('Compared with the runtime role of the current notebook.')}</p>}
      {current && <ColumnFacts column={current} trans={trans} />}
      <form
        className="jp-EMR-actions"
        onSubmit={event => {
          event.preventDefault();
          setWhy(new FormData(event.currentTarget).get('column') as string);
        }}
      >
        <label htmlFor={`${ids}why`}>{trans.__('A column is missing?')}</label>
        <input
          id={`${ids}why`}
          name="column"
          className="jp-mod-styled"
          data-emr="why-column"
          placeholder={trans.__('its name')}
        />
        <Button hook="why-column-ask" submit onClick={() => undefined}>
          {trans.__('Explain')}
        </Button>
      </form>
      {why && (
        <Explanation
          control={model.control}
          as={model.query.as}
          table={props.table}
          column={why}
          copy={props.actions.copy}
          trans={trans}
        />
      )}
    </div>
  );
}

/** What the list has no room for. */
function ColumnFacts({ column, trans }: { column: IDataColumn; trans: IDataSetProps['trans'] }): React.JSX.Element {
  return (
    <div className="jp-EMR-column-facts" data-emr="column-facts">
      <strong>{column.name}</strong> <code>{column.type}</code>
      {column.comment && <p>{column.comment}</p>}
      <Tags tags={column.tags} trans={trans} />
    </div>
  );
}
