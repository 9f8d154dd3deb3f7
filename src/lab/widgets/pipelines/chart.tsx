import type { TranslationBundle } from '@jupyterlab/translation';
import { Time } from '@jupyterlab/coreutils';
import * as React from 'react';

import type { IRun } from '../../../protocol';
import { formatCost, formatDuration } from '../../format';
import { runKind, runMoment, runSeconds, runStateLabel } from '../../model/runs';

/** Height of the durations, above the line, and of the costs below it. */
const ABOVE = 32;
const BELOW = 14;
const BAR = 9;
const GAP = 3;
/** Runs shown, the newest. */
const MOST = 20;

/** One line about a run, as its bar says it. */
export function runSummary(run: IRun, now: number, trans: TranslationBundle): string {
  const seconds = runSeconds(run, now);
  return [
    Time.format(runMoment(run)),
    runStateLabel(run.state, trans),
    seconds === undefined ? undefined : formatDuration(seconds * 1000),
    run.cost && formatCost(run.cost)
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Properties of {@link RunChart}. */
export interface IRunChartProps {
  /** Newest first. */
  runs: readonly IRun[];
  now: number;
  trans: TranslationBundle;
  /** A bar was clicked. The rows below are the way of the keyboard. */
  onChoose: (runId: string) => void;
}

/** The last runs, oldest first: durations as bars in the colours of their outcomes, below them what they cost. */
export function RunChart({ runs: all, now, trans, onChoose }: IRunChartProps): React.JSX.Element | null {
  const runs = all.slice(0, MOST).reverse();
  // One bar compares with nothing; the row says it all.
  if (runs.length < 2) {
    return null;
  }
  const seconds = runs.map(run => runSeconds(run, now) ?? 0);
  const longest = Math.max(...seconds, 1);
  const dearest = runs.reduce<IRun | undefined>(
    (most, run) => ((run.cost?.amount ?? 0) > (most?.cost?.amount ?? 0) ? run : most),
    undefined
  )?.cost;
  const width = runs.length * (BAR + GAP) - GAP;
  const height = ABOVE + 1 + (dearest ? BELOW : 0);
  const failed = runs.filter(({ state }) => state === 'FAILED').length;
  const most = trans.__('longest %1', formatDuration(longest * 1000));
  const cost = dearest && trans.__('dearest %1', formatCost(dearest));
  const label = [
    trans.__('Durations of the last %1 runs', runs.length),
    failed > 0 ? trans._n('1 failed', '%1 failed', failed) : undefined,
    most,
    cost
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <figure className="jp-EMR-chart" data-emr="run-chart">
      <svg role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {runs.map((run, index) => {
          // A run that has not begun is a line, so that it is seen.
          const long = Math.max(2, Math.round((seconds[index] / longest) * ABOVE));
          const dear = dearest && run.cost ? Math.max(1, Math.round((run.cost.amount / dearest.amount) * BELOW)) : 0;
          const x = index * (BAR + GAP);
          return (
            <g key={run.runId} data-kind={runKind(run.state)} onClick={() => onChoose(run.runId)}>
              <title>{runSummary(run, now, trans)}</title>
              <rect className="jp-EMR-chart-reach" x={x} y={0} width={BAR + GAP} height={height} />
              <rect className="jp-EMR-chart-time" x={x} y={ABOVE - long} width={BAR} height={long} />
              <rect className="jp-EMR-chart-cost" x={x} y={ABOVE + 1} width={BAR} height={dear} />
            </g>
          );
        })}
      </svg>
      <figcaption aria-hidden="true">
        <span>{most}</span>
        {cost && <span>{cost}</span>}
      </figcaption>
    </figure>
  );
}
