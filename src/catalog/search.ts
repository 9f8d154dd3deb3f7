/** Search as one types over an index in memory, with facets. */
import MiniSearch from 'minisearch';
import type { SearchResult } from 'minisearch';

import type { ICatalogSearch, IFacet, ITableHit, LfTags } from '../protocol';
import { fits, tagSets } from './tags';
import type { IIndexedTable } from './types';

/** Documents that go into the text index before others may run. */
const CHUNK = 50;
const DAY_MS = 86_400_000;
/** How much a table that was updated today counts above one of long ago with the same words. */
const FRESH_SHARE = 0.1;
const FIELDS = ['name', 'database', 'columns', 'tags', 'text'];
const BOOST = { name: 6, database: 3, columns: 2, tags: 2, text: 1 };
const MAX_MATCHED = 20;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** What was found, without the index's state. */
export interface IFound {
  hits: ITableHit[];
  total: number;
  facets: IFacet[];
}

/** Words of a name or a text: `strikePrice`, `strike_price` and `Strike price` are the same two. */
export function tokenize(text: string): string[] {
  return text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(token => token !== '' && token.length <= 100)
    .map(token => token.toLowerCase());
}

/** Values of a table by facet, but for its tags. */
function plainFacets(table: IIndexedTable): Record<string, string> {
  return {
    account: producerOf(table),
    database: table.database,
    ...(table.format ? { format: table.format } : {})
  };
}

/** Account that a table is of; of a link its target's. */
export function producerOf(table: Pick<IIndexedTable, 'catalogId' | 'linkTo'>): string {
  return table.linkTo?.catalogId ?? table.catalogId;
}

/** Tags of a table and of its columns. */
export function allTags(table: IIndexedTable): LfTags {
  const found = new Map<string, Set<string>>();
  for (const tags of setsOf(table)) {
    for (const [key, value] of Object.entries(tags)) {
      found.set(key, (found.get(key) ?? new Set()).add(value));
    }
  }
  return Object.fromEntries([...found].sort().map(([key, values]) => [key, [...values].sort()]));
}

function setsOf(table: IIndexedTable): Record<string, string>[] {
  return tagSets(
    table.tags,
    table.columns.map(([name]) => name)
  );
}

interface IEntry {
  table: IIndexedTable;
  facets: Record<string, string>;
  /** Facet and value, each once: what a table counts for where no tag is chosen. */
  plain: [string, string][];
  tagged: [string, string][];
  keys: string[];
  sets: Record<string, string>[];
  time: number;
  /** What its age adds to what its words say. */
  fresh: number;
}

function entryOf(table: IIndexedTable, now: number): IEntry {
  const facets = plainFacets(table);
  const sets = setsOf(table);
  const time = table.updatedAt ? Date.parse(table.updatedAt) : 0;
  const days = Math.max(0, now - time) / DAY_MS;
  const tagged = new Map<string, [string, string]>();
  for (const set of sets) {
    for (const [key, value] of Object.entries(set)) {
      tagged.set(`${key}\n${value}`, [`tag:${key}`, value]);
    }
  }
  return {
    table,
    facets,
    plain: Object.entries(facets),
    tagged: [...tagged.values()],
    keys: [...new Set(sets.flatMap(set => Object.keys(set)))],
    sets,
    time,
    fresh: 1 + FRESH_SHARE / (1 + days / 30)
  };
}

/** An index that can be searched. */
export class SearchIndex {
  private readonly entries: IEntry[];
  private readonly text: MiniSearch<{ id: number }>;
  private last?: { text: string; ids: number[]; terms: string[] };

  private constructor(tables: IIndexedTable[]) {
    const now = Date.now();
    this.entries = tables.map(table => entryOf(table, now));
    const { entries } = this;
    this.text = new MiniSearch<{ id: number }>({
      fields: FIELDS,
      tokenize,
      processTerm: term => term,
      extractField: (document, field) => (field === 'id' ? document.id : fieldOf(entries[document.id], field))
    });
  }

