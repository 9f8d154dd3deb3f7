import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { IIndexState } from '../../protocol';
import { EmrError } from '../../protocol';
import type { ICatalogPort } from '../build';
import type { CatalogIdentities } from '../identities';
import { CatalogIndexes } from '../indexes';

const ACCOUNT = '123456789012';
const OTHER = '444455556666';
const identities = {
  context: () => ({}),
  account: () =>
    Promise.resolve({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/a`, userName: 'a', region: 'r' })
} as unknown as CatalogIdentities;

function gate(): { open: () => void; opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>(resolve => (open = resolve));
  return { open, opened };
}

/** Three databases, of each one table named after it. */
function port(more: Partial<ICatalogPort> = {}): ICatalogPort & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    getDatabases: () => {
      asked.push('databases');
      return Promise.resolve([
        { Name: 'prices', CatalogId: ACCOUNT },
        { Name: 'orders', CatalogId: ACCOUNT },
        { Name: 'news', CatalogId: OTHER }
      ]);
    },
    getTables: (_context, { database }) => {
      asked.push(`tables of ${database}`);
      return Promise.resolve([
        { Name: `${database}_daily`, StorageDescriptor: { Columns: [{ Name: 'a', Type: 'int' }] } }
      ]);
    },
    listLfTags: () => Promise.resolve([{ TagKey: 'domain', TagValues: ['x', 'y'] }]),
    searchTablesByLfTag: (_context, { catalogId }) => {
      asked.push(`tags in ${catalogId}`);
      return Promise.resolve([]);
    },
    getTableLfTags: (_context, { table }) => {
      asked.push(`tags of ${table}`);
      return Promise.resolve({ LFTagsOnTable: [{ TagKey: 'domain', TagValues: ['y'] }] });
    },
    ...more
  };
}

describe('the index of an identity', () => {
  const made: CatalogIndexes[] = [];
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'catalog-'))));
  afterEach(() => {
    made.splice(0).forEach(one => one.dispose());
    rmSync(folder, { recursive: true, force: true });
  });

  function make(asks: ICatalogPort) {
    const indexes = new CatalogIndexes({ identities, port: asks, env: { JUPYTERLAB_EMR_CACHE: folder } });
    made.push(indexes);
    const index = indexes.of('self');
    const ended = (start: (listener: (state: IIndexState) => void) => Promise<void>) =>
      new Promise<IIndexState>((resolve, reject) => {
        start(state => state.state !== 'building' && resolve(state)).catch(reject);
      });
    const names = async (text = '') => (await index.search({ text })).hits.map(({ table }) => table).sort();
    return { index, ended, names };
  }

  it('finds what has been read while the first one is still being built', async () => {
    const slow = gate();
    const asks = port();
    const { index, ended, names } = make({
      ...asks,
      getTables: async (context, of, asking) => {
        if (of.database === 'news') {
          await slow.opened;
        }
        return asks.getTables(context, of, asking);
      }
    });
    const done = ended(listener => index.ensure(listener));
    // Events of the build are some time apart: the state itself is looked at.
    while (index.state.databasesDone < 2) {
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(await names()).toEqual(['orders_daily', 'prices_daily']);
    expect(index.state).toMatchObject({ state: 'building', databases: 3, databasesDone: 2 });
    expect(index.state.asOf).toBeUndefined();
    slow.open();
    expect(await done).toMatchObject({ state: 'ready', tables: 3 });
    expect(await names()).toEqual(['news_daily', 'orders_daily', 'prices_daily']);
  });

  it('tells that it is building until it has ended: any other state is taken for the end', async () => {
    const asks = port();
    const { index, ended } = make({
      ...asks,
      // As the real one: the first call is counted before anything is awaited.
      getDatabases: (context, asking) => {
        asking?.onCall?.();
        return asks.getDatabases(context, asking);
      }
    });
    const states: string[] = [];
    await ended(async listener =>
      index.refresh({}, state => {
        states.push(state.state);
        listener(state);
      })
    );
    expect(states.at(-1)).toBe('ready');
    expect(new Set(states.slice(0, -1))).toEqual(new Set(['building']));
  });

  it('reads one database with the calls that it takes, and tells its age', async () => {
    const asks = port();
    const { index, ended } = make(asks);
    const first = await ended(listener => index.ensure(listener));
    asks.asked.length = 0;
    const again = await ended(listener => index.refresh({ database: 'news', catalogId: OTHER }, listener));
    expect(asks.asked).toEqual(['tables of news', 'tags of news_daily']);
    expect(again).toMatchObject({ tables: 3, asOf: first.asOf });
    expect(again.newer).toEqual([{ catalogId: OTHER, database: 'news', asOf: expect.any(String) as string }]);
    const found = await index.search({ chosen: { 'tag:domain': ['y'] } });
    expect(found.hits.map(({ table }) => table)).toEqual(['news_daily']);
  });

  it('keeps what was known of a database that cannot be asked just now, and drops one that is denied', async () => {
    const asks = port();
    let failing: Record<string, string> = {};
    const { index, ended, names } = make({
      ...asks,
      getTables: (context, of, asking) => {
        const code = failing[of.database];
        return code
          ? Promise.reject(new EmrError({ code, hop: 'glue', message: code }))
          : asks.getTables(context, of, asking);
      }
    });
    const first = await ended(listener => index.ensure(listener));
    failing = { prices: 'ThrottlingException', orders: 'AccessDeniedException' };
    const again = await ended(listener => index.refresh({}, listener));
    expect(await names()).toEqual(['news_daily', 'prices_daily']);
    expect(again.problems.map(({ what }) => what).sort()).toEqual([
      `database orders (${ACCOUNT})`,
      `database prices (${ACCOUNT})`
    ]);
    expect(again.asOf).toBe(first.asOf);
  });

  it('gives up as a whole where the credentials are no longer good, and goes on answering', async () => {
    const asks = port();
    let isExpired = false;
    const { index, ended, names } = make({
      ...asks,
      getTables: (context, of, asking) =>
        isExpired
          ? Promise.reject(new EmrError({ code: 'ExpiredTokenException', hop: 'aws-credentials', message: 'Expired.' }))
          : asks.getTables(context, of, asking)
    });
    await ended(listener => index.ensure(listener));
    isExpired = true;
    const again = await ended(listener => index.refresh({}, listener));
    expect(again.problems.map(({ what, error }) => [what, error.code])).toEqual([
      ['the catalogue', 'ExpiredTokenException']
    ]);
    expect(await names()).toHaveLength(3);
  });

  it('has a change that was made while it was being read', async () => {
    const slow = gate();
    const asks = port();
    const { index, ended, names } = make({
      ...asks,
      listLfTags: async (...given) => {
        await slow.opened;
        return asks.listLfTags(...given);
      }
    });
    const done = ended(listener => index.ensure(listener));
    while (index.state.databasesDone < 3) {
      await new Promise(resolve => setImmediate(resolve));
    }
    await index.change(data => data.tables.splice(0, 1));
    slow.open();
    await done;
    expect(await names()).toHaveLength(2);
  });
});
