import { nullTranslator } from '@jupyterlab/translation';

import type { IArgument, IRun, IRunList } from '../../protocol';
import { PipelinesModel } from '../model/pipelines';
import { ControlModel } from '../model/control';
import { formatCost } from '../format';
import { counterpart, runSeconds, valueError } from '../model/runs';
import { FakeServer, settle, when } from './fakes';

const trans = nullTranslator.load('test');

const RUN: IRun = {
  runId: 'r1',
  applicationId: 'app',
  pipeline: 'features',
  state: 'RUNNING',
  createdAt: '2026-02-02T10:00:00Z',
  scheduled: false,
  arguments: {},
  scriptUri: 's3://b/s.py',
  scriptVersion: 'abc',
  sparkConf: {}
};

it.each([
  ['int', '12', true],
  ['int', '1.5', false],
  ['float', '1e3', true],
  ['float', 'x', false],
  ['bool', 'True', true],
  ['bool', '1', false],
  ['date', '2026-02-28', true],
  ['date', '2026-02-30', false],
  ['date', '2026-2-3', false],
  ['json', '["a"]', true],
  ['json', '[a]', false],
  ['date', '${day}', true],
  ['string', 'anything', true]
])('an argument of type %s takes %j: %s', (type, value, fits) => {
  const argument: IArgument = { name: 'x', type: type as IArgument['type'] };
  expect(valueError(argument, value, trans) === undefined).toBe(fits);
});

it('wants a value where there is no default, and only there', () => {
  expect(valueError({ name: 'x', type: 'int' }, '', trans)).toBe('This is required.');
  expect(valueError({ name: 'x', type: 'int', optional: true }, '', trans)).toBeUndefined();
  expect(valueError({ name: 'x', type: 'int', default: '3' }, '', trans)).toBeUndefined();
});

it('says costs so that two digits mean something', () => {
  const cost = (amount: number, currency = 'USD') => formatCost({ amount, currency, note: '' });
  expect(cost(0)).toBe('≈ $0.00');
  expect(cost(0.00421)).toBe('≈ $0.0042');
  expect(cost(12.345)).toBe('≈ $12.35');
  expect(cost(0.5, 'EUR')).toBe('≈ €0.50');
  expect(cost(1e-9)).toBe('≈ $0.0000000010');
  expect(cost(0.5, 'credits')).toBe('≈ 0.50 credits');
});

it('counts the time of a run that goes on, and none of one that waits', () => {
  const now = Date.parse('2026-02-02T10:01:00Z');
  expect(runSeconds(RUN, now)).toBeUndefined();
  expect(runSeconds({ ...RUN, startedAt: '2026-02-02T10:00:30Z', durationSeconds: 5 }, now)).toBe(30);
  expect(runSeconds({ ...RUN, state: 'SUCCESS', durationSeconds: 5 }, now)).toBe(5);
});

describe('PipelinesModel', () => {
  const list = (asOf: string, ...runs: IRun[]): IRunList => ({ pipelines: [], runs, asOf });

  function served(answers: Record<string, unknown>) {
    const server = new FakeServer([
      {
        onRequest: (comm, { type, id, method }) => {
          const answer = answers[method];
          if (type === 'request' && answer instanceof Error) {
            comm.say({ type: 'reply', id, ok: false, error: { code: 'X', hop: 'kernel', message: answer.message } });
          } else if (type === 'request') {
            comm.reply(id, answer);
          }
        }
      }
    ]);
    const control = new ControlModel({ serviceManager: server.manager, backoff: [0] });
    return { server, model: new PipelinesModel(control) };
  }

  it('asks nothing before it is wanted, then follows, and tells ends once', async () => {
    const { server, model } = served({ 'runs.watch': list('2026-02-02T10:00:00Z', RUN) });
    await settle();
    expect(server.kernels).toHaveLength(0);
    const ended: string[] = [];
    model.ended.connect((_, run) => ended.push(`${run.runId} ${run.state}`));
    model.start();
    model.start();
    await when(model.changed, () => model.list !== null);
    const { comm } = server.kernel;
    expect(comm.sent.filter(({ method }) => method === 'runs.watch')).toHaveLength(1);
    const done: IRun = { ...RUN, state: 'FAILED' };
    const event = (data: IRunList) => comm.say({ type: 'event', event: 'runs', data });
    event(list('2026-02-02T10:01:00Z', done, { ...RUN, runId: 'r2', state: 'SUCCESS' }));
    event(list('2026-02-02T10:02:00Z', done));
    // What is older than what is known does not count.
    event(list('2026-02-02T10:00:30Z', RUN));
    expect(ended).toEqual(['r1 FAILED']);
    expect(model.list?.runs).toEqual([done]);
  });

  it('keeps the list where asking again fails, and says why', async () => {
    const answers: Record<string, unknown> = { 'runs.watch': list('2026-02-02T10:00:00Z', RUN) };
    const { model } = served(answers);
    model.start();
    await when(model.changed, () => model.list !== null && !model.loading);
    answers['runs.list'] = new Error('no');
    await model.refresh();
    expect(model.error?.message).toBe('no');
    expect(model.list?.runs).toHaveLength(1);
    answers['runs.list'] = list('2026-02-02T10:05:00Z');
    await model.refresh();
    expect(model.error).toBeNull();
    expect(model.list?.runs).toHaveLength(0);
  });

  it('tells the end of a run that was started here and had ended when the next list came', async () => {
    const answers: Record<string, unknown> = {
      'runs.watch': list('2026-02-02T10:00:00Z'),
      'runs.start': RUN,
      'runs.list': list('2026-02-02T10:05:00Z', { ...RUN, state: 'SUCCESS' })
    };
    const { model } = served(answers);
    model.start();
    await when(model.changed, () => model.list !== null && !model.loading);
    const end = when(model.ended);
    await model.run('features', {}, 'token');
    expect((await end).state).toBe('SUCCESS');
    expect(model.isFollowed('r1')).toBe(true);
  });

  it('begins to follow where the first thing that is wanted is a fresh list', async () => {
    const { server, model } = served({ 'runs.watch': list('2026-02-02T10:00:00Z', RUN) });
    await model.control.start();
    await model.refresh();
    expect(model.list?.runs).toHaveLength(1);
    expect(server.kernel.comm.sent.map(({ method }) => method)).toEqual(['runs.watch']);
  });
});

it('compares with the last good run before, else with the one before, else with any', () => {
  const run = (day: number, state: IRun['state']): IRun => ({
    ...RUN,
    runId: `r${day}`,
    state,
    createdAt: `2026-02-0${day}T10:00:00Z`
  });
  const runs = [run(4, 'FAILED'), run(3, 'FAILED'), run(2, 'SUCCESS'), run(1, 'SUCCESS')];
  expect(runs.map(one => counterpart(one, runs)?.runId)).toEqual(['r2', 'r2', 'r1', 'r4']);
  expect(counterpart(runs[0], runs.slice(0, 2))?.runId).toBe('r3');
  expect(counterpart(runs[0], [runs[0]])).toBeUndefined();
});
