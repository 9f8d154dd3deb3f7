import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { completeMagic, helpPage, inspectMagic, runCell } from '..';
import { loader, ownMagics } from '../ownMagics';
import { FakeCell, fakeNotebook } from './notebook';

import type { EmrError } from '../../protocol';

// jest runs CommonJS, so modules are read as such here; tests/journey has them as the kernel reads them.
loader.load = url => {
  const path = fileURLToPath(url.replace(/\?.*/, ''));
  jest.resetModules();
  return Promise.resolve({ default: jest.requireActual<object>(path) });
};

const ROWS = `module.exports = {
  name: 'rows', kind: 'cell', summary: 'Counts rows',
  options: [{ name: 'times', short: 't', value: 'N', help: 'How often' }],
  async run({ args, body, run, show, say, showTable, cell }) {
    const answer = await run('len(' + body.trim() + ')');
    await show(body, 'sql');
    say('times ' + args.get('times'));
    showTable(['a'], [[1]]);
    cell.display({ 'text/plain': answer.result['text/plain'] });
  }
};`;
const FAILS = `module.exports = [
  { name: 'hello', kind: 'line', run: ({ args, say }) => say('hello ' + args.words.join(' ')) },
  { name: 'fails', kind: 'line', run: () => { throw new TypeError('no such thing'); } }
];`;

describe('magics of one’s own', () => {
  let folder: string;
  let kit: ReturnType<typeof fakeNotebook>;
  let stamp = 1;

  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    utimesSync(path, stamp, stamp++);
    return path;
  };
  const run = async (code: string): Promise<FakeCell> => {
    const cell = new FakeCell(code);
    await runCell(cell, kit.notebook);
    return cell;
  };
  const failure = async (code: string): Promise<EmrError> =>
    (await run(code).then(
      () => new Error('it did not fail'),
      (error: unknown) => error
    )) as EmrError;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'magics-'));
    kit = fakeNotebook();
    kit.notebook.env['JUPYTERLAB_EMR_MAGICS'] = folder;
    await ownMagics.refresh(kit.notebook);
  });

  it('runs them with options, the session, and ways to show', async () => {
    write('rows.cjs', ROWS);
    kit.state.answer = { displays: [], result: { 'text/plain': '7' } };
    const cell = await run('# first\n\n%%rows -t 2\nprices');
    expect(kit.ran.map(item => item.kind)).toEqual(['pyspark', 'pyspark']);
    expect(kit.ran[0]?.code).toBe('len(prices)');
    expect(kit.ran[1]?.code).toContain('code="prices"');
    expect(cell.text).toBe('times 2\n');
    expect(cell.outputs.map(item => Object.keys(item)[0])).toEqual(['result', 'stream', 'display', 'display']);
    kit.bindings.open('research');
    await run('%%rows -s research\nprices');
    expect((kit.ran.at(-1) as unknown as Record<string, unknown>)['on']).toBe('research');
  });

  it('lists them in %emr magics, help and completion', async () => {
    const path = write('rows.cjs', ROWS);
    const [table] = (await run('%emr magics')).outputs as { display: Record<string, string> }[];
    expect(table?.display['text/plain']).toMatch(new RegExp(`%%rows +Counts rows +${path.slice(0, 20)}`));
    expect(helpPage()).toMatch(/%%rows +Counts rows/);
    expect(completeMagic('%%ro', 4)?.matches).toEqual(['%%rows']);
    expect(completeMagic('%%rows --t', 10)?.matches).toEqual(['--times']);
    expect(inspectMagic('%%rows', 6)).toContain('How often');
  });

  it('reads a module again when it changes, and more with --path', async () => {
    write('hello.cjs', FAILS);
    expect((await run('%hello you')).text).toBe('hello you\n');
    write('hello.cjs', FAILS.replace("'hello '", "'bye '"));
    expect((await run('%hello you')).text).toBe('bye you\n');
    const other = join(mkdtempSync(join(tmpdir(), 'magics-')), 'one.cjs');
    writeFileSync(other, ROWS.replace("'rows'", "'more'"));
    const [table] = (await run(`%emr magics --path ${other}`)).outputs as { display: Record<string, string> }[];
    expect(table?.display['text/plain']).toContain('%%more');
    expect((await failure('%emr magics --path /nowhere/at/all')).message).toContain(
      'no file or folder /nowhere/at/all'
    );
  });

  it.each([
    ['module.exports = 7', 'has to be an object {name, kind, run}'],
    ['module.exports = {name: "a b", kind: "line", run() {}}', '"name" has to be a word'],
    ['module.exports = {name: "a", kind: "both", run() {}}', '"line" or "cell"'],
    ['module.exports = {name: "a", kind: "line"}', '"run" of a has to be a function'],
    ['module.exports = {name: "a", kind: "line", run() {}, options: [{name: "--x"}]}', '"options" of a'],
    ['module.exports = {name: "sql", kind: "cell", run() {}}', '"sql" is a magic of this kernel'],
    ['module.exports = {name: "emr", kind: "line", run() {}}', '"emr" is a magic of this kernel'],
    ['module.exports = {name: "json", kind: "line", run() {}}', '"json" is a magic of this kernel'],
    ['throw new Error("broken")', 'broken'],
    ['module.exports = {', 'Unexpected']
  ])('%s is told with its file, and the others work', async (text, words) => {
    const path = write('a.cjs', text);
    write('hello.cjs', FAILS);
    const { text: told } = await run('%emr magics');
    expect(told).toContain(`${path}: `);
    expect(told).toContain(words);
    expect((await run('%hello you')).text).toBe('hello you\n');
    await run('%%sql\nselect 1');
    expect(kit.ran).toHaveLength(1);
  });

  it('names the file of one that fails, and of one that is not found for it', async () => {
    const path = write('hello.cjs', FAILS);
    const error = await failure('%fails');
    expect(error.code).toBe('MagicFailed');
    expect(error.message).toBe(`The magic fails of ${path} failed: no such thing.`);
    expect((await failure('%hello --name x')).message).toContain('%hello has no option --name');
    expect((await failure('%%hello\nx')).fix).toContain('%hello');
    write('hello.cjs', 'module.exports = {');
    const cell = new FakeCell('%hello');
    await expect(runCell(cell, kit.notebook)).rejects.toThrow('There is no line magic %hello.');
    expect(cell.text).toContain(`${path}: `);
  });

  it('keeps the first of two with one name', async () => {
    write('a.cjs', FAILS);
    const second = write('b.cjs', FAILS.replace('hello ', 'second '));
    expect((await run('%hello you')).text).toBe('hello you\n');
    expect((await run('%emr magics')).text).toContain(`${second}: there is a magic "hello" already`);
  });
});
