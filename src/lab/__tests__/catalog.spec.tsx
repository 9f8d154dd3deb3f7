import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { act } from 'react';
import type { Root } from 'react-dom/client';
import { createRoot } from 'react-dom/client';

import type { ICatalogResults, ICatalogSearch, IDataSet, IIndexState } from '../../protocol';
import { EmrError } from '../../protocol';
import { CatalogModel, readTableKey, tableKey } from '../model/catalog';
import { asCell, snippetLanguage } from '../model/snippets';
import type { IControl } from '../tokens';
import { DataSearch } from '../widgets/catalog/compact';
import { Edit } from '../widgets/catalog/edit';
import { Overview } from '../widgets/catalog/overview';
import type { IDataSetProps } from '../widgets/catalog/dataSet';
import { Results } from '../widgets/catalog/results';
import { sizeText } from '../widgets/catalog/text';

const trans = nullTranslator.load('test');
const INDEX: IIndexState = {
  as: 'self',
  state: 'ready',
  databasesDone: 1,
  databases: 1,
  tables: 10_000,
  columns: 500_000,
  calls: 104,
  problems: []
};

let asked: { method: string; params: Record<string, unknown>; signal?: AbortSignal }[];
let answer: (method: string, params: never) => unknown;
let event: Signal<object, { event: 'catalog'; data: IIndexState }>;
let control: IControl;
let root: Root;
let host: HTMLElement;

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
  asked = [];
  event = new Signal({});
  answer = (_method, { offset = 0, limit = 100 }: ICatalogSearch) => results(10_000, offset, limit);
  control = {
    error: null,
    event,
    opened: new Signal({}),
    request: async (method: string, params: never, options: { signal?: AbortSignal } = {}) => {
      asked.push({ method, params, ...options });
      await Promise.resolve();
      return answer(method, params);
    }
  } as unknown as IControl;
});

afterEach(async () => {
  await act(async () => {
    root.unmount();
    await Promise.resolve();
  });
  host.remove();
});

function results(total: number, offset: number, limit: number): ICatalogResults {
  const hits = Array.from({ length: Math.min(limit, total - offset) }, (_, index) => ({
    database: 'd',
    table: `t${offset + index}`,
    producer: '111122223333',
    tags: {},
    columnCount: 50
  }));
  return { hits, total, facets: [], index: INDEX };
}

