import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ICluster } from '../../../protocol';
import type { IBoundNotebook } from '../../model/bound';

/** What is lost with the cluster. */
export function TerminateBody(props: {
  cluster: ICluster;
  notebooks: IBoundNotebook[];
  trans: TranslationBundle;
}): React.JSX.Element {
  const { cluster, notebooks, trans } = props;
  const busy = notebooks.filter(notebook => notebook.busy);
  return (
    <div className="jp-EMR-terminate" data-emr="terminate-dialog" data-key={cluster.key}>
      <p>
        {trans.__('The cluster "%1" is shut down. What is stored on it, and not in S3, is lost.', cluster.name)}
        {!cluster.mine && cluster.createdBy && ` ${trans.__('It was made by %1.', cluster.createdBy)}`}
      </p>
      {notebooks.length > 0 ? (
        <>
          <p>{trans.__('These notebooks are bound to it and lose their Spark session:')}</p>
          <ul aria-label={trans.__('Bound notebooks')}>
            {notebooks.map(({ path, busy: running }) => (
              <li key={path} data-emr="bound-notebook" data-path={path}>
                {path}
                {running && <span className="jp-EMR-warning"> {trans.__('a cell is running')}</span>}
              </li>
            ))}
          </ul>
          {busy.length > 0 && (
            <p className="jp-EMR-warning" role="alert" data-emr="busy-warning">
              {trans._n(
                'A cell of %1 notebook is running and will fail.',
                'Cells of %1 notebooks are running and will fail.',
                busy.length
              )}
            </p>
          )}
        </>
      ) : (
        <p>{trans.__('No notebook that is open or running here is bound to it.')}</p>
      )}
    </div>
  );
}
