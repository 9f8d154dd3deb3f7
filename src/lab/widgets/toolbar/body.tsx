import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { boundTo } from '../../../protocol';
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
  /** Bound, or several bindings: the menu, below the button. */
  onMenu: (anchor: HTMLElement) => void;
}

/** What the notebook is bound to and how its session is. */
export function BindingButton({ session, trans, onConnect, onMenu }: IBindingButtonProps): React.JSX.Element {
  useChanged(session.changed);
  const { status, binding, error } = session;
  const state = status?.state ?? 'disconnected';
  const bound = binding !== null;
  const name = status?.clusterName ?? (binding ? boundTo(binding) : undefined);
  const insecure = status?.tlsVerified === false && state !== 'disconnected';
  const reason = error ?? status?.reason;
  const stopped = state === 'busy' && status?.statement?.interrupted === true;
  const words = error
    ? trans.__('needs attention')
    : stopped
      ? trans.__('driver still busy')
      : sessionStateLabel(state, trans);
  // Where there are several one has to know which of them cells run on.
  const bindings = status?.bindings ?? [];
  const current = bindings.length > 1 ? status?.name : undefined;
  const menu = bound || bindings.length > 1;
  const title = [
    bound
      ? binding.applicationId
        ? trans.__('EMR Serverless application %1: %2', name ?? '', words)
        : trans.__('EMR cluster %1: %2', name ?? '', words)
      : trans.__('Connect this notebook to an EMR cluster'),
    current && trans.__('Cells run on the binding "%1".', current),
    binding?.runtimeRole,
    stopped ? trans.__('The cell was stopped, but the driver goes on with its code.') : undefined,
    status?.found,
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
      data-application-id={binding?.applicationId ?? ''}
      data-bound={bound}
      data-binding={status?.name ?? 'default'}
      data-interrupted={stopped}
      aria-haspopup={menu ? 'menu' : 'dialog'}
      title={title}
      onClick={event => (menu ? onMenu(event.currentTarget) : onConnect())}
      onMouseDown={event => event.preventDefault()}
    >
      <emrIcon.react tag="span" elementPosition="center" aria-hidden="true" />
      {current && (
        <span className="jp-EMR-binding-current" data-emr="binding-current">
          {current}
        </span>
      )}
      <span className="jp-EMR-binding-name">{bound ? name : trans.__('Connect to EMR')}</span>
      {bound && (
        <span
          className="jp-EMR-binding-state"
          data-kind={error ? 'lost' : stopped ? 'stopped' : state}
          aria-live="polite"
        >
          {words}
        </span>
      )}
      {insecure && (
        <span className="jp-EMR-warning" data-emr="tls-warning">
          {trans.__('TLS not verified')}
        </span>
      )}
      {menu && <caretDownIcon.react tag="span" elementPosition="center" aria-hidden="true" />}
    </button>
  );
}
