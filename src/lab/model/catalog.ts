import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type {
  ICatalogIdentity,
  ICatalogResults,
  ICatalogSearch,
  IErrorInfo,
  IFacet,
  IIndexState,
  ITableHit,
  ITableRef
} from '../../protocol';
import { errorInfo } from '../../protocol';
import type { IControl } from '../tokens';
import { CANCELLED } from './channel';

/** Results that are asked for at once: what a tall screen shows, so that a key press waits for no more than it needs. */
const PAGE = 40;

/** What is looked for, without the part of the list that is shown. */
export type CatalogQuery = Required<Pick<ICatalogSearch, 'as' | 'text' | 'chosen' | 'sort'>>;

/** A search as one types: the list is asked for page by page as it is scrolled, and again while the index grows. */
export class CatalogModel implements IDisposable {
  constructor(
    readonly control: IControl,
    query: Partial<CatalogQuery> = {}
  ) {
    this._query = { as: 'self', text: '', chosen: {}, sort: 'relevance', ...query };
    control.event.connect(this._onEvent);
    control.opened.connect(this._again);
  }

  get query(): CatalogQuery {
    return this._query;
  }

  /** Null until the first answer. */
  get total(): number | null {
    return this._total;
  }

  get facets(): readonly IFacet[] {
    return this._facets;
  }

  get index(): IIndexState | null {
    return this._index;
  }

  get identities(): readonly ICatalogIdentity[] {
    return this._identities;
  }

  get error(): IErrorInfo | null {
    return this.control.error ?? this._error;
  }

  /** The first page of the query is on its way. */
  get searching(): boolean {
    return this._searching !== null;
  }

  get changed(): ISignal<CatalogModel, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The hit at a place of the list; undefined where its page is not there yet. */
  hit(place: number): ITableHit | undefined {
    return this._pages.get(Math.floor(place / PAGE))?.[place % PAGE];
  }

  /** Look for something else; what is not named stays. The list before stays until the answer is there. */
  search(change: Partial<CatalogQuery>): void {
    this._query = { ...this._query, ...change };
    if (change.as !== undefined) {
      this._index = null;
    }
    this._again();
  }

  /** Choose a value of a facet, or let it go. */
  toggle(facet: string, value: string): void {
    const values = this._query.chosen[facet] ?? [];
    const { [facet]: _, ...others } = this._query.chosen;
    const left = values.includes(value) ? values.filter(other => other !== value) : [...values, value];
    this.search({ chosen: left.length > 0 ? { ...others, [facet]: left } : others });
  }

  /** Ask for the pages of these places, where they are not there and not asked for. */
  need(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
      if (!this._pages.has(page) && !this._asked.has(page) && page * PAGE < (this._total ?? 0)) {
        void this._load(page);
      }
    }
  }

  /** As whom one can ask. Never rejects: see {@link CatalogModel.error}. */
  async loadIdentities(): Promise<void> {
    try {
      this._identities = await this.control.request('catalog.identities', {});
    } catch (error) {
      this._error = errorInfo(error);
    }
    this._emit();
  }

  /** Ask AWS anew. */
  async refresh(): Promise<void> {
    try {
      this._index = await this.control.request('catalog.refresh', { as: this._query.as });
      this._error = null;
    } catch (error) {
      this._error = errorInfo(error);
    }
    this._emit();
  }

  dispose(): void {
    this._isDisposed = true;
    this._searching?.abort();
    this.control.event.disconnect(this._onEvent);
    this.control.opened.disconnect(this._again);
    Signal.clearData(this);
  }

  private readonly _again = (): void => {
    this._searching?.abort();
    this._searching = new AbortController();
    this._asked.clear();
    this._emit();
    void this._load(0, this._searching);
  };

  private async _load(page: number, first?: AbortController): Promise<void> {
    const query = this._query;
    this._asked.add(page);
    try {
      const found = await this.control.request(
        'catalog.search',
        { ...query, offset: page * PAGE, limit: PAGE },
        first ? { signal: first.signal } : {}
      );
      if (query === this._query && !this._isDisposed) {
        this._take(found, page, first !== undefined);
      }
    } catch (error) {
      const info = errorInfo(error);
      if (query === this._query && info.code !== CANCELLED) {
        this._error = info;
        this._asked.delete(page);
      }
    } finally {
      if (first && first === this._searching) {
        this._searching = null;
      }
      this._emit();
    }
  }

  private _take(found: ICatalogResults, page: number, anew: boolean): void {
    if (anew) {
      this._pages.clear();
      this._facets = found.facets;
    }
    this._error = null;
    this._pages.set(page, found.hits);
    this._total = found.total;
    this._index = found.index;
  }

  private readonly _onEvent: Parameters<IControl['event']['connect']>[0] = (_, { event, data }) => {
    if (event !== 'catalog' || data.as !== this._query.as || this._isDisposed) {
      return;
    }
    const before = this._index;
    this._index = data;
    // What came since the last answer may be what is looked for; a search that is under way will see it.
    if (!this._searching && (data.tables !== before?.tables || data.state !== before.state)) {
      this._again();
    } else {
      this._emit();
    }
  };

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<CatalogModel, void>(this);
  private readonly _pages = new Map<number, ITableHit[]>();
  private readonly _asked = new Set<number>();
  private _query: CatalogQuery;
  private _total: number | null = null;
  private _facets: readonly IFacet[] = [];
  private _index: IIndexState | null = null;
  private _identities: readonly ICatalogIdentity[] = [];
  private _error: IErrorInfo | null = null;
  private _searching: AbortController | null = null;
  private _isDisposed = false;
}

/** `DATABASE.TABLE`, with `ACCOUNT/` before it where it is known: what a deep link holds, as on the command line. */
export function tableKey({ catalogId, database, table }: ITableRef): string {
  return `${catalogId === undefined ? '' : `${catalogId}/`}${database}.${table}`;
}

/** The other way about; undefined where it names no table. */
export function readTableKey(key: string): ITableRef | undefined {
  const match = /^(?:(\d{12})[/:])?([^.]+)\.(.+)$/.exec(key.trim());
  const [, catalogId, database = '', table = ''] = match ?? [];
  return match ? { ...(catalogId === undefined ? {} : { catalogId }), database, table } : undefined;
}
