import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  LabIcon as LabIconClass,
  caretRightIcon,
  checkIcon,
  errorIcon,
  runIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IRun, IRunFailure } from '../../../protocol';
import { historyIcon } from '../../icons';
import { formatCost, formatDuration, formatNumber } from '../../format';
import type { RunKind } from '../../model/runs';
import { failureText, hasEnded, runKind, runMoment, runSeconds, runStateLabel } from '../../model/runs';
import { Badge, Button } from '../common';
import { useBusy } from '../common/hooks';
import type { IRunActions } from './body';

const ICONS: Record<RunKind, LabIcon> = {
  good: checkIcon,
  bad: errorIcon,
  stopped: stopIcon,
  going: runIcon,
  waiting: historyIcon
};

/** Properties of {@link RunRow}. */
export interface IRunRowProps {
  run: IRun;
  now: number;
  trans: TranslationBundle;
  actions: IRunActions;
  again: () => void;
  /** Undefined where there is no other run. */
  compare: (() => void) | undefined;
  open: boolean;
  /** The one that Tab comes to. */
  first: boolean;
  onToggle: () => void;
}

/** One run in a line: how it ended and why, when, how long, what it cost; the rest unfolds. */
export function RunRow(props: IRunRowProps): React.JSX.Element {
  const { run, now, trans, actions, open } = props;
  const [cancelling, cancel] = useBusy();
  const inside = React.useId();
  const kind = runKind(run.state);
  const seconds = runSeconds(run, now);
  const when = Time.format(runMoment(run));
  const goes = !hasEnded(run);
  return (
    <li className="jp-EMR-run" data-emr="run" data-run-id={run.runId} data-state={run.state}>
      <div className="jp-EMR-run-head">
        <button
          type="button"
          className="jp-EMR-run-toggle"
          data-emr="run-toggle"
          data-emr-item=""
          tabIndex={props.first ? 0 : -1}
          aria-expanded={open}
          aria-controls={open ? inside : undefined}
          onClick={props.onToggle}
        >
          <LabIconClass.resolveReact icon={caretRightIcon} tag="span" className="jp-EMR-caret" aria-hidden="true" />
          <Badge icon={ICONS[kind]} kind={kind} {...(run.stateDetails && goes ? { title: run.stateDetails } : {})}>
            {runStateLabel(run.state, trans)}
          </Badge>
          <span className="jp-EMR-run-time" data-emr="run-time">
            {seconds === undefined ? '' : formatDuration(seconds * 1000)}
          </span>
          {run.cost && (
            <span className="jp-EMR-run-cost" data-emr="run-cost" title={run.cost.note}>
              {formatCost(run.cost)}
            </span>
          )}
          <span className="jp-EMR-run-when">{when}</span>
        </button>
        {goes && (
          <Button
            hook="run-cancel"
            kind="warn"
            disabled={cancelling || run.state === 'CANCELLING'}
            label={trans.__('Cancel the run of %1', when)}
            onClick={() => cancel(() => actions.cancel(run))}
          >
            {trans.__('Cancel')}
          </Button>
        )}
      </div>
      {run.failure && <Failure failure={run.failure} open={open} trans={trans} />}
      {open && (
        <div className="jp-EMR-run-inside" id={inside} data-emr="run-inside">
          <Facts run={run} trans={trans} />
          <div className="jp-EMR-actions">
            <Button hook="run-logs" label={trans.__('Log of the run of %1', when)} onClick={() => actions.logs(run)}>
              {trans.__('Log')}
            </Button>
            <Button
              hook="run-ui"
              label={trans.__('Spark UI of the run of %1', when)}
              onClick={() => void actions.ui(run)}
            >
              {trans.__('Spark UI')}
            </Button>
            <Button hook="run-again" label={trans.__('Run again as on %1', when)} onClick={props.again}>
              {trans.__('Run again…')}
            </Button>
            {props.compare && (
              <Button
                hook="run-compare"
                label={trans.__('Compare the run of %1 with another', when)}
                onClick={props.compare}
              >
                {trans.__('Compare…')}
              </Button>
            )}
          </div>
        </div>
      )}
    </li>
  );
}

/** Who started it with what, and what it used. */
function Facts({ run, trans }: { run: IRun; trans: TranslationBundle }): React.JSX.Element {
  const { billed } = run;
  const facts = [
    run.scheduled
      ? trans.__('by its schedule')
      : run.createdBy && trans.__('by %1', run.createdBy.split('/').at(-1) ?? run.createdBy),
    run.queuedSeconds ? trans.__('%1 in the queue', formatDuration(run.queuedSeconds * 1000)) : undefined,
    billed &&
      trans.__('%1 vCPU hours, %2 GB hours', formatNumber(billed.vcpuHours), formatNumber(billed.memoryGbHours)),
    (run.attempt ?? 1) > 1 ? trans.__('attempt %1', run.attempt) : undefined
  ].filter((fact): fact is string => Boolean(fact));
  const named = Object.entries(run.arguments);
  return (
    <>
      {named.length > 0 && (
        <dl className="jp-EMR-run-arguments" aria-label={trans.__('Arguments')}>
          {named.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className="jp-EMR-facts">
        {facts.map(fact => (
          <span key={fact}>{fact}</span>
        ))}
        <span title={run.scriptUri}>{trans.__('script %1', run.scriptVersion)}</span>
      </div>
    </>
  );
}

/** Spark's error, in two lines until the row is open. */
function Failure(props: { failure: IRunFailure; open: boolean; trans: TranslationBundle }): React.JSX.Element {
  const { failure, open, trans } = props;
  const text = failureText(failure);
  return (
    <div className="jp-EMR-error" data-emr="run-failure" data-open={open} title={open ? undefined : text}>
      <div className="jp-EMR-error-text">
        <p className="jp-EMR-run-error">{text}</p>
        {open && failure.scriptLine !== undefined && (
          <p>
            {failure.cell === undefined
              ? trans.__('Line %1 of the script:', failure.scriptLine)
              : trans.__('Line %1 of the script, cell %2 of the notebook:', failure.scriptLine, failure.cell + 1)}
            {failure.scriptText && <code> {failure.scriptText}</code>}
          </p>
        )}
        {open && failure.fix && <p className="jp-EMR-error-fix">{failure.fix}</p>}
      </div>
    </div>
  );
}
