import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';

import { ConnectTask } from '../model/connectTask';
import { DEFAULTS } from '../model/settings';
import type { IClusters, INotebookSession } from '../tokens';
import { ConnectBody } from '../widgets/connect/body';

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
    const clusters = { list: { clusters: [] }, account: null, error: null, find: () => undefined, control: {} };
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
});
