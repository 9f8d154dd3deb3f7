import { TABLE_MIME } from '../../protocol';
import { RemoteError, makeSessionName, tableBundle } from '..';
import { convertOutput } from '../output/output';
import { tableOfSql, typeName } from '../output/table';

import type { LivyKind, LivyOutput } from '../../livy';
import type { ITable } from '../../protocol';

const ok = (data: Record<string, unknown>): LivyOutput => ({ status: 'ok', execution_count: 0, data });
const convert = (data: Record<string, unknown>, kind: LivyKind = 'pyspark', code = 'x', maxRows?: number) =>
  convertOutput(ok(data), { kind, code, ...(maxRows === undefined ? {} : { maxRows }) });

describe('convertOutput', () => {
  it.each([
    ['1 + 1', '2', { result: { 'text/plain': '2' } }],
    ["print('hello')", 'hello', { stdout: 'hello\n' }],
    ['df.show()', '+--+', { stdout: '+--+\n' }],
    ['x = 1', '', {}],
    ['for i in range(3):\n    i', '0\n1', { stdout: '0\n1\n' }],
    ['(spark.range(3)\n  .count())', '3', { result: { 'text/plain': '3' } }]
  ])('Python %j', (code, text, expected) => {
    expect(convert({ 'text/plain': text }, 'pyspark', code)).toEqual({ displays: [], ...expected });
  });

  it.each([
    ['res0: Int = 2\n', { result: { 'text/plain': 'res0: Int = 2' } }],
    ['hi\n', { stdout: 'hi\n' }],
    ['hi\nres1: Int = 2\n', { stdout: 'hi\n', result: { 'text/plain': 'res1: Int = 2' } }],
    ['q: Long = 10\n', { stdout: 'q: Long = 10\n' }]
  ])('Scala %j', (text, expected) => {
    expect(convert({ 'text/plain': text }, 'spark')).toEqual({ displays: [], ...expected });
  });

  it('shows a picture and JSON as they are', () => {
    expect(convert({ 'image/png': 'AAAA' }).displays).toEqual([{ 'image/png': 'AAAA', 'text/plain': '<image/png>' }]);
    expect(convert({ 'application/json': { a: [1.5, true] } }).displays).toEqual([
      { 'application/json': { a: [1.5, true] }, 'text/plain': '{"a":[1.5,true]}' }
    ]);
  });

  it('takes a nested execute_reply for the error that it is', () => {
    const nested = {
      msg_type: 'execute_reply',
      content: { status: 'error', ename: 'KeyError', evalue: "'x'", traceback: ["KeyError: 'x'\n"] }
    };
    expect(() => convert(nested)).toThrow(new RemoteError('KeyError', "'x'", []));
  });

  it('puts a Scala error’s message before its trace', () => {
    const failed: LivyOutput = {
      status: 'error',
      ename: 'Error',
      evalue: '<console>:23: error: not found: value boom',
      traceback: ['       boom\n', '       ^\n']
    };
    try {
      convertOutput(failed, { kind: 'spark', code: 'boom' });
      throw new Error('it did not fail');
    } catch (error) {
      expect((error as RemoteError).traceback).toEqual([
        expect.stringMatching(/Error.*: <console>:23: error: not found: value boom/),
        '       boom',
        '       ^'
      ]);
    }
  });

  const sql = (rows: unknown[][]) => ({
    'application/json': {
      schema: {
        type: 'struct',
        fields: [
          { name: 'id', type: 'long', nullable: false },
          { name: 's<b>', type: 'string' }
        ]
      },
      data: rows
    }
  });

  it('makes a table of SQL in three forms', () => {
    const { result } = convert(
      sql([
        [1, 'a'],
        [22, null]
      ]),
      'sql'
    );
    expect(result?.[TABLE_MIME]).toEqual({
      columns: [
        { name: 'id', type: 'bigint', nullable: false },
        { name: 's<b>', type: 'string' }
      ],
      rows: [
        [1, 'a'],
        [22, null]
      ]
    });
    expect(result?.['text/plain']).toBe('id  s<b>\n--  ----\n 1  a\n22  NULL\n2 rows');
    expect(result?.['text/html']).toContain('s&#60;b&#62;');
  });

  it('says where a result was cut, by the user or by the server', () => {
    const rows = Array.from({ length: 1000 }, (_, id) => [id, 'x']);
    expect((convert(sql(rows), 'sql').result?.[TABLE_MIME] as unknown as ITable).truncated).toBe(true);
    const cut = convert(sql(rows.slice(0, 5)), 'sql', '', 2).result?.[TABLE_MIME] as unknown as ITable;
    expect(cut.rows).toHaveLength(2);
    expect(cut.truncated).toBe(true);
    expect((convert(sql(rows.slice(0, 5)), 'sql').result?.[TABLE_MIME] as unknown as ITable).truncated).toBeUndefined();
  });

  it('keeps the columns of an empty result, and says OK for none at all', () => {
    expect(convert(sql([]), 'sql').result?.['text/plain']).toBe('id  s<b>\n--  ----\n0 rows');
    expect(
      convert({ 'application/json': { schema: { type: 'struct', fields: [] }, data: [] } }, 'sql').result?.[
        'text/plain'
      ]
    ).toBe('OK');
  });

  it('makes a table of Livy’s own', () => {
    const { result } = convert({
      'application/vnd.livy.table.v1+json': { headers: [{ name: 'a', type: 'INT_TYPE' }], data: [[1]] }
    });
    expect(result?.[TABLE_MIME]).toEqual({ columns: [{ name: 'a', type: 'int' }], rows: [[1]] });
  });
});

