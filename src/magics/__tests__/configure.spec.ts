import { runCell } from '..';
import { parseSettings } from '../configure';
import { FakeCell, fakeNotebook } from './notebook';

describe('%%configure', () => {
  it.each([
    ['{"a": 1}', { a: 1 }],
    ['// memory\n{\n  "a": 1, # one\n  /* two\n three */ "b": ["#x", "//y",],\n}', { a: 1, b: ['#x', '//y'] }],
    ['{"a": "quote \\" # no comment"} // end', { a: 'quote " # no comment' }]
  ])('%j', (text, value) => {
    expect(parseSettings(text)).toEqual(value);
  });

  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', 'comma expected at line 3, column 3: "b": 2'],
    ["{'a': 1}", 'line 1, column 2'],
    ['{"a": 1', 'close brace expected'],
    ['{"a": 1} {"b": 2}', 'end of file expected']
  ])('%j is told with its place', (text, words) => {
    expect(() => parseSettings(text)).toThrow(words);
  });

  it('shows each setting with the layer that it comes from', async () => {
    const kit = fakeNotebook();
    Object.assign(kit.session, {
      problems: ['one thing'],
      layers: () => [
        { name: 'site', settings: { queue: 'a', conf: { 'spark.x': '1' } } },
        { name: 'cell', settings: { queue: '${JUPYTERHUB_USER}' } }
      ]
    });
    const cell = new FakeCell('%%configure --show');
    await runCell(cell, kit.notebook);
    const [table] = cell.outputs as { display: Record<string, string> }[];
    expect(table?.display['text/plain']?.split('\n').slice(2, 4)).toEqual([
      'queue         ann    %%configure',
      'conf.spark.x  1      the site’s configuration'
    ]);
    expect(cell.text).toBe('one thing\n');
  });

  it('takes what sparkmagic’s notebooks say: a name; and a kind, which a session of all languages has not', async () => {
    const kit = fakeNotebook();
    await runCell(new FakeCell('%%configure -f \n{"kind": "pyspark", "name": "sample-1"}'), kit.notebook);
    expect(kit.state.settings).toEqual({ name: 'sample-1' });
    await expect(runCell(new FakeCell('%%configure\n{"name": "17"}'), kit.notebook)).rejects.toThrow(
      '"name" has to have a letter'
    );
  });

  it('changes nothing where the settings cannot be used', async () => {
    const kit = fakeNotebook();
    Object.assign(kit.session, {
      nextSettings: () => {
        throw new Error('no variable');
      }
    });
    kit.state.settings = { queue: 'before' };
    await expect(runCell(new FakeCell('%%configure\n{"queue": "${X}"}'), kit.notebook)).rejects.toThrow('no variable');
    expect(kit.state.settings).toEqual({ queue: 'before' });
  });
});
