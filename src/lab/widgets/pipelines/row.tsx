import type { TranslationBundle } from '@jupyterlab/translation';
import { checkIcon, circleEmptyIcon, errorIcon, historyIcon, runningIcon, stopIcon } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IRun } from '../../../protocol';
import { formatDuration } from '../../format';
import type { RunKind } from '../../model/runs';
import { costText, hasEnded, runKind, runSeconds, runStateLabel } from '../../model/runs';
import { Button, Icon } from '../common';
import type { IRunActions } from './body';

const ICONS: Record<RunKind, LabIcon> = {
  good: checkIcon,
  bad: errorIcon,
  stopped: stopIcon,
  going: runningIcon,
  waiting: historyIcon
};

/** Properties of {@link RunRow}. */
export interface IRunRowProps {
  run: IRun;
  now: number;
  trans: TranslationBundle;
  actions: IRunActions;
  again: () => void;
  /** It is one of those to be compared. */
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
}

/** One run: when, how long, how it ended and why, what it cost. */
export function RunRow(props: IRunRowProps): React.JSX.Element {
  const { run, now, trans, actions } = props;
  const kind = runKind(run.state);
  const seconds = runSeconds(run, now);
  const when = new Date(run.startedAt ?? run.createdAt).toLocaleString();
  const named = Object.entries(run.arguments);
  const failure = run.failure;
  return (
    <li className="jp-EMR-run" data-emr="run" data-run-id={run.runId} data-state={run.state}>
      <details>
        <summary>
          <input
            type="checkbox"
            data-emr="run-choose"
            checked={props.chosen}
            aria-label={trans.__('Compare the run of %1', when)}
            onChange={event => props.onChoose(event.target.checked)}
            onClick={event => event.stopPropagation()}
          />
          <span className="jp-EMR-state" data-kind={kind} title={run.stateDetails}>
            <Icon icon={ICONS[kind] ?? circleEmptyIcon} />
            {runStateLabel(run.state, trans)}
          </span>
          <span className="jp-EMR-run-when">{when}</span>
          <span className="jp-EMR-run-time">{seconds === undefined ? '' : formatDuration(seconds * 1000)}</span>
        </summary>
        <div className="jp-EMR-facts">
          {run.scheduled && <span>{trans.__('by its schedule')}</span>}
          {!run.scheduled && run.createdBy && <span>{trans.__('by %1', run.createdBy)}</span>}
          {run.cost && (
            <span title={run.cost.note} data-emr="run-cost">
              {costText(run.cost)}
            </span>
          )}
          {run.billed && (
            <span>
              {trans.__(
                '%1 vCPU hours, %2 GB hours',
                run.billed.vcpuHours.toFixed(3),
                run.billed.memoryGbHours.toFixed(3)
              )}
            </span>
          )}
          <span>{trans.__('script %1', run.scriptVersion)}</span>
          {named.map(([name, value]) => (
            <code key={name}>
              {name}={value}
            </code>
          ))}
        </div>
      </details>
      {failure && (
        <div className="jp-EMR-error" role="note" data-emr="run-failure">
          <div className="jp-EMR-error-text">
            <p>
              {failure.exception && <strong>{failure.exception}: </strong>}
              {failure.message}
            </p>
            {failure.scriptLine !== undefined && (
              <p>
                {failure.cell === undefined
                  ? trans.__('Line %1 of the script:', failure.scriptLine)
                  : trans.__('Line %1 of the script, cell %2 of the notebook:', failure.scriptLine, failure.cell + 1)}
                {failure.scriptText && <code> {failure.scriptText}</code>}
              </p>
            )}
            {failure.fix && <p className="jp-EMR-error-fix">{failure.fix}</p>}
          </div>
        </div>
      )}
      <div className="jp-EMR-actions">
        {!hasEnded(run) && run.state !== 'CANCELLING' && (
          <Button
            hook="run-cancel"
            kind="warn"
            label={trans.__('Cancel the run of %1', when)}
            onClick={() => actions.cancel(run)}
          >
            {trans.__('Cancel')}
          </Button>
        )}
        {hasEnded(run) && (
          <Button hook="run-again" label={trans.__('Run again as on %1', when)} onClick={props.again}>
            {trans.__('Run again…')}
          </Button>
        )}
        <Button hook="run-ui" label={trans.__('Spark UI of the run of %1', when)} onClick={() => actions.ui(run)}>
          {trans.__('Spark UI')}
        </Button>
        <Button hook="run-logs" label={trans.__('Log of the run of %1', when)} onClick={() => actions.logs(run)}>
          {trans.__('Log')}
        </Button>
      </div>
    </li>
  );
}
