import { PageConfig } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/**
 * Which release the host gave this page: on hosts that are delivered to (deploy/host), where two of them can serve at a
 * time. Elsewhere nothing.
 */
export function Release({ trans }: { trans: TranslationBundle }): React.JSX.Element | null {
  const release = PageConfig.getOption('emrRelease');
  return release ? (
    <footer className="jp-EMR-release" data-emr="release">
      {trans.__('Release %1', release)}
    </footer>
  ) : null;
}
