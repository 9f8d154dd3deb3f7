import * as React from 'react';

import type { ISchemaVersion } from '../../../protocol';
import { ErrorPanel, Loading } from '../common';
import { useRequest } from '../common/hooks';
import type { IDataSetProps } from './dataSet';
import { agoText } from './text';

/** How the schema came to be what it is, newest first. */
export function History({ model, table, trans, now }: IDataSetProps): React.JSX.Element {
  const { value, error, loading, reload } = useRequest(model.control, 'catalog.versions', {
    as: model.query.as,
    table
  });
  return (
    <>
      {error && <ErrorPanel error={error} trans={trans} onRetry={reload} />}
      {loading && <Loading>{trans.__('Asking Glue for versions…')}</Loading>}
      <ol className="jp-EMR-versions" data-emr="versions">
        {(value ?? []).map(version => (
          <li key={version.version} data-version={version.version}>
            <strong>{trans.__('Version %1', version.version)}</strong>{' '}
            <span className="jp-EMR-help">
              {[version.updatedAt && agoText(version.updatedAt, now, trans), version.updatedBy]
                .filter(Boolean)
                .join(' · ')}
            </span>
            <Changes version={version} trans={trans} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Changes({ version, trans }: { version: ISchemaVersion; trans: IDataSetProps['trans'] }): React.JSX.Element {
  const lines: [string, string][] = [
    ...version.added.map(({ name, type }): [string, string] => ['added', `+ ${name} ${type}`]),
    ...version.removed.map(({ name, type }): [string, string] => ['removed', `− ${name} ${type}`]),
    ...version.changed.map(({ name, from, to }): [string, string] => ['changed', `${name}: ${from} → ${to}`]),
    ...version.notes.map((note): [string, string] => ['note', note])
  ];
  return lines.length === 0 ? (
    <p className="jp-EMR-help">{trans.__('The same schema.')}</p>
  ) : (
    <ul>
      {lines.map(([kind, line]) => (
        <li key={line} data-kind={kind}>
          {line}
        </li>
      ))}
    </ul>
  );
}
