import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';

import type { IRun } from '../../protocol';
import { runNotificationsPlugin } from '../plugins/runNotifications';

const ALICE = 'arn:aws:iam::1:user/alice';
const RUN: IRun = {
  runId: 'r1',
  applicationId: 'app',
  pipeline: 'features',
  state: 'SUCCESS',
  createdAt: '2026-02-02T10:00:00Z',
  durationSeconds: 42,
  scheduled: false,
  createdBy: ALICE,
  arguments: {},
  scriptUri: 's3://b/s.py',
  scriptVersion: 'abc',
  sparkConf: {},
  cost: { amount: 0.0042, currency: 'USD', note: '' }
};

let ended: Signal<object, IRun>;
let followed: Set<string>;
let settings: { notifications: boolean };
let executed: [string, unknown][];

beforeEach(() => {
  ended = new Signal<object, IRun>({});
  followed = new Set();
  settings = { notifications: true };
  executed = [];
  const commands = {
    execute: (id: string, args: unknown) => {
      executed.push([id, args]);
      return Promise.resolve();
    }
  };
  void runNotificationsPlugin.activate(
    { commands } as unknown as JupyterFrontEnd,
    { ended, isFollowed: (id: string) => followed.has(id) },
    { account: { arn: ALICE } },
    { current: settings },
    null
  );
});
afterEach(() => Notification.manager.dismiss());

const told = () => Notification.manager.notifications.map(({ message, type }) => [type, message]);

it('tells how the user’s own run ended, what it took and what it cost, with a way to its log', () => {
  ended.emit(RUN);
  expect(told()).toEqual([['success', 'features (42 s, ≈ $0.0042) succeeded.']]);
  const { actions = [] } = Notification.manager.notifications[0].options;
  expect(actions.map(({ label }) => label)).toEqual(['Log', 'Show']);
  actions[0].callback(new MouseEvent('click'));
  expect(executed).toEqual([['emr:show-run-log', { pipeline: 'features', run: 'r1' }]]);
});

it('says Spark’s error of a run that failed', () => {
  ended.emit({ ...RUN, state: 'FAILED', failure: { exception: 'ValueError', message: 'no ticks' } });
  expect(told()).toEqual([['error', 'features (42 s, ≈ $0.0042) failed: ValueError: no ticks']]);
});

it('does not tell of others’ runs nor of scheduled ones, unless they are followed', () => {
  ended.emit({ ...RUN, createdBy: 'arn:aws:iam::1:user/bob' });
  ended.emit({ ...RUN, scheduled: true });
  expect(told()).toEqual([]);
  followed.add('r1');
  ended.emit({ ...RUN, scheduled: true, state: 'CANCELLED' });
  expect(told()).toEqual([['info', 'features (42 s, ≈ $0.0042) was cancelled.']]);
});

it('is silent where the settings say so', () => {
  settings.notifications = false;
  ended.emit(RUN);
  expect(told()).toEqual([]);
});
