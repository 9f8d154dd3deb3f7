/** `jupyter emr runs`: the runs of pipelines. */
import { randomUUID } from 'node:crypto';

import { followRun, money, runError } from '../control';
import type { IDifference, IPipelineSummary, IRun, IRunList } from '../protocol';
import { EmrError } from '../protocol';
import type { CommandBody, ICommon, IContext } from './context';
import { INTERRUPTED } from './context';
import { Progress, duration, table } from './output';

/** Options of `jupyter emr runs`. */
export interface IRunsOptions extends ICommon {
  start?: boolean;
  argument?: Record<string, string>;
  token?: string;
  run?: string;
  cancel?: string;
  logs?: string;
  stream?: 'stdout' | 'stderr';
  attempt?: number;
  ui?: string;
  compare?: string[];
  schedule?: 'on' | 'off';
  remove?: boolean;
  limit?: number;
  follow: boolean;
}

function print(context: IContext<IRunsOptions>, value: unknown, text: () => string): void {
  context.terminal.out(context.options.json ? `${JSON.stringify(value, undefined, 2)}\n` : text());
}

export const runsCommand: CommandBody<IRunsOptions> = async context => {
  const { options, argument } = context;
  const control = context.control();
  const asked = (['start', 'run', 'cancel', 'logs', 'ui', 'compare', 'schedule', 'remove'] as const).filter(
    name => options[name] !== undefined
  );
  if (asked.length > 1) {
    throw wrong(`--${asked[0]} and --${asked[1]} cannot stand together.`, 'Ask for one thing at a time.');
  }
  const [what] = asked;
  if (what === undefined) {
    const list = await control.call('runs.list', filter(context), context);
    print(context, list, () => listText(list));
    return 0;
  }
  if (argument === undefined) {
    throw wrong(`--${what} needs the pipeline.`, 'jupyter emr runs lists them: jupyter emr runs PIPELINE …');
  }
  return ACTIONS[what](context, argument);
};

type Action = (context: IContext<IRunsOptions>, pipeline: string) => Promise<number>;

const ACTIONS: Record<'start' | 'run' | 'cancel' | 'logs' | 'ui' | 'compare' | 'schedule' | 'remove', Action> = {
  async start(context, pipeline) {
    const { options } = context;
    const run = await context.control().call(
      'runs.start',
      {
        pipeline,
        token: options.token ?? randomUUID(),
        ...(options.argument ? { arguments: options.argument } : {})
      },
      context
    );
    if (!options.follow) {
      print(context, run, () => `Run ${run.runId} of ${pipeline} is ${run.state}.\n`);
      return 0;
    }
    return follow(context, run);
  },
  async run(context, pipeline) {
    const runId = context.options.run ?? '';
    const run = await context.control().call('runs.get', { pipeline, runId }, context);
    print(context, run, () => runText(run));
    return 0;
  },
  async cancel(context, pipeline) {
    const runId = context.options.cancel ?? '';
    const answer = await context.control().call('runs.cancel', { pipeline, runId }, context);
    print(context, answer, () => `Run ${runId} of ${pipeline} is being cancelled.\n`);
    return 0;
  },
  async logs(context, pipeline) {
    const runId = context.options.logs ?? '';
    const { stream, attempt } = context.options;
    const log = await context
      .control()
      .call(
        'runs.logs',
        { pipeline, runId, ...(stream ? { stream } : {}), ...(attempt === undefined ? {} : { attempt }) },
        context
      );
    print(context, log, () => log.text);
    if (!context.options.json && (log.cut || !log.text)) {
      context.terminal.err(log.text ? `The beginning is in ${log.uri}\n` : `Nothing is there yet: ${log.uri}\n`);
    }
    return 0;
  },
  async ui(context, pipeline) {
    const answer = await context.control().call('runs.ui', { pipeline, runId: context.options.ui ?? '' }, context);
    print(context, answer, () => `${answer.url}\n`);
    return 0;
  },
  async compare(context, pipeline) {
    const [a, b, ...more] = context.options.compare ?? [];
    if (a === undefined || b === undefined || more.length > 0) {
      throw wrong('--compare takes two runs.', 'jupyter emr runs PIPELINE --compare RUN RUN');
    }
    const rows = await context.control().call('runs.compare', { pipeline, a, b }, context);
    print(context, rows, () => comparisonText(rows, a, b));
    return 0;
  },
  async schedule(context, pipeline) {
    const enabled = context.options.schedule === 'on';
    const summary = await context.control().call('schedule.set', { pipeline, enabled }, context);
    print(context, summary, () => `${pipelineLine(summary)}\n`);
    return 0;
  },
  async remove(context, pipeline) {
    const answer = await context.control().call('promote.remove', { pipeline, token: randomUUID() }, context);
    print(context, answer, () =>
      table(
        ['', 'STATE', ''],
        answer.steps.map(({ label, status, detail }) => [label, status, detail ?? ''])
      )
    );
    return 0;
  }
};

function wrong(message: string, fix: string): EmrError {
  return new EmrError({ code: 'UsageError', hop: 'config', message, fix });
}

