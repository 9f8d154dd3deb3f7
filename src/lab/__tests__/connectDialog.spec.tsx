import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';

import { ConnectTask } from '../model/connectTask';
import { DEFAULTS } from '../model/settings';
import type { IClusters, INotebookSession } from '../tokens';
import { ConnectBody } from '../widgets/connect/body';

/** Never answers. */
const quiet = { request: () => new Promise(() => undefined) };

describe('the connect dialog', () => {
  it('says what becomes of a kernel that starts while the dialog stands open', () => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    const host = document.body.appendChild(document.createElement('div'));
    const root = createRoot(host);
    const sessionContext: { session: { kernel: { name: string } } | null; kernelDisplayName: string } = {
      session: null,
      kernelDisplayName: 'Kernel'
    };
    const session = { panel: { sessionContext }, language: 'pyspark', status: null, path: 'a.ipynb' };
    const changed = new Signal<typeof session, void>(session);
    const clusters = { list: { clusters: [] }, account: null, error: null, find: () => undefined, control: quiet };
    const task = new ConnectTask({ ...session, changed } as unknown as INotebookSession);
    const text = (): string => host.querySelector('[data-emr=kernel-switch]')?.textContent ?? '';
    act(() => {
      root.render(
        <ConnectBody
          task={task}
          clusters={{ ...clusters, changed: new Signal(clusters) } as unknown as IClusters}
          settings={DEFAULTS}
          preset={{}}
          trans={nullTranslator.load('jupyterlab_emr')}
          onChoice={() => undefined}
          onClose={() => undefined}
        />
      );
    });
    expect(text()).toContain('starts the kernel');
    sessionContext.session = { kernel: { name: 'python3' } };
    sessionContext.kernelDisplayName = 'Python 3';
    act(() => changed.emit());
    expect(text()).toContain('runs on "Python 3"');
    act(() => root.unmount());
    host.remove();
  });

  it('connects to an application of EMR Serverless, which needs a role', async () => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    const host = document.body.appendChild(document.createElement('div'));
    const root = createRoot(host);
    const connected: unknown[] = [];
    const sessionContext = { session: { kernel: { name: 'pyspark-emr' } }, kernelDisplayName: 'PySpark (EMR)' };
    const session = {
      panel: { sessionContext },
      language: 'pyspark',
      status: null,
      path: 'a.ipynb',
      connect: (request: unknown) => Promise.resolve(connected.push(request))
    };
    const answers: Record<string, unknown> = {
      'applications.list': {
        applications: [
          { applicationId: '00hive', name: 'hive', state: 'STARTED', release: 'emr-7.9.0', livy: false, why: 'Hive' },
          { applicationId: '00trials', name: 'trials', state: 'STOPPED', release: 'emr-7.9.0', livy: true }
        ]
      },
      'roles.list': [{ arn: 'arn:aws:iam::111122223333:role/quant', name: 'quant', source: 'site' }]
    };
    const asked: [string, unknown][] = [];
    const control = {
      request: (method: string, params: unknown) => {
        asked.push([method, params]);
        return Promise.resolve(answers[method]);
      }
    };
    const clusters = { list: { clusters: [] }, account: null, error: null, find: () => undefined, control };
    const task = new ConnectTask({ ...session, changed: new Signal(session) } as unknown as INotebookSession);
    await act(async () => {
      root.render(
        <ConnectBody
          task={task}
          clusters={{ ...clusters, changed: new Signal(clusters) } as unknown as IClusters}
          settings={DEFAULTS}
          preset={{}}
          trans={nullTranslator.load('jupyterlab_emr')}
          onChoice={() => undefined}
          onClose={() => undefined}
        />
      );
      await Promise.resolve();
    });
    const select = host.querySelector<HTMLSelectElement>('[data-emr=cluster-select]')!;
    expect([...select.options].map(({ value }) => value)).toEqual(['', '00trials']);
    const submit = host.querySelector<HTMLButtonElement>('[data-emr=connect-submit]')!;
    expect(submit.disabled).toBe(true);
    await act(async () => {
      Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value')!.set!.call(select, '00trials');
      select.dispatchEvent(new Event('change', { bubbles: true }));
      await Promise.resolve();
    });
    expect(host.querySelector('[data-emr=application-asleep]')?.textContent).toContain('connecting starts it');
    expect(asked).toContainEqual(['roles.list', {}]);
    await act(async () => {
      submit.click();
      await Promise.resolve();
    });
    expect(connected).toEqual([
      {
        applicationId: '00trials',
        runtimeRole: 'arn:aws:iam::111122223333:role/quant',
        language: 'pyspark',
        notebookPath: 'a.ipynb',
        // The dialog's check box is a word of the user's own.
        verifyCertificate: true
      }
    ]);
    act(() => root.unmount());
    host.remove();
  });
});
