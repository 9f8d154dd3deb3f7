import { displayCode, queryCode } from '..';
import { convertOutput } from '../output/output';
import { printedBeforeQuery, tableOfQuery } from '../statement/query';

const SCHEMA = '{"type":"struct","fields":[{"name":"id","type":"long","nullable":false}]}';
const answer = (more: boolean, data: string): string =>
  `{"jupyterlab-emr":"query","more":${more},"schema":${SCHEMA},"data":${data}}`;

describe('a query’s answer', () => {
  it('is a table, told where it was cut, with all digits', () => {
    expect(tableOfQuery(answer(true, '[[9007199254740993]]'))).toEqual({
      columns: [{ name: 'id', type: 'bigint', nullable: false }],
      rows: [['9007199254740993']],
      truncated: true
    });
    expect(tableOfQuery(answer(false, '[]'))?.truncated).toBeUndefined();
  });

  it('may have prints before it', () => {
    const text = `one\ntwo\n${answer(false, '[[1]]')}`;
    expect(printedBeforeQuery(text)).toBe('one\ntwo\n');
    const shown = convertOutput(
      { status: 'ok', execution_count: 0, data: { 'text/plain': text } },
      { kind: 'pyspark', code: '' }
    );
    expect(shown.stdout).toBe('one\ntwo\n');
    expect(shown.result?.['text/plain']).toBe('id\n--\n 1\n1 row');
  });

  it.each([undefined, 7, { a: 1 }, 'text', 'in a line {"jupyterlab-emr":"query",'])('%j is none', text => {
    expect(tableOfQuery(text)).toBeUndefined();
    expect(printedBeforeQuery(text)).toBeUndefined();
  });
});

describe('the code', () => {
  it.each([queryCode, displayCode])('begins with what the user wrote, and is ASCII without lines of its own', make => {
    const lines = make('a é\r%json x\n\u2028b', { maxRows: -1 }).split('\n');
    expect(lines.slice(0, 3)).toEqual(['# a é', '# %json x', '# \u2028b']);
    expect(lines).toHaveLength(4);
    expect(lines[3]).toMatch(/^exec\([\x20-\x7e]*$/);
    expect(lines[3]).toContain('limit=1000000, fraction=None');
  });
});
