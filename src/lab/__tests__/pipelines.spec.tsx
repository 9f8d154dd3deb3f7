import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { act } from 'react';

import type { IErrorInfo, IPipelineSummary, IRun, IRunList } from '../../protocol';
import { EmrError } from '../../protocol';
import type { IControl, IPipelines } from '../tokens';
import type { IRunActions } from '../widgets/pipelines/body';
import { PipelinesBody } from '../widgets/pipelines/body';
import { CompareBody } from '../widgets/pipelines/compare';
import { RunBody } from '../widgets/pipelines/dialogs';
import { RunLog } from '../widgets/pipelines/log';
import { later, rendering } from './render';

const trans = nullTranslator.load('test');
const view = rendering();

const PIPELINE: IPipelineSummary = {
  name: 'features',
  applicationId: '00app',
  state: 'STARTED',
  release: 'emr-7.9.0',
  architecture: 'ARM64',
  schedule: 'cron(15 6 * * ? *)',
  scheduleEnabled: true,
  arguments: [
    { name: 'day', type: 'date', description: 'Which day' },
    { name: 'limit', type: 'int', default: '10' }
  ]
};

function run(number: number, more: Partial<IRun> = {}): IRun {
  return {
    runId: `r${number}`,
    applicationId: '00app',
    pipeline: 'features',
    state: 'SUCCESS',
    createdAt: `2026-02-0${number}T10:00:00Z`,
    startedAt: `2026-02-0${number}T10:00:10Z`,
    durationSeconds: 60 * number,
    scheduled: false,
    createdBy: 'arn:aws:iam::1:user/alice',
    arguments: { day: `2026-02-0${number}` },
    scriptUri: 's3://b/s.py',
    scriptVersion: 'abc',
    sparkConf: {},
    cost: { amount: 0.001 * number, currency: 'USD', note: 'Estimate' },
    ...more
  };
}
const FAILED = run(4, {
  state: 'FAILED',
  stateDetails: 'Job failed, please check complete logs',
  failure: {
    exception: 'AnalysisException',
    message: '[TABLE_OR_VIEW_NOT_FOUND] The table `x` cannot be found.',
    scriptLine: 15,
    scriptText: 'spark.table("x")',
    cell: 2,
    fix: 'Name the table.'
  }
});

/** Pipelines whose list the test gives. */
function pipelines(list: IRunList | null, error: IErrorInfo | null = null) {
  const asked: string[] = [];
  const model = {
    list,
    error,
    started: true,
    loading: false,
    changed: new Signal<object, void>({}),
    start: () => void asked.push('start'),
    refresh: () => {
      asked.push('refresh');
      return Promise.resolve();
    }
  } as unknown as IPipelines & { list: IRunList | null };
  return { model, asked };
}

function listOf(...runs: IRun[]): IRunList {
  return { pipelines: [PIPELINE], runs, asOf: '2026-02-06T10:00:00Z' };
}

/** Actions that write down what was asked of them, and end when the test says. */
function actions() {
  const done: [string, ...unknown[]][] = [];
  const ends: (() => void)[] = [];
  const act = (name: string) =>
    ((...args: unknown[]) => {
      done.push([name, ...args]);
      return new Promise<void>(resolve => ends.push(resolve));
    }) as () => Promise<void>;
  const names = ['run', 'cancel', 'compare', 'logs', 'ui', 'schedule', 'template'] as const;
  return { done, ends, actions: Object.fromEntries(names.map(name => [name, act(name)])) as unknown as IRunActions };
}

function control(answer: (method: string, params: Record<string, unknown>) => unknown) {
  const asked: [string, Record<string, unknown>][] = [];
  const request = (method: string, params: Record<string, unknown>) => {
    asked.push([method, params]);
    const result = answer(method, params);
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  };
  return { asked, control: { request } as unknown as IControl };
}

