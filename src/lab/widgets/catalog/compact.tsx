import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { tableKey } from '../../model/catalog';
import type { IControl } from '../../tokens';
import { Button, ErrorPanel } from '../common';
import { rovingKeys, useRequest } from '../common/hooks';

const MOST = 8;

/** The catalogue in the sidebar: a search, its first results, and the way to the page. */
export function DataSearch(props: {
  control: IControl;
  /** Open the page with what was typed, or with a table. */
  onOpen: (args: { text?: string; table?: string }) => void;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { control, onOpen, trans } = props;
  const [text, setText] = React.useState('');
  const asked = text.trim() !== '';
  const { value, error, reload } = useRequest(control, 'catalog.search', asked ? { text, limit: MOST } : null);
  // The first question makes the index; its answer is what was known by then.
  const [tables, setTables] = React.useState(0);
  React.useEffect(() => {
    const onEvent: Parameters<IControl['event']['connect']>[0] = (_, { event, data }) => {
      if (event === 'catalog' && data.as === 'self') {
        setTables(data.tables);
      }
    };
    control.event.connect(onEvent);
    return () => {
      control.event.disconnect(onEvent);
    };
  }, [control]);
  React.useEffect(reload, [reload, tables]);
  return (
    <form
      className="jp-EMR-data-search"
      data-emr="data-search"
      onSubmit={event => {
        event.preventDefault();
        onOpen(asked ? { text } : {});
      }}
    >
      <input
        className="jp-mod-styled"
        type="search"
        data-emr="data-search-text"
        aria-label={trans.__('Search data sets')}
        placeholder={trans.__('Search data sets')}
        value={text}
        onChange={event => setText(event.target.value)}
      />
      {error && <ErrorPanel error={error} trans={trans} onRetry={reload} mild />}
      <ul aria-label={trans.__('Data sets')} onKeyDown={rovingKeys}>
        {(value?.hits ?? []).map((hit, place) => (
          <li key={tableKey(hit)}>
            <button
              type="button"
              className="jp-EMR-link"
              data-emr="data-search-hit"
              data-emr-item
              tabIndex={place === 0 ? 0 : -1}
              title={hit.summary}
              onClick={() => onOpen({ text, table: tableKey(hit) })}
            >
              {hit.database}.<strong>{hit.table}</strong>
            </button>
          </li>
        ))}
      </ul>
      {asked && value?.total === 0 && (
        <p className="jp-EMR-help" role="status">
          {value.index.state === 'ready' ? trans.__('Nothing was found.') : trans.__('Asking Glue what there is…')}
        </p>
      )}
      <Button hook="open-catalog" submit onClick={() => undefined}>
        {value && value.total > MOST
          ? trans.__('All %1 in the catalogue', value.total)
          : trans.__('Open the catalogue')}
      </Button>
    </form>
  );
}
