import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IFacet } from '../../../protocol';
import type { CatalogModel } from '../../model/catalog';
import { Button } from '../common';
import { countText } from './text';

/** Values shown before one asks for all. */
const FIRST = 8;

/** What the results can be narrowed to: facets are ANDed, values of one ORed. */
export function Facets({ model, trans }: { model: CatalogModel; trans: TranslationBundle }): React.JSX.Element {
  const chosen = Object.keys(model.query.chosen).length > 0;
  return (
    <div className="jp-EMR-facets" role="group" aria-label={trans.__('Narrow down')} data-emr="catalog-facets">
      {chosen && (
        <Button hook="facets-clear" kind="link" onClick={() => model.search({ chosen: {} })}>
          {trans.__('Clear all')}
        </Button>
      )}
      {model.facets.map(facet => (
        <Facet
          key={facet.id}
          facet={facet}
          // As the user chose, not as the answer on its way says.
          picked={model.query.chosen[facet.id] ?? []}
          onToggle={value => model.toggle(facet.id, value)}
          trans={trans}
        />
      ))}
    </div>
  );
}

function Facet(props: {
  facet: IFacet;
  picked: readonly string[];
  onToggle: (value: string) => void;
  trans: TranslationBundle;
}): React.JSX.Element | null {
  const { facet, picked, onToggle, trans } = props;
  const [all, setAll] = React.useState(false);
  const labels: Partial<Record<string, string>> = {
    account: trans.__('Producer account'),
    database: trans.__('Database'),
    format: trans.__('Format')
  };
  const values = all ? facet.values : facet.values.slice(0, FIRST);
  if (facet.values.length === 0) {
    return null;
  }
  return (
    <fieldset className="jp-EMR-facet" data-emr="facet" data-facet={facet.id}>
      <legend>{labels[facet.id] ?? facet.label}</legend>
      {values.map(({ value, count }) => (
        <label key={value} className="jp-EMR-check" data-value={value}>
          <input type="checkbox" checked={picked.includes(value)} onChange={() => onToggle(value)} />
          <span className="jp-EMR-facet-value" title={value}>
            {value}
          </span>
          <span className="jp-EMR-count">{countText(count)}</span>
        </label>
      ))}
      {facet.values.length > FIRST && (
        <Button hook="facet-all" kind="link" onClick={() => setAll(!all)}>
          {all ? trans.__('Fewer') : trans.__('All %1', facet.values.length)}
        </Button>
      )}
    </fieldset>
  );
}
