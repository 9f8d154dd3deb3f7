import * as magics from '../../magics';
import { RemoteError } from '../../session';
import { recordTaken } from '../engineReattach';
import { OutputLedger } from '../ledger';
import { CellError } from '../types';

import type { INotebook } from '../../magics';
import type { IProgress } from '../../protocol';
import type { IRunPart, IRunResult, ITakenStatement } from '../../session';

/** A statement whose end the test decides. */
class Statement implements ITakenStatement {
  readonly id = 6;
  readonly session = 'ann-trial-1a2b';
  readonly code = 'slow()';
  readonly cellId = 'cell-a';
  readonly since = '2026-01-01T00:00:00.000Z';
  readonly result: Promise<IRunResult>;
  answer: (result: IRunResult) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  progress: (progress: IProgress) => void = () => undefined;
  print: (parts: IRunPart[]) => void = () => undefined;

  constructor() {
    this.result = new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
    });
  }

  onProgress(listener: (progress: IProgress) => void): void {
    this.progress = listener;
  }

  onPrinted(listener: (parts: IRunPart[]) => void): void {
    this.print = listener;
  }
}

const words = (error: unknown): unknown =>
  error instanceof RemoteError ? new CellError(error.ename, error.evalue, error.traceback, error.details) : error;
const running = (text: string): IProgress => ({ phase: 'running', text, elapsedMs: 0 });

describe('a statement of an earlier kernel', () => {
  const ledger = new OutputLedger();
  const notebook = {} as INotebook;
  const take = (statement: Statement): Promise<void> =>
    recordTaken(statement, ledger, { magics, notebook, cellError: words });
  const outputs = () => ledger.missed()[0]?.outputs ?? [];

  it('gives its outputs in the order in which they were made, none of its progress', async () => {
    const statement = new Statement();
    const done = take(statement);
    statement.progress(running('Running'));
    expect(outputs()).toHaveLength(1);
    const text = 'x'.repeat(magics.SHOWN_CHARACTERS + 1);
    statement.answer({
      displays: [{ 'text/plain': 'shown' }],
      stdout: 'one\ntwo\n',
      result: { 'text/plain': '42' },
      parts: [
        { kind: 'stdout', text: 'one\n' },
        { kind: 'display', data: { 'text/plain': 'shown' }, metadata: { isolated: true } },
        { kind: 'stdout', text },
        { kind: 'result', data: { 'text/plain': '42' } },
        { kind: 'stderr', text: 'beware\n' }
      ]
    });
    await done;
    statement.progress(running('too late'));
    expect(outputs()).toMatchObject([
      { output_type: 'stream', name: 'stdout', text: 'one\n' },
      { output_type: 'display_data', data: { 'text/plain': 'shown' }, metadata: { isolated: true } },
      { output_type: 'stream', name: 'stdout', text: expect.stringContaining('All of it: %emr output;') },
      { output_type: 'execute_result', data: { 'text/plain': '42' }, execution_count: null },
      { output_type: 'stream', name: 'stderr', text: 'beware\n' }
    ]);
    expect(magics.keptTexts(notebook).at(-1)).toEqual({ cell: undefined, text });
  });

  it('that fails keeps what it had printed above its error, and its details below', async () => {
    const statement = new Statement();
    const done = take(statement);
    statement.progress(running('Running'));
    statement.print([
      { kind: 'stdout', text: 'one\n' },
      { kind: 'stderr', text: 'beware\n' }
    ]);
    const error = new RemoteError('ValueError', 'no', ['ValueError: no'], 'all of the traceback');
    error.details = { 'text/plain': 'folded' };
    statement.fail(error);
    await done;
    expect(outputs()).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'one\n' },
      { output_type: 'stream', name: 'stderr', text: 'beware\n' },
      { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback: ['ValueError: no'] },
      { output_type: 'display_data', data: { 'text/plain': 'folded' }, metadata: {} }
    ]);
    expect(ledger.missed()[0]).toMatchObject({ cellId: 'cell-a', running: false });
    expect(magics.keptTexts(notebook).at(-1)?.text).toBe('all of the traceback');
  });
});
