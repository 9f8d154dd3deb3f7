import { OutputLedger } from '../ledger';
import { EchoEngine } from '../testing/echoEngine';
import { KernelHarness } from '../testing/harness';

import type { IMissedCell } from '../../protocol';

jest.mock('../log');

const text = (ledger: OutputLedger, execution: string): string | undefined =>
  ledger
    .missed()
    .find(cell => cell.execution === execution)
    ?.outputs.map(output => (output['text'] ?? (output['data'] as { 'text/plain': string })['text/plain']) as string)
    .join('|');

describe('OutputLedger', () => {
  let ledger: OutputLedger;
  const begin = (execution: string, cellId?: string) =>
    ledger.begin({ execution, code: 'x', executionCount: 1, ...(cellId === undefined ? {} : { cellId }) });
  const stream = (execution: string, words: string, name = 'stdout') =>
    ledger.take(execution, 'stream', { name, text: words });
  const display = (execution: string, words: string, displayId?: string, type = 'display_data') =>
    ledger.take(execution, type, {
      data: { 'text/plain': words },
      metadata: {},
      transient: displayId === undefined ? {} : { display_id: displayId }
    });

  beforeEach(() => {
    ledger = new OutputLedger(10_000, 3);
    begin('one', 'cell');
  });

  it('merges what one stream gets in a row, and nothing else', () => {
    stream('one', 'a');
    stream('one', 'b');
    stream('one', 'c', 'stderr');
    stream('one', 'd');
    expect(ledger.missed()[0]?.outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'ab' },
      { output_type: 'stream', name: 'stderr', text: 'c' },
      { output_type: 'stream', name: 'stdout', text: 'd' }
    ]);
  });

  it('keeps outputs as nbformat has them', () => {
    ledger.take('one', 'execute_result', { execution_count: 4, data: { 'text/plain': '1' }, metadata: {} });
    ledger.take('one', 'error', { ename: 'E', evalue: 'v', traceback: ['t'], more: 1 });
    ledger.take('one', 'comm_msg', { data: {} });
    display('one', 'shown', 'id');
    expect(ledger.missed()[0]?.outputs).toEqual([
      { output_type: 'execute_result', execution_count: 4, data: { 'text/plain': '1' }, metadata: {} },
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['t'] },
      { output_type: 'display_data', data: { 'text/plain': 'shown' }, metadata: {} }
    ]);
  });

  it('updates a display wherever it stands, also from another cell', () => {
    display('one', 'old', 'id');
    begin('two', 'other');
    display('two', 'new', 'id', 'update_display_data');
    expect(text(ledger, 'one')).toBe('new');
    expect(text(ledger, 'two')).toBe('');
  });

  it.each([
    [false, ''],
    [true, 'a']
  ])('clears: with wait %j only at the next output', (wait, meanwhile) => {
    stream('one', 'a');
    ledger.take('one', 'clear_output', { wait });
    expect(text(ledger, 'one')).toBe(meanwhile);
    stream('one', 'b');
    expect(text(ledger, 'one')).toBe('b');
  });

  it('forgets what a page has seen to its end, not what still runs', () => {
    ledger.seen(['one']);
    expect(ledger.missed()).toHaveLength(1);
    ledger.end('one');
    ledger.seen(['one', 'unknown']);
    expect(ledger.missed()).toEqual([]);
  });

  it('a newer run of a cell supersedes it; cells without ids stand for themselves', () => {
    begin('two', 'cell');
    begin('three');
    begin('four');
    expect(ledger.missed().map(cell => cell.execution)).toEqual(['two', 'three', 'four']);
    expect(ledger.dropped()).toBe(0);
  });

  it('keeps no more executions than it may', () => {
    for (const name of ['two', 'three', 'four', 'five']) begin(name);
    expect(ledger.missed().map(cell => cell.execution)).toEqual(['three', 'four', 'five']);
    expect(ledger.dropped()).toBe(2);
    expect(ledger.dropped()).toBe(0);
  });

  it('drops the oldest outputs with a note where they are too large, and takes in new ones', () => {
    stream('one', 'x'.repeat(6000));
    begin('two');
    stream('two', 'y'.repeat(6000));
    expect(text(ledger, 'one')).toMatch(/too large to be kept/);
    expect(text(ledger, 'two')).toBe('y'.repeat(6000));
    stream('one', 'late');
    expect(text(ledger, 'one')).not.toMatch(/late/);
    // What was dropped makes room, and what was seen too.
    ledger.end('two');
    ledger.seen(['two']);
    begin('three');
    stream('three', 'z'.repeat(9000));
    expect(text(ledger, 'three')).toBe('z'.repeat(9000));
    // One that is too large alone leaves a note as well.
    stream('three', 'z'.repeat(9000));
    expect(text(ledger, 'three')).toMatch(/too large to be kept/);
  });

  it('tells every change, and whether anybody asked for it', () => {
    const told: [string, boolean, boolean][] = [];
    const stop = ledger.onChange((cell: IMissedCell, unasked) => told.push([cell.execution, cell.running, unasked]));
    stream('one', 'a');
    const record = ledger.open({ execution: 'taken', code: 'y', cellId: 'z' });
    record.write('stream', { name: 'stdout', text: 'b' });
    record.end();
    stop();
    stream('one', 'c');
    expect(told).toEqual([
      ['one', true, false],
      ['taken', true, true],
      ['taken', true, true],
      ['taken', false, true]
    ]);
  });
});

describe('what a kernel keeps', () => {
  it('is what its cells put out, complete with their end, and nothing of silent ones', async () => {
    const kernel = new KernelHarness(new EchoEngine());
    const first = kernel.execute('print a\nresult 1');
    const second = kernel.execute('fail no');
    const silent = kernel.execute('print hidden', { silent: true });
    await kernel.done(silent);
    expect(kernel.ledger.missed()).toMatchObject([
      {
        execution: first,
        executionCount: 1,
        running: false,
        outputs: [{ text: 'a\n' }, { output_type: 'execute_result', execution_count: 1 }]
      },
      { execution: second, running: false, outputs: [{ output_type: 'error', ename: 'EchoError' }] }
    ]);
  });
});