describe('the pipelines of the sidebar', () => {
  it('say in each row how a run ended, how long it took and what it cost, and why it failed', async () => {
    const { model } = pipelines(listOf(FAILED, run(3), run(2), run(1)));
    await view.show(<PipelinesBody pipelines={model} actions={actions().actions} trans={trans} />);
    const rows = view.all('run');
    expect(rows).toHaveLength(3);
    expect(rows[0].textContent).toContain('AnalysisException: [TABLE_OR_VIEW_NOT_FOUND]');
    expect(rows[0].textContent).toContain('4 min');
    expect(rows[1].textContent).toMatch(/Succeeded.*3 min.*≈ \$0\.0030/);
    await view.click('runs-all');
    expect(view.all('run')).toHaveLength(4);
  });

  it('unfold a run: its arguments, the line that failed, and what one can do', async () => {
    const { model } = pipelines(listOf(FAILED, run(3)));
    const { actions: all, done } = actions();
    await view.show(<PipelinesBody pipelines={model} actions={all} trans={trans} />);
    expect(view.all('run-inside')).toHaveLength(0);
    await view.click('run-toggle');
    expect(view.find('run-toggle').getAttribute('aria-expanded')).toBe('true');
    expect(view.find('run-failure').textContent).toContain('Line 15 of the script, cell 3 of the notebook');
    expect(view.find('run-failure').textContent).toContain('Name the table.');
    expect(view.find('run-inside').textContent).toContain('2026-02-04');
    expect(view.find('run-inside').textContent).toContain('by alice');
    for (const hook of ['run-logs', 'run-ui', 'run-again', 'run-compare', 'pipeline-run', 'pipeline-template']) {
      await view.click(hook);
    }
    expect(done).toEqual([
      ['logs', FAILED],
      ['ui', FAILED],
      ['run', PIPELINE, FAILED],
      // With the last good one.
      ['compare', FAILED, run(3), [FAILED, run(3)]],
      ['run', PIPELINE],
      ['template', PIPELINE]
    ]);
    expect(view.all('run-cancel')).toHaveLength(0);
  });

  it('draw the durations and costs, whose bars unfold a run that is not among the first', async () => {
    const { model } = pipelines(listOf(FAILED, run(3), run(2), run(1)));
    await view.show(<PipelinesBody pipelines={model} actions={actions().actions} trans={trans} />);
    const svg = view.find('run-chart').querySelector('svg');
    expect(svg?.getAttribute('aria-label')).toBe(
      'Durations of the last 4 runs, 1 failed, longest 4 min, dearest ≈ $0.0040'
    );
    const bars = [...(svg?.querySelectorAll('g') ?? [])];
    expect(bars.map(bar => bar.dataset['kind'])).toEqual(['good', 'good', 'good', 'bad']);
    const height = (name: string) => bars.map(bar => Number(bar.querySelector(`.${name}`)?.getAttribute('height')));
    expect(height('jp-EMR-chart-time')).toEqual([8, 16, 24, 32]);
    expect(height('jp-EMR-chart-cost')).toEqual([4, 7, 11, 14]);
    await act(() => later(() => bars[0].dispatchEvent(new MouseEvent('click', { bubbles: true }))));
    expect(view.find('run-inside').closest('[data-run-id]')?.getAttribute('data-run-id')).toBe('r1');
  });

  it('cancel a run that goes on, once', async () => {
    const goes = run(4, { state: 'RUNNING' });
    const { model } = pipelines(listOf(goes));
    const { actions: all, done, ends } = actions();
    await view.show(<PipelinesBody pipelines={model} actions={all} trans={trans} />);
    await view.click('run-cancel');
    await view.click('run-cancel');
    expect(done).toEqual([['cancel', goes]]);
    expect(view.find<HTMLButtonElement>('run-cancel').disabled).toBe(true);
    await act(() => later(ends[0]));
    expect(view.find<HTMLButtonElement>('run-cancel').disabled).toBe(false);
  });

  it('show the schedule as it was asked for, and then as AWS says', async () => {
    const { model } = pipelines(listOf());
    const { actions: all, done, ends } = actions();
    await view.show(<PipelinesBody pipelines={model} actions={all} trans={trans} />);
    const box = view.find<HTMLInputElement>('schedule-switch');
    expect(box.checked).toBe(true);
    await view.click('schedule-switch');
    expect(done).toEqual([['schedule', PIPELINE, false]]);
    expect(box.checked).toBe(false);
    expect(view.find('schedule-off').textContent).toBe('switched off');
    // It was refused: the list is as it was.
    await act(() => later(ends[0]));
    expect(box.checked).toBe(true);
  });

  it('bring a run into sight that a notification names', async () => {
    const { model } = pipelines(listOf(FAILED, run(3), run(2), run(1)));
    await view.show(
      <PipelinesBody
        pipelines={model}
        actions={actions().actions}
        trans={trans}
        reveal={{ pipeline: 'features', runId: 'r1' }}
      />
    );
    expect(view.find('run-inside').closest('[data-run-id]')?.getAttribute('data-run-id')).toBe('r1');
    expect(document.activeElement).toBe(view.find('pipeline'));
  });

  const DENIED: IErrorInfo = { code: 'AccessDenied', hop: 'emr-serverless', message: 'Not allowed.', fix: 'Ask.' };

  it('say why there is no list, and ask again', async () => {
    const { model, asked } = pipelines(null, DENIED);
    await view.show(<PipelinesBody pipelines={model} actions={actions().actions} trans={trans} />);
    expect(view.find('pipelines-error').getAttribute('role')).toBe('alert');
    expect(view.find('pipelines-error').textContent).toContain('Not allowed.');
    await view.click('retry');
    expect(asked).toEqual(['start', 'refresh']);
  });

  it('keep what is known where AWS cannot be asked', async () => {
    const { model } = pipelines({ ...listOf(run(1)), stale: DENIED });
    await view.show(<PipelinesBody pipelines={model} actions={actions().actions} trans={trans} />);
    expect(view.find('stale').textContent).toMatch(/^This is how it was .* ago\.$/);
    expect(view.find('pipelines-error').getAttribute('role')).toBe('status');
    expect(view.all('run')).toHaveLength(1);
  });

  it('say that there is none, and how to make one', async () => {
    await view.show(
      <PipelinesBody
        pipelines={pipelines({ pipelines: [], runs: [], asOf: '2026-02-06T10:00:00Z' }).model}
        actions={actions().actions}
        trans={trans}
      />
    );
    expect(view.find('pipelines-empty').textContent).toContain('Promote a notebook');
  });
});

