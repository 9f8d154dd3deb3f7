import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { UUID } from '@lumino/coreutils';
import * as React from 'react';

import type { IErrorInfo, IPipelineSummary, IRun } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import { argumentTypeLabel, valueError } from '../../model/runs';
import type { IPipelines } from '../../tokens';
import { Button, ErrorPanel } from '../common';
import { keepFocus } from '../common/dialog';

/** Show a dialog whose body has its own buttons. @param focus - selector of what has the focus first */
export async function showOwn(
  title: string,
  body: (close: () => void) => React.JSX.Element,
  focus: string,
  className?: string
): Promise<void> {
  const widget = ReactWidget.create(body(() => dialog.reject()));
  const dialog = new Dialog({ title, body: widget, buttons: [], hasClose: true, focusNodeSelector: focus });
  dialog.addClass('jp-EMR-dialog');
  if (className) {
    dialog.addClass(className);
  }
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
            <p className="jp-EMR-help">
              {[argument.description, argumentTypeLabel(argument.type, trans)].filter(Boolean).join(' · ')}
            </p>
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
  return showOwn(
    trans.__('Run %1', pipeline.name),
    close => <RunBody {...options} onClose={close} />,
    'input, [data-emr="run-submit"]'
  );
}
