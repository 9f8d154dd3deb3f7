import { runCell } from '..';
import { FakeCell, fakeNotebook } from './notebook';

async function run(code: string, kit: ReturnType<typeof fakeNotebook>): Promise<FakeCell> {
  const cell = new FakeCell(code);
  await runCell(cell, kit.notebook);
  return cell;
}

describe('parameters', () => {
  it.each([
    ['pyspark', '# Parameters\ncluster = "j-1"\nrows = 41\nday: str = "a \\"b\\""  # which'],
    ['spark', '// Parameters\nval cluster = "j-1"\nval rows = 41\nval day = "a \\"b\\""'],
    ['sparkr', '# Parameters\ncluster = "j-1"\nrows = 41\nday = "a \\"b\\""']
  ] as const)('in %s wait for the session, then run once, before what follows', async (language, code) => {
    const kit = fakeNotebook(language);
    expect((await run(code, kit)).text).toContain('Kept');
    expect(kit.ran).toEqual([]);
    await run('%emr connect --cluster-id ${cluster}', kit);
    expect(kit.bound).toEqual([{ clusterId: 'j-1' }]);
    await run('rows', kit);
    await run('rows', kit);
    expect(kit.ran).toEqual([
      { code, kind: language },
      { code: 'rows', kind: language },
      { code: 'rows', kind: language }
    ]);
  });

  it('run at once where there is a session, and are values all the same', async () => {
    const kit = fakeNotebook();
    kit.state.connected = true;
    await run('# Parameters\nlimit = 3', kit);
    expect(kit.ran).toHaveLength(1);
    await expect(run('%emr connect --cluster-id ${limit}', kit)).rejects.toThrow('"3" is not the id of a cluster');
  });

  it('come before the environment, which comes before an error that names what is missing', async () => {
    const kit = fakeNotebook();
    Object.assign(kit.notebook, { env: { cluster: 'j-2', role: 'x' } });
    await run('%sm_analytics emr connect --auth-type None --cluster-id ${cluster}', kit);
    expect(kit.bound[0]).toMatchObject({ clusterId: 'j-2' });
    await run("# Parameters\ncluster = 'j-3'", kit);
    await run('%emr connect --cluster-id "${cluster}"', kit);
    expect(kit.bound[1]).toEqual({ clusterId: 'j-3' });
    await expect(run('%emr connect --cluster-id ${nothing}', kit)).rejects.toThrow('${nothing} is neither');
  });

  it('are no code like any other: without the heading a cell says that there is no session', async () => {
    const kit = fakeNotebook();
    await run('cluster = "j-1"', kit);
    expect(kit.ran).toEqual([{ code: 'cluster = "j-1"', kind: 'pyspark' }]);
  });
});

it('a front end’s silent code starts no session', async () => {
  const kit = fakeNotebook();
  const cell = new FakeCell('import os');
  Object.assign(cell, { silent: true });
  await runCell(cell, kit.notebook);
  expect(kit.ran).toEqual([]);
  kit.state.connected = true;
  await runCell(cell, kit.notebook);
  expect(kit.ran).toHaveLength(1);
});
