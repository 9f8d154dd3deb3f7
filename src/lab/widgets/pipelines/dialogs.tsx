import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { UUID } from '@lumino/coreutils';
import * as React from 'react';

import type { IDifference, IErrorInfo, IPipelineSummary, IRun } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import { valueError } from '../../model/runs';
import type { IPipelines } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { keepFocus } from '../common/dialog';

/** Show a dialog whose body has its own buttons. */
async function show(title: string, body: (close: () => void) => React.JSX.Element, focus: string): Promise<void> {
  const widget = ReactWidget.create(body(() => dialog.reject()));
  const dialog = new Dialog({ title, body: widget, buttons: [], hasClose: true, focusNodeSelector: focus });
  dialog.addClass('jp-EMR-dialog');
  keepFocus(dialog.node);
  try {
    await dialog.launch();
  } finally {
    widget.dispose();
  }
}

/** Properties of {@link RunBody}. */
export interface IRunBodyProps {
  pipelines: IPipelines;
  pipeline: IPipelineSummary;
  /** The run whose arguments are preset. */
  again?: IRun;
  trans: TranslationBundle;
  onClose: () => void;
}

/** Arguments of a run; what is left empty keeps its default. */
export function RunBody({ pipelines, pipeline, again, trans, onClose }: IRunBodyProps): React.JSX.Element {
  const [values, setValues] = React.useState<Record<string, string>>(() => ({ ...again?.arguments }));
  const [error, setError] = React.useState<IErrorInfo>();
  const [busy, setBusy] = React.useState(false);
  // Pressing twice, or again after an answer that was lost, cannot start a second run.
  const token = React.useRef(UUID.uuid4());
  const ids = React.useId();
  const wrong = pipeline.arguments.map(argument => valueError(argument, values[argument.name] ?? '', trans));
  const start = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const given = pipeline.arguments.map(({ name }) => [name, values[name] ?? ''] as const);
      await pipelines.run(pipeline.name, Object.fromEntries(given.filter(([, value]) => value !== '')), token.current);
      onClose();
    } catch (reason) {
      const info = errorInfo(reason);
      if (info.code !== 'Unanswered') {
        token.current = UUID.uuid4();
      }
      setError(info);
      setBusy(false);
    }
  };
  return (
    <form
      className="jp-EMR-connect"
      data-emr="run-dialog"
      onSubmit={event => {
        event.preventDefault();
        if (!busy && !wrong.some(Boolean)) {
          void start();
        }
      }}
    >
      {error && <ErrorPanel error={error} trans={trans} hook="run-error" />}
      {pipeline.arguments.length === 0 && <p>{trans.__('The script takes no arguments.')}</p>}
      {pipeline.arguments.map((argument, index) => (
        <div key={argument.name} className={`jp-EMR-field ${wrong[index] ? 'jp-mod-invalid' : ''}`}>
          <label htmlFor={`${ids}${argument.name}`}>{argument.name}</label>
          <input
            id={`${ids}${argument.name}`}
            className="jp-mod-styled"
            data-argument={argument.name}
            value={values[argument.name] ?? ''}
            placeholder={argument.default ?? (argument.optional ? trans.__('none') : '')}
            aria-invalid={Boolean(wrong[index])}
            aria-describedby={`${ids}${argument.name}help`}
            onChange={event => setValues({ ...values, [argument.name]: event.target.value })}
          />
          <div id={`${ids}${argument.name}help`}>
            <p className="jp-EMR-help">{[argument.type, argument.description].filter(Boolean).join(' · ')}</p>
            <div className="jp-EMR-fieldErrors" aria-live="polite">
              {values[argument.name] ? wrong[index] : undefined}
            </div>
          </div>
        </div>
      ))}
      <div className="jp-EMR-actions jp-EMR-formActions">
        <Button hook="run-dismiss" onClick={onClose}>
          {trans.__('Not now')}
        </Button>
        <Button
          hook="run-submit"
          kind="accept"
          disabled={busy || wrong.some(Boolean)}
          onClick={() => void start()}
          submit
        >
          {busy ? trans.__('Starting…') : trans.__('Run')}
        </Button>
      </div>
    </form>
  );
}

/** Ask for the arguments, and start a run. */
export function showRunDialog(options: Omit<IRunBodyProps, 'onClose'>): Promise<void> {
  const { pipeline, trans } = options;
  return show(
    trans.__('Run %1', pipeline.name),
    close => <RunBody {...options} onClose={close} />,
    'input, [data-emr="run-submit"]'
  );
}

/** Two runs side by side; what differs stands first. */
export function CompareBody(props: {
  pipelines: IPipelines;
  a: IRun;
  b: IRun;
  trans: TranslationBundle;
  onClose: () => void;
}): React.JSX.Element {
  const { pipelines, a, b, trans } = props;
  const [rows, setRows] = React.useState<IDifference[]>();
  const [error, setError] = React.useState<IErrorInfo>();
  React.useEffect(() => {
    const abort = new AbortController();
    pipelines.control
      .request('runs.compare', { pipeline: a.pipeline, a: a.runId, b: b.runId }, { signal: abort.signal })
      .then(setRows)
      .catch((reason: unknown) => !abort.signal.aborted && setError(errorInfo(reason)));
    return () => abort.abort();
  }, [pipelines, a, b]);
  const head = (run: IRun) => new Date(run.startedAt ?? run.createdAt).toLocaleString();
  const sorted = rows && [...rows.filter(row => !row.same), ...rows.filter(row => row.same)];
  return (
    <div className="jp-EMR-connect" data-emr="compare-dialog">
      {error && <ErrorPanel error={error} trans={trans} />}
      {!rows && !error && <Loading>{trans.__('Reading both runs…')}</Loading>}
      {sorted && (
        <div className="jp-EMR-compare" tabIndex={0} role="group" aria-label={trans.__('Comparison')}>
          <table>
            <thead>
              <tr>
                <td />
                <th scope="col">{head(a)}</th>
                <th scope="col">{head(b)}</th>
              </tr>
            </thead>
            <tbody>
              {sorted.map(row => (
                <tr key={row.what} data-same={row.same}>
                  <th scope="row">{row.what}</th>
                  <td>{row.a}</td>
                  <td>{row.b}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="jp-EMR-actions jp-EMR-formActions">
        <Button hook="compare-close" kind="accept" onClick={props.onClose}>
          {trans.__('Close')}
        </Button>
      </div>
    </div>
  );
}

/** Show what two runs of a pipeline have different. */
export function showCompareDialog(options: {
  pipelines: IPipelines;
  a: IRun;
  b: IRun;
  trans: TranslationBundle;
}): Promise<void> {
  return show(
    options.trans.__('Two runs of %1', options.a.pipeline),
    close => <CompareBody {...options} onClose={close} />,
    '[data-emr="compare-close"]'
  );
}
