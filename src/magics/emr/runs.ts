import { randomUUID } from 'node:crypto';

import { EmrError } from '../../protocol';
import { AWS_OPTIONS, awsContext } from '../bind';
import { usage } from '../options';
import { ProgressDisplay, STARTING_AFTER_MS } from '../progress';
import { say, showTable } from '../show';
import { escape } from '../../session';
import { boundRegion } from './session';

import type { IControlService } from '../../control';
import type { IRun } from '../../protocol';
import type { IArguments, ICommand, ICountedCell } from '../types';

/** Options of which only one may stand. */
const ACTIONS = ['start', 'run', 'cancel', 'logs', 'ui', 'compare', 'schedule'] as const;

/** `%emr runs`. */
export const runs: ICommand = {
  name: 'runs',
  summary: 'Pipelines on EMR Serverless and their runs: list, start, cancel, explain, compare',
  usage: '[PIPELINE] [RUN RUN]',
  options: [
    { name: 'start', help: 'Start a run and wait for its end' },
    { name: 'argument', short: 'a', value: 'NAME=VALUE', help: 'An argument of the run', multiple: true },
    { name: 'no-wait', help: 'Do not wait for its end' },
    { name: 'run', value: 'RUN', help: 'One run: why it failed, what it cost' },
    { name: 'cancel', value: 'RUN', help: 'End a run' },
    { name: 'logs', value: 'RUN', help: 'The driver’s log of a run' },
    { name: 'stream', value: 'STREAM', help: 'Which log', choices: ['stderr', 'stdout'] },
    { name: 'attempt', value: 'NUMBER', help: 'With --logs: which attempt of a run that is tried again' },
    { name: 'ui', value: 'RUN', help: 'Open the Spark UI of a run' },
    { name: 'compare', help: 'Compare the two runs that follow the pipeline’s name' },
    { name: 'schedule', value: 'on|off', help: 'Switch the schedule', choices: ['on', 'off'] },
    ...AWS_OPTIONS
  ],
  async run({ args, cell, notebook }) {
    const [pipeline, ...words] = args.words;
    const asked = ACTIONS.filter(name => args.has(name));
    if (asked.length > 1) {
      throw usage(`%emr runs: --${asked[0]} and --${asked[1]} cannot stand together.`, 'Ask for one thing at a time.');
    }
    const [what] = asked;
    if (what !== undefined && pipeline === undefined) {
      throw usage(`%emr runs --${what} needs the pipeline.`, '%emr runs lists them.');
    }
    const control = await notebook.control(awsContext('%emr runs', args) ?? boundRegion(notebook));
    const call: IControlService['call'] = (method, params) => control.call(method, params, { signal: cell.signal });
    const runId = (name: string): string => args.get(name) ?? '';
    if (pipeline === undefined || what === undefined) {
      await list(control, cell, pipeline);
      return;
    }
    switch (what) {
      case 'start':
        await start(control, pipeline, args, cell);
        return;
      case 'run':
        await showRun(cell, await call('runs.get', { pipeline, runId: runId('run') }));
        return;
      case 'cancel':
        await call('runs.cancel', { pipeline, runId: runId('cancel') });
        say(cell, `The run ${runId('cancel')} is being cancelled.`);
        return;
      case 'logs': {
        const stream = args.get('stream') === 'stdout' ? 'stdout' : 'stderr';
        const attempt = args.has('attempt') ? Number(args.get('attempt')) : undefined;
        if (attempt !== undefined && !(Number.isInteger(attempt) && attempt > 0)) {
          throw usage(
            `--attempt cannot be "${(args.get('attempt') ?? '').slice(0, 20)}".`,
            'Attempts are counted from 1.'
          );
        }
        const asked = {
          pipeline,
          runId: runId('logs'),
          stream,
          ...(attempt === undefined ? {} : { attempt })
        } as const;
        const log = await call('runs.logs', asked);
        say(cell, log.text || `Nothing is there yet: ${log.uri}`);
        return;
      }
      case 'ui':
        showButton(cell, pipeline, runId('ui'));
        return;
      case 'compare': {
        const [a, b, ...more] = words;
        if (a === undefined || b === undefined || more.length > 0) {
          throw usage('%emr runs --compare takes two runs.', '%emr runs PIPELINE --compare RUN RUN');
        }
        const rows = await call('runs.compare', { pipeline, a, b });
        showTable(
          cell,
          ['', a, b, 'same'],
          rows.map(row => [row.what, row.a, row.b, row.same ? 'yes' : 'no']),
          'There is nothing to compare.'
        );
        return;
      }
      case 'schedule': {
        const summary = await call('schedule.set', { pipeline, enabled: args.get('schedule') === 'on' });
        say(cell, `${pipeline}: ${summary.schedule ?? ''} is ${summary.scheduleEnabled ? 'on' : 'off'}.`);
      }
    }
  }
};

