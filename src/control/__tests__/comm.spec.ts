import type { IClusterList, Json } from '../../protocol';
import { EmrError, PROTOCOL_VERSION } from '../../protocol';
import type { IControlComm } from '../comm';
import { serveControlComm } from '../comm';
import type { IControlService } from '../types';

const LIST: IClusterList = { clusters: [], asOf: 'now' };

class FakeComm implements IControlComm {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onMessage?: (data: Json) => void;
  onClose?: () => void;
  send(data: object): void {
    this.sent.push(data as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }
  /** Ask and wait for the reply. */
  async ask(id: string, method: string, params: Json = {}): Promise<Record<string, unknown>> {
    this.onMessage?.({ type: 'request', id, method, params });
    for (let turn = 0; turn < 20; turn++) {
      const reply = this.sent.find(message => message['type'] === 'reply' && message['id'] === id);
      if (reply) {
        return reply;
      }
      await Promise.resolve();
    }
    throw new Error('no reply');
  }
}

function fakeControl(): IControlService & { listeners: Set<(list: IClusterList) => void>; signals: AbortSignal[] } {
  const listeners = new Set<(list: IClusterList) => void>();
  const signals: AbortSignal[] = [];
  return {
    listeners,
    signals,
    call: ((method: string, params: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      if (method === 'products.list') {
        return Promise.resolve([params]);
      }
      if (method === 'account.describe') {
        return new Promise(() => undefined);
      }
      if (method.startsWith('clusters.')) {
        return Promise.resolve(LIST);
      }
      return Promise.reject(new EmrError({ code: 'X', hop: 'emr', message: 'x', fix: 'f' }));
    }) as IControlService['call'],
    watch: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watchRuns: () => () => undefined,
    dispose: () => undefined
  };
}

function open(protocol: unknown = PROTOCOL_VERSION) {
  const comm = new FakeComm();
  const control = fakeControl();
  serveControlComm(comm, { protocol, version: '1' }, () => control);
  return { comm, control };
}

describe('serveControlComm', () => {
  it('says hello, answers requests, and hands errors over', async () => {
    const { comm } = open();
    expect(comm.sent[0]).toMatchObject({ type: 'hello', protocol: PROTOCOL_VERSION });
    expect(await comm.ask('1', 'products.list', { query: 'q' })).toEqual({
      type: 'reply',
      id: '1',
      ok: true,
      result: [{ query: 'q' }]
    });
    expect(await comm.ask('2', 'nonsense')).toEqual({
      type: 'reply',
      id: '2',
      ok: false,
      error: { code: 'X', hop: 'emr', message: 'x', fix: 'f' }
    });
  });

  it.each([[99], [null], ['1']])('refuses protocol %s with the fix, and closes', protocol => {
    const { comm } = open(protocol);
    expect(comm.sent).toHaveLength(1);
    expect(comm.sent[0]).toMatchObject({
      type: 'refused',
      error: { code: 'ProtocolMismatch', fix: expect.stringMatching(/^Re(load|start)/) }
    });
    expect(comm.closed).toBe(true);
  });

  it('answers with the reason where the control cannot be made', async () => {
    const comm = new FakeComm();
    serveControlComm(comm, { protocol: PROTOCOL_VERSION }, () => {
      throw new EmrError({ code: 'BadConfig', hop: 'config', message: 'bad' });
    });
    expect(await comm.ask('1', 'products.list')).toMatchObject({ ok: false, error: { code: 'BadConfig' } });
  });

  it('pushes the list while it is watched, and not after', async () => {
    const { comm, control } = open();
    await comm.ask('1', 'clusters.watch', { ended: true });
    await comm.ask('2', 'clusters.watch');
    expect(control.listeners.size).toBe(1);
    control.listeners.forEach(listener => listener(LIST));
    expect(comm.sent.at(-1)).toEqual({ type: 'event', event: 'clusters', data: LIST });
    await comm.ask('3', 'clusters.unwatch');
    expect(control.listeners.size).toBe(0);
  });

  it('cancels one request, and all when the comm closes', async () => {
    const { comm, control } = open();
    comm.onMessage?.({ type: 'request', id: '1', method: 'account.describe', params: {} });
    comm.onMessage?.({ type: 'request', id: '2', method: 'account.describe', params: {} });
    await comm.ask('3', 'clusters.watch');
    comm.onMessage?.({ type: 'cancel', id: '1' });
    expect(control.signals.map(signal => signal.aborted)).toEqual([true, false, false]);
    comm.onClose?.();
    expect(control.signals[1].aborted).toBe(true);
    expect(control.listeners.size).toBe(0);
  });

  it('survives messages that are none', () => {
    const { comm } = open();
    for (const data of [null, 7, 'x', [], {}, { type: 'request' }, { type: 'request', id: 1, method: 'x' }] as Json[]) {
      comm.onMessage?.(data);
    }
    expect(comm.sent).toHaveLength(1);
  });
});
