/** Search as one types over an index in memory, with facets. */
import type { ICatalogSearch, IFacet, ITableHit } from '../protocol';
import { FacetIndex, compare, producerOf } from './facets';
import { inSlices } from './slices';
import { TextIndex, tokenize } from './textIndex';
import type { IIndexedTable } from './types';

const DAY_MS = 86_400_000;
/** How much a table that was updated today counts above one of long ago with the same words. */
const FRESH_SHARE = 0.1;
const FIELDS = [
  { name: 'name', boost: 6 },
  { name: 'database', boost: 3 },
  { name: 'columns', boost: 2 },
  { name: 'tags', boost: 2 },
  { name: 'text', boost: 1 }
];
/** One or two letters are in nearly every table's columns. */
const SHORT_FIELDS = ['name', 'database', 'tags'];
const MAX_MATCHED = 20;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** What was found, without the index's state. */
export interface IFound {
  hits: ITableHit[];
  total: number;
  facets: IFacet[];
}

/** What words find. */
interface ITextual {
  key: string;
  words: string[];
  /** Best first. */
  ids: readonly number[];
  /** Where nothing has the words themselves: those that are like them. */
  similar?: ReadonlySet<string>;
}

/** An index that can be searched. */
export class SearchIndex {
  private readonly times: Float64Array;
  /** What its age adds to what a table's words say. */
  private readonly fresh: Float64Array;
  private readonly facets: FacetIndex;
  private readonly text: TextIndex;
  /** All ids by name, and the newest first. */
  private readonly orders: Partial<Record<'name' | 'freshness', number[]>> = {};
  private last?: ITextual;

  private constructor(private readonly tables: readonly IIndexedTable[]) {
    this.times = new Float64Array(tables.length);
    this.fresh = new Float64Array(tables.length);
    this.facets = new FacetIndex();
    this.text = new TextIndex(FIELDS, tables.length);
  }

  /** Make it, a few tables at a time: the kernel goes on answering. */
  static async of(tables: readonly IIndexedTable[]): Promise<SearchIndex> {
    const index = new SearchIndex(tables);
    const now = Date.now();
    await inSlices(tables, (table, id) => index.add(id, table, now));
    index.text.seal();
    return index;
  }

  search(asked: ICatalogSearch): IFound {
    const textual = this.textual(asked.text ?? '');
    const { fitting, facets } = this.facets.narrow(textual.ids, asked.chosen ?? {});
    const sorted = this.sorted(fitting, asked.sort ?? 'relevance', textual.words.length > 0);
    const offset = Math.max(0, asked.offset ?? 0);
    const limit = Math.min(MAX_LIMIT, Math.max(0, asked.limit ?? DEFAULT_LIMIT));
    return {
      hits: sorted.slice(offset, offset + limit).map(id => this.hit(id, textual)),
      total: fitting.length,
      facets
    };
  }

  private add(id: number, table: IIndexedTable, now: number): void {
    const time = table.updatedAt ? Date.parse(table.updatedAt) : 0;
    this.times[id] = time;
    this.fresh[id] = 1 + FRESH_SHARE / (1 + Math.max(0, now - time) / DAY_MS / 30);
    const words = this.facets.add(table);
    this.text.add([
      [table.table],
      [table.database],
      table.columns.map(([name]) => name),
      words,
      [table.summary, table.owner, ...table.columns.map(([, , comment]) => comment)].filter(
        (text): text is string => text !== undefined
      )
    ]);
  }

  /** Ids of the tables that the words are in, best first. */
  private textual(text: string): ITextual {
    const words = tokenize(text);
    const key = words.join(' ');
    if (words.length === 0) {
      return { key, words, ids: this.tables.map((_table, id) => id) };
    }
    if (this.last?.key !== key) {
      const asked = {
        words,
        boost: this.fresh,
        ...(words.length === 1 && words[0].length <= 2 ? { fields: SHORT_FIELDS } : {})
      };
      const ids = this.text.search({ ...asked, fuzzy: false });
      this.last =
        ids.length > 0
          ? { key, words, ids }
          : { key, words, ids: this.text.search({ ...asked, fuzzy: true }), similar: this.text.similar(words) };
    }
    return this.last;
  }

  private sorted(ids: number[], sort: NonNullable<ICatalogSearch['sort']>, byRelevance: boolean): number[] {
    if (sort === 'relevance' && byRelevance) {
      return ids;
    }
    const found = new Uint8Array(this.tables.length);
    ids.forEach(id => (found[id] = 1));
    return this.order(sort === 'name' ? sort : 'freshness').filter(id => found[id] === 1);
  }

  private order(by: 'name' | 'freshness'): number[] {
    const { tables, times } = this;
    const byName = (a: number, b: number): number =>
      compare(tables[a].table, tables[b].table) || compare(tables[a].database, tables[b].database);
    return (this.orders[by] ??= tables
      .map((_table, id) => id)
      .sort(by === 'name' ? byName : (a, b) => times[b] - times[a] || byName(a, b)));
  }

  private hit(id: number, textual: ITextual): ITableHit {
    const table = this.tables[id];
    const matched = matchedColumns(table, textual);
    return {
      catalogId: table.catalogId,
      database: table.database,
      table: table.table,
      producer: producerOf(table),
      tags: this.facets.tagsOf(id),
      columnCount: table.columns.length,
      ...(table.summary ? { summary: table.summary } : {}),
      ...(table.format ? { format: table.format } : {}),
      ...(matched.length > 0 ? { matchedColumns: matched } : {}),
      ...(table.updatedAt ? { updatedAt: table.updatedAt } : {}),
      ...(table.linkTo ? { linkTo: table.linkTo } : {}),
      ...(table.problem ? { problem: table.problem } : {})
    };
  }
}

/** Columns that the words are in, by name or comment. */
function matchedColumns({ columns }: IIndexedTable, { words, similar }: ITextual): string[] {
  if (words.length === 0) {
    return [];
  }
  const needles = similar ? [...similar] : words;
  const isFound = (token: string): boolean =>
    similar?.has(token) ??
    words.some((word, place) => (place === words.length - 1 ? token.startsWith(word) : token === word));
  const isIn = (text: string): boolean => {
    // Cheap, and nearly always the end of it.
    const lower = text.toLowerCase();
    return needles.some(needle => lower.includes(needle)) && tokenize(text).some(isFound);
  };
  const matched: string[] = [];
  for (const [name, , comment] of columns) {
    if (matched.length < MAX_MATCHED && (isIn(name) || (comment !== undefined && isIn(comment)))) {
      matched.push(name);
    }
  }
  return matched;
}
