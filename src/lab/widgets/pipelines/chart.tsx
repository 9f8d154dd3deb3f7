import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IRun } from '../../../protocol';
import { formatDuration } from '../../format';
import { costText, runKind, runSeconds, runStateLabel } from '../../model/runs';

const HEIGHT = 36;
const BAR = 9;
const GAP = 3;
/** Runs shown, the newest. */
const MOST = 20;

/** One line about a run, as its bar and its row say it. */
export function runSummary(run: IRun, now: number, trans: TranslationBundle): string {
  const seconds = runSeconds(run, now);
  return [
    new Date(run.startedAt ?? run.createdAt).toLocaleString(),
    runStateLabel(run.state, trans),
    seconds === undefined ? undefined : formatDuration(seconds * 1000),
    run.cost && costText(run.cost)
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Durations of a pipeline's last runs as bars in the colours of their outcomes, oldest first. */
export function RunChart(props: {
  runs: readonly IRun[];
  now: number;
  trans: TranslationBundle;
}): React.JSX.Element | null {
  const { now, trans } = props;
  const runs = props.runs.slice(0, MOST).reverse();
  if (runs.length === 0) {
    return null;
  }
  const seconds = runs.map(run => runSeconds(run, now) ?? 0);
  const longest = Math.max(...seconds, 1);
  const width = runs.length * (BAR + GAP);
  const failed = runs.filter(({ state }) => state === 'FAILED').length;
  const label = [
    trans._n('Duration of the last run', 'Durations of the last %1 runs', runs.length),
    failed > 0 ? trans._n('one failed', '%1 failed', failed) : undefined,
    trans.__('the longest took %1', formatDuration(longest * 1000))
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <svg
      className="jp-EMR-chart"
      data-emr="run-chart"
      role="img"
      aria-label={label}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
    >
      {runs.map((run, index) => {
        // A run that has not begun is a line, so that it is seen.
        const height = Math.max(2, Math.round((seconds[index] / longest) * (HEIGHT - 2)));
        return (
          <rect
            key={run.runId}
            data-kind={runKind(run.state)}
            x={index * (BAR + GAP)}
            y={HEIGHT - height}
            width={BAR}
            height={height}
          >
            <title>{runSummary(run, now, trans)}</title>
          </rect>
        );
      })}
    </svg>
  );
}
