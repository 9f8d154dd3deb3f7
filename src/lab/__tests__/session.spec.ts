import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, ServiceManager } from '@jupyterlab/services';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import type { ISessionStatus } from '../../protocol';
import { NotebookSessionModel } from '../model/session';
import { DEFAULTS, SettingsModel } from '../model/settings';
import type { IFakeBehaviour } from './fakes';
import { FakeKernel, settle, when } from './fakes';

const BINDING = { clusterId: 'j-1', region: 'eu-west-1', runtimeRole: 'arn:aws:iam::111122223333:role/a' };

function status(members: Partial<ISessionStatus>): ISessionStatus {
  return { state: 'disconnected', since: '2026-01-01T00:00:00Z', language: 'pyspark', ...members };
}

/** Answers each method with what `answers` says, after the status that a kernel pushes when the comm opens. */
function kernelOf(name: string, answers: Record<string, unknown> = {}): FakeKernel {
  const behaviour: IFakeBehaviour = {
    onOpen: comm => {
      comm.hello();
      comm.say({ type: 'event', event: 'status', data: status({}) });
    },
    onRequest: (comm, { id, method }) => method in answers && comm.reply(id, answers[method])
  };
  return new FakeKernel(name, behaviour);
}

/** A notebook panel with what the model touches. */
function notebook(kernel: FakeKernel | null, metadata: Record<string, unknown> = {}) {
  const sessionContext = {
    session: kernel && { kernel },
    kernelChanged: new Signal<object, void>({}),
    statusChanged: new Signal<object, Kernel.Status>({}),
    connectionStatusChanged: new Signal<object, Kernel.ConnectionStatus>({}),
    changed: [] as unknown[],
    next: kernel,
    changeKernel(options: { name: string }) {
      this.changed.push(options.name);
      this.session = this.next && { kernel: this.next };
      this.kernelChanged.emit();
      return Promise.resolve();
    }
  };
  const model = {
    metadata,
    metadataChanged: new Signal<object, void>({}),
    getMetadata: (key: string) => metadata[key],
    setMetadata: (key: string, value: unknown) => void (metadata[key] = value),
    deleteMetadata: (key: string) => void delete metadata[key]
  };
  const context = {
    localPath: 'dir/nb.ipynb',
    ready: Promise.resolve(),
    pathChanged: new Signal<object, void>({}),
    model
  };
  const panel = { sessionContext, context, model, disposed: new Signal<object, void>({}) };
  const settings = new SettingsModel();
  const session = new NotebookSessionModel({
    panel: panel as unknown as NotebookPanel,
    kernels: {} as ServiceManager.IManager['kernels'],
    settings
  });
  return { session, sessionContext, metadata, settings };
}

const methods = (kernel: FakeKernel) => kernel.comm.sent.map(({ method }) => method);

