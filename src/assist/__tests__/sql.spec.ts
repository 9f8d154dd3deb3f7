import { sqlContext } from '../sqlContext';
import { completeSql, inspectSql } from '../sql';
import { deadline, Remote } from '../remote';
import { fakeSession } from './fakeSession';

/** The code with the cursor at `|`. */
function at(marked: string): [string, number] {
  const cursor = marked.indexOf('|');
  return [marked.slice(0, cursor) + marked.slice(cursor + 1), cursor];
}

const CATALOGUE: Record<string, unknown[][]> = {
  'SHOW TABLES': [
    ['', 'trades', true],
    ['default', 'my table', false]
  ],
  'SHOW TABLES IN `desk`': [
    ['', 'trades', true],
    ['desk', 'quotes', false]
  ],
  'SHOW DATABASES': [['default'], ['desk']],
  'SHOW FUNCTIONS': [['!='], ['upper'], ['percentile']],
  'DESCRIBE TABLE `trades`': [
    ['price', 'double', 'in euro'],
    ['qty', 'bigint', null],
    ['', '', ''],
    ['# Partitioning', '', ''],
    ['day', 'date', null]
  ],
  'DESCRIBE TABLE `desk`.`quotes`': [['bid', 'double', null]],
  'DESCRIBE FUNCTION upper': [['Function: upper'], ['Usage: upper(str)']],
  'DESCRIBE FUNCTION nosuch': [['Function: nosuch not found.']]
};

function remote() {
  const session = fakeSession((code, kind) =>
    kind === 'sql' && CATALOGUE[code] ? JSON.stringify({ schema: {}, data: CATALOGUE[code] }) : undefined
  );
  return { remote: new Remote(session.session), session };
}

async function complete(marked: string): Promise<string[]> {
  return (await completeSql(remote().remote, ...at(marked), deadline())).matches;
}

describe('completeSql', () => {
  it.each([
    ['select * from |', ['trades', '`my table`', 'default', 'desk']],
    [
      'select * from tr|',
      ['trades', 'TRAILING', 'TRANSACTION', 'TRANSACTIONS', 'TRANSFORM', 'TRIM', 'TRUE', 'TRUNCATE', 'TRY_CAST'].map(
        item => (item === 'trades' ? item : item.toLowerCase())
      )
    ],
    ['select * from `my|', ['`my table`']],
    ['select * from desk.|', ['quotes']],
    ['select * from trades t join desk.|', ['quotes']],
    ['use d|', ['default', 'desk']],
    ['show tables in d|', ['default', 'desk']],
    ['select | from trades', ['price', 'qty', 'trades']],
    ['select t.| from trades t', ['price', 'qty']],
    ['select T.p| from trades AS t', ['price']],
    ['select quotes.| from desk.quotes', ['bid']],
    ['select a.price, q.| from trades a, desk.quotes q where 1 = 1', ['bid']],
    ['select 1; select | from desk.quotes; select 2', ['bid', 'quotes']],
    ['select * from trades where pri|', ['price', 'primary', 'principals']],
    ['select UPP| from trades', ['upper']],
    ["select 'from | ", []],
    ['select 1 -- from |', []],
    ['select /* from | */ 1', []],
    ['select /* from |', []],
    ['SEL|', ['SELECT']],
    ['select 1 as pri|', []],
    ['with q as (select 1) select * from q|', ['q', 'quarter', 'query']],
    ["select '😀', pri| from trades", ['price', 'primary', 'principals']]
  ])('%s', async (marked, matches) => {
    expect(await complete(marked)).toEqual(matches);
  });

  it('asks for each thing once until the user runs something', async () => {
    const { remote: one, session } = remote();
    await completeSql(one, ...at('select t.| from trades t'), deadline());
    await completeSql(one, ...at('select t.pr| from trades t'), deadline());
    expect(session.asked).toEqual(['DESCRIBE TABLE `trades`']);
    session.run();
    await completeSql(one, ...at('select t.pri| from trades t'), deadline());
    expect(session.asked).toHaveLength(2);
  });
});

describe('inspectSql', () => {
  async function inspect(marked: string) {
    return inspectSql(remote().remote, ...at(marked), 0, deadline());
  }

  it('shows the schema of a table, without the partitions’ titles', async () => {
    expect((await inspect('select * from tra|des'))?.table).toEqual({
      name: 'trades',
      columns: [
        { name: 'price', type: 'double', comment: 'in euro' },
        { name: 'qty', type: 'bigint' }
      ]
    });
    expect((await inspect('select q|.bid from desk.quotes q'))?.table?.name).toBe('desk.quotes');
  });

  it('shows what a function does, and the type of a column', async () => {
    expect((await inspect('select upp|er(x)'))?.text).toBe('Function: upper\nUsage: upper(str)');
    expect(await inspect('select nosu|ch(x)')).toBeUndefined();
    expect((await inspect('select t.price| from trades t'))?.text).toBe('trades.price: double\n\nin euro');
  });
});

describe('sqlContext', () => {
  it('finds tables, aliases and names of subqueries anywhere in the statement', () => {
    const context = sqlContext(
      'with w as (select 1) select  from a.b as x left join c on x.i = c.i cross join `d e` y, (select 2) z where 1 = 1',
      28
    );
    expect(context.tables).toEqual([{ path: ['a', 'b'], alias: 'x' }, { path: ['c'] }, { path: ['d e'], alias: 'y' }]);
    expect(context.local).toEqual(['w', 'z']);
  });
});
