import { Bindings, serveSessionComm } from '..';
import { PROTOCOL_VERSION } from '../../protocol';

import type { ISessionComm } from '..';
import type { IJsonObject } from '../../protocol';

describe('emr:session', () => {
  const open = (protocol: number) => {
    const bindings = new Bindings({
      language: 'spark',
      site: {},
      sparkmagic: {},
      emr: () => {
        throw new Error('not asked');
      }
    });
    const sent: IJsonObject[] = [];
    const comm: ISessionComm & { closed?: boolean } = {
      send: data => void sent.push(data),
      close: () => (comm.closed = true)
    };
    serveSessionComm(comm, { protocol, version: '1' }, bindings, '1.2.3', {
      missed: () => [],
      dropped: () => 0,
      seen: () => undefined,
      onChange: () => () => undefined
    });
    /** Waits for the answer to a request. */
    const call = async (method: string, params: IJsonObject): Promise<IJsonObject> => {
      comm.onMessage?.({ type: 'request', id: method, method, params });
      for (;;) {
        const reply = sent.find(item => item['type'] === 'reply' && item['id'] === method);
        if (reply) {
          return reply;
        }
        await new Promise(setImmediate);
      }
    };
    return { bindings, sent, comm, call };
  };

  it('refuses a page of another version, says what to do, and closes', () => {
    const { sent, comm } = open(PROTOCOL_VERSION + 1);
    expect(sent).toEqual([{ type: 'refused', error: expect.objectContaining({ code: 'ProtocolMismatch' }) }]);
    expect(comm.closed).toBe(true);
  });

  it('says hello, then the state, then each change', async () => {
    const { sent, call } = open(PROTOCOL_VERSION);
    expect(sent[0]).toEqual({ type: 'hello', protocol: PROTOCOL_VERSION, version: '1.2.3' });
    expect(sent[1]).toMatchObject({
      type: 'event',
      event: 'status',
      data: { state: 'disconnected', language: 'spark' }
    });
    const binding = { clusterId: 'j-1', region: 'r' };
    expect(await call('session.offer', { binding, auto: false })).toMatchObject({ ok: true, result: { binding } });
    expect(sent[2]).toMatchObject({ event: 'status', data: { binding } });
  });

  it('answers errors as errors', async () => {
    const { call, sent } = open(PROTOCOL_VERSION);
    expect(await call('session.nonsense', {})).toMatchObject({ ok: false, error: { code: 'UnknownMethod' } });
    expect(await call('session.connect', { clusterId: 'j-1', authType: 'Kerberos' })).toMatchObject({ ok: false });
    expect(sent.filter(item => item['type'] === 'event').map(item => (item['data'] as IJsonObject)['state'])).toEqual([
      'disconnected',
      'credentials',
      'disconnected'
    ]);
  });

  it("takes the user's word on progress with the settings, and away again", async () => {
    const { bindings, call, sent } = open(PROTOCOL_VERSION);
    await call('session.settings', { settings: {}, progressAtEnd: 'keep' });
    expect(bindings.progressAtEnd).toBe('keep');
    sent.length = 0;
    await call('session.settings', { settings: {} });
    expect(bindings.progressAtEnd).toBeUndefined();
  });

  it('stops talking to a page that closed', () => {
    const { bindings, sent, comm } = open(PROTOCOL_VERSION);
    comm.onClose?.();
    bindings.current.board.set('starting');
    expect(sent).toHaveLength(2);
  });

  it('follows the current binding, and names all', async () => {
    const { bindings, sent, call } = open(PROTOCOL_VERSION);
    const research = bindings.open('research');
    research.board.set('idle', { clusterName: 'big' });
    expect(sent.at(-1)).toMatchObject({
      event: 'status',
      data: {
        state: 'disconnected',
        name: 'default',
        bindings: [
          { name: 'default', state: 'disconnected', isCurrent: true },
          { name: 'research', state: 'idle', clusterName: 'big', isCurrent: false }
        ]
      }
    });
    expect(await call('session.use', { name: 'research' })).toMatchObject({
      ok: true,
      result: { state: 'idle', name: 'research' }
    });
    expect(sent.at(-2)).toMatchObject({ event: 'status', data: { state: 'idle', name: 'research' } });
    bindings.forget('research');
    expect(sent.at(-1)).toMatchObject({ data: { state: 'disconnected' } });
    expect((sent.at(-1)?.['data'] as IJsonObject)['bindings']).toBeUndefined();
  });
});
