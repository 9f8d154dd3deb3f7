import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IAccessReason, ITableRef } from '../../../protocol';
import { readTableKey, tableKey } from '../../model/catalog';
import type { IControl } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useRequest } from '../common/hooks';

/** Ask about a table by its name: one does not find what one may not see. */
export function WhyNot(props: {
  control: IControl;
  as: string;
  table: ITableRef | undefined;
  copy: (text: string) => void;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { trans } = props;
  const [name, setName] = React.useState(props.table ? tableKey(props.table) : '');
  const [asked, setAsked] = React.useState<ITableRef>();
  const named = readTableKey(name);
  const ids = React.useId();
  return (
    <form
      className="jp-EMR-why"
      data-emr="why-not"
      onSubmit={event => {
        event.preventDefault();
        setAsked(named);
      }}
    >
      <label htmlFor={`${ids}name`}>{trans.__('Why can’t I see this table?')}</label>
      <div className="jp-EMR-actions">
        <input
          id={`${ids}name`}
          className="jp-mod-styled"
          data-emr="why-not-name"
          placeholder="database.table"
          value={name}
          onChange={event => setName(event.target.value)}
        />
        <Button hook="why-not-ask" submit disabled={!named} onClick={() => undefined}>
          {trans.__('Explain')}
        </Button>
      </div>
      {asked && <Explanation {...props} table={asked} />}
    </form>
  );
}

/** Why an identity does not see a table or a column, and the request that its owner can grant. */
export function Explanation(props: {
  control: IControl;
  as: string;
  table: ITableRef;
  column?: string;
  copy: (text: string) => void;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { control, as, table, column, trans } = props;
  const { value, error, loading, reload } = useRequest(control, 'catalog.explain', {
    as,
    table,
    ...(column === undefined ? {} : { column })
  });
  return (
    <div className="jp-EMR-explanation" data-emr="explanation" role="status">
      {loading && <Loading>{trans.__('Asking Lake Formation…')}</Loading>}
      {error && <ErrorPanel error={error} trans={trans} onRetry={reload} />}
      {value && <Reason reason={value} copy={props.copy} trans={trans} />}
    </div>
  );
}

function Reason(props: {
  reason: IAccessReason;
  copy: (text: string) => void;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { reason, trans } = props;
  const { request } = reason;
  const mail = request?.to !== undefined && /^[^\s@:?&]+@[^\s@:?&]+$/.test(request.to) ? request.to : undefined;
  return (
    <>
      <p>{reason.text}</p>
      {reason.missing.length > 0 && (
        <ul data-emr="explanation-missing">
          {reason.missing.map(({ kind, detail }) => (
            <li key={`${kind} ${detail}`} data-kind={kind}>
              {detail}
            </li>
          ))}
        </ul>
      )}
      {request && (
        <div className="jp-EMR-request" data-emr="access-request">
          <p className="jp-EMR-help">
            {request.to ? trans.__('A request to %1:', request.to) : trans.__('A request to whoever grants it:')}
          </p>
          <pre tabIndex={0}>{`${request.subject}\n\n${request.body}`}</pre>
          <div className="jp-EMR-actions">
            <Button
              hook="request-copy"
              icon={copyIcon}
              onClick={() => props.copy(`${request.subject}\n\n${request.body}`)}
            >
              {trans.__('Copy')}
            </Button>
            {mail && (
              <a
                href={`mailto:${mail}?subject=${encodeURIComponent(request.subject)}&body=${encodeURIComponent(request.body)}`}
              >
                {trans.__('Write an e-mail')}
              </a>
            )}
          </div>
        </div>
      )}
    </>
  );
}
