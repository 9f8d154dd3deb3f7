import * as React from 'react';

import { Button, ErrorPanel, Loading } from '../common';
import { useRequest } from '../common/hooks';
import type { IDataSetProps } from './dataSet';
import { agoText } from './text';

/** What was granted on it, to whom, and how: the steward's list. */
export function Access({ model, table, trans, now, actions }: IDataSetProps): React.JSX.Element {
  const { value, error, loading, reload } = useRequest(model.control, 'catalog.grants', { as: model.query.as, table });
  const rows = (value ?? []).map(grant => [
    grant.principal,
    [...grant.permissions, ...grant.grantable.map(permission => trans.__('%1 (may pass on)', permission))].join(', '),
    grant.resource,
    grant.columns?.join(', ') ?? '',
    [grant.grantedBy, grant.updatedAt && agoText(grant.updatedAt, now, trans)].filter(Boolean).join(' · ')
  ]);
  const head = [trans.__('Who'), trans.__('May'), trans.__('On'), trans.__('Columns'), trans.__('Granted')];
  return (
    <>
      {error && <ErrorPanel error={error} trans={trans} onRetry={reload} />}
      {loading && <Loading>{trans.__('Asking Lake Formation for grants…')}</Loading>}
      {value && (
        <>
          <div className="jp-EMR-scroll" tabIndex={0} role="region" aria-label={trans.__('Grants')}>
            <table className="jp-EMR-table" data-emr="grants">
              <thead>
                <tr>
                  {head.map(text => (
                    <th key={text} scope="col">
                      {text}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map(row => (
                  <tr key={row.join('\n')}>
                    {row.map((text, column) => (
                      <td key={head[column]}>{text}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="jp-EMR-actions">
            <Button
              hook="grants-copy"
              disabled={rows.length === 0}
              onClick={() => actions.copy([head, ...rows].map(row => row.join('\t')).join('\n'))}
            >
              {trans.__('Copy the list')}
            </Button>
          </div>
        </>
      )}
    </>
  );
}