/** Put a value into a field as its user does. */
const type = (hook: string, value: string, key?: string) =>
  act(async () => {
    const node = host.querySelector<HTMLInputElement>(`[data-emr=${hook}]${key ? `[data-key=${key}]` : ''}`)!;
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(node) as object, 'value')!.set!.call(node, value);
    node.dispatchEvent(new Event(node.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
    await new Promise(done => setTimeout(done));
  });

const settle = () => act(async () => void (await new Promise(done => setTimeout(done))));
const offsets = () => asked.filter(({ method }) => method === 'catalog.search').map(({ params }) => params['offset']);

describe('the search', () => {
  it('asks for the pages that are seen, each once', async () => {
    const model = new CatalogModel(control);
    model.search({});
    await settle();
    expect([model.total, model.hit(0)?.table, model.hit(250)]).toEqual([10_000, 't0', undefined]);
    model.need(240, 310);
    model.need(240, 310);
    await settle();
    expect(model.hit(250)?.table).toBe('t250');
    expect(offsets()).toEqual([0, 240, 280]);
    model.dispose();
  });

  it('drops what was asked for before, whatever answers first', async () => {
    const gates: (() => void)[] = [];
    answer = (_method, { text = '' }: ICatalogSearch) =>
      new Promise(done => {
        gates.push(() => done({ ...results(text.length, 0, 1), index: INDEX }));
      });
    const model = new CatalogModel(control);
    model.search({ text: 'a' });
    model.search({ text: 'abc' });
    await settle();
    expect(asked[0].signal?.aborted).toBe(true);
    gates[1]();
    await settle();
    gates[0]();
    await settle();
    expect(model.total).toBe(3);
    model.dispose();
  });

  it('looks again as the index grows, for its own identity only, and not while it looks', async () => {
    const model = new CatalogModel(control);
    model.search({});
    await settle();
    event.emit({ event: 'catalog', data: { ...INDEX, tables: 10_001 } });
    event.emit({ event: 'catalog', data: { ...INDEX, as: 'arn:other', tables: 5 } });
    await settle();
    expect(offsets()).toEqual([0, 0]);
    model.dispose();
  });

  it('keeps the list it has where AWS refuses, and says so', async () => {
    const model = new CatalogModel(control);
    model.search({});
    await settle();
    answer = () => {
      throw new EmrError({ code: 'AccessDenied', hop: 'glue', message: 'no' });
    };
    model.search({ text: 'x' });
    await settle();
    expect([model.error?.code, model.total, model.hit(0)?.table]).toEqual(['AccessDenied', 10_000, 't0']);
    model.dispose();
  });

  it('takes a facet’s value on and off', () => {
    const model = new CatalogModel(control);
    model.toggle('tag:domain', 'a');
    model.toggle('tag:domain', 'b');
    model.toggle('account', '1');
    expect(model.query.chosen).toEqual({ 'tag:domain': ['a', 'b'], account: ['1'] });
    model.toggle('tag:domain', 'a');
    model.toggle('account', '1');
    expect(model.query.chosen).toEqual({ 'tag:domain': ['b'] });
    model.dispose();
  });
});

it('draws the rows that are seen only, and moves along ten thousand by keys', async () => {
  const model = new CatalogModel(control);
  model.search({});
  await settle();
  const opened: string[] = [];
  function Page(): React.JSX.Element {
    const [active, setActive] = React.useState(0);
    return (
      <Results
        id="list"
        model={model}
        now={0}
        active={active}
        onActive={setActive}
        onOpen={hit => opened.push(hit.table)}
        trans={trans}
      />
    );
  }
  await act(async () => {
    root.render(<Page />);
    await Promise.resolve();
  });
  const list = host.querySelector<HTMLElement>('[role=listbox]')!;
  expect(host.querySelectorAll('[role=option]').length).toBeLessThan(40);
  expect(host.querySelector('[role=option]')?.getAttribute('aria-setsize')).toBe('10000');
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter']) {
    await act(async () => {
      list.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      await Promise.resolve();
    });
  }
  expect(opened).toEqual(['t1']);
  // Another question is answered from the best on, an answer to the same one where one was.
  const first = () => host.querySelector('[role=option]')?.getAttribute('aria-posinset');
  const again = (change: Parameters<CatalogModel['search']>[0]) =>
    act(async () => {
      model.search(change);
      root.render(<Page />);
      await new Promise(done => setTimeout(done));
    });
  await act(async () => {
    list.scrollTop = 56_000;
    list.dispatchEvent(new Event('scroll', { bubbles: true }));
    await Promise.resolve();
  });
  await again({});
  expect(first()).toBe('995');
  await again({ text: 'x' });
  expect([first(), list.scrollTop]).toEqual(['1', 0]);
  model.dispose();
});

it('looks again in the sidebar once the index is ready, also where all tables were counted before', async () => {
  let ready = false;
  answer = () => results(ready ? 1 : 0, 0, 8);
  await act(async () => {
    root.render(<DataSearch control={control} onOpen={() => undefined} trans={trans} />);
    await Promise.resolve();
  });
  await type('data-search-text', 'opt');
  const tell = (state: IIndexState['state']) =>
    act(async () => {
      event.emit({ event: 'catalog', data: { ...INDEX, state } });
      await new Promise(done => setTimeout(done));
    });
  await tell('building');
  expect(host.querySelector('[data-emr=data-search-hit]')).toBeNull();
  ready = true;
  await tell('ready');
  expect(host.querySelector('[data-emr=data-search-hit]')?.textContent).toBe('d.t0');
});

