import type { CodeCellModel } from '@jupyterlab/cells';
import { NotebookModel } from '@jupyterlab/notebook/lib/model';
import type { NotebookPanel } from '@jupyterlab/notebook';

import type { IMissedCell } from '../../protocol';
import { insertMissed } from '../model/insert';
import { MissedCells } from '../model/missed';
import { FakeKernel } from './fakes';

const text = (words: string) => ({ output_type: 'stream', name: 'stdout', text: words });
const value = (words: string) => ({
  output_type: 'display_data',
  data: { 'text/plain': words },
  metadata: {}
});

function cell(members: Partial<IMissedCell>): IMissedCell {
  return { execution: 'e1', code: 'work()', executionCount: 3, outputs: [text('done\n')], running: false, ...members };
}

/** A notebook with cells of these ids and sources, and what was told to the kernel as seen. */
function notebook(cells: Record<string, string>, grace = 1) {
  const model = new NotebookModel();
  model.sharedModel.insertCells(
    0,
    Object.entries(cells).map(([id, source]) => ({ id, cell_type: 'code' as const, source }))
  );
  const told: string[][] = [];
  let refuse = false;
  const missed = new MissedCells({
    model: () => model,
    seen: executions => {
      told.push(executions);
      return refuse ? Promise.reject(new Error('closed')) : Promise.resolve();
    },
    grace
  });
  const kernel = new FakeKernel('pyspark-emr', {});
  missed.follow(kernel.connection);
  const shown = () =>
    Object.fromEntries(
      [...model.cells].map(({ id, sharedModel }) => [
        id,
        sharedModel.toJSON() as unknown as { outputs: object[]; execution_count: number | null }
      ])
    );
  const state = (id: string) => [...model.cells].find(candidate => candidate.id === id) as CodeCellModel;
  return { model, missed, kernel, told, shown, state, refuse: (yes: boolean) => (refuse = yes) };
}

const later = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

