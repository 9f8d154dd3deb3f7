import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { act } from 'react';

import type { IApplication, IApplicationList } from '../../protocol';
import { ApplicationsModel } from '../model/applications';
import { ControlModel } from '../model/control';
import type { IApplications, INotebookSession, INotebookSessions } from '../tokens';
import type { IApplicationActions } from '../widgets/applications';
import { ApplicationsBody } from '../widgets/applications';
import { FakeServer, when } from './fakes';
import { later, rendering } from './render';

const trans = nullTranslator.load('test');

function application(name: string, more: Partial<IApplication> = {}): IApplication {
  return { applicationId: `00${name}`, name, state: 'STOPPED', release: 'emr-7.9.0', livy: true, ...more };
}
const CLOSED = application('closed', { livy: false, why: 'its Livy endpoint is off' });

describe('the applications of the sidebar', () => {
  const view = rendering();

  async function show(list: Partial<IApplicationList>, bound: INotebookSession[] = []) {
    const done: [string, ...unknown[]][] = [];
    const ends: (() => void)[] = [];
    const act =
      (name: string) =>
      (...args: unknown[]) => {
        done.push([name, ...args]);
        return new Promise<void>(resolve => ends.push(resolve));
      };
    const actions = Object.fromEntries(['connect', 'start', 'stop', 'show'].map(name => [name, act(name)]));
    const applications = {
      list: { applications: [], asOf: '2026-02-06T10:00:00Z', ...list },
      error: null,
      changed: new Signal<object, void>({}),
      start: () => undefined
    } as unknown as IApplications;
    const notebooks = { all: () => bound, changed: new Signal<object, void>({}) } as unknown as INotebookSessions;
    await view.show(
      <ApplicationsBody
        applications={applications}
        notebooks={notebooks}
        actions={actions as unknown as IApplicationActions}
        trans={trans}
      />
    );
    return { done, ends };
  }

  it('can be connected to and started, once; those that take no notebooks say why', async () => {
    const { done, ends } = await show({ applications: [application('trials', { autoStopMinutes: 15 }), CLOSED] });
    expect(view.find('application').textContent).toMatch(/trials.*Stopped.*emr-7\.9\.0.*stops after 15 min idle/);
    expect(view.find('applications-others').textContent).toMatch(/1 takes no notebooks.*its Livy endpoint is off/);
    // Of one that takes none there is no button to connect to it.
    expect(view.all('application-connect')).toHaveLength(1);
    expect(view.all('application-stop')).toHaveLength(0);
    await view.click('application-connect');
    await view.click('application-start');
    await view.click('application-start');
    expect(done.map(([name]) => name)).toEqual(['connect', 'start']);
    await act(() => later(ends[1]));
    await view.click('application-start');
    expect(done).toHaveLength(3);
  });

  it('name the notebooks with a session on them, which a stop has to deal with', async () => {
    const bound = {
      panel: { id: 'n1', title: { label: 'ticks.ipynb' } },
      binding: { applicationId: '00trials' },
      status: { state: 'busy' }
    } as unknown as INotebookSession;
    const started = application('trials', { state: 'STARTED' });
    const { done } = await show({ applications: [started, application('other', { state: 'STOPPING' })] }, [bound]);
    expect(view.all('application-notebook').map(({ textContent }) => textContent)).toEqual(['ticks.ipynb · busy']);
    expect(view.all('application-start')).toHaveLength(0);
    await view.click('show-notebook');
    await view.click('application-stop');
    // It is stopping already.
    await view.click('application-stop', 1);
    expect(done).toEqual([
      ['show', bound],
      ['stop', started, [bound]]
    ]);
  });

  it('say what could not be read, and that there is none', async () => {
    await show({ problem: { code: 'AccessDenied', hop: 'emr-serverless', message: 'No details.' } });
    expect(view.find('applications-problem').textContent).toContain('No details.');
    expect(view.find('applications-empty').textContent).toContain('no application');
  });
});

describe('ApplicationsModel', () => {
  let model: ApplicationsModel;
  afterEach(() => {
    model.dispose();
    jest.useRealTimers();
  });

  function make(states: string[]) {
    let looks = 0;
    const server = new FakeServer([
      {
        onRequest: (comm, { type, id, method }) => {
          if (type === 'request') {
            const state = states[Math.min(looks, states.length - 1)];
            looks += method === 'applications.list' ? 1 : 0;
            const row = application('trials', { state });
            const list: IApplicationList = { applications: [row], asOf: new Date().toISOString() };
            comm.reply(id, method === 'applications.list' ? list : row);
          }
        }
      }
    ]);
    model = new ApplicationsModel(new ControlModel({ serviceManager: server.manager }));
    return { looks: () => looks, state: () => model.list?.applications[0].state };
  }

  it('looks again soon while an application starts, and seldom when it has started', async () => {
    jest.useFakeTimers();
    const { looks, state } = make(['STOPPED', 'STARTING', 'STARTED']);
    model.start();
    await jest.advanceTimersByTimeAsync(100);
    expect(state()).toBe('STOPPED');
    await model.startApplication('00trials');
    await jest.advanceTimersByTimeAsync(100);
    expect(state()).toBe('STARTING');
    await jest.advanceTimersByTimeAsync(3000);
    expect(state()).toBe('STARTED');
    const before = looks();
    await jest.advanceTimersByTimeAsync(50_000);
    expect(looks()).toBe(before);
    await jest.advanceTimersByTimeAsync(15_000);
    expect(looks()).toBe(before + 1);
  });

  it('asks nothing before it is wanted', async () => {
    const { looks } = make(['STOPPED']);
    await model.control.start();
    expect(looks()).toBe(0);
    const listed = when(model.changed, () => model.list !== null);
    await model.refresh();
    await listed;
    expect(looks()).toBeGreaterThan(0);
  });
});
