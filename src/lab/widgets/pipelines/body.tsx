import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IPipelineSummary, IRun } from '../../../protocol';
import { formatDuration, formatSpan } from '../../format';
import { hasEnded } from '../../model/runs';
import type { IPipelines } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useChanged, useNow } from '../common/hooks';
import { RunChart } from './chart';
import { RunRow } from './row';

/** What one does with runs; each shows its own errors. */
export interface IRunActions {
  run: (pipeline: IPipelineSummary, again?: IRun) => void;
  cancel: (run: IRun) => void;
  compare: (a: IRun, b: IRun) => void;
  logs: (run: IRun) => void;
  ui: (run: IRun) => void;
  schedule: (pipeline: IPipelineSummary, enabled: boolean) => void;
}

/** Properties of {@link PipelinesBody}. */
export interface IPipelinesProps {
  pipelines: IPipelines;
  actions: IRunActions;
  trans: TranslationBundle;
  /** Name of the pipeline that is brought into view once it is there. */
  shown?: string;
}

/** Runs of a pipeline that are shown before one asks for more. */
const FIRST = 3;

/** The section's inside. AWS is asked once it is open. */
export function PipelinesBody({ pipelines, actions, trans, shown }: IPipelinesProps): React.JSX.Element {
  useChanged(pipelines.changed);
  const place = React.useRef<HTMLUListElement>(null);
  const isThere = pipelines.list?.pipelines.some(({ name }) => name === shown) ?? false;
  React.useEffect(() => {
    if (isThere) {
      place.current?.querySelector(`[data-name="${shown}"]`)?.scrollIntoView({ block: 'nearest' });
    }
  }, [isThere, shown]);
  React.useEffect(() => pipelines.start(), [pipelines]);
  const { list, error } = pipelines;
  const trouble = list?.stale ?? error;
  const going = (list?.runs ?? []).some(run => !hasEnded(run));
  const now = useNow(going || trouble !== null);
  return (
    <div data-emr="pipelines-body">
      {trouble && (
        <>
          {list && (
            <p className="jp-EMR-empty">{trans.__('This is how it was %1 ago.', formatSpan(list.asOf, now) ?? '?')}</p>
          )}
          <ErrorPanel
            error={trouble}
            trans={trans}
            hook="pipelines-error"
            mild={list !== null}
            onRetry={() => void pipelines.refresh()}
          />
        </>
      )}
      {!list && !error && <Loading>{trans.__('Asking EMR Serverless for pipelines…')}</Loading>}
      {list?.pipelines.length === 0 && (
        <p className="jp-EMR-empty" data-emr="pipelines-empty">
          {trans.__('There is no pipeline. Promote a notebook to make one.')}
        </p>
      )}
      <ul className="jp-EMR-clusters" aria-label={trans.__('Pipelines')} ref={place}>
        {(list?.pipelines ?? []).map(pipeline => (
          <Pipeline
            key={pipeline.applicationId}
            pipeline={pipeline}
            runs={(list?.runs ?? []).filter(run => run.pipeline === pipeline.name)}
            actions={actions}
            now={now}
            trans={trans}
          />
        ))}
      </ul>
    </div>
  );
}

function Pipeline(props: {
  pipeline: IPipelineSummary;
  runs: IRun[];
  actions: IRunActions;
  now: number;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { pipeline, runs, actions, now, trans } = props;
  const [all, setAll] = React.useState(false);
  const [chosen, setChosen] = React.useState<readonly string[]>([]);
  const picked = runs.filter(({ runId }) => chosen.includes(runId));
  const until = pipeline.nextRunAt === undefined ? NaN : Date.parse(pipeline.nextRunAt) - now;
  const facts = [
    pipeline.release,
    pipeline.architecture,
    pipeline.caps && trans.__('at most %1 vCPU, %2 GB', pipeline.caps.vcpu, pipeline.caps.memoryGb)
  ].filter((fact): fact is string => Boolean(fact));
  return (
    <li className="jp-EMR-cluster" data-emr="pipeline" data-name={pipeline.name} data-state={pipeline.state}>
      <div className="jp-EMR-cluster-head">
        <span className="jp-EMR-cluster-name" title={pipeline.applicationId}>
          {pipeline.name}
        </span>
        <Button
          hook="pipeline-run"
          kind="accept"
          label={trans.__('Run %1', pipeline.name)}
          onClick={() => actions.run(pipeline)}
        >
          {trans.__('Run…')}
        </Button>
      </div>
      <div className="jp-EMR-facts">
        {facts.map(fact => (
          <span key={fact}>{fact}</span>
        ))}
      </div>
      {pipeline.schedule && (
        <div className="jp-EMR-facts">
          <label className="jp-EMR-check">
            <input
              type="checkbox"
              data-emr="schedule-switch"
              checked={pipeline.scheduleEnabled !== false}
              onChange={event => actions.schedule(pipeline, event.target.checked)}
            />
            <span>
              {trans.__('Schedule')} <code>{pipeline.schedule}</code>
            </span>
          </label>
          {pipeline.scheduleEnabled !== false && until > 0 && (
            <span title={new Date(now + until).toLocaleString()}>{trans.__('next in %1', formatDuration(until))}</span>
          )}
        </div>
      )}
      {pipeline.problem && <ErrorPanel error={pipeline.problem} trans={trans} hook="pipeline-problem" mild />}
      <RunChart runs={runs} now={now} trans={trans} />
      {runs.length === 0 ? (
        <p className="jp-EMR-help">{trans.__('It has not run yet.')}</p>
      ) : (
        <ul className="jp-EMR-runs" aria-label={trans.__('Runs of %1', pipeline.name)}>
          {(all ? runs : runs.slice(0, FIRST)).map(run => (
            <RunRow
              key={run.runId}
              run={run}
              now={now}
              trans={trans}
              actions={actions}
              again={() => actions.run(pipeline, run)}
              chosen={chosen.includes(run.runId)}
              // The two that were chosen last.
              onChoose={on =>
                setChosen(on ? [...chosen.slice(-1), run.runId] : chosen.filter(other => other !== run.runId))
              }
            />
          ))}
        </ul>
      )}
      <div className="jp-EMR-actions">
        {runs.length > FIRST && (
          <Button hook="runs-all" kind="link" onClick={() => setAll(!all)}>
            {all ? trans.__('Fewer runs') : trans.__('All %1 runs', runs.length)}
          </Button>
        )}
        {picked.length === 2 && (
          <Button hook="runs-compare" onClick={() => actions.compare(picked[1], picked[0])}>
            {trans.__('Compare the two')}
          </Button>
        )}
      </div>
    </li>
  );
}
