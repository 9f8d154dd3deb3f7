import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ICatalogResults } from '../../../protocol';
import { tableKey } from '../../model/catalog';
import type { IControl } from '../../tokens';
import { Button, ErrorPanel } from '../common';
import { rovingKeys, useRequest } from '../common/hooks';
import { SearchField } from './searchField';

const MOST = 8;

/** The catalogue in the sidebar: a search, its first results, and the way to the page. */
export function DataSearch(props: {
  control: IControl;
  /** Open the page with what was typed, or with a table. */
  onOpen: (args: { text?: string; table?: string }) => void;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { control, onOpen, trans } = props;
  const ids = React.useId();
  const [text, setText] = React.useState('');
  const asked = text.trim() !== '';
  const answer = useRequest(control, 'catalog.search', asked ? { text, limit: MOST } : null);
  const { error, reload } = answer;
  // The list before stays until the next one is there.
  const last = React.useRef<ICatalogResults>();
  last.current = asked ? (answer.value ?? last.current) : undefined;
  const value = last.current;
  // The first question makes the index; its answer is what was known by then. All tables are read before they can be
  // searched: the state counts, too.
  const [known, setKnown] = React.useState('');
  React.useEffect(() => {
    const onEvent: Parameters<IControl['event']['connect']>[0] = (_, { event, data }) => {
      if (event === 'catalog' && data.as === 'self') {
        setKnown(`${data.state} ${data.tables}`);
      }
    };
    control.event.connect(onEvent);
    return () => {
      control.event.disconnect(onEvent);
    };
  }, [control]);
  React.useEffect(reload, [reload, known]);
  return (
    <form
      className="jp-EMR-data-search"
      data-emr="data-search"
      onSubmit={event => {
        event.preventDefault();
        onOpen(asked ? { text } : {});
      }}
    >
      <SearchField
        hook="data-search-text"
        label={trans.__('Search data sets')}
        controls={`${ids}list`}
        value={text}
        onChange={setText}
        onDown={() => document.getElementById(`${ids}list`)?.querySelector('button')?.focus()}
      />
      {error && <ErrorPanel error={error} trans={trans} onRetry={reload} mild />}
      <ul id={`${ids}list`} aria-label={trans.__('Data sets')} onKeyDown={rovingKeys}>
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
