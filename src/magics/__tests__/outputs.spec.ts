import { counted } from '../counted';
import { PROGRESS_MIME } from '../../protocol';
import { ProgressDisplay, keepsProgress, progressBundle } from '../progress';
import { FakeCell, fakeNotebook } from './notebook';
import { runCell } from '..';

import type { IMimeBundle, IProgress } from '../../protocol';
import type { INotebook } from '../types';
import type { Output } from './notebook';

/** What is left on the page. */
function left(outputs: readonly Output[]): Output[] {
  const last = outputs.findLastIndex(item => 'clear' in item);
  return outputs.slice(last + 1);
}

const running = (elapsedMs: number, more: Partial<IProgress> = {}): IProgress => ({
  phase: 'running',
  text: `at ${elapsedMs}`,
  elapsedMs,
  ...more
});

describe('progress', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  it('shows nothing of a quick cell', () => {
    const cell = new FakeCell('x');
    const progress = new ProgressDisplay(counted(cell));
    progress.update(running(0));
    jest.advanceTimersByTime(400);
    progress.end();
    jest.advanceTimersByTime(2000);
    expect(cell.outputs).toEqual([]);
  });

  it('is one display, updated twice a second at most, and leaves nothing between what stood and what comes', () => {
    const cell = new FakeCell('x');
    const updates = jest.spyOn(cell, 'updateDisplay');
    const own = counted(cell);
    own.stream('stdout', 'before\n');
    const progress = new ProgressDisplay(own);
    for (let ms = 0; ms < 3000; ms += 50) {
      progress.update(running(ms));
      jest.advanceTimersByTime(50);
    }
    expect(cell.outputs.filter(item => 'display' in item)).toHaveLength(1);
    expect(updates.mock.calls.length).toBeGreaterThan(3);
    expect(updates.mock.calls.length).toBeLessThanOrEqual(6);
    progress.end(true);
    own.result({ 'text/plain': '2' });
    jest.advanceTimersByTime(2000);
    expect(left(cell.outputs)).toEqual([{ stream: 'stdout', text: 'before\n' }, { result: { 'text/plain': '2' } }]);
  });

  it('tells another phase at once', () => {
    const cell = new FakeCell('x');
    const updates = jest.spyOn(cell, 'updateDisplay');
    const progress = new ProgressDisplay(counted(cell));
    progress.update(running(0));
    jest.advanceTimersByTime(600);
    progress.update({ phase: 'cancelling', text: 'Cancelling', elapsedMs: 600 });
    expect(JSON.stringify(updates.mock.calls.at(-1))).toContain('Cancelling');
    progress.end();
  });

  it('leaves one line where it is to be kept, and that counts what was known last', () => {
    const cell = new FakeCell('x');
    const updates = jest.spyOn(cell, 'updateDisplay');
    const progress = new ProgressDisplay(counted(cell), 500, true);
    const spark = {
      jobs: { done: 1, total: 2 },
      stages: { done: 2, total: 3 },
      tasks: { done: 9, total: 10, active: 1, failed: 1 }
    };
    progress.update(running(0));
    jest.advanceTimersByTime(600);
    progress.update(running(600, { spark, fraction: 0.9, remainingMs: 5000 }));
    progress.end(true);
    progress.end();
    jest.advanceTimersByTime(2000);
    expect(cell.outputs.some(item => 'clear' in item)).toBe(false);
    const [bundle] = updates.mock.lastCall as unknown as [IMimeBundle];
    const { [PROGRESS_MIME]: last, 'text/plain': text } = bundle;
    expect(last).toEqual({ phase: 'done', text: 'Ran 2 Spark jobs: 3 stages, 10 tasks (1 failed)', elapsedMs: 600 });
    expect(text).toBe('Ran 2 Spark jobs: 3 stages, 10 tasks (1 failed) (1 s)');
  });

  it('is kept or removed by the word that is nearest to the user, and a word that means nothing is said', () => {
    const { notebook } = fakeNotebook();
    const kept = (user?: 'keep' | 'remove', env?: string, site?: string) =>
      keepsProgress({
        ...notebook,
        bindings: { ...notebook.bindings, progressAtEnd: user },
        env: { JUPYTERLAB_EMR_PROGRESS_AT_END: env },
        site: { progressAtEnd: site }
      } as unknown as INotebook);
    expect(kept()).toBe(false);
    expect(kept(undefined, '', 'keep')).toBe(true);
    expect(kept(undefined, 'remove', 'keep')).toBe(false);
    expect(kept('keep', 'remove', 'remove')).toBe(true);
    expect(() => kept(undefined, 'yes')).toThrow('JUPYTERLAB_EMR_PROGRESS_AT_END is "yes", which means nothing.');
    expect(() => kept(undefined, undefined, 'yes')).toThrow('site’s configuration is "yes"');
  });

  it('says the time that is left as coarsely as it is known', () => {
    const text = (remainingMs: number) => progressBundle(running(30_000, { fraction: 0.5, remainingMs }))['text/plain'];
    expect(text(31_400)).toBe('at 30000 [##########..........] (30 s, about 30 s left)');
    expect(text(170_000)).toContain('about 3 min left');
    expect(progressBundle(running(1000))['text/plain']).toBe('at 1000 (1 s)');
  });
});

describe('long text', () => {
  it('is cut in the cell, and whole in %emr output', async () => {
    const kit = fakeNotebook();
    const text = 'ab\n'.repeat(100_000);
    kit.state.answer = { displays: [], result: { 'text/plain': text } };
    const cell = new FakeCell('x');
    await runCell(cell, kit.notebook);
    const [shown] = cell.outputs as { result: { 'text/plain': string } }[];
    expect(shown?.result['text/plain'].length).toBeLessThan(201_000);
    expect(shown?.result['text/plain']).toContain('100,000 of 300,000 characters are not shown here');
    const all = new FakeCell('%emr output');
    await runCell(all, kit.notebook);
    expect(all.text).toBe(text);
    await expect(runCell(new FakeCell('%emr output 7'), kit.notebook)).rejects.toThrow('Nothing is kept of cell 7');
  });
});