describe('NotebookSessionModel', () => {
  it('leaves kernels that are not ours alone', async () => {
    const kernel = kernelOf('python3');
    const { session } = notebook(kernel, { emr: BINDING });
    await settle();
    expect(kernel.comms).toEqual([]);
    expect(session.language).toBeNull();
    expect(session.binding).toEqual(BINDING);
  });

  it('offers the stored binding to a fresh kernel, with the wish to connect again by itself or not', async () => {
    const kernel = kernelOf('pyspark-emr');
    notebook(kernel, { emr: BINDING });
    await settle();
    expect(kernel.comm.targetName).toBe('emr:session');
    expect(kernel.comm.sent[0]).toMatchObject({
      method: 'session.offer',
      params: { binding: BINDING, notebookPath: 'dir/nb.ipynb', auto: DEFAULTS.autoConnect }
    });
  });

  it('connects and stores the binding that the kernel names', async () => {
    const bound = status({ state: 'idle', binding: { ...BINDING, sessionName: 'alice-nb' } });
    const kernel = kernelOf('pyspark-emr', { 'session.status': status({}), 'session.connect': bound });
    const { session, metadata } = notebook(kernel);
    await expect(session.connect({ clusterId: 'j-1' })).resolves.toEqual(bound);
    expect(kernel.comm.sent.find(({ method }) => method === 'session.connect')?.params).toEqual({
      clusterId: 'j-1',
      language: 'pyspark'
    });
    expect(metadata).toEqual({ emr: { ...BINDING, sessionName: 'alice-nb' } });
  });

  it('switches a notebook on another kernel and carries on', async () => {
    const { session, sessionContext } = notebook(kernelOf('python3'));
    const ours = kernelOf('spark-emr', {
      'session.status': status({}),
      'session.connect': status({ state: 'idle', binding: BINDING })
    });
    sessionContext.next = ours;
    await session.connect({ clusterId: 'j-1', language: 'spark' });
    expect(sessionContext.changed).toEqual(['spark-emr']);
    expect(methods(ours)).toContain('session.connect');
    expect(session.status?.state).toBe('idle');
  });

  it('does not store the binding of a connect that fails', async () => {
    const kernel = kernelOf('pyspark-emr', { 'session.status': status({}) });
    const { metadata, session } = notebook(kernel);
    await settle();
    const error = { code: 'AccessDenied', hop: 'emr', message: 'Denied.' };
    kernel.behaviour.onRequest = (comm, { id }) => {
      comm.say({ type: 'event', event: 'status', data: status({ state: 'credentials', binding: BINDING }) });
      comm.say({ type: 'reply', id, ok: false, error });
    };
    // The behaviour of a comm that is open already was taken at its opening: go through a new one.
    kernel.become('restarting');
    await expect(session.connect({ clusterId: 'j-1' })).rejects.toMatchObject(error);
    expect(metadata).toEqual({});
  });

  it('takes over what %emr connect in a cell changed', async () => {
    const kernel = kernelOf('pyspark-emr');
    const { metadata } = notebook(kernel, { emr: BINDING });
    await settle();
    const other = { ...BINDING, clusterId: 'j-2' };
    kernel.comm.say({ type: 'event', event: 'status', data: status({ state: 'idle', binding: other }) });
    expect(metadata['emr']).toEqual(other);
  });

  it('forgets the binding after %emr disconnect in a cell, but not because the kernel shuts down', async () => {
    const kernel = kernelOf('pyspark-emr');
    const { metadata } = notebook(kernel, { emr: BINDING });
    await settle();
    const say = (members: Partial<ISessionStatus>) =>
      kernel.comm.say({ type: 'event', event: 'status', data: status(members) });
    say({ state: 'idle', binding: BINDING });
    say({ state: 'disconnected' });
    expect(metadata['emr']).toEqual(BINDING);
    say({ state: 'busy', binding: BINDING });
    kernel.status = 'busy';
    say({ state: 'disconnected' });
    expect(metadata).toEqual({});
  });

  it('opens the comm again after a restart and offers the binding again', async () => {
    const kernel = kernelOf('pyspark-emr');
    const { session, sessionContext } = notebook(kernel, { emr: BINDING });
    await settle();
    kernel.become('restarting');
    sessionContext.statusChanged.emit('restarting');
    expect(session.status).toBeNull();
    kernel.become('idle');
    sessionContext.statusChanged.emit('idle');
    await settle();
    expect(kernel.comms).toHaveLength(2);
    expect(methods(kernel)).toEqual(['session.offer']);
  });

  it('opens the comm on a kernel that the server restarted and that is silent until it is asked', async () => {
    const kernel = kernelOf('pyspark-emr');
    const { sessionContext } = notebook(kernel, { emr: BINDING });
    await settle();
    kernel.become('autorestarting');
    sessionContext.statusChanged.emit('autorestarting');
    kernel.become('unknown');
    sessionContext.statusChanged.emit('unknown');
    expect(kernel.comm.sent[0].params).not.toHaveProperty('look');
    sessionContext.connectionStatusChanged.emit('connected');
    await settle();
    expect(kernel.comms).toHaveLength(2);
    // The one that died left its session behind.
    expect(kernel.comm.sent).toMatchObject([{ method: 'session.offer', params: { look: true, auto: false } }]);
  });

  it.each([[{ statement: 4 }], [{ keep: true }]])('has the session looked for that %j tells of', async members => {
    const kernel = kernelOf('pyspark-emr');
    notebook(kernel, { emr: { ...BINDING, ...members } });
    await settle();
    expect(kernel.comm.sent[0].params).toMatchObject({ look: true });
  });

  it('asks how things are after the page was offline', async () => {
    const kernel = kernelOf('pyspark-emr', {
      'session.offer': status({}),
      'session.status': status({ state: 'lost', binding: BINDING })
    });
    const { session, sessionContext } = notebook(kernel, { emr: BINDING });
    await settle();
    const changed = when(session.changed, () => session.status?.state === 'lost');
    sessionContext.connectionStatusChanged.emit('connected');
    await changed;
  });

  it('disconnects and forgets', async () => {
    const kernel = kernelOf('pyspark-emr', { 'session.offer': status({}), 'session.disconnect': status({}) });
    const { session, metadata } = notebook(kernel, { emr: BINDING });
    await session.disconnect();
    expect(methods(kernel)).toContain('session.disconnect');
    expect(metadata).toEqual({});
    expect(session.binding).toBeNull();
  });

  it('forgets also where the kernel is not ours any more', async () => {
    const { session, metadata } = notebook(kernelOf('python3'), { emr: BINDING });
    await session.disconnect();
    expect(metadata).toEqual({});
  });

  it('asks for what it missed after the offer, and again when the kernel found the session', async () => {
    const missed = { cells: [], dropped: 3 };
    const kernel = kernelOf('pyspark-emr', { 'session.offer': status({}), 'session.missed': missed });
    const { session } = notebook(kernel, { emr: BINDING });
    const news: unknown[] = [];
    session.news.connect((_, item) => news.push(item));
    await settle();
    expect(methods(kernel)).toEqual(['session.offer', 'session.missed']);
    const found = 'Found session 4, idle since 10:12.';
    kernel.comm.say({ type: 'event', event: 'status', data: status({ state: 'idle', binding: BINDING, found }) });
    kernel.comm.say({ type: 'event', event: 'status', data: status({ state: 'busy', binding: BINDING, found }) });
    await settle();
    expect(methods(kernel)).toEqual(['session.offer', 'session.missed', 'session.missed']);
    const dropped = { kind: 'dropped', count: 3 };
    expect(news).toEqual([dropped, { kind: 'found', text: found }, dropped]);
  });

  it('does not tell again what was found before this page came', async () => {
    const found = 'Found session 4, idle since 10:12.';
    const kernel = kernelOf('pyspark-emr', { 'session.offer': status({ state: 'idle', binding: BINDING, found }) });
    kernel.behaviour.onOpen = comm => {
      comm.hello();
      comm.say({ type: 'event', event: 'status', data: status({ state: 'idle', binding: BINDING, found }) });
    };
    const { session } = notebook(kernel, { emr: BINDING });
    const news: unknown[] = [];
    session.news.connect((_, item) => news.push(item));
    await settle();
    expect(session.status?.found).toBe(found);
    expect(news).toEqual([]);
  });

  it('confirms the cells that it saw to their end', async () => {
    const kernel = kernelOf('pyspark-emr');
    const told = new Promise(resolve => {
      kernel.behaviour.onRequest = (comm, { id, method, params }) => {
        comm.reply(id, method === 'session.missed' ? { cells: [] } : status({}));
        if (method === 'session.seen') {
          resolve(params);
        }
      };
    });
    notebook(kernel);
    await settle();
    kernel.ask('e1', 'a');
    kernel.ask('e2', 'b');
    kernel.finish('e1');
    await expect(told).resolves.toEqual({ executions: ['e1'] });
  });

  it("sends the user's session settings before the offer, and when they change", async () => {
    const kernel = kernelOf('pyspark-emr', { 'session.settings': {} });
    const { settings } = notebook(kernel, { emr: BINDING });
    const registry = {
      changed: new Signal<object, void>({}),
      composite: { sessionSettings: {} } as { sessionSettings: object; progressAtEnd?: string }
    };
    registry.composite.sessionSettings = {
      executorMemory: ' 8g ',
      queue: '',
      jars: [],
      conf: { 'spark.ui.enabled': 'false' }
    };
    settings.connect(registry as unknown as ISettingRegistry.ISettings);
    await settle();
    expect(kernel.comm.sent.map(({ method, params }) => [method, params])).toEqual([
      ['session.settings', { settings: { executorMemory: '8g', conf: { 'spark.ui.enabled': 'false' } } }],
      ['session.offer', expect.anything()]
    ]);
    registry.composite.sessionSettings = {};
    registry.composite.progressAtEnd = 'keep';
    registry.changed.emit();
    registry.changed.emit();
    await settle();
    delete registry.composite.progressAtEnd;
    registry.changed.emit();
    await settle();
    expect(kernel.comm.sent.slice(2).map(({ method, params }) => [method, params])).toEqual([
      ['session.settings', { settings: {}, progressAtEnd: 'keep' }],
      ['session.settings', { settings: {} }]
    ]);
  });

  it('notes the statement that runs in the notebook, and takes it away at its end', async () => {
    const kernel = kernelOf('pyspark-emr');
    const { metadata } = notebook(kernel, { emr: { ...BINDING, settings: { queue: 'night' } } });
    await settle();
    const say = (members: Partial<ISessionStatus>) =>
      kernel.comm.say({ type: 'event', event: 'status', data: status({ binding: BINDING, ...members }) });
    say({ state: 'busy', statement: { id: 7, since: '2026-01-01T00:00:00Z', cellId: 'a' } });
    expect(metadata['emr']).toEqual({ ...BINDING, settings: { queue: 'night' }, statement: 7, statementCell: 'a' });
    say({ state: 'idle' });
    expect(metadata['emr']).toEqual({ ...BINDING, settings: { queue: 'night' } });
  });

  it('remembers the binding that the notebook has without a name, and not one beside it', async () => {
    const kernel = kernelOf('pyspark-emr', { 'session.use': status({}) });
    const { session, metadata } = notebook(kernel, { emr: BINDING });
    await settle();
    const bindings = [
      { name: 'default', state: 'idle' as const, isCurrent: false },
      { name: 'research', state: 'idle' as const, isCurrent: true }
    ];
    const beside = status({ state: 'idle', binding: { ...BINDING, clusterId: 'j-2' }, name: 'research', bindings });
    kernel.comm.say({ type: 'event', event: 'status', data: beside });
    expect(metadata['emr']).toEqual(BINDING);
    expect(session.binding?.clusterId).toBe('j-2');
    await session.use('default');
    expect(kernel.comm.sent.at(-1)).toMatchObject({ method: 'session.use', params: { name: 'default' } });
  });

  it('says why a kernel of another version cannot be used', async () => {
    const refused = { code: 'ProtocolMismatch', hop: 'kernel', message: 'Restart the kernel.' };
    const kernel = new FakeKernel('pyspark-emr', { onOpen: comm => comm.say({ type: 'refused', error: refused }) });
    const { session } = notebook(kernel);
    await settle();
    expect(session.error).toEqual(refused);
    await expect(session.connect({ clusterId: 'j-1' })).rejects.toMatchObject(refused);
  });
});
