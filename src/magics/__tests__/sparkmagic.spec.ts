import { runCell } from '..';
import { prettyTables } from '../pretty';
import { FakeCell, fakeNotebook } from './notebook';

import type { EmrError } from '../../protocol';

async function run(code: string, kit = fakeNotebook()): Promise<FakeCell> {
  const cell = new FakeCell(code);
  await runCell(cell, kit.notebook);
  return cell;
}

const SHOWN = `before
+---+----+
| id|name|
+---+----+
|  1| a|b|
|  2|    |
+---+----+
only showing top 2 rows

after`;

describe('%%pretty', () => {
  it('shows what df.show() printed as a table, and the rest as text', () => {
    const shown = prettyTables({ stdout: SHOWN, displays: [], result: { 'text/plain': 'res1: Int = 1' } });
    expect(shown.stdout).toBe('before\n\nafter\n');
    expect(shown.result).toEqual({ 'text/plain': 'res1: Int = 1' });
    expect(shown.displays).toHaveLength(1);
    expect(shown.displays[0]).toMatchObject({
      'application/vnd.jupyterlab-emr.table.v1+json': {
        columns: [
          { name: 'id', type: 'string' },
          { name: 'name', type: 'string' }
        ],
        rows: [
          ['1', 'a|b'],
          ['2', '']
        ],
        truncated: true
      }
    });
  });

  it('finds one where signs are wide, and two in a row', () => {
    const one = '+----+\n|col |\n+----+\n|日本|\n+----+\n';
    const { displays } = prettyTables({ displays: [], result: { 'text/plain': one + one } });
    expect(displays.map(item => (item['text/plain'] as string).split('\n')[2])).toEqual(['日本', '日本']);
  });

  it.each(['', 'no table', '+--+\n|a |\nand no end'])('leaves %j as it is', text => {
    const output = { displays: [], result: { 'text/plain': text } };
    expect(prettyTables(output)).toBe(output);
  });

  it('runs its cell', async () => {
    const kit = fakeNotebook('spark');
    kit.state.answer = { stdout: SHOWN, displays: [] };
    const cell = await run('%%pretty\ndf.show(2)', kit);
    expect(kit.ran).toMatchObject([{ code: 'df.show(2)', kind: 'spark' }]);
    expect(cell.outputs.map(item => Object.keys(item)[0])).toEqual(['stream', 'display']);
  });
});

it.each(['%spark?', '%%spark??', '%%help spark'])('%s is its help', async code => {
  const [page] = (await run(code)).outputs as { page: string }[];
  expect(page?.page).toContain('%%spark [options]');
});

describe('%%display and %%matplot', () => {
  it.each(['%%display -n 5 -m sample -r 0.5\nx = 1\ndf', '%%display -n 5 -m sample -r 0.5 df'])('%j', async code => {
    const kit = fakeNotebook();
    await run(code, kit);
    expect(kit.ran).toHaveLength(1);
    expect(kit.ran[0]).toMatchObject({ kind: 'pyspark', maxRows: 5 });
    expect(kit.ran[0]?.code).toMatch(/code="(x = 1\\n)?df", limit=5, fraction=0.5/);
  });

  it('goes by a view from Scala', async () => {
    const kit = fakeNotebook('spark');
    await run('%%display\nval x = 1\ndf', kit);
    expect(kit.ran.map(item => item.kind)).toEqual(['spark', 'pyspark']);
    expect(kit.ran[0]?.code).toBe('{\nval x = 1\ndf\n}.createOrReplaceTempView("emr_display")');
  });

  it('plots', async () => {
    const kit = fakeNotebook('spark');
    await run('%%matplot plt\nplt.plot([1])\n', kit);
    await run('%%matplot', kit);
    expect(kit.ran.map(item => item.code)).toEqual(['plt.plot([1])\n%matplot plt', '\n%matplot plt']);
  });
});

describe('%spark, as sparkmagic has it in IPython', () => {
  it('adds, names, configures and ends sessions', async () => {
    const kit = fakeNotebook();
    await run('%spark add -s test -l scala -u http://h:1 -t None -k', kit);
    expect(kit.bound).toEqual([{ livyUrl: 'http://h:1', authType: 'None', language: 'spark' }]);
    expect(kit.bindings.name).toBe('test');
    await run('%%spark -s test\nval x = 1', kit);
    await run('%%spark -s test -c sql -n 3\nselect 1', kit);
    await run('%%spark -o info\ninfo = 1', kit).catch(() => undefined);
    expect(kit.ran.map(item => item.kind)).toEqual(['spark', 'pyspark', 'spark']);
    await run('%%spark config\n{"driverMemory": "1g"} // ours', kit);
    expect(kit.state.settings).toEqual({ driverMemory: '1g' });
    expect((await run('%spark logs -s test', kit)).text).toBe('one\ntwo\n');
    await run('%spark delete -s test', kit);
    expect(kit.bindings.name).toBe('default');
    expect((await run('%spark cleanup', kit)).text).toContain('Ended: default');
  });

  it.each([
    ['%spark', 'info, add, config'],
    ['%spark inf', 'Did you mean %spark info?'],
    ['%spark add -s x', '%emr connect --name NAME --cluster-id'],
    ['%spark add -u http://h:1', 'needs a name'],
    ['%spark add -s x -u http://h:1 -a me -p hidden', 'does not belong into a cell'],
    ['%spark add -s x -u http://h:1 -t ldap', 'None, Basic, Kerberos'],
    ['%spark add -s x -u http://h:1 -t Basic', 'LIVY_USERNAME'],
    ['%spark delete -u http://h:1 -i 3', '%%delete -f -s ID'],
    ['%spark cleanup -u http://h:1', '%%cleanup -f'],
    ['%spark info -u http://h:1 -i 3', '%emr sessions'],
    ['%manage_spark', 'toolbar']
  ])('%j is told what to write', async (code, words) => {
    const error = (await run(code).catch((thrown: unknown) => thrown)) as EmrError;
    expect(`${error.message} ${error.fix}`).toContain(words);
    expect(JSON.stringify(error)).not.toContain('hidden');
  });
});
