import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Faults } from '../faults';
import { readOptions } from '../options';
import { page } from '../paging';
import { makeWorkDir } from '../workDir';

describe('pages', () => {
  it('end, in order, and are never longer than they may be', () => {
    const seen: number[][] = [];
    let token: string | undefined;
    do {
      const { items, next } = page([1, 2, 3, 4, 5, 6], token, 100, 2, 'X');
      seen.push(items);
      token = next;
    } while (token);
    expect(seen).toEqual([
      [1, 2],
      [3, 4],
      [5, 6]
    ]);
    expect(page([1, 2], undefined, 1, 2, 'X').items).toEqual([1]);
    expect(page([1, 2], undefined, 0, 2, 'X')).toEqual({ items: [1, 2] });
    expect(() => page([], 'nonsense', 1, 2, 'X')).toThrow(expect.objectContaining({ code: 'X' }) as Error);
  });
});

describe('faults', () => {
  it('meet the calls that they name, as often as they say', () => {
    const faults = new Faults();
    faults.add({ service: 'emr', operation: 'ListClusters', code: 'ThrottlingException', times: 2 });
    faults.check('emr', 'DescribeCluster');
    faults.check('sts', 'ListClusters');
    const due = () => faults.check('emr', 'ListClusters');
    expect(due).toThrow(expect.objectContaining({ code: 'ThrottlingException', status: 400 }) as Error);
    expect(faults.list()).toEqual([expect.objectContaining({ times: 1 })]);
    expect(due).toThrow();
    expect(due).not.toThrow();
    faults.add({ service: '*', operation: '*', code: 'InternalFailure' });
    expect(() => faults.check('any', 'Thing')).toThrow(expect.objectContaining({ status: 500 }) as Error);
  });

  it('may be for some inputs only', async () => {
    const faults = new Faults();
    faults.add({ service: 'glue', operation: 'GetTables', code: 'Denied', where: { DatabaseName: 'a' } });
    faults.check('glue', 'GetTables');
    expect(faults.isPatient('glue', 'GetTables')).toBe(true);
    await faults.meet('glue', 'GetTables', { DatabaseName: 'b' });
    await expect(faults.meet('glue', 'GetTables', { DatabaseName: 'a' })).rejects.toMatchObject({ code: 'Denied' });
    expect(faults.list()).toEqual([]);
  });
});

describe('options', () => {
  it('have defaults, and say which is wrong', () => {
    expect(readOptions([])).toEqual({
      port: 0,
      speed: 20,
      python: 'python3',
      region: 'us-east-1',
      credentialSeconds: 900,
      bigCatalogue: 0,
      exitWithStdin: false
    });
    expect(readOptions(['--speed', '0.5', '--parent', '7'])).toMatchObject({ speed: 0.5, parent: 7 });
    expect(() => readOptions(['--speed', 'fast'])).toThrow('--speed');
    expect(() => readOptions(['--nonsense'])).toThrow('--nonsense');
  });
});

describe('the work folder', () => {
  const parent = mkdtempSync(join(tmpdir(), 'work-dir-spec-'));
  afterAll(() => rmSync(parent, { recursive: true }));

  it('takes away what a killed account left, and nothing else', () => {
    const leave = (name: string, pid?: string) => {
      mkdirSync(join(parent, name));
      if (pid) {
        writeFileSync(join(parent, name, 'account.pid'), pid);
      }
    };
    leave('jupyterlab-emr-local-gone', '999999999');
    leave('jupyterlab-emr-local-alive', String(process.pid));
    leave('jupyterlab-emr-local-starting');
    leave('somebody-elses', '999999999');
    const made = makeWorkDir(parent);
    expect(readdirSync(parent).sort()).toEqual(
      ['jupyterlab-emr-local-alive', 'jupyterlab-emr-local-starting', made.split('/').at(-1), 'somebody-elses'].sort()
    );
  });
});