describe('tables', () => {
  it('writes nested types as Spark SQL does', () => {
    const point = {
      type: 'struct',
      fields: [
        { name: 'x', type: 'integer' },
        { name: 'y', type: 'decimal(10,2)' }
      ]
    };
    expect(typeName({ type: 'map', keyType: 'string', valueType: { type: 'array', elementType: point } })).toBe(
      'map<string,array<struct<x:int,y:decimal(10,2)>>>'
    );
  });

  it('are not made of other JSON', () => {
    expect(tableOfSql({ schema: 1 })).toBeUndefined();
    expect(tableOfSql(null)).toBeUndefined();
  });

  it('show no more than a page in front ends without ours', () => {
    const table = { columns: [{ name: 'n', type: 'int' }], rows: Array.from({ length: 5000 }, (_, n) => [n]) };
    const bundle = tableBundle(table);
    expect((bundle['text/plain'] as string).split('\n')).toHaveLength(103);
    expect(bundle['text/plain']).toContain('5,000 rows, the first 100 shown');
  });
});

describe('makeSessionName', () => {
  it.each([
    ['/home/ann/My Trial (2).ipynb', 'ann', 'ann-My-Trial-2-ab12'],
    ['RTC:folder/Prüfung.ipynb', 'ann@fund.example', 'ann_fund_example-Prufung-ab12'],
    ['', 'ann', 'ann-notebook-ab12'],
    ['数据.ipynb', 'ann', 'ann-notebook-ab12']
  ])('%j of %j', (path, user, name) => {
    expect(makeSessionName(path, { JUPYTERHUB_USER: user }, 'ab12')).toBe(name);
  });

  it('takes the path that Jupyter Server names', () => {
    expect(makeSessionName(undefined, { JUPYTERHUB_USER: 'a', JPY_SESSION_NAME: 'x/y.ipynb' }, '1')).toBe('a-y-1');
  });
});

describe('a Livy whose wire was written to', () => {
  it('is told as what it is: later cells would show the results of others', () => {
    const output = {
      status: 'error' as const,
      ename: 'com.fasterxml.jackson.core.JsonParseException',
      evalue: 'Unrecognized token \'hi\': was expecting (JSON String, Number, …)\n at [Source: (String)"hi"; line: 1]',
      traceback: []
    };
    const thrown = (kind: 'pyspark' | 'spark'): string => {
      try {
        convertOutput(output, { kind, code: "os.system('echo hi')" });
      } catch (error) {
        return (error as RemoteError).traceback.join('\n');
      }
      return '';
    };
    expect(thrown('pyspark')).toMatch(/standard output[\s\S]*%%configure -f/);
    expect(thrown('spark')).not.toContain('standard output');
  });
});