describe('an edit', () => {
  const data: IDataSet = {
    as: 'self',
    database: 'd',
    table: 't',
    producer: '111122223333',
    description: 'old',
    tags: [
      { key: 'domain', value: 'research', from: 'database' },
      { key: 'sensitivity', value: 'public', from: 'table' }
    ],
    columns: [{ name: 'c', type: 'int', partition: false, tags: [] }],
    readAs: { database: 'd', table: 't', via: 'own' },
    permissions: ['ALTER'],
    parameters: {},
    snippets: [],
    version: '7'
  };

  async function show(): Promise<void> {
    const model = new CatalogModel(control);
    const props = {
      model,
      trans,
      data,
      table: { database: 'd', table: 't' },
      onChanged: () => undefined
    } as unknown as IDataSetProps;
    await act(async () => {
      root.render(<Edit {...props} />);
      await new Promise(done => setTimeout(done));
    });
  }
  it('says the version and what was changed, and nothing else; a change of tags is previewed', async () => {
    answer = method =>
      method === 'catalog.tags'
        ? { sensitivity: ['public', 'internal'] }
        : method === 'catalog.preview'
          ? [{ principal: 'limited', gains: [], loses: ['d.t'] }]
          : data;
    await show();
    expect(host.querySelector<HTMLButtonElement>('[data-emr=edit-save]')!.disabled).toBe(true);
    await type('edit-description', 'new');
    await type('edit-tag', 'internal', 'sensitivity');
    expect(host.querySelector('[data-emr=tag-preview]')?.textContent).toContain('limited− d.t');
    await act(async () => {
      host.querySelector<HTMLFormElement>('[data-emr=edit]')!.requestSubmit();
      await new Promise(done => setTimeout(done));
    });
    expect(asked.find(({ method }) => method === 'catalog.edit')?.params).toEqual({
      as: 'self',
      table: { database: 'd', table: 't' },
      version: '7',
      description: 'new',
      tags: { sensitivity: 'internal' }
    });
  });

  it('keeps what was typed where another was faster', async () => {
    answer = method => {
      if (method === 'catalog.edit') {
        throw new EmrError({ code: 'Conflict', hop: 'glue', message: 'Version 8 is there.' });
      }
      return {};
    };
    await show();
    await type('edit-owner', 'me');
    await act(async () => {
      host.querySelector<HTMLFormElement>('[data-emr=edit]')!.requestSubmit();
      await new Promise(done => setTimeout(done));
    });
    expect(host.querySelector('[data-emr=edit-error]')?.textContent).toContain('Version 8');
    expect(host.querySelector<HTMLInputElement>('[data-emr=edit-owner]')!.value).toBe('me');
  });
});

it('says what of a data set could not be read, and why', () => {
  const unread = [
    { code: 'AccessDenied', hop: 'glue', message: 'You may not list the partitions.', fix: 'Allow glue:GetPartitions.' }
  ];
  const page = {
    producer: '111122223333',
    tags: [],
    columns: [],
    permissions: [],
    readAs: { database: 'd', table: 't', via: 'own' },
    unread
  };
  const props = { model: new CatalogModel(control), trans, data: page, now: 0 } as unknown as IDataSetProps;
  act(() => root.render(<Overview {...props} onTab={() => undefined} />));
  expect(host.querySelector('[data-emr=unread]')?.textContent).toBe(
    'You may not list the partitions. Allow glue:GetPartitions.'
  );
});

it('names tables with their account', () => {
  const table = { catalogId: '111122223333', database: 'd', table: 'a.b' };
  expect(readTableKey(tableKey(table))).toEqual(table);
  expect(readTableKey(' d.t ')).toEqual({ database: 'd', table: 't' });
  expect([readTableKey('options'), readTableKey('')]).toEqual([undefined, undefined]);
});

it('puts a magic before a snippet of another language', () => {
  expect(snippetLanguage('spark')).toBe('scala');
  expect(asCell({ code: 'SELECT 1', language: 'sql' }, 'pyspark')).toBe('%%sql\nSELECT 1');
  expect(asCell({ code: 'x', language: 'pyspark' }, 'pyspark')).toBe('x');
  expect(asCell({ code: 'SELECT 1', language: 'sql' })).toBe('SELECT 1');
});

it('counts bytes as S3 does', () => {
  expect([0, 999, 1500, 216_000, 1.2e12].map(sizeText)).toEqual(['0 B', '999 B', '1.5 kB', '216 kB', '1.2 TB']);
});