  /** Make it, a few tables at a time: the kernel goes on answering. */
  static async of(tables: IIndexedTable[]): Promise<SearchIndex> {
    const index = new SearchIndex(tables);
    await index.text.addAllAsync(
      tables.map((_table, id) => ({ id })),
      { chunkSize: CHUNK }
    );
    return index;
  }

  search(asked: ICatalogSearch): IFound {
    const { ids, terms } = this.textual(asked.text ?? '');
    const chosen = Object.entries(asked.chosen ?? {}).filter(([, values]) => values.length > 0);
    const counts = new Map<string, Map<string, number>>();
    const count = (facet: string, value: string): void => {
      const values = counts.get(facet) ?? new Map<string, number>();
      values.set(value, (values.get(value) ?? 0) + 1);
      counts.set(facet, values);
    };
    const parts = chosenOf(chosen);
    const fitting = ids.filter(id => this.countFacets(this.entries[id], parts, count));
    for (const [facet, values] of chosen) {
      const known = counts.get(facet) ?? new Map<string, number>();
      values.forEach(value => known.has(value) || known.set(value, 0));
      counts.set(facet, known);
    }
    const sorted = this.sorted(fitting, asked.sort ?? 'relevance', terms.length > 0);
    const offset = Math.max(0, asked.offset ?? 0);
    const limit = Math.min(MAX_LIMIT, Math.max(0, asked.limit ?? DEFAULT_LIMIT));
    return {
      hits: sorted.slice(offset, offset + limit).map(id => hitOf(this.entries[id].table, terms)),
      total: fitting.length,
      facets: facetsOf(counts, asked.chosen ?? {})
    };
  }

  /** Ids of the tables that the words are in, best first. */
  private textual(text: string): { ids: number[]; terms: string[] } {
    const words = tokenize(text);
    const key = words.join(' ') + (/[\s_.]$/.test(text) ? ' ' : '');
    if (this.last?.text === key) {
      return this.last;
    }
    if (words.length === 0) {
      return { ids: this.entries.map((_entry, id) => id), terms: [] };
    }
    let results = this.lookUp(words, false);
    if (results.length === 0) {
      results = this.lookUp(words, true);
    }
    const terms = new Set<string>();
    results.forEach(result => result.terms.forEach(term => terms.add(term)));
    this.last = { text: key, ids: results.map(({ id }) => id as number), terms: [...terms] };
    return this.last;
  }

  private lookUp(words: string[], fuzzy: boolean): SearchResult[] {
    const options = {
      boost: BOOST,
      combineWith: 'AND' as const,
      // The last word may be unfinished.
      prefix: (_term: string, index: number) => index === words.length - 1,
      fuzzy: fuzzy && ((term: string) => (term.length > 3 ? 0.25 : false)),
      boostDocument: (id: unknown) => this.entries[id as number].fresh,
      // One or two letters are in nearly every table's columns.
      ...(words.length === 1 && (words[0]?.length ?? 0) <= 2 ? { fields: ['name', 'database', 'tags'] } : {})
    };
    return this.text.search(words.join(' '), options);
  }

  private sorted(ids: number[], sort: NonNullable<ICatalogSearch['sort']>, byRelevance: boolean): number[] {
    const { entries } = this;
    const byName = (a: number, b: number): number => {
      const [one, other] = [entries[a].table, entries[b].table];
      return compare(one.table, other.table) || compare(one.database, other.database);
    };
    if (sort === 'name') {
      return [...ids].sort(byName);
    }
    return sort === 'relevance' && byRelevance
      ? ids
      : [...ids].sort((a, b) => entries[b].time - entries[a].time || byName(a, b));
  }

