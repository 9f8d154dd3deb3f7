import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IPipelineSummary, IRun } from '../../../protocol';
import { formatDuration } from '../../format';
import { counterpart, hasEnded } from '../../model/runs';
import type { IPipelines } from '../../tokens';
import { Button, ErrorPanel, Loading, Trouble } from '../common';
import { rovingKeys, useBusy, useChanged, useNow } from '../common/hooks';
import { RunChart } from './chart';
import { RunRow } from './row';

/** What one does with runs; each shows its own errors, and is over when it is done. */
export interface IRunActions {
  run: (pipeline: IPipelineSummary, again?: IRun) => Promise<void>;
  cancel: (run: IRun) => Promise<void>;
  /** @param runs - of the same pipeline, newest first */
  compare: (run: IRun, other: IRun, runs: readonly IRun[]) => Promise<void>;
  logs: (run: IRun) => void;
  ui: (run: IRun) => Promise<void>;
  schedule: (pipeline: IPipelineSummary, enabled: boolean) => Promise<void>;
  /** Show the pipeline as a CloudFormation template. */
  template: (pipeline: IPipelineSummary) => Promise<void>;
}

/** What is to be brought into sight. */
export interface IReveal {
  pipeline?: string;
  runId?: string;
}

/** Properties of {@link PipelinesBody}. */
export interface IPipelinesProps {
  pipelines: IPipelines;
  actions: IRunActions;
  trans: TranslationBundle;
  reveal?: IReveal;
}

/** Runs of a pipeline that are shown before one asks for more. */
const FIRST = 3;

/** The section's inside. AWS is asked once it is open. */
export function PipelinesBody({ pipelines, actions, trans, reveal }: IPipelinesProps): React.JSX.Element {
  useChanged(pipelines.changed);
  React.useEffect(() => {
    pipelines.start();
  }, [pipelines]);
  const { list, error } = pipelines;
  const ticking = (list?.runs ?? []).some(run => !hasEnded(run)) || (list?.pipelines ?? []).some(one => one.nextRunAt);
  const now = useNow(ticking);
  return (
    <div data-emr="pipelines-body">
      <Trouble watched={pipelines} trans={trans} hook="pipelines-error" />
      {!list && !error && <Loading>{trans.__('Asking EMR Serverless for pipelines…')}</Loading>}
      {list?.pipelines.length === 0 && (
        <p className="jp-EMR-empty" data-emr="pipelines-empty">
          {trans.__('There is no pipeline. Promote a notebook to make one.')}
        </p>
      )}
      <ul className="jp-EMR-clusters" aria-label={trans.__('Pipelines')}>
        {(list?.pipelines ?? []).map(pipeline => (
          <Pipeline
            key={pipeline.applicationId}
            pipeline={pipeline}
            runs={(list?.runs ?? []).filter(run => run.pipeline === pipeline.name)}
            actions={actions}
            now={now}
            trans={trans}
            {...(reveal?.pipeline === pipeline.name ? { reveal } : {})}
          />
        ))}
      </ul>
    </div>
  );
}

interface IPipelineProps {
  pipeline: IPipelineSummary;
  runs: IRun[];
  actions: IRunActions;
  now: number;
  trans: TranslationBundle;
  reveal?: IReveal;
}

