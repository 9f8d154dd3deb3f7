import { RemoteError } from '../../session';
import { FakeCell, fakeNotebook } from './notebook';
import { runCell } from '..';

import type { IRunOptions, IRunResult } from '../../session';

describe('%emr result', () => {
  const run = async (result: (id: number, options: IRunOptions) => Promise<IRunResult>) => {
    const { notebook, session } = fakeNotebook();
    Object.assign(session, { result });
    const cell = new FakeCell('%emr result 7');
    const error = await runCell(cell, notebook).then(
      () => undefined,
      (thrown: unknown) => thrown
    );
    return { cell, error };
  };

  it('shows everything in its order, standard error too', async () => {
    const { cell } = await run(() =>
      Promise.resolve({
        displays: [{ 'text/plain': 'shown' }],
        stdout: 'onetwo',
        parts: [
          { kind: 'stdout', text: 'one' },
          { kind: 'display', data: { 'text/plain': 'shown' } },
          { kind: 'stdout', text: 'two' },
          { kind: 'stderr', text: 'beware' }
        ]
      })
    );
    expect(cell.outputs).toEqual([
      { stream: 'stdout', text: 'one' },
      { display: { 'text/plain': 'shown' } },
      { stream: 'stdout', text: 'two' },
      { stream: 'stderr', text: 'beware' }
    ]);
  });

  it('shows what a failed statement had printed, then fails as it did', async () => {
    const { cell, error } = await run((id, { onPrinted }) => {
      onPrinted?.([{ kind: 'stdout', text: `of ${id}` }]);
      return Promise.reject(new RemoteError('ValueError', 'no', ['ValueError: no']));
    });
    expect(cell.outputs).toEqual([{ stream: 'stdout', text: 'of 7' }]);
    expect(error).toMatchObject({ name: 'ValueError' });
  });

  it('says where there was none', async () => {
    const { cell } = await run(() => Promise.resolve({ displays: [] }));
    expect(cell.text).toBe('Statement 7 gave no output.\n');
  });
});