describe('the dialog that starts a run', () => {
  async function open(answers: (Error | IRun)[], again?: IRun) {
    const started: [string, Record<string, string>, string][] = [];
    let closed = false;
    const model = {
      run: (...args: [string, Record<string, string>, string]) => {
        started.push(args);
        const answer = answers.shift();
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      }
    } as unknown as IPipelines;
    const onClose = () => {
      closed = true;
    };
    await view.show(
      <RunBody pipelines={model} pipeline={PIPELINE} trans={trans} onClose={onClose} {...(again ? { again } : {})} />
    );
    return { started, closed: () => closed };
  }
  const submit = () =>
    act(() =>
      later(() => view.find('run-dialog').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })))
    );

  it('wants what has no default, and says what is wrong with a value', async () => {
    const { started, closed } = await open([run(5)]);
    expect(view.find<HTMLButtonElement>('run-submit').disabled).toBe(true);
    await view.enter('[data-argument=day]', 'yesterday');
    expect(view.host.textContent).toContain('This has to be a day');
    await submit();
    expect(started).toEqual([]);
    await view.enter('[data-argument=day]', '2026-02-05');
    await submit();
    expect(started).toEqual([['features', { day: '2026-02-05' }, expect.any(String)]]);
    expect(closed()).toBe(true);
  });

  it('starts from the arguments of the run before, but not from those that the script has no more', async () => {
    const { started } = await open([run(5)], run(3, { arguments: { day: '2026-02-03', limit: '7', gone: 'x' } }));
    await submit();
    expect(started[0][1]).toEqual({ day: '2026-02-03', limit: '7' });
  });

  it('asks for the same run again where the answer was lost, and for another where it was refused', async () => {
    const lost = new EmrError({ code: 'Unanswered', hop: 'kernel', message: 'Lost.' });
    const refused = new EmrError({ code: 'ValidationException', hop: 'emr-serverless', message: 'No.' });
    const { started, closed } = await open([lost, refused, run(5)], run(3));
    await submit();
    expect(view.find('run-error').textContent).toContain('Lost.');
    await submit();
    expect(view.find('run-error').textContent).toContain('No.');
    await submit();
    const tokens = started.map(([, , token]) => token);
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
    expect(closed()).toBe(true);
  });
});

