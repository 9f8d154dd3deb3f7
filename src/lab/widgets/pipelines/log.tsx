import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, copyIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IRun } from '../../../protocol';
import { emrIcon } from '../../icons';
import type { IControl } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useRequest } from '../common/hooks';

/** The driver's log of one run, as far as it is in S3. */
export function RunLog(props: { control: IControl; run: IRun; trans: TranslationBundle }): React.JSX.Element {
  const { control, run, trans } = props;
  const [stream, setStream] = React.useState<'stdout' | 'stderr'>('stdout');
  const { pipeline, runId } = run;
  const answer = useRequest(control, 'runs.logs', { pipeline, runId, stream });
  const log = answer.value;
  const ids = React.useId();
  return (
    <div className="jp-EMR-logs" data-emr="run-log" data-run-id={runId}>
      <div className="jp-EMR-actions">
        <label htmlFor={`${ids}stream`}>{trans.__('Driver’s')}</label>
        <select
          id={`${ids}stream`}
          className="jp-mod-styled"
          value={stream}
          onChange={event => setStream(event.target.value as 'stdout' | 'stderr')}
        >
          <option value="stdout">{trans.__('output')}</option>
          <option value="stderr">{trans.__('log')}</option>
        </select>
        <Button hook="run-log-refresh" icon={refreshIcon} onClick={answer.reload}>
          {trans.__('Refresh')}
        </Button>
        <Button
          hook="run-log-copy"
          icon={copyIcon}
          disabled={!log?.text}
          onClick={() => void navigator.clipboard.writeText(log?.text ?? '')}
        >
          {trans.__('Copy')}
        </Button>
      </div>
      {answer.error && <ErrorPanel error={answer.error} trans={trans} onRetry={answer.reload} />}
      {answer.loading && <Loading>{trans.__('Reading the log…')}</Loading>}
      {log && (
        <>
          <p className="jp-EMR-help">
            {log.uri}
            {log.cut && ` · ${trans.__('its last part')}`}
            {!log.complete && ` · ${trans.__('more may come: EMR Serverless writes it from time to time')}`}
          </p>
          <pre className="jp-EMR-log" tabIndex={0} aria-label={trans.__('Log of the run')}>
            {log.text || trans.__('The log is empty.')}
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
