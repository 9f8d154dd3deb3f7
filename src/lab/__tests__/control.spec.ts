import { ControlModel } from '../model/control';
import type { IFakeBehaviour } from './fakes';
import { FakeServer, settle, when } from './fakes';

const ANSWERS: IFakeBehaviour = {
  onRequest: (comm, { type, id, method }) => type === 'request' && comm.reply(id, `answer to ${method}`)
};

function model(server: FakeServer, backoff: number[] = [0, 0, 0]) {
  return new ControlModel({ serviceManager: server.manager, backoff });
}

describe('ControlModel', () => {
  it('starts no kernel before it is asked', () => {
    const server = new FakeServer();
    expect(model(server).state).toBe('idle');
    expect(server.started).toEqual([]);
  });

  it('starts one session, of fixed path and type so that every tab shares it, for many requests', async () => {
    const server = new FakeServer([ANSWERS]);
    const control = model(server);
    await Promise.all([control.request('account.describe', {}), control.request('products.list', {}), control.start()]);
    expect(server.started).toEqual([
      { path: 'emr-control', type: 'emr-control', name: expect.any(String), kernel: { name: 'pyspark-emr' } }
    ]);
    expect(control.state).toBe('connected');
  });

  it('starts another without a word when the kernel dies, and tells watchers', async () => {
    const server = new FakeServer([ANSWERS]);
    const control = model(server);
    await control.start();
    const opened = when(control.opened);
    server.kernel.die();
    expect(control.state).toBe('starting');
    await opened;
    expect(server.kernels).toHaveLength(2);
    expect(control.state).toBe('connected');
    expect(control.error).toBeNull();
  });

  it('asks a read that was cut off once more of the next kernel', async () => {
    const server = new FakeServer([{ onRequest: () => server.kernels[0].die() }, ANSWERS]);
    await expect(model(server).request('products.list', {})).resolves.toBe('answer to products.list');
    expect(server.kernels[1].comm.sent.map(({ method }) => method)).toEqual(['products.list']);
  });

  it('asks once more only once', async () => {
    const server = new FakeServer([{ onRequest: () => server.kernel.die() }]);
    const control = model(server);
    await expect(control.request('products.list', {})).rejects.toMatchObject({ code: 'ChannelClosed' });
    control.dispose();
  });

  it('never repeats by itself what makes or ends something', async () => {
    const server = new FakeServer([{ onRequest: () => server.kernels[0].die() }, ANSWERS]);
    const control = model(server);
    const answer = control.request('products.provision', {
      productId: 'prod',
      versionId: 'pa',
      name: 'x',
      parameters: {},
      token: 't'
    });
    await expect(answer).rejects.toMatchObject({ code: 'Unanswered', fix: expect.stringContaining('never') });
    await settle();
    expect(server.kernels.slice(1).flatMap(({ comms }) => comms.flatMap(({ sent }) => sent))).toEqual([]);
  });

  it('replaces a control kernel of another version once, then works', async () => {
    const old: IFakeBehaviour = { onOpen: comm => comm.hello(0) };
    const server = new FakeServer([old, ANSWERS]);
    const control = model(server);
    await expect(control.request('account.describe', {})).resolves.toBe('answer to account.describe');
    expect(server.shutdowns).toBe(1);
  });

  it('says how to mend a version mismatch that stays', async () => {
    const refused = { code: 'ProtocolMismatch', hop: 'kernel', message: 'Reload the page (Shift+F5).' };
    const server = new FakeServer([{ onOpen: comm => comm.say({ type: 'refused', error: refused }) }]);
    const control = model(server);
    await expect(control.start()).rejects.toMatchObject(refused);
    expect(control.state).toBe('failed');
    expect(control.error).toMatchObject(refused);
    expect(server.kernels).toHaveLength(2);
  });

  it('names the fix where the kernelspec is missing', async () => {
    const server = new FakeServer();
    server.specs = ['python3'];
    await expect(model(server).start()).rejects.toMatchObject({
      code: 'NoKernelSpec',
      fix: expect.stringContaining('Install jupyterlab-emr')
    });
    expect(server.started).toEqual([]);
  });

  it('gives up after the last pause and tries again when asked', async () => {
    const dumb: IFakeBehaviour = { onOpen: comm => comm.onClose() };
    const server = new FakeServer([ANSWERS, dumb, dumb, ANSWERS]);
    const control = model(server, [0]);
    await control.start();
    const failed = when(control.stateChanged, () => control.state === 'failed');
    server.kernel.die();
    await failed;
    await settle();
    expect(server.kernels).toHaveLength(3);
    await expect(control.request('account.describe', {})).resolves.toBe('answer to account.describe');
  });

  it('starts nothing after it was disposed', async () => {
    const server = new FakeServer([ANSWERS]);
    const control = model(server);
    await control.start();
    control.dispose();
    server.kernel.die();
    await settle();
    expect(server.kernels).toHaveLength(1);
  });
});
