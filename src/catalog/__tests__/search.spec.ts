import fc from 'fast-check';

import { SearchIndex } from '../search';
import { columnTags, fits, tableTags, tagLevels } from '../tags';
import type { IIndexedTable, ITagLevels } from '../types';

const NONE: ITagLevels = { database: {}, table: {}, columns: {} };

function table(name: string, more: Partial<IIndexedTable> = {}): IIndexedTable {
  return { catalogId: '1', database: 'db', table: name, columns: [], partitionKeys: 0, tags: NONE, ...more };
}

describe('tagLevels', () => {
  it('takes for inherited what Lake Formation repeats below', () => {
    const pair = (TagKey: string, value: string) => ({ TagKey, TagValues: [value] });
    expect(
      tagLevels({
        LFTagOnDatabase: [pair('domain', 'a'), pair('level', 'low')],
        LFTagsOnTable: [pair('domain', 'a'), pair('level', 'high')],
        LFTagsOnColumns: [
          { Name: 'x', LFTags: [pair('domain', 'a'), pair('level', 'high')] },
          { Name: '__proto__', LFTags: [pair('level', 'low')] }
        ]
      })
    ).toEqual({
      database: { domain: 'a', level: 'low' },
      table: { level: 'high' },
      columns: Object.fromEntries([['__proto__', { level: 'low' }]])
    });
  });
});

describe('SearchIndex', () => {
  const day = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  const tables = [
    table('option_trades', { columns: [['strikePrice', 'double', 'in dollars']], updatedAt: day(1) }),
    table('trades', { columns: [['option_id', 'string']], updatedAt: day(400) }),
    table('trades_new', { summary: 'Trades of options.', updatedAt: day(2), format: 'Iceberg' }),
    table('other', { catalogId: '2', database: 'options' })
  ];
  const names = async (text: string) =>
    (await SearchIndex.of(tables)).search({ text }).hits.map(({ table: name }) => name);

  it.each([
    ['opt', ['option_trades', 'other', 'trades', 'trades_new']],
    ['option tra', ['option_trades', 'trades']],
    ['strike_pr', ['option_trades']],
    ['STRIKE', ['option_trades']],
    ['dollars', ['option_trades']],
    ['optoin', ['option_trades', 'trades']],
    ['nothing at all', []],
    ['`"\'<script> (', []]
  ])('finds by "%s"', async (text, expected) => {
    expect([...(await names(text))].sort()).toEqual([...expected].sort());
  });

  it('puts a name before a column, and without words the fresh first', async () => {
    expect((await names('option'))[0]).toBe('option_trades');
    expect(await names('')).toEqual(['option_trades', 'trades_new', 'trades', 'other']);
    expect((await SearchIndex.of(tables)).search({ sort: 'name', limit: 1, offset: 1 }).hits[0].table).toBe('other');
  });

  it('says which columns the words are in', async () => {
    expect((await SearchIndex.of(tables)).search({ text: 'doll' }).hits[0].matchedColumns).toEqual(['strikePrice']);
  });

  const KEYS = ['a', 'b', 'c'];
  const tags = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom('1', '2', '3'), { maxKeys: 3 });
  const levels = fc.record({
    database: tags,
    table: tags,
    columns: fc.dictionary(fc.constantFrom('x', 'y', 'hidden'), tags, { maxKeys: 3 })
  });
  const chosen = fc.dictionary(
    fc.constantFrom(...KEYS),
    fc.uniqueArray(fc.constantFrom('1', '2', '3'), { minLength: 1 }),
    { maxKeys: 3 }
  );

  it('fits an expression as one resource of the table does, counts by facet what choosing it would give', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(levels, { minLength: 1, maxLength: 12 }), chosen, async (all, expression) => {
        const made = all.map((item, index) =>
          table(`t${index}`, {
            tags: item,
            columns: [
              ['x', 'int'],
              ['y', 'int']
            ]
          })
        );
        const index = await SearchIndex.of(made);
        const asked = Object.fromEntries(Object.entries(expression).map(([key, values]) => [`tag:${key}`, values]));
        const { total, facets } = index.search({ chosen: asked });
        // The table itself, or a column that is seen.
        const expected = all.filter(item =>
          [tableTags(item), columnTags(item, 'x'), columnTags(item, 'y')].some(set => fits(set, expression))
        );
        expect(total).toBe(expected.length);
        for (const { id, values } of facets.filter(facet => facet.id.startsWith('tag:'))) {
          for (const { value, count } of values) {
            expect(index.search({ chosen: { ...asked, [id]: [value] } }).total).toBe(count);
          }
        }
      })
    );
  });
});
