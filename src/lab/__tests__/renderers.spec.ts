import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { nullTranslator } from '@jupyterlab/translation';

import type { IProgress } from '../../protocol';
import { PROGRESS_MIME } from '../../protocol';
import { cellText, isNumeric, toTable } from '../renderers/cells';
import { progressFactory } from '../renderers/progress';

const trans = nullTranslator.load('test');

function renderer() {
  const widget = progressFactory(trans).createRenderer({} as never);
  const show = (progress: Partial<IProgress>) =>
    widget.renderModel({
      data: { [PROGRESS_MIME]: { phase: 'running', text: 'Running', elapsedMs: 0, ...progress } }
    } as unknown as IRenderMime.IMimeModel);
  return { node: widget.node, show };
}

describe('progress', () => {
  it('shows how far, what, and how long', async () => {
    const { node, show } = renderer();
    await show({ fraction: 0.25, text: '2 of 8 tasks', elapsedMs: 65_000 });
    const bar = node.querySelector('[role="progressbar"]')!;
    expect(bar.getAttribute('aria-valuenow')).toBe('25');
    expect(node.querySelector<HTMLElement>('.jp-EMR-progress-fill')!.style.width).toBe('25%');
    expect(node.textContent).toContain('2 of 8 tasks · 1 min 5 s');
  });

  it('claims no number where none is known, and hides the bar at the end', async () => {
    const { node, show } = renderer();
    await show({ fraction: 2 });
    const bar = node.querySelector<HTMLElement>('[role="progressbar"]')!;
    expect(bar.getAttribute('aria-valuenow')).toBe('100');
    await show({});
    expect(bar.hasAttribute('aria-valuenow')).toBe(false);
    expect(bar.hidden).toBe(false);
    await show({ phase: 'done' });
    expect(bar.hidden).toBe(true);
  });

  it('shows the tasks that run, those that failed, and the time that is left', async () => {
    const { node, show } = renderer();
    const spark = (failed: number) => ({
      jobs: { done: 0, total: 1 },
      stages: { done: 1, total: 3 },
      tasks: { done: 50, total: 100, active: 20, failed }
    });
    await show({ fraction: 0.5, spark: spark(0), remainingMs: 40_000 });
    expect(node.querySelector<HTMLElement>('.jp-EMR-progress-active')!.style.width).toBe('20%');
    expect(node.dataset['failedTasks']).toBe('0');
    expect(node.textContent).toContain('about 40 s left');
    await show({ fraction: 0.75, spark: { ...spark(3), tasks: { done: 75, total: 100, active: 30, failed: 3 } } });
    expect(node.querySelector<HTMLElement>('.jp-EMR-progress-active')!.style.width).toBe('25%');
    expect(node.dataset['failedTasks']).toBe('3');
    expect(node.textContent).not.toContain('left');
  });

  it('does not draw an empty bar for code that is no Spark job', async () => {
    const { node, show } = renderer();
    await show({ fraction: 0 });
    expect(node.querySelector('[role="progressbar"]')!.hasAttribute('aria-valuenow')).toBe(false);
  });

  it('keeps the log as the user folded it, and takes text as text', async () => {
    const { node, show } = renderer();
    const fold = node.querySelector('details')!;
    await show({});
    expect(fold.hidden).toBe(true);
    await show({ log: ['<img src=x>'] });
    fold.open = true;
    await show({ log: ['<img src=x>', 'two'] });
    expect(fold.open).toBe(true);
    expect(fold.hidden).toBe(false);
    expect(node.querySelector('img')).toBeNull();
    expect(fold.querySelector('pre')!.textContent).toBe('<img src=x>\ntwo');
  });

  it('survives content that is not what it should be', async () => {
    const { node, show } = renderer();
    await show({ log: 'nonsense', elapsedMs: 'x', text: null } as never);
    expect(node.querySelector('details')!.hidden).toBe(true);
  });
});

describe('cells of a table', () => {
  it('tell NULL from text, and show structures as JSON', () => {
    expect([null, undefined, '', 'NULL?', 0, false, 1.5, { a: [1] }].map(cellText)).toEqual([
      'NULL',
      'NULL',
      '',
      'NULL?',
      '0',
      'false',
      '1.5',
      '{"a":[1]}'
    ]);
  });

  it("know Spark's numbers", () => {
    expect(['bigint', 'decimal(10,2)', 'double', 'int'].every(isNumeric)).toBe(true);
    expect(['string', 'array<int>', 'interval', 'timestamp', 'map<int,int>'].some(isNumeric)).toBe(false);
  });

  it('come of a table only', () => {
    expect(toTable({ columns: [], rows: [] })).toBeDefined();
    expect([undefined, null, 'x', {}, { columns: [] }].map(toTable)).toEqual(Array(5).fill(undefined));
  });
});