  /** Count a table where it belongs. @returns whether it fits all that is chosen */
  private countFacets(entry: IEntry, chosen: IChosen, count: (facet: string, value: string) => void): boolean {
    const { facets, sets } = entry;
    let failing: string | undefined;
    for (const [id, values] of chosen.plain) {
      if (!values.includes(facets[id] ?? '')) {
        if (failing !== undefined) {
          return false;
        }
        failing = id;
      }
    }
    const isIn = chosen.tags.length === 0 || sets.some(set => fits(set, chosen.expression));
    if (failing !== undefined) {
      if (isIn && facets[failing] !== undefined) {
        count(failing, facets[failing]);
      }
      return false;
    }
    if (isIn) {
      entry.plain.forEach(([id, value]) => count(id, value));
    }
    if (chosen.tags.length === 0) {
      entry.tagged.forEach(([id, value]) => count(id, value));
      return isIn;
    }
    // A key's values count with the other keys kept; the same set of tags has to fit all.
    for (const key of entry.keys) {
      const others = chosen.without[key] ?? chosen.expression;
      const values = new Set<string>();
      for (const set of sets) {
        if (key in set && fits(set, others)) {
          values.add(set[key]);
        }
      }
      values.forEach(value => count(`tag:${key}`, value));
    }
    return isIn;
  }
}

/** What is chosen, by kind. */
interface IChosen {
  plain: [string, string[]][];
  tags: [string, string[]][];
  expression: Record<string, string[]>;
  /** The expression without one of its keys. */
  without: Record<string, Record<string, string[]>>;
}

function chosenOf(chosen: [string, string[]][]): IChosen {
  const tags = chosen
    .filter(([id]) => id.startsWith('tag:'))
    .map(([id, values]): [string, string[]] => [id.slice(4), values]);
  return {
    plain: chosen.filter(([id]) => !id.startsWith('tag:')),
    tags,
    expression: Object.fromEntries(tags),
    without: Object.fromEntries(tags.map(([key]) => [key, Object.fromEntries(tags.filter(([other]) => other !== key))]))
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fieldOf({ table, sets }: IEntry, field: string): string {
  switch (field) {
    case 'name':
      return table.table;
    case 'database':
      return table.database;
    case 'columns':
      return table.columns.map(([name]) => name).join(' ');
    case 'tags':
      return sets.flatMap(set => Object.entries(set).flat()).join(' ');
    default:
      return [table.summary, table.owner, ...table.columns.map(([, , comment]) => comment)].filter(Boolean).join(' ');
  }
}

function hitOf(table: IIndexedTable, terms: string[]): ITableHit {
  const found = new Set(terms);
  const matched: string[] = [];
  for (const [name, , comment] of found.size > 0 ? table.columns : []) {
    if (
      matched.length < MAX_MATCHED &&
      [name, comment ?? ''].some(text => tokenize(text).some(word => found.has(word)))
    ) {
      matched.push(name);
    }
  }
  return {
    catalogId: table.catalogId,
    database: table.database,
    table: table.table,
    producer: producerOf(table),
    tags: allTags(table),
    columnCount: table.columns.length,
    ...(table.summary ? { summary: table.summary } : {}),
    ...(table.format ? { format: table.format } : {}),
    ...(matched.length > 0 ? { matchedColumns: matched } : {}),
    ...(table.updatedAt ? { updatedAt: table.updatedAt } : {}),
    ...(table.linkTo ? { linkTo: table.linkTo } : {}),
    ...(table.problem ? { problem: table.problem } : {})
  };
}

const ORDER = ['account', 'database', 'format'];
const LABELS: Record<string, string> = { account: 'Account', database: 'Database', format: 'Format' };

function facetsOf(counts: Map<string, Map<string, number>>, chosen: Record<string, string[]>): IFacet[] {
  const place = (id: string): string => (id.startsWith('tag:') ? `0${id}` : `1${ORDER.indexOf(id)}`);
  return [...counts]
    .sort(([a], [b]) => compare(place(a), place(b)))
    .map(([id, values]) => ({
      id,
      label: LABELS[id] ?? id.replace(/^tag:/, ''),
      values: [...values]
        .map(([value, count]) => ({ value, count, chosen: chosen[id]?.includes(value) ?? false }))
        .sort((a, b) => Number(b.chosen) - Number(a.chosen) || b.count - a.count || compare(a.value, b.value))
    }));
}