describe('MissedCells', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    // Yjs warns of cells that are built before they are in the document, which is JupyterLab's own way.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('puts the outputs of a cell that ended unseen into it, and says that they were seen', async () => {
    const { missed, shown, state, told } = notebook({ a: 'other()', b: 'work()' });
    missed.take([cell({ cellId: 'b', outputs: [text('one\n'), value('two')] })]);
    expect(shown()['b']).toMatchObject({ outputs: [text('one\n'), value('two')], execution_count: 3 });
    expect(shown()['a'].outputs).toEqual([]);
    expect(state('b').executionState).toBe('idle');
    expect(state('b').trusted).toBe(true);
    await later(100);
    expect(told).toEqual([['e1']]);
  });

  it('finds the cell by its source where the ids are others', () => {
    const { missed, shown } = notebook({ a: 'other()', b: 'work()  \r\n' });
    missed.take([cell({ cellId: 'of-another-page' })]);
    expect(shown()['b'].outputs).toEqual([text('done\n')]);
  });

  it('knows a cell by what of it ran on the cluster, without its magics', () => {
    const { missed, shown } = notebook({ a: '# all of them\n%%spark -o frame\n\nwork()', b: '%%sql\nSELECT 1' });
    missed.take([cell({ cellId: 'a' }), cell({ execution: 'e2', code: 'SELECT 2', cellId: 'b' })]);
    expect(shown()['a'].outputs).toEqual([text('done\n')]);
    expect(shown()['b'].outputs).toEqual([]);
  });

  it('shows a running cell as running, follows it, and confirms it only at its end', async () => {
    const { missed, shown, state, told } = notebook({ b: 'work()' });
    missed.take([cell({ cellId: 'b', running: true, executionCount: null, outputs: [text('1\n')] })]);
    expect(state('b').executionState).toBe('running');
    missed.take([cell({ cellId: 'b', running: true, outputs: [text('1\n2\n'), value('50 %')] })]);
    missed.take([cell({ cellId: 'b', running: true, outputs: [text('1\n2\n'), value('60 %')] })]);
    expect(shown()['b'].outputs).toEqual([text('1\n2\n'), value('60 %')]);
    await later(100);
    expect(told).toEqual([]);
    missed.take([cell({ cellId: 'b', outputs: [text('1\n2\n3\n')] })]);
    expect(shown()['b']).toMatchObject({ outputs: [text('1\n2\n3\n')], execution_count: 3 });
    expect(state('b').executionState).toBe('idle');
    await later(100);
    expect(told).toEqual([['e1']]);
  });

  it('never writes over the outputs of a cell that was run again here, running or not', async () => {
    const { missed, kernel, shown, state, told } = notebook({ b: 'work()' });
    missed.take([cell({ cellId: 'b', running: true, outputs: [text('old\n')] })]);
    kernel.ask('mine', 'b');
    missed.take([cell({ cellId: 'b', running: true, outputs: [text('old\nolder\n')] })]);
    expect(shown()['b'].outputs).toEqual([text('old\n')]);
    kernel.finish('mine');
    state('b').executionCount = 4;
    missed.take([cell({ cellId: 'b', outputs: [text('the end of the old one\n')] })]);
    expect(shown()['b'].outputs).toEqual([text('old\n')]);
    missed.take([cell({ execution: 'e0', outputs: [text('older still\n')] })]);
    expect(shown()['b'].outputs).toEqual([text('old\n')]);
    await later(100);
    expect(told.flat().sort()).toEqual(['e0', 'e1', 'mine']);
  });

  it('keeps a cell that has changed since, and what may be older than the outputs that are there', async () => {
    const { missed, shown, state, told } = notebook({ a: 'work()', b: 'changed()' });
    state('a').executionCount = 7;
    missed.take([
      cell({ cellId: 'b', execution: 'e1', outputs: [text('of the old code\n')] }),
      cell({ cellId: 'a', execution: 'e2' }),
      cell({ cellId: 'gone', execution: 'e3', code: 'x = 1', outputs: [] })
    ]);
    expect([shown()['a'].outputs, shown()['b'].outputs]).toEqual([[], []]);
    expect(missed.unplaced.map(({ execution }) => execution)).toEqual(['e1', 'e2']);
    await later(100);
    expect(told).toEqual([['e3']]);
    missed.confirm('e1');
    expect(missed.unplaced.map(({ execution }) => execution)).toEqual(['e2']);
    await later(100);
    expect(told).toEqual([['e3'], ['e1']]);
  });

  it('asks about a changed cell only when it has ended', () => {
    const { missed } = notebook({ b: 'changed()' });
    missed.take([cell({ cellId: 'b', running: true })]);
    expect(missed.unplaced).toEqual([]);
    missed.take([cell({ cellId: 'b' })]);
    expect(missed.unplaced).toHaveLength(1);
  });

  it('takes the last of several runs of one cell', async () => {
    const { missed, shown, told } = notebook({ b: 'work()' });
    missed.take([
      cell({ execution: 'e1', cellId: 'b', outputs: [text('first\n')] }),
      cell({ execution: 'e2', cellId: 'b', executionCount: 4, outputs: [text('second\n')] })
    ]);
    expect(shown()['b']).toMatchObject({ outputs: [text('second\n')], execution_count: 4 });
    await later(100);
    expect(told).toEqual([['e1', 'e2']]);
  });

  it('does not guess among cells with the same code', () => {
    const { missed, shown, state } = notebook({ a: 'work()', b: 'work()' });
    missed.take([cell({})]);
    expect(missed.unplaced).toHaveLength(1);
    missed.confirm('e1');
    state('b').executionCount = 3;
    missed.take([cell({ execution: 'e2' })]);
    expect(shown()['b'].outputs).toEqual([text('done\n')]);
    expect(shown()['a'].outputs).toEqual([]);
  });

  it('confirms what this page ran itself, and leaves it to its own outputs while they come', async () => {
    const { missed, kernel, shown, told } = notebook({ b: 'work()' }, 5000);
    kernel.ask('mine', 'b');
    missed.take([cell({ execution: 'mine', cellId: 'b' })]);
    await later(100);
    expect([told, shown()['b'].outputs]).toEqual([[], []]);
    kernel.finish('mine');
    await later(100);
    expect(told).toEqual([['mine']]);
    await later(10_000);
    expect(shown()['b'].outputs).toEqual([]);
  });

  it('takes what the kernel kept where the outputs of an own cell were lost on the way', async () => {
    const { missed, kernel, shown, told } = notebook({ b: 'work()' }, 5000);
    kernel.ask('mine', 'b');
    missed.take([cell({ execution: 'mine', cellId: 'b' })]);
    await later(6000);
    expect(shown()['b'].outputs).toEqual([text('done\n')]);
    expect(told).toEqual([['mine']]);
  });

  it('follows a cell of its own on the kernel that took its place', () => {
    const { missed, kernel, shown, state } = notebook({ b: 'work()' });
    kernel.ask('mine', 'b');
    kernel.become('autorestarting');
    missed.drop();
    missed.take([cell({ execution: 'mine', running: true, outputs: [] })]);
    expect(state('b').executionState).toBe('running');
    missed.drop();
    expect(state('b').executionState).toBe('idle');
    missed.take([cell({ execution: 'mine' })]);
    expect(shown()['b'].outputs).toEqual([text('done\n')]);
  });

  it('says again what was seen where the kernel did not hear of it', async () => {
    const { missed, refuse, told, shown, state } = notebook({ b: 'work()' });
    refuse(true);
    missed.take([cell({ cellId: 'b' })]);
    await later(100);
    refuse(false);
    state('b').executionCount = null;
    missed.take([cell({ cellId: 'b', outputs: [text('again\n')] })]);
    await later(100);
    expect(told).toEqual([['e1'], ['e1']]);
    expect(shown()['b'].outputs).toEqual([text('done\n')]);
  });

  it('inserts what has no cell below the cell that it was', () => {
    const { model, missed, shown } = notebook({ a: 'changed()', b: 'other()' });
    missed.take([cell({ cellId: 'a' })]);
    const content = { activeCellIndex: -1 };
    insertMissed({ content, context: { model } } as unknown as NotebookPanel, missed.unplaced[0]);
    expect([...model.cells].map(({ sharedModel }) => sharedModel.getSource())).toEqual([
      'changed()',
      'work()',
      'other()'
    ]);
    expect(content.activeCellIndex).toBe(1);
    const [, inserted] = Object.values(shown());
    expect(inserted).toMatchObject({ outputs: [text('done\n')], execution_count: 3 });
  });
});