describe('the comparison', () => {
  const ROWS = [
    { what: 'outcome', a: 'SUCCESS', b: 'FAILED', same: false, kind: 'state' },
    { what: 'release', a: 'emr-7.9.0', b: 'emr-7.9.0', same: true },
    { what: 'seconds', a: '180', b: '–', same: false, kind: 'seconds' }
  ];

  it('has the earlier run on the left, what differs first, and other runs to choose', async () => {
    const { control: kernel, asked } = control(() => ROWS);
    await view.show(
      <CompareBody
        control={kernel}
        run={FAILED}
        other={run(3)}
        runs={[FAILED, run(3), run(2)]}
        trans={trans}
        onClose={() => undefined}
      />
    );
    expect(asked).toEqual([['runs.compare', { pipeline: 'features', a: 'r3', b: 'r4' }]]);
    const rows = [...view.host.querySelectorAll('tr[data-what]')].map(row => row.textContent);
    expect(rows).toEqual(['outcomeSucceededFailed', 'seconds3 min–', 'releaseemr-7.9.0emr-7.9.0']);
    await view.enter('[data-emr=compare-a]', 'r2');
    expect(asked.at(-1)?.[1]).toEqual({ pipeline: 'features', a: 'r2', b: 'r4' });
  });

  it('says why it cannot be made', async () => {
    const { control: kernel } = control(() => new Error('throttled'));
    await view.show(
      <CompareBody
        control={kernel}
        run={FAILED}
        other={run(3)}
        runs={[FAILED, run(3)]}
        trans={trans}
        onClose={() => undefined}
      />
    );
    expect(view.find('error').textContent).toContain('throttled');
  });
});

describe('the log of a run', () => {
  it('is read again until the run has ended, and keeps what is there meanwhile', async () => {
    jest.useFakeTimers();
    try {
      const answers = [
        { text: 'one', uri: 's3://logs/', cut: false, complete: false },
        { text: 'one\ntwo', uri: 's3://logs/', cut: false, complete: true }
      ];
      const { control: kernel, asked } = control(() => answers[Math.min(asked.length, 2) - 1]);
      await view.show(<RunLog control={kernel} run={run(1)} trans={trans} />);
      expect(view.find('run-log-text').textContent).toBe('one');
      expect(view.find('run-log-about').textContent).toContain('the run goes on');
      await act(() => jest.advanceTimersByTimeAsync(5000));
      expect(view.find('run-log-text').textContent).toBe('one\ntwo');
      await act(() => jest.advanceTimersByTimeAsync(60_000));
      expect(asked).toHaveLength(2);
      await view.enter('[data-emr=run-log-stream]', 'stderr');
      expect(asked.at(-1)?.[1]).toMatchObject({ stream: 'stderr' });
    } finally {
      jest.useRealTimers();
    }
  });

  it('says why it cannot be read', async () => {
    const { control: kernel } = control(
      () => new EmrError({ code: 'NoLogs', hop: 'emr-serverless', message: 'No log.', fix: 'Open its Spark UI.' })
    );
    await view.show(<RunLog control={kernel} run={run(1)} trans={trans} />);
    expect(view.find('error').textContent).toContain('Open its Spark UI.');
  });
});
