import { HOLD } from '../queue';
import { EchoEngine } from '../testing/echoEngine';
import { KernelHarness, words } from '../testing/harness';

jest.mock('../log');

describe('cells that wait', () => {
  let kernel: KernelHarness;
  beforeEach(() => {
    kernel = new KernelHarness(new EchoEngine());
  });

  const placeOf = async (id: string, fits: RegExp) =>
    kernel.until(
      ({ parent, type, content }) =>
        parent === id &&
        type.endsWith('display_data') &&
        fits.test(String((content['data'] as { 'text/plain': string })['text/plain']))
    );

  it('are told their place after a while, in place, and nothing of it is left when they start', async () => {
    const first = kernel.execute('sleep 60000');
    const second = kernel.execute('sleep 60000');
    const third = kernel.execute('print done');
    await placeOf(second, /^Waiting: 1st of 2, behind cell \[1\]$/);
    await placeOf(third, /^Waiting: 2nd of 2, behind cell \[1\]$/);
    expect(kernel.ledger.missed().map(cell => cell.execution)).toEqual([first]);
    kernel.dispatcher.queue.interrupt();
    await kernel.done(third);
    // Cleared before the reply that says it did not run.
    expect(words(kernel.of(third))).toEqual(['display_data', 'clear_output', 'busy', 'execute_reply', 'idle']);
  });

  it('are told another place when one before them has started', async () => {
    const first = kernel.execute('sleep 1500');
    const second = kernel.execute('sleep 1500');
    const third = kernel.execute('print done');
    const told = await placeOf(third, /2nd of 2, behind cell \[1\]/);
    const again = await placeOf(third, /^Waiting, behind cell \[2\]$/);
    expect(again.type).toBe('update_display_data');
    expect(again.content['transient']).toEqual(told.content['transient']);
    await kernel.done(first);
    expect(words(await kernel.done(second))[1]).toBe('clear_output');
    const sent = words(await kernel.done(third));
    expect(sent.slice(sent.indexOf('clear_output'))).toEqual([
      'clear_output',
      'busy',
      'execute_input',
      'stream',
      'execute_reply',
      'idle'
    ]);
  });

  it('say nothing where they are silent, or start soon', async () => {
    const first = kernel.execute('sleep 1200');
    const silent = kernel.execute('print a', { silent: true });
    await kernel.done(first);
    expect(words(await kernel.done(silent))).not.toContain('display_data');
    const quick = [kernel.execute('print b'), kernel.execute('print c')];
    for (const id of quick) expect(words(await kernel.done(id))).not.toContain('display_data');
  });

  it('an interrupt aborts the signal, a second one insists', async () => {
    const engine = new EchoEngine();
    const seen: string[] = [];
    engine.execute = cell =>
      new Promise(resolve => {
        cell.signal.addEventListener('abort', () => seen.push('signal'));
        cell.insisted.addEventListener('abort', () => {
          seen.push('insisted');
          resolve();
        });
      });
    kernel = new KernelHarness(engine);
    const id = kernel.execute('x');
    kernel.request('interrupt_request', {}, 'control');
    kernel.request('interrupt_request', {}, 'control');
    await kernel.done(id);
    expect(seen).toEqual(['signal', 'insisted']);
  });

  it('an interrupt that comes before an end of the kernel, as Jupyter sends it, aborts nothing that runs', async () => {
    const engine = new EchoEngine();
    let aborted = false;
    let end!: () => void;
    engine.execute = cell => {
      cell.signal.addEventListener('abort', () => (aborted = true));
      return new Promise(resolve => (end = resolve));
    };
    kernel = new KernelHarness(engine);
    const id = kernel.execute('x');
    const waiting = kernel.execute('y');
    kernel.request('interrupt_request', {}, 'control');
    expect(await kernel.reply(waiting)).toMatchObject({ status: 'aborted' });
    kernel.dispatcher.queue.refuse();
    await new Promise(resolve => setTimeout(resolve, 2 * HOLD));
    expect(aborted).toBe(false);
    end();
    await kernel.done(id);
  });

  it('an end of the kernel drops those that wait and lets the engine end the one that runs', async () => {
    const first = kernel.execute('sleep 60000');
    const second = kernel.execute('print no');
    kernel.dispatcher.queue.refuse();
    expect(await kernel.reply(second)).toMatchObject({ status: 'aborted' });
    expect(words(kernel.of(first))).not.toContain('execute_reply');
    expect(await kernel.reply(kernel.execute('print late'))).toMatchObject({ status: 'aborted' });
    await kernel.dispatcher.queue.close();
    expect(await kernel.reply(first)).toMatchObject({ ename: 'KeyboardInterrupt' });
  });
});
