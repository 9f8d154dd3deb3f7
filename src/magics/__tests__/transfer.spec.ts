import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { spawnSync } from 'node:child_process';

import { runCell } from '..';
import { EmrError } from '../../protocol';
import { RemoteError } from '../../session';
import { pythonText } from '../frames/text';
import { FakeCell, fakeNotebook } from './notebook';

import type { ILocalPython } from '../../ipython';
import type { IRunResult, IStatementRequest } from '../../session';

const PART = 9_000_000;
const PYTHON = process.env['EMR_PYTHON'];

/** A driver that has a result of so many packed bytes, and a Python here that takes it. */
function kit(head: Record<string, unknown>, answer: (part: number) => Promise<string> | string = () => 'AAAA') {
  const folder = mkdtempSync(join(tmpdir(), 'emr-spec-'));
  const base = fakeNotebook();
  const asked: string[] = [];
  const ended: string[] = [];
  let taken: Buffer | undefined;
  const python: Partial<ILocalPython> = {
    folder: () => Promise.resolve(folder),
    call: code => {
      const path = /m\.take\("([^"]+)"/.exec(code)?.[1];
      if (path !== undefined) {
        taken = readFileSync(path);
        return Promise.resolve('{"rows": 1, "columns": 1, "first": []}\n');
      }
      return Promise.resolve('a library says hello\n[]\n');
    }
  };
  let parts = 0;
  base.session.run = async (request: IStatementRequest): Promise<IRunResult> => {
    const { code } = request;
    expect(request.raw).toBe(true);
    const mark = /_emr_transfer_\w+:/.exec(code)?.[0];
    if (mark === undefined) {
      ended.push(code);
      return { displays: [] };
    }
    asked.push(code);
    const said = code.includes('m.begin(') ? JSON.stringify(head) : await answer(parts++);
    return { displays: [], stdout: `noise of a thread\n${mark}${said}\n${code.includes('.end()') ? 'ok\n' : ''}` };
  };
  Object.assign(base.notebook, { python: () => Promise.resolve(python), bindings: undefined });
  return { ...base, asked, ended, folder, get: () => taken, end: () => rmSync(folder, { recursive: true }) };
}

const COLUMNS = [['a', 'int', true]];

async function failure(cell: FakeCell, notebook: ReturnType<typeof kit>['notebook']): Promise<EmrError> {
  return runCell(cell, notebook).then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as EmrError
  );
}

describe('-o', () => {
  it('fetches in as many statements as are needed; the last one leaves nothing', async () => {
    const made = kit({ columns: COLUMNS, raw: 3e7, size: 2 * PART + 1 }, part =>
      Buffer.from(`<${part}>`).toString('base64')
    );
    await runCell(new FakeCell('%%sql -q -o df\nselect 1'), made.notebook);
    expect(made.asked).toHaveLength(4);
    expect(made.asked.map(code => code.includes('.end()'))).toEqual([false, false, false, true]);
    expect(made.asked.at(-1)).toContain(`m.moving.part(${2 * PART}, ${3 * PART})`);
    expect(made.get()?.toString()).toBe('<0><1><2>');
    expect(made.ended).toEqual([]);
    made.end();
  });

  it('takes a small result with the first answer', async () => {
    const data = Buffer.from('<all>').toString('base64');
    const made = kit({ columns: COLUMNS, raw: 100, size: 5, data });
    await runCell(new FakeCell('%%sql -q -o df\nselect 1'), made.notebook);
    expect(made.asked).toHaveLength(1);
    expect(made.get()?.toString()).toBe('<all>');
    expect(made.ended).toEqual([]);
    made.end();
  });

  it.each([
    ['over the limit', { over: true, raw: 2e9 }, 'TooLarge'],
    ['more than the driver can hold', { columns: COLUMNS, raw: 5e8, size: 3e8, room: 4e8 }, 'DriverMemory']
  ])('stops where it is %s, and cleans up', async (_, head, code) => {
    const made = kit(head);
    const error = await failure(new FakeCell('%%sql -o df\nselect 1'), made.notebook);
    expect(error).toMatchObject({ code, fix: expect.any(String) });
    expect(made.asked).toHaveLength(1);
    expect(made.ended).toHaveLength(1);
    expect(made.get()).toBeUndefined();
    made.end();
  });

  it('cleans up here and there where a part fails', async () => {
    const made = kit({ columns: COLUMNS, raw: 3e7, size: 2 * PART }, () =>
      Promise.reject(new RemoteError('E', 'gone', []))
    );
    await expect(runCell(new FakeCell('%%sql -o df\nselect 1'), made.notebook)).rejects.toThrow('gone');
    expect(made.ended).toHaveLength(1);
    made.end();
  });

  it('an interrupt between two parts is one, whatever Livy says', async () => {
    const cell = new FakeCell('%%sql -o df\nselect 1');
    const made = kit({ columns: COLUMNS, raw: 3e7, size: 3 * PART }, () => {
      cell.abort.abort();
      return 'AAAA';
    });
    await expect(runCell(cell, made.notebook)).rejects.toMatchObject({ code: 'KeyboardInterrupt' });
    expect(made.asked).toHaveLength(2);
    expect(made.ended).toHaveLength(1);
    expect(existsSync(made.folder)).toBe(true);
    made.end();
  });

  it('asks a driver that is still busy nothing more', async () => {
    const busy = new EmrError({ code: 'DriverStillBusy', hop: 'spark', message: 'busy' });
    const made = kit({ columns: COLUMNS, raw: 3e7, size: PART }, () => Promise.reject(busy));
    expect((await failure(new FakeCell('%%sql -o df\nselect 1'), made.notebook)).code).toBe('DriverStillBusy');
    expect(made.ended).toEqual([]);
    made.end();
  });

  it('says so where the driver’s answers are mixed up', async () => {
    const made = kit({ raw: 1 });
    made.session.run = () => Promise.resolve({ displays: [], stdout: 'the answer to something else' });
    expect((await failure(new FakeCell('%%sql -o df\nselect 1'), made.notebook)).code).toBe('DriverAnswer');
    made.end();
  });
});

(PYTHON ? it : it.skip)('any text is a literal of Python’s', () => {
  const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), { numRuns: 300, seed: 7 });
  const program = `import json,sys\nfor line in sys.stdin: print(json.dumps(eval(line)))`;
  const answer = spawnSync(PYTHON ?? '', ['-c', program], {
    input: texts.map(pythonText).join('\n'),
    encoding: 'utf8'
  });
  expect(
    answer.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as string)
  ).toEqual(texts);
});