function filter({ argument, options }: IContext<IRunsOptions>): { pipeline?: string; limit?: number } {
  return {
    ...(argument === undefined ? {} : { pipeline: argument }),
    ...(options.limit === undefined ? {} : { limit: options.limit })
  };
}

/** Follow a run; its driver's output is the command's output. */
async function follow(context: IContext<IRunsOptions>, run: IRun): Promise<number> {
  const { terminal, options, signal } = context;
  const progress = new Progress(terminal);
  const started = Date.now();
  try {
    const ended = await followRun(context.control(), run.pipeline, run.runId, {
      signal,
      onChange: now =>
        progress.show(
          `${run.pipeline} ${run.runId}: ${now.state}${terminal.interactive ? ` ${duration(Date.now() - started)}` : ''}`
        ),
      ...(options.json
        ? {}
        : {
            onLog: (text: string) => {
              progress.clear();
              terminal.out(text);
            }
          })
    });
    progress.end();
    const error = runError(ended);
    if (error) {
      if (options.json) {
        terminal.out(`${JSON.stringify({ ...ended, error: error.toJSON() }, undefined, 2)}\n`);
        return 1;
      }
      throw error;
    }
    print(context, ended, () => runText(ended));
    return 0;
  } catch (error) {
    progress.end();
    if (!signal.aborted) {
      throw error;
    }
    terminal.err(
      `No longer following; the run goes on. End it: jupyter emr runs ${run.pipeline} --cancel ${run.runId}\n`
    );
    return INTERRUPTED;
  }
}

function pipelineLine({
  name,
  applicationId,
  state,
  release,
  architecture,
  schedule,
  ...more
}: IPipelineSummary): string {
  const next = more.nextRunAt ? `, next ${more.nextRunAt}` : '';
  const when = schedule ? `${schedule}${more.scheduleEnabled ? next : ', off'}` : 'no schedule';
  return `${name}: ${when}; application ${applicationId} ${state}, ${release}, ${architecture}`;
}

function listText({ pipelines, runs }: IRunList): string {
  if (pipelines.length === 0) {
    return 'No pipelines. Deploy one: jupyter emr promote NOTEBOOK\n';
  }
  const lines = pipelines.map(one => `${pipelineLine(one)}\n${one.problem ? `! ${one.problem.message}\n` : ''}`);
  return runs.length === 0
    ? `${lines.join('')}No runs. Start one: jupyter emr runs ${pipelines[0]?.name ?? 'PIPELINE'} --start\n`
    : `${lines.join('')}\n${table(['RUN', 'PIPELINE', 'STATE', 'STARTED', 'TOOK', 'COST', 'BY', ''], runs.map(runLine))}`;
}

function runLine(run: IRun): string[] {
  return [
    run.runId,
    run.pipeline,
    run.state,
    run.startedAt ?? run.createdAt,
    run.durationSeconds === undefined ? '-' : duration(run.durationSeconds * 1000),
    run.cost ? `≈ ${money(run.cost)}` : '-',
    run.scheduled ? 'schedule' : (run.createdBy?.split('/').at(-1) ?? '-'),
    run.failure ? (run.failure.exception ?? run.failure.message.slice(0, 40)) : ''
  ];
}

function runText(run: IRun): string {
  const hours = run.billed
    ? `${run.billed.vcpuHours} vCPU hours, ${run.billed.memoryGbHours} GB hours of memory, ${run.billed.storageGbHours} GB hours of storage`
    : undefined;
  const lines: [string, string | undefined][] = [
    ['Run', `${run.runId} of ${run.pipeline}, ${run.state}`],
    [
      'Arguments',
      Object.entries(run.arguments)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ') || undefined
    ],
    ['Script', run.scriptUri],
    ['Took', run.durationSeconds === undefined ? undefined : duration(run.durationSeconds * 1000)],
    ['Attempts', attemptsText(run)],
    ['Queued', run.queuedSeconds ? duration(run.queuedSeconds * 1000) : undefined],
    ['Billed', hours],
    ['Cost', run.cost && `≈ ${money(run.cost)} (${run.cost.note})`],
    ['Error', run.failure && runError(run)?.message],
    ['', run.failure?.fix]
  ];
  return lines
    .filter(([, value]) => value)
    .map(([name, value]) => `${name.padEnd(10)}${value ?? ''}\n`)
    .join('');
}

/** `2 of 3: 1 FAILED (Job failed…); 2 SUCCESS`; undefined where there was one only. */
function attemptsText({ attempts = [], maxAttempts }: IRun): string | undefined {
  if (attempts.length === 0) {
    return undefined;
  }
  const told = attempts.map(
    ({ number, state, stateDetails = '' }) =>
      `${number} ${state}${state === 'FAILED' && stateDetails ? ` (${stateDetails.slice(0, 120)})` : ''}`
  );
  return `${attempts.length}${maxAttempts === undefined ? '' : ` of at most ${maxAttempts}`}: ${told.join('; ')}`;
}

function comparisonText(rows: IDifference[], a: string, b: string): string {
  return table(
    ['', a, b, ''],
    rows.map(({ what, a: one, b: other, same }) => [what, one, other, same ? '' : '≠'])
  );
}
