import { EmrError } from '../../protocol';
import { EchoEngine } from '../testing/echoEngine';
import { KernelHarness, words } from '../testing/harness';

import type { IJsonObject } from '../../protocol';
import type { IExecution } from '../types';

jest.mock('../log');

let kernel: KernelHarness;
let engine: EchoEngine;
beforeEach(() => {
  engine = new EchoEngine();
  kernel = new KernelHarness(engine);
});

const streams = (id: string) =>
  kernel
    .of(id)
    .filter(({ type }) => type === 'stream')
    .map(({ content }) => [content['name'] as string, content['text'] as string]);

describe('a cell', () => {
  test('has its messages in order', async () => {
    const sent = await kernel.done(kernel.execute('print a\nresult 5\nprint b\nclear\nwarn c'));
    expect(words(sent)).toEqual([
      'busy',
      'execute_input',
      'stream',
      'execute_result',
      'stream',
      'clear_output',
      'stream',
      'execute_reply',
      'idle'
    ]);
    expect(sent.at(-2)).toMatchObject({
      channel: 'shell',
      content: { status: 'ok', execution_count: 1, payload: [], user_expressions: {} }
    });
  });

  test('many small writes are few messages, nothing lost, streams kept apart', async () => {
    const id = kernel.execute('flood 5000\nwarn x\nflood 2');
    await kernel.done(id);
    const all = streams(id);
    expect(all.length).toBeLessThan(6);
    expect(
      all
        .filter(([name]) => name === 'stdout')
        .map(([, text]) => text)
        .join('')
    ).toBe([...Array(5000).keys(), 0, 1].map(n => `${n}\n`).join(''));
    expect(all.slice(-2)).toEqual([
      ['stderr', 'x\n'],
      ['stdout', '0\n1\n']
    ]);
  });

  test('what is written is seen while the cell goes on', async () => {
    const id = kernel.execute('print early\nsleep 60000');
    await kernel.until(({ type, parent }) => type === 'stream' && parent === id);
    expect(streams(id)).toEqual([['stdout', 'early\n']]);
    kernel.dispatcher.queue.interrupt();
  });

  test('what comes late still belongs to its cell', async () => {
    const id = kernel.execute('late 20 after');
    await kernel.done(id);
    const next = kernel.execute('print now\nsleep 60\nprint end');
    await kernel.done(next);
    expect(streams(id)).toEqual([['stdout', 'after\n']]);
    expect(streams(next).map(([, text]) => text)).toEqual(['now\n', 'end\n']);
  });

  test('displays, updates, pager and next input', async () => {
    const sent = await kernel.done(kernel.execute('display one\nupdate two\npage long\nnext more'));
    const contents = Object.fromEntries(sent.map(({ type, content }) => [type, content]));
    const transient = { display_id: 'echo' };
    expect(contents['display_data']).toEqual({ data: { 'text/plain': 'one' }, metadata: {}, transient });
    expect(contents['update_display_data']).toEqual({ data: { 'text/plain': 'two' }, metadata: {}, transient });
    expect(contents['execute_reply']).toMatchObject({
      payload: [
        { source: 'page', data: { 'text/plain': 'long' }, start: 0 },
        { source: 'set_next_input', text: 'more', replace: false }
      ]
    });
  });

  test('knows its request', async () => {
    let seen: IExecution | undefined;
    engine.execute = cell => {
      seen = cell;
      return Promise.resolve();
    };
    await kernel.done(kernel.execute('x', { store_history: false }));
    expect(seen).toMatchObject({ code: 'x', silent: false, storeHistory: false, executionCount: 1 });
  });

  test('counts only what is stored', async () => {
    const count = async (rest: object) => (await kernel.reply(kernel.execute('', { ...rest })))['execution_count'];
    expect(await count({})).toBe(1);
    expect(await count({ store_history: false })).toBe(2);
    expect(await count({ silent: true })).toBe(2);
    expect(await count({})).toBe(2);
    const reply = await kernel.reply(kernel.request('history_request', { hist_access_type: 'tail', n: 9 }));
    expect(reply).toMatchObject({
      history: [
        [1, 1, ''],
        [1, 2, '']
      ]
    });
  });

  test('silent: no input and no result on iopub', async () => {
    expect(words(await kernel.done(kernel.execute('result 5', { silent: true })))).toEqual([
      'busy',
      'execute_reply',
      'idle'
    ]);
  });

  test('results go to the history', async () => {
    await kernel.done(kernel.execute('result 5'));
    const request = { hist_access_type: 'tail', n: 1, output: true };
    const reply = await kernel.reply(kernel.request('history_request', request));
    expect(reply).toMatchObject({ history: [[1, 1, ['result 5', '5']]] });
  });

  test('user_expressions, each with its own outcome', async () => {
    const reply = await kernel.reply(kernel.execute('', { user_expressions: { a: 'x', b: 'fail' } }));
    expect(reply).toMatchObject({
      status: 'ok',
      user_expressions: {
        a: { status: 'ok', data: { 'text/plain': 'x' }, metadata: {} },
        b: { status: 'error', ename: 'EchoError', evalue: 'no value', traceback: ['EchoError: no value'] }
      }
    });
  });
});