function Pipeline({ pipeline, runs, actions, now, trans, reveal }: IPipelineProps): React.JSX.Element {
  const [all, setAll] = React.useState(false);
  const [unfolded, setUnfolded] = React.useState<Readonly<Record<string, boolean>>>({});
  const card = React.useRef<HTMLLIElement>(null);
  const fold = (runId: string, open: boolean) => setUnfolded(known => ({ ...known, [runId]: open }));
  const show = (runId: string) => {
    setAll(value => value || runs.findIndex(run => run.runId === runId) >= FIRST);
    fold(runId, true);
  };
  const showNow = React.useRef(show);
  showNow.current = show;
  React.useEffect(() => {
    if (reveal) {
      card.current?.scrollIntoView({ block: 'nearest' });
      card.current?.focus();
    }
    if (reveal?.runId !== undefined) {
      showNow.current(reveal.runId);
    }
  }, [reveal]);
  const facts = [
    pipeline.release,
    pipeline.architecture,
    pipeline.caps && trans.__('at most %1 vCPU, %2 GB', pipeline.caps.vcpu, pipeline.caps.memoryGb)
  ].filter((fact): fact is string => Boolean(fact));
  return (
    <li
      ref={card}
      className="jp-EMR-cluster"
      data-emr="pipeline"
      data-name={pipeline.name}
      data-state={pipeline.state}
      tabIndex={-1}
      aria-label={pipeline.name}
    >
      <div className="jp-EMR-cluster-head">
        <span className="jp-EMR-cluster-name" title={pipeline.applicationId}>
          {pipeline.name}
        </span>
        <Button
          hook="pipeline-run"
          kind="accept"
          label={trans.__('Run %1', pipeline.name)}
          onClick={() => void actions.run(pipeline)}
        >
          {trans.__('Run…')}
        </Button>
      </div>
      <div className="jp-EMR-facts">
        {facts.map(fact => (
          <span key={fact}>{fact}</span>
        ))}
      </div>
      {pipeline.schedule && <Schedule pipeline={pipeline} actions={actions} now={now} trans={trans} />}
      {pipeline.problem && <ErrorPanel error={pipeline.problem} trans={trans} hook="pipeline-problem" mild />}
      <RunChart runs={runs} now={now} trans={trans} onChoose={show} />
      {runs.length === 0 ? (
        <p className="jp-EMR-help">{trans.__('It has not run yet.')}</p>
      ) : (
        <ul className="jp-EMR-runs" aria-label={trans.__('Runs of %1', pipeline.name)} onKeyDown={rovingKeys}>
          {(all ? runs : runs.slice(0, FIRST)).map((run, index) => {
            const other = counterpart(run, runs);
            const open = unfolded[run.runId] ?? false;
            return (
              <RunRow
                key={run.runId}
                run={run}
                now={now}
                trans={trans}
                actions={actions}
                again={() => void actions.run(pipeline, run)}
                compare={other && (() => void actions.compare(run, other, runs))}
                first={index === 0}
                open={open}
                onToggle={() => fold(run.runId, !open)}
              />
            );
          })}
        </ul>
      )}
      <div className="jp-EMR-pipeline-links">
        {runs.length > FIRST && (
          <Button hook="runs-all" kind="link" onClick={() => setAll(!all)}>
            {all ? trans.__('Fewer runs') : trans.__('All %1 runs', runs.length)}
          </Button>
        )}
        <Button
          hook="pipeline-template"
          kind="link"
          label={trans.__('CloudFormation template of %1', pipeline.name)}
          title={trans.__('For those who make roles for you: application, role, schedule, logs, alarms')}
          onClick={() => void actions.template(pipeline)}
        >
          {trans.__('CloudFormation template')}
        </Button>
      </div>
    </li>
  );
}

/** The schedule with its switch. It shows what was asked for until AWS says how it is. */
function Schedule(props: Pick<IPipelineProps, 'pipeline' | 'actions' | 'now' | 'trans'>): React.JSX.Element {
  const { pipeline, actions, now, trans } = props;
  const [busy, act] = useBusy();
  const [asked, setAsked] = React.useState<boolean>();
  const on = (busy ? asked : undefined) ?? pipeline.scheduleEnabled !== false;
  const until = pipeline.nextRunAt === undefined ? NaN : Date.parse(pipeline.nextRunAt) - now;
  return (
    <div className="jp-EMR-facts">
      <label className="jp-EMR-check">
        <input
          type="checkbox"
          role="switch"
          data-emr="schedule-switch"
          checked={on}
          aria-label={trans.__('Schedule of %1', pipeline.name)}
          // Not disabled, which would take the focus away.
          aria-busy={busy}
          onChange={event => {
            const { checked } = event.target;
            setAsked(checked);
            act(() => actions.schedule(pipeline, checked));
          }}
        />
        <span>
          {trans.__('Schedule')} <code>{pipeline.schedule}</code>
        </span>
      </label>
      {!on && <span data-emr="schedule-off">{trans.__('switched off')}</span>}
      {on && until > 0 && (
        <span data-emr="schedule-next" title={Time.format(new Date(now + until).toISOString())}>
          {trans.__('next in %1', formatDuration(until))}
        </span>
      )}
    </div>
  );
}
