import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, copyIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ControlMethods, IErrorInfo, IRun } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import { emrIcon } from '../../icons';
import type { IControl } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';

type Log = ControlMethods['runs.logs']['result'];

/** Milliseconds between two looks while the run goes on. */
const PAUSE = 5000;

/** The driver's log of one run, as far as it is in S3; read again until the run has ended. */
export function RunLog(props: { control: IControl; run: IRun; trans: TranslationBundle }): React.JSX.Element {
  const { control, run, trans } = props;
  const { pipeline, runId } = run;
  const [stream, setStream] = React.useState<'stdout' | 'stderr'>('stdout');
  const [log, setLog] = React.useState<Log>();
  const [error, setError] = React.useState<IErrorInfo>();
  const [round, reload] = React.useReducer((count: number) => count + 1, 0);
  const pre = React.useRef<HTMLPreElement>(null);
  const ids = React.useId();
  React.useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    control
      .request('runs.logs', { pipeline, runId, stream }, { signal: abort.signal })
      .then(value => {
        if (!abort.signal.aborted) {
          setLog(value);
          setError(undefined);
          timer = value.complete ? undefined : setTimeout(reload, PAUSE);
        }
      })
      .catch((reason: unknown) => !abort.signal.aborted && setError(errorInfo(reason)));
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [control, pipeline, runId, stream, round]);
  const text = log?.text;
  React.useEffect(() => {
    pre.current?.scrollTo({ top: pre.current.scrollHeight });
  }, [text]);
  return (
    <div className="jp-EMR-logs" data-emr="run-log" data-run-id={runId}>
      <div className="jp-EMR-actions">
        <label htmlFor={`${ids}stream`}>{trans.__('Show')}</label>
        <select
          id={`${ids}stream`}
          className="jp-mod-styled"
          data-emr="run-log-stream"
          value={stream}
          onChange={event => {
            setLog(undefined);
            setStream(event.target.value as 'stdout' | 'stderr');
          }}
        >
          <option value="stdout">{trans.__('what the script printed (stdout)')}</option>
          <option value="stderr">{trans.__('Spark’s log (stderr)')}</option>
        </select>
        <Button hook="run-log-refresh" icon={refreshIcon} onClick={reload}>
          {trans.__('Refresh')}
        </Button>
        <Button
          hook="run-log-copy"
          icon={copyIcon}
          disabled={!text}
          onClick={() => void navigator.clipboard.writeText(text ?? '')}
        >
          {trans.__('Copy')}
        </Button>
      </div>
      {error && <ErrorPanel error={error} trans={trans} onRetry={reload} />}
      {!log && !error && <Loading>{trans.__('Reading the log…')}</Loading>}
      {log && (
        <>
          <p className="jp-EMR-help" data-emr="run-log-about">
            {[
              log.uri,
              log.cut && trans.__('its last part'),
              !log.complete && trans.__('the run goes on: EMR Serverless adds to it from time to time')
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
          <pre
            ref={pre}
            className="jp-EMR-log"
            tabIndex={0}
            aria-label={trans.__('Log of the run')}
            data-emr="run-log-text"
          >
            {log.text || trans.__('Nothing was written yet.')}
          </pre>
        </>
      )}
    </div>
  );
}

/** A tab with the log of a run. */
export function runLogWidget(control: IControl, run: IRun, trans: TranslationBundle): MainAreaWidget<ReactWidget> {
  const content = ReactWidget.create(<RunLog control={control} run={run} trans={trans} />);
  const widget = new MainAreaWidget({ content });
  widget.id = `emr-run-${run.runId}`;
  widget.title.label = trans.__('Log: %1', run.pipeline);
  widget.title.caption = run.runId;
  widget.title.icon = emrIcon;
  widget.title.closable = true;
  return widget;
}