describe('a cell that fails', () => {
  test('says so on iopub and in a full reply', async () => {
    const sent = await kernel.done(kernel.execute('print a\nfail this is why'));
    expect(words(sent)).toEqual(['busy', 'execute_input', 'stream', 'error', 'execute_reply', 'idle']);
    const words_ = { ename: 'EchoError', evalue: 'this is why', traceback: ['EchoError: this is why'] };
    expect(sent[3]?.content).toEqual(words_);
    expect(sent[4]?.content).toEqual({
      status: 'error',
      execution_count: 1,
      payload: [],
      user_expressions: {},
      ...words_
    });
  });

  test('with an error that is not meant for the user keeps its name and message', async () => {
    expect(await kernel.reply(kernel.execute('throw oops'))).toMatchObject({
      status: 'error',
      ename: 'TypeError',
      evalue: 'oops',
      traceback: ['TypeError: oops']
    });
  });

  test('with one of ours shows the fix', async () => {
    engine.execute = () =>
      Promise.reject(new EmrError({ code: 'Gone', message: 'It is gone.', hop: 'emr', fix: 'Make another.' }));
    expect(await kernel.reply(kernel.execute(''))).toMatchObject({
      ename: 'Gone',
      evalue: 'It is gone.',
      traceback: ['Gone: It is gone.', 'Make another.']
    });
  });

  test('by throwing before it waits, or something that is no error', async () => {
    engine.execute = () => {
      throw 'just text'; // eslint-disable-line @typescript-eslint/only-throw-error
    };
    expect(await kernel.reply(kernel.execute(''))).toMatchObject({ status: 'error', evalue: 'just text' });
  });
});

describe('the queue', () => {
  test('runs one cell at a time, in order', async () => {
    const ids = ['sleep 20\nprint a', 'print b', 'print c'].map(code => kernel.execute(code));
    await kernel.done(ids[2] ?? '');
    const states = kernel.sent.filter(({ type }) => type === 'status').map(({ parent }) => ids.indexOf(parent!));
    expect(states).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test('a failure aborts what waits, also what arrives in the same moment, and nothing later', async () => {
    const first = kernel.execute('fail x');
    const second = kernel.execute('print b');
    let third = '';
    setTimeout(() => (third = kernel.execute('print c')), 5);
    expect(await kernel.reply(second)).toMatchObject({ status: 'aborted' });
    expect(words(kernel.of(second))).toEqual(['busy', 'execute_reply', 'idle']);
    await kernel.done(first);
    expect(await kernel.reply(third)).toMatchObject({ status: 'aborted' });
    expect(await kernel.reply(first)).toMatchObject({ status: 'error' });
    expect(await kernel.reply(kernel.execute('print d'))).toMatchObject({ status: 'ok', execution_count: 2 });
  });

  test.each<IJsonObject>([{ stop_on_error: false }, { silent: true }])('not with %j', async rest => {
    kernel.execute('fail x', rest);
    expect(await kernel.reply(kernel.execute('print b'))).toMatchObject({ status: 'ok' });
  });

  test('an interrupt ends the running cell and drops the others', async () => {
    const [running, waiting] = [kernel.execute('sleep 60000'), kernel.execute('print b')];
    const interrupt = kernel.request('interrupt_request', {}, 'control');
    expect(await kernel.reply(interrupt)).toEqual({ status: 'ok' });
    expect(await kernel.reply(running)).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' });
    expect(await kernel.reply(waiting)).toMatchObject({ status: 'aborted' });
    expect(await kernel.reply(kernel.execute('print c'))).toMatchObject({ status: 'ok' });
  });

  test('an interrupt does not wait for a cell that does not listen', async () => {
    const running = kernel.execute('stubborn 50');
    expect(await kernel.reply(kernel.request('interrupt_request', {}, 'control'))).toEqual({ status: 'ok' });
    expect(kernel.of(running).some(({ type }) => type === 'execute_reply')).toBe(false);
    expect(await kernel.reply(running)).toMatchObject({ status: 'ok' });
  });

  test('an interrupt of an idle kernel is nothing', async () => {
    await kernel.done(kernel.request('interrupt_request', {}, 'control'));
    expect(await kernel.reply(kernel.execute('print a'))).toMatchObject({ status: 'ok' });
  });

  test('a closed queue aborts what comes', async () => {
    const running = kernel.execute('sleep 60000');
    await kernel.dispatcher.queue.close();
    expect(kernel.of(running).at(-1)?.content).toEqual({ execution_state: 'idle' });
    expect(await kernel.reply(kernel.execute('print a'))).toMatchObject({ status: 'aborted' });
  });
});

describe('input', () => {
  test('is asked of the client of the cell', async () => {
    const id = kernel.execute('print before\ninput password', { allow_stdin: true });
    const request = await kernel.until(({ type }) => type === 'input_request');
    expect(request).toMatchObject({ channel: 'stdin', parent: id, content: { prompt: 'password', password: true } });
    expect(request.message.identities.map(String)).toEqual(['client']);
    expect(streams(id)).toEqual([['stdout', 'before\n']]);
    kernel.answerInput('secret');
    await kernel.done(id);
    expect(streams(id).at(-1)).toEqual(['stdout', 'got secret\n']);
  });

  test('is refused where the front end has none', async () => {
    expect(await kernel.reply(kernel.execute('input name'))).toMatchObject({ ename: 'StdinNotImplementedError' });
  });

  test('ends with an interrupt, and an answer after it is dropped', async () => {
    const id = kernel.execute('input name', { allow_stdin: true });
    await kernel.until(({ type }) => type === 'input_request');
    kernel.request('interrupt_request', {}, 'control');
    expect(await kernel.reply(id)).toMatchObject({ ename: 'KeyboardInterrupt' });
    kernel.answerInput('too late');
    expect(await kernel.reply(kernel.execute('print a'))).toMatchObject({ status: 'ok' });
  });
});
