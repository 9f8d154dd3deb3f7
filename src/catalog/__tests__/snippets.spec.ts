import { readAs } from '../names';
import { generatedSnippets, teamSnippets, withTeamSnippets } from '../snippets';
import type { IIndexData } from '../types';

const OWN = { database: 'db', table: 't', via: 'own' as const };

function code(language: string, of: Parameters<typeof generatedSnippets>[0]): string {
  return generatedSnippets(of).find(item => item.language === language)?.code ?? '';
}

describe('generatedSnippets', () => {
  const columns = [
    { name: 'a', type: 'int', partition: false },
    { name: 'select', type: 'int', partition: false },
    { name: 'odd `name".x', type: 'int', partition: false },
    { name: 'day', type: 'date', partition: true },
    { name: 'n', type: 'bigint', partition: true }
  ];
  const partition = { day: "it's\\", n: '7' };

  it('quotes what has to be quoted, and filters by partition', () => {
    expect(code('sql', { readAs: OWN, columns, partition })).toBe(
      "SELECT a, `select`, `odd ``name\".x`, day, n\nFROM db.t\nWHERE day = 'it\\'s\\\\' AND n = 7\nLIMIT 20"
    );
    expect(code('pyspark', { readAs: OWN, columns, partition })).toContain(
      '.select("a", "`select`", "`odd ``name\\".x`", "day", "n")'
    );
  });

  it('does not take a partition value for code', () => {
    expect(code('sql', { readAs: OWN, columns, partition: { n: '7 OR 1=1' } })).toContain("n = '7 OR 1=1'");
    expect(code('sql', { readAs: OWN, columns, partition: { day: '__HIVE_DEFAULT_PARTITION__' } })).toContain(
      'day IS NULL'
    );
  });

  it('names columns of thousands only in part, and says so in one line', () => {
    const many = Array.from({ length: 5000 }, (_item, index) => ({ name: `c${index}`, type: 'int', partition: false }));
    const made = code('scala', { readAs: OWN, columns: many });
    expect(made).toMatch(/^\/\/ 4,940 more columns/);
    expect(made).not.toContain('c60');
  });

  it('keeps a name with a line break out of the code’s lines', () => {
    const odd = [{ name: 'a\nimport os', type: 'int', partition: true }];
    for (const { code: made, language } of generatedSnippets({ readAs: OWN, columns: odd })) {
      // In SQL it stands in back quotes, as it is called.
      expect(language === 'sql' ? made.replace(/`[^`]*`/g, '') : made).not.toMatch(/^import os/m);
    }
  });
});

describe('readAs', () => {
  const index = {
    databases: [{ catalogId: '1', name: 'link', linkTo: { catalogId: '2', database: 'db' } }],
    tables: []
  } as unknown as IIndexData;

  it.each([
    ['1', { database: 'db', table: 't', via: 'own' }],
    ['2', { database: 'link', table: 't', via: 'link' }],
    ['3', { database: '3/db', table: 't', via: 'catalogId' }]
  ])('of account %s', (catalogId, expected) => {
    expect(readAs({ catalogId, database: 'db', table: 't' }, '1', index)).toEqual(expected);
  });
});

describe('team snippets', () => {
  it('come back as they were written, and leave other parameters alone', () => {
    const own = [
      { title: 'One', language: 'sql' as const, code: 'SELECT 1' },
      { title: 'Two', language: 'r' as const, code: 'x' }
    ];
    const parameters = withTeamSnippets({ other: '1', 'emr.snippet.9': 'old', snippets: '[]' }, own);
    expect(parameters['other']).toBe('1');
    expect(teamSnippets(parameters)).toEqual(own.map(item => ({ ...item, source: 'team' })));
  });

  it('are left out where they are broken', () => {
    expect(teamSnippets({ snippets: '{"a"', 'emr.snippet.1': '  ', 'emr.snippet.x': 'no' })).toEqual([]);
  });
});
