import type { ControlMethods, IControlEvents } from '../../protocol';
import { CONTROL_TARGET, PROTOCOL_VERSION } from '../../protocol';
import { CANCELLED, CHANNEL_CLOSED, CommChannel } from '../model/channel';
import type { FakeComm, IFakeBehaviour } from './fakes';
import { FakeKernel, when } from './fakes';

function open(behaviour: IFakeBehaviour = {}, options = {}) {
  const kernel = new FakeKernel('pyspark-emr', behaviour);
  const channel = new CommChannel<ControlMethods, IControlEvents>(kernel.connection, CONTROL_TARGET, options);
  return { kernel, channel };
}

describe('CommChannel', () => {
  it('opens the target with the protocol version and is ready after hello', async () => {
    const { kernel, channel } = open();
    await channel.ready;
    expect(kernel.comm.targetName).toBe('emr:control');
    expect(kernel.comm.openData).toMatchObject({ protocol: PROTOCOL_VERSION });
  });

  it('sends nothing before hello', async () => {
    const { kernel, channel } = open({ onOpen: () => undefined });
    const answer = channel.request('account.describe', {});
    await Promise.resolve();
    expect(kernel.comm.sent).toEqual([]);
    kernel.comm.hello();
    await channel.ready;
    await Promise.resolve();
    const [request] = kernel.comm.sent;
    expect(request).toMatchObject({ type: 'request', method: 'account.describe', params: {} });
    kernel.comm.reply(request.id, { region: 'eu-west-1' });
    await expect(answer).resolves.toEqual({ region: 'eu-west-1' });
  });

  it('gives each answer to who asked, also out of order', async () => {
    const { kernel, channel } = open();
    await channel.ready;
    const first = channel.request('products.list', { query: 'a' });
    const second = channel.request('products.list', { query: 'b' });
    await Promise.resolve();
    const [a, b] = kernel.comm.sent;
    kernel.comm.reply(b.id, ['B']);
    kernel.comm.reply(a.id, ['A']);
    expect(await Promise.all([first, second])).toEqual([['A'], ['B']]);
  });

  it("rejects with the kernel's own error, fix and detail included", async () => {
    const { channel } = open({
      onRequest: (comm, { id }) =>
        comm.say({
          type: 'reply',
          id,
          ok: false,
          error: {
            code: 'NoCredentials',
            hop: 'aws-credentials',
            message: 'None.',
            fix: 'Run aws sso login.',
            detail: 'x'
          }
        })
    });
    await expect(channel.request('account.describe', {})).rejects.toMatchObject({
      code: 'NoCredentials',
      hop: 'aws-credentials',
      fix: 'Run aws sso login.',
      detail: 'x'
    });
  });

  it('cancels: tells the kernel, rejects, and takes no late answer', async () => {
    const { kernel, channel } = open();
    await channel.ready;
    const abort = new AbortController();
    const answer = channel.request('products.list', {}, { signal: abort.signal });
    await Promise.resolve();
    const { id } = kernel.comm.sent[0];
    abort.abort();
    await expect(answer).rejects.toMatchObject({ code: CANCELLED });
    expect(kernel.comm.sent[1]).toEqual({ type: 'cancel', id });
    kernel.comm.reply(id, []);
    expect(channel.isDisposed).toBe(false);
  });

  it('emits events', async () => {
    const { kernel, channel } = open();
    const event = when(channel.event);
    kernel.comm.say({ type: 'event', event: 'clusters', data: { clusters: [], asOf: 'now' } });
    expect(await event).toEqual({ event: 'clusters', data: { clusters: [], asOf: 'now' } });
  });

  it.each(['dead', 'restarting', 'autorestarting', 'terminating'] as const)(
    'ends once and rejects what is under way when the kernel is %s',
    async status => {
      const { kernel, channel } = open();
      await channel.ready;
      const reasons: string[] = [];
      channel.closed.connect((_, { code }) => reasons.push(code));
      const answer = channel.request('products.list', {});
      await Promise.resolve();
      kernel.become(status);
      expect(reasons).toEqual([CHANNEL_CLOSED]);
      kernel.disposed.emit();
      await expect(answer).rejects.toMatchObject({ code: CHANNEL_CLOSED });
      expect(reasons).toEqual([CHANNEL_CLOSED]);
      await expect(channel.request('products.list', {})).rejects.toMatchObject({ code: CHANNEL_CLOSED });
    }
  );

  it('is refused with the words of the kernel', async () => {
    const { channel } = open({
      onOpen: comm => {
        comm.say({ type: 'refused', error: { code: 'ProtocolMismatch', hop: 'kernel', message: 'Reload the page.' } });
        comm.onClose();
      }
    });
    await expect(channel.ready).rejects.toMatchObject({ code: 'ProtocolMismatch', message: 'Reload the page.' });
  });

  it('does not take a hello of another protocol version', async () => {
    const { channel } = open({ onOpen: comm => comm.hello(PROTOCOL_VERSION + 1) });
    await expect(channel.ready).rejects.toMatchObject({ code: 'VersionMismatch' });
  });

  it('says so when the kernel knows no such target', async () => {
    const { channel } = open({ onOpen: comm => comm.onClose() });
    await expect(channel.ready).rejects.toMatchObject({ code: 'NotServed' });
  });

  it('opens the comm again where the hello was lost, sends nothing between, and stops when it is greeted', async () => {
    let opened = 0;
    const onOpen = (comm: FakeComm) => {
      opened++;
      if (opened === 3) {
        comm.hello();
      }
    };
    const { kernel, channel } = open({ onOpen }, { reopenAfter: 1 });
    const answer = channel.request('products.list', {});
    await channel.ready;
    await Promise.resolve();
    expect(opened).toBe(3);
    expect(kernel.comms).toHaveLength(1);
    expect(kernel.comm.sent).toHaveLength(1);
    kernel.comm.reply(kernel.comm.sent[0].id, []);
    await expect(answer).resolves.toEqual([]);
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(opened).toBe(3);
  });

  it('opens nothing again once it has ended', async () => {
    let opened = 0;
    const { kernel, channel } = open({ onOpen: () => void opened++ }, { reopenAfter: 1 });
    kernel.become('autorestarting');
    await expect(channel.ready).rejects.toMatchObject({ code: CHANNEL_CLOSED });
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(opened).toBe(1);
  });

  it('says so when the kernel is silent', async () => {
    const { channel } = open({ onOpen: () => undefined }, { helloTimeout: 1 });
    await expect(channel.ready).rejects.toMatchObject({ code: 'KernelSilent' });
  });

  it('closes the comm when disposed and tells nobody', async () => {
    const { kernel, channel } = open();
    await channel.ready;
    const reasons: string[] = [];
    channel.closed.connect((_, { code }) => reasons.push(code));
    channel.dispose();
    expect(kernel.comm.closedByPage).toBe(true);
    expect(reasons).toEqual([]);
  });
});
