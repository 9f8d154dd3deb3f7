import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { sessionStateLabel } from '../../format';
import { emrIcon } from '../../icons';
import type { INotebookSession } from '../../tokens';
import { useChanged } from '../common/hooks';

/** Properties of {@link BindingButton}. */
export interface IBindingButtonProps {
  session: INotebookSession;
  trans: TranslationBundle;
  /** Unbound: connect. */
  onConnect: () => void;
  /** Bound: the menu, below the button. */
  onMenu: (anchor: HTMLElement) => void;
}

/** What the notebook is bound to and how its session is. */
export function BindingButton({ session, trans, onConnect, onMenu }: IBindingButtonProps): React.JSX.Element {
  useChanged(session.changed);
  const { status, binding, error } = session;
  const state = status?.state ?? 'disconnected';
  const bound = binding !== null;
  const name = status?.clusterName ?? binding?.clusterId;
  const insecure = status?.tlsVerified === false && state !== 'disconnected';
  const reason = error ?? status?.reason;
  const words = error ? trans.__('needs attention') : sessionStateLabel(state, trans);
  const title = [
    bound ? trans.__('EMR cluster %1: %2', name ?? '', words) : trans.__('Connect this notebook to an EMR cluster'),
    binding?.runtimeRole,
    insecure ? trans.__("The cluster's certificate is not verified.") : undefined,
    reason?.message,
    reason?.fix
  ]
    .filter(Boolean)
    .join('\n');
  return (
    <button
      type="button"
      className="jp-EMR-binding jp-ToolbarButtonComponent jp-mod-minimal jp-Button"
      data-emr="notebook-binding"
      data-state={state}
      data-cluster-id={binding?.clusterId ?? ''}
      data-bound={bound}
      aria-haspopup={bound ? 'menu' : 'dialog'}
      title={title}
      onClick={event => (bound ? onMenu(event.currentTarget) : onConnect())}
      onMouseDown={event => event.preventDefault()}
    >
      <emrIcon.react tag="span" elementPosition="center" aria-hidden="true" />
      <span className="jp-EMR-binding-name">{bound ? name : trans.__('Connect to EMR')}</span>
      {bound && (
        <span className="jp-EMR-binding-state" data-kind={error ? 'lost' : state} aria-live="polite">
          {words}
        </span>
      )}
      {insecure && (
        <span className="jp-EMR-warning" data-emr="tls-warning">
          {trans.__('TLS not verified')}
        </span>
      )}
      {bound && <caretDownIcon.react tag="span" elementPosition="center" aria-hidden="true" />}
    </button>
  );
}
