import { EchoEngine } from '../testing/echoEngine';
import { KernelHarness, words } from '../testing/harness';

import type { IJsonObject } from '../../protocol';
import type { IEngine } from '../types';

jest.mock('../log');

let kernel: KernelHarness;
let engine: EchoEngine;
beforeEach(() => {
  engine = new EchoEngine();
  kernel = new KernelHarness(engine);
});

describe('requests that are answered at once', () => {
  test('kernel_info', async () => {
    const reply = await kernel.reply(kernel.request('kernel_info_request'));
    expect(reply).toMatchObject({ status: 'ok', implementation: 'echo', protocol_version: '5.4', banner: 'Echo' });
  });

  test.each(['shell', 'control'] as const)('busy, reply and idle on the %s channel', async channel => {
    const id = kernel.request('kernel_info_request', {}, channel);
    const sent = await kernel.done(id);
    expect(words(sent)).toEqual(['busy', 'kernel_info_reply', 'idle']);
    expect(sent[1]?.channel).toBe(channel);
  });

  test('completion counts in code points on the wire and in UTF-16 in the engine', async () => {
    const complete = jest.spyOn(engine, 'complete');
    const code = '😀😀 pri';
    const reply = await kernel.reply(kernel.request('complete_request', { code, cursor_pos: 6 }));
    expect(complete).toHaveBeenCalledWith(code, 8);
    expect(reply).toMatchObject({ status: 'ok', matches: ['print'], cursor_start: 3, cursor_end: 6 });
    expect(reply['metadata']).toEqual({
      _jupyter_types_experimental: [{ start: 3, end: 6, text: 'print', type: 'keyword' }]
    });
  });

  test('a completion without cursor is at the end', async () => {
    expect(await kernel.reply(kernel.request('complete_request', { code: '😀 stub' }))).toMatchObject({
      matches: ['stubborn'],
      cursor_start: 2,
      cursor_end: 6
    });
  });

  test('inspection', async () => {
    const content = { code: '😀 print', cursor_pos: 3, detail_level: 1 };
    expect(await kernel.reply(kernel.request('inspect_request', content))).toEqual({
      status: 'ok',
      found: true,
      data: { 'text/plain': 'print, detail 1' },
      metadata: {}
    });
    expect(await kernel.reply(kernel.request('inspect_request', { code: 'nothing' }))).toMatchObject({ found: false });
  });

  test('is_complete', async () => {
    const ask = (code: string) => kernel.reply(kernel.request('is_complete_request', { code }));
    expect(await ask('print')).toEqual({ status: 'complete' });
    expect(await ask('print \\')).toEqual({ status: 'incomplete', indent: '  ' });
  });

  test('a handler that throws gives an error reply, and idle all the same', async () => {
    const broken = { ...new EchoEngine(), complete: () => Promise.reject(new RangeError('no')) } as unknown as IEngine;
    kernel = new KernelHarness(broken);
    const id = kernel.request('complete_request', { code: '' });
    expect(await kernel.reply(id)).toMatchObject({ status: 'error', ename: 'RangeError', evalue: 'no' });
    expect(words(kernel.of(id))).toEqual(['busy', 'complete_reply', 'idle']);
  });

  test('debug_request is declined in words that a debugger understands', async () => {
    const reply = await kernel.reply(kernel.request('debug_request', { seq: 3, command: 'attach' }, 'control'));
    expect(reply).toMatchObject({ status: 'error', success: false, request_seq: 3, command: 'attach' });
  });

  test.each(['create_subshell_request', 'constructor_request', 'constructor', '__proto__'])(
    'the unknown message %s is survived, busy and idle paired',
    async type => {
      const id = kernel.request(type);
      const sent = words(await kernel.done(id));
      expect(sent.filter(word => !word.endsWith('_reply'))).toEqual(['busy', 'idle']);
      if (type.endsWith('_request')) expect(await kernel.reply(id)).toMatchObject({ ename: 'NotSupported' });
    }
  );

  test('shutdown: the reply on its channel, then to everybody, then the end', async () => {
    const id = kernel.request('shutdown_request', { restart: true }, 'control');
    const sent = await kernel.done(id);
    expect(sent.map(({ channel, type }) => `${channel} ${type}`)).toEqual([
      'iopub status',
      'control shutdown_reply',
      'iopub shutdown_reply',
      'iopub status'
    ]);
    expect(sent[1]?.content).toEqual({ status: 'ok', restart: true });
    expect(kernel.shutdowns).toEqual([true]);
  });

  test('everything is answered while a cell runs, and the kernel is then still said to be busy', async () => {
    const cell = kernel.execute('sleep 60000');
    const id = kernel.request('complete_request', { code: 'pri' });
    expect(await kernel.reply(id)).toMatchObject({ matches: ['print'] });
    expect(kernel.sent.at(-1)).toMatchObject({ parent: cell, content: { execution_state: 'busy' } });
    kernel.request('interrupt_request', {}, 'control');
    expect(words(await kernel.done(cell)).filter(word => word === 'idle')).toHaveLength(1);
  });
});

