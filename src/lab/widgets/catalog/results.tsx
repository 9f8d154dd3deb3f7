import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ITableHit, ITableRef } from '../../../protocol';
import type { CatalogModel } from '../../model/catalog';
import { tableKey } from '../../model/catalog';
import { agoText } from './text';
import { VirtualList } from './virtual';

const ROW = 56;
/** LF-Tags shown of a result. */
const TAGS = 4;

/** Tables that were found: only those that are seen are drawn, their pages asked for as one scrolls. */
export function Results(props: {
  model: CatalogModel;
  open?: ITableRef;
  id: string;
  now: number;
  active: number;
  onActive: (place: number) => void;
  onOpen: (hit: ITableHit) => void;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { model, trans, active } = props;
  const opened = props.open && tableKey(props.open);
  return (
    <VirtualList
      id={props.id}
      hook="catalog-results"
      className="jp-EMR-results"
      label={trans.__('Data sets')}
      count={model.total ?? 0}
      of={JSON.stringify(model.query)}
      row={ROW}
      active={active}
      onActive={props.onActive}
      onOpen={place => {
        const hit = model.hit(place);
        if (hit) {
          props.onOpen(hit);
        }
      }}
      onRange={(first, last) => model.need(first, last)}
      render={place => {
        const hit = model.hit(place);
        return hit ? (
          <Hit hit={hit} now={props.now} isOpen={opened === tableKey(hit)} trans={trans} />
        ) : (
          <span className="jp-EMR-help">…</span>
        );
      }}
    />
  );
}

/** Drawn anew only where another hit takes the place: each key press draws the list three times. */
const Hit = React.memo(function Hit(props: {
  hit: ITableHit;
  now: number;
  isOpen: boolean;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { hit, trans, now } = props;
  const tags = Object.entries(hit.tags);
  return (
    <div className="jp-EMR-hit" data-open={props.isOpen} data-emr="catalog-hit" data-table={tableKey(hit)}>
      <div className="jp-EMR-hit-head">
        <span className="jp-EMR-hit-name">
          <span className="jp-EMR-hit-database">{hit.database}.</span>
          {hit.table}
        </span>
        {hit.problem && <span className="jp-EMR-chip jp-mod-warn">{trans.__('broken')}</span>}
        {hit.linkTo && <span className="jp-EMR-chip">{trans.__('link')}</span>}
        <span className="jp-EMR-hit-facts">
          {[hit.format, hit.updatedAt && agoText(hit.updatedAt, now, trans)].filter(Boolean).join(' · ')}
        </span>
      </div>
      <div className="jp-EMR-hit-more">
        {hit.matchedColumns && hit.matchedColumns.length > 0 ? (
          <span>{trans.__('columns: %1', hit.matchedColumns.slice(0, 6).join(', '))}</span>
        ) : (
          <span>{hit.problem ?? hit.summary}</span>
        )}
        <span className="jp-EMR-chips">
          {tags.slice(0, TAGS).map(([key, values]) => (
            <span key={key} className="jp-EMR-chip" title={key}>
              {values.join(', ')}
            </span>
          ))}
        </span>
      </div>
    </div>
  );
});