/** A presigned address is a pass for whoever has it, and outputs are saved: the page asks for it when one clicks. */
function showButton(cell: ICountedCell, pipeline: string, run: string): void {
  cell.display({
    'text/html': `<button class="jp-mod-styled jp-mod-accept" data-commandlinker-command="emr:open-spark-ui" data-commandlinker-args="${escape(JSON.stringify({ pipeline, run }))}">Open the Spark UI of ${escape(run)}</button>`,
    'text/plain': `Spark UI of ${run}: jupyter emr runs ${pipeline} --ui ${run}. Its address is a pass for an hour, so it is not written into the notebook.`
  });
}

async function list(control: IControlService, cell: ICountedCell, pipeline: string | undefined): Promise<void> {
  const { money } = await import('../../control');
  const found = await control.call('runs.list', pipeline === undefined ? {} : { pipeline }, { signal: cell.signal });
  showTable(
    cell,
    ['pipeline', 'schedule', 'next', 'application', 'state', 'release'],
    found.pipelines.map(one => [
      one.name,
      one.schedule ? `${one.schedule}${one.scheduleEnabled ? '' : ' (off)'}` : '',
      one.nextRunAt,
      one.applicationId,
      one.state,
      `${one.release}, ${one.architecture}`
    ]),
    'There are no pipelines. %emr promote makes one of this notebook.'
  );
  if (found.pipelines.length > 0) {
    showTable(
      cell,
      ['run', 'pipeline', 'state', 'started', 'seconds', 'cost (estimate)', 'error'],
      found.runs.map(run => [
        run.runId,
        run.pipeline,
        run.state,
        run.startedAt ?? run.createdAt,
        run.durationSeconds,
        run.cost && money(run.cost),
        run.failure?.exception ?? run.failure?.message
      ]),
      'It has not run yet: %emr runs PIPELINE --start.'
    );
  }
}

async function start(control: IControlService, pipeline: string, args: IArguments, cell: ICountedCell): Promise<void> {
  const { followRun, runError } = await import('../../control');
  const run = await control.call(
    'runs.start',
    { pipeline, token: randomUUID(), arguments: argumentsOf(args.all('argument')) },
    { signal: cell.signal }
  );
  if (args.has('no-wait')) {
    say(cell, `The run ${run.runId} of ${pipeline} is ${run.state}.`);
    return;
  }
  const progress = new ProgressDisplay(cell, STARTING_AFTER_MS);
  try {
    const ended = await followRun(control, pipeline, run.runId, {
      signal: cell.signal,
      onChange: (now, stale) =>
        progress.say(`${pipeline}, run ${run.runId}: ${now.state}${stale ? ` — ${stale.message}` : ''}`),
      onLog: text => cell.stream('stdout', text)
    });
    progress.end(true);
    const error = runError(ended);
    if (error) {
      throw error;
    }
    await showRun(cell, ended);
  } catch (error) {
    if (!cell.signal.aborted) {
      throw error;
    }
    throw new EmrError({
      code: 'KeyboardInterrupt',
      hop: 'kernel',
      message: `Stopped waiting. The run ${run.runId} of ${pipeline} goes on.`,
      fix: `%emr runs ${pipeline} --cancel ${run.runId} ends it.`
    });
  } finally {
    progress.end();
  }
}

/** @throws EmrError `UsageError` for what is not NAME=VALUE */
function argumentsOf(texts: string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=');
      if (at < 1) {
        throw usage(`--argument cannot be "${text.slice(0, 60)}".`, 'Write it as NAME=VALUE.');
      }
      return [text.slice(0, at), text.slice(at + 1)];
    })
  );
}

async function showRun(cell: ICountedCell, run: IRun): Promise<void> {
  const { money, runError } = await import('../../control');
  const took = run.durationSeconds === undefined ? '' : ` after ${Math.round(run.durationSeconds)} s`;
  say(cell, `The run ${run.runId} of ${run.pipeline} is ${run.state}${took}.`);
  const given = Object.entries(run.arguments).map(([name, value]) => `${name}=${value}`);
  if (given.length > 0) {
    say(cell, `Arguments: ${given.join(' ')}`);
  }
  if (run.billed) {
    const { vcpuHours, memoryGbHours, storageGbHours } = run.billed;
    say(
      cell,
      `Billed: ${vcpuHours} vCPU hours, ${memoryGbHours} GB hours of memory, ${storageGbHours} GB hours of storage.`
    );
  }
  if (run.cost) {
    say(cell, `About ${money(run.cost)}. ${run.cost.note}`);
  }
  for (const { number, state, stateDetails } of run.attempts ?? []) {
    say(cell, `Attempt ${number}: ${state}${stateDetails && state === 'FAILED' ? `, ${stateDetails}` : ''}`);
  }
  const error = run.failure && runError(run);
  if (error) {
    say(cell, [error.message, error.fix].filter(Boolean).join('\n'));
  }
}