describe('comms', () => {
  const open = (target: string) => kernel.request('comm_open', { comm_id: 'c1', target_name: target, data: {} });

  test('messages go both ways, also unasked', async () => {
    open('echo');
    kernel.request('comm_msg', { comm_id: 'c1', data: { n: 1 } });
    const echoed = kernel.sent.find(({ type }) => type === 'comm_msg');
    expect(echoed?.content).toEqual({ comm_id: 'c1', data: { echo: { n: 1 } } });
    const pushed = await kernel.until(({ content }) => JSON.stringify(content).includes('pushed'));
    expect(pushed.message.parentHeader).toEqual({});
  });

  test('are listed, by target too', async () => {
    open('echo');
    const info = (content: object) => kernel.reply(kernel.request('comm_info_request', { ...content }));
    expect(await info({})).toEqual({ status: 'ok', comms: { c1: { target_name: 'echo' } } });
    expect(await info({ target_name: 'echo' })).toMatchObject({ comms: { c1: {} } });
    expect(await info({ target_name: 'other' })).toEqual({ status: 'ok', comms: {} });
  });

  test.each(['unknown', 'broken'])('an open of the target %s is closed again', async target => {
    const id = open(target);
    await kernel.done(id);
    expect(kernel.sent.find(({ type }) => type === 'comm_close')?.content).toEqual({ comm_id: 'c1', data: {} });
    expect(await kernel.reply(kernel.request('comm_info_request'))).toMatchObject({ comms: {} });
  });

  test('the end of a comm is told to who serves it, and nothing is sent after it', () => {
    const onClose = jest.fn();
    let send: () => void = () => undefined;
    kernel.comms.register('told', comm => {
      comm.onClose = onClose;
      send = () => comm.send({ late: true });
    });
    open('told');
    kernel.request('comm_close', { comm_id: 'c1' });
    send();
    expect(onClose).toHaveBeenCalledTimes(1);
    expect(kernel.sent.some(({ type }) => type === 'comm_msg')).toBe(false);
    kernel.comms.closeAll();
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  test('a message to a closed or unknown comm, or one without id, is nobody’s', async () => {
    for (const content of [{ comm_id: 'gone', data: {} }, {}] as IJsonObject[]) {
      for (const type of ['comm_msg', 'comm_close', 'comm_open']) {
        expect(words(await kernel.done(kernel.request(type, content)))).toEqual(['busy', 'idle']);
      }
    }
  });

  test('the end of the kernel closes them', () => {
    const onClose = jest.fn();
    kernel.comms.register('told', comm => void (comm.onClose = onClose));
    open('told');
    kernel.comms.closeAll();
    expect(onClose).toHaveBeenCalledTimes(1);
  });
});
