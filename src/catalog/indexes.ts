/** The indexes of all identities: read from disk, built in the background, searched in memory. */
import type { IAccount, ICatalogResults, ICatalogSearch, IErrorInfo, IIndexState } from '../protocol';
import { EmrError, errorInfo } from '../protocol';
import type { ICatalogPort } from './build';
import { buildIndex } from './build';
import type { CatalogIdentities } from './identities';
import { SearchIndex } from './search';
import { SoFar } from './soFar';
import { IndexStore } from './store';
import type { IIndexData } from './types';
import { placeKey } from './types';

/** An older index is read anew, while it goes on answering. */
const MAX_AGE_MS = 3600_000;
/** Time between two events of a build. */
const EVENT_MS = 250;
/** Time between two looks at what another process builds. */
const LOOK_MS = 500;
/** After a build that failed as a whole nobody who merely types starts another one for so long. */
const REST_MS = 10_000;

/** Hears how an index grows. */
export type IndexListener = (state: IIndexState) => void;

/** How indexes are made. */
export interface IIndexOptions {
  identities: CatalogIdentities;
  env?: NodeJS.ProcessEnv;
  port?: ICatalogPort;
  maxAgeMs?: number;
}

/** What is read anew: all, or one database. */
type Only = { database: string; catalogId?: string } | undefined;

/** One identity’s. */
export class CatalogIndex {
  private data?: IIndexData;
  private searchable?: Promise<SearchIndex>;
  private store?: IndexStore;
  private account?: IAccount;
  private loadedAt?: number;
  private loading?: Promise<void>;
  private building?: Promise<void>;
  private readonly listeners = new Set<IndexListener>();
  private readonly abort = new AbortController();
  private toldAt = 0;
  private progress: Partial<IIndexState> = {};
  /** Why the last build failed as a whole, and when. */
  private failure?: IErrorInfo;
  private failedAt = -Infinity;
  /** Tables that the first build has read so far. */
  private soFar?: SoFar;
  /** Databases to be read again once the build that is under way has ended. */
  private waiting: NonNullable<Only>[] = [];
  /** What was changed while a build was under way, which may have read it before. */
  private edits: ((data: IIndexData) => void)[] = [];

  constructor(
    readonly as: string,
    private readonly options: IIndexOptions
  ) {}

  get state(): IIndexState {
    const { data, progress, failure, building } = this;
    const known = {
      databasesDone: data?.databases.length ?? 0,
      databases: data?.databases.length ?? 0,
      tables: data?.tables.length ?? 0,
      columns: data?.tables.reduce((sum, { columns }) => sum + columns.length, 0) ?? 0,
      calls: data?.calls ?? 0
    };
    return {
      as: this.as,
      state: building ? 'building' : data ? 'ready' : 'none',
      ...known,
      ...(building ? progress : {}),
      ...(data ? { asOf: data.asOf, ...newer(data) } : {}),
      problems: [...(failure ? [{ what: 'the catalogue', error: failure }] : []), ...(data?.problems ?? [])]
    };
  }

  /** The index as it is; undefined where there is none on this host. */
  async known(): Promise<IIndexData | undefined> {
    await this.load();
    return this.data;
  }

  /** What is there for the text index; undefined while there is none. */
  async search(asked: ICatalogSearch): Promise<ICatalogResults> {
    await this.load();
    const { data } = this;
    const searchable = await (data ? (this.searchable ??= SearchIndex.of(data.tables)) : this.soFar?.index());
    const found = searchable?.search(asked) ?? { hits: [], total: 0, facets: [] };
    return { ...found, index: this.state };
  }

  /** Build it where it is missing or old. */
  async ensure(listener?: IndexListener): Promise<void> {
    await this.load();
    const age = this.data ? Date.now() - Date.parse(this.data.asOf) : Infinity;
    if (this.building) {
      this.listen(listener);
    } else if (age > (this.options.maxAgeMs ?? MAX_AGE_MS) && Date.now() - this.failedAt > REST_MS) {
      this.build(listener);
    }
  }

  /** Ask anew, all or one database; in the background. */
  async refresh(only: { database?: string; catalogId?: string }, listener?: IndexListener): Promise<void> {
    await this.load();
    const { database, catalogId } = only;
    const one = database === undefined ? undefined : { database, ...(catalogId === undefined ? {} : { catalogId }) };
    if (this.building) {
      this.listen(listener);
      this.waiting.push(...(one ? [one] : []));
      return;
    }
    this.build(listener, this.data && one, true);
  }

  /** A table was changed by ourselves: the index is right again at once, also for the other processes. */
  async change(edit: (data: IIndexData) => void): Promise<void> {
    await this.load();
    if (this.building) {
      this.edits.push(edit);
    }
    if (this.data) {
      edit(this.data);
      delete this.searchable;
      await this.store?.write(this.data);
      this.loadedAt = this.store?.writtenAt;
    }
  }

  dispose(): void {
    this.abort.abort();
    this.listeners.clear();
  }

  private listen(listener: IndexListener | undefined): void {
    if (listener) {
      this.listeners.add(listener);
    }
  }

  private tell(force = false): void {
    const now = Date.now();
    if (force || now - this.toldAt >= EVENT_MS) {
      this.toldAt = now;
      const { state } = this;
      this.listeners.forEach(listener => listener(state));
    }
  }

  /** Take what is on disk, where it is newer. Who asks while it is being read waits for it. */
  private load(): Promise<void> {
    return (this.loading ??= this.loadOnce().finally(() => delete this.loading));
  }

  private async loadOnce(): Promise<void> {
    if (!this.store) {
      try {
        this.account = await this.options.identities.account(this.as, this.abort.signal);
      } catch (error) {
        this.failure = errorInfo(error);
        throw error;
      }
      this.store ??= new IndexStore(
        { arn: this.account.arn, region: this.account.region, as: this.as },
        this.options.env
      );
    }
    const { writtenAt } = this.store;
    if (writtenAt !== undefined && writtenAt !== this.loadedAt) {
      this.loadedAt = writtenAt;
      const data = await this.store.read();
      if (data) {
        this.data = data;
        delete this.searchable;
        delete this.failure;
      }
    }
  }

  private build(listener: IndexListener | undefined, only?: Only, again = false): void {
    this.listen(listener);
    this.progress = { databasesDone: 0, databases: 0, calls: 0 };
    this.edits = [];
    // Later, so that nothing is told of it before the state is `building`: any other state is taken for its end.
    this.building = Promise.resolve()
      .then(() => this.buildOnce(only, again))
      .catch((error: unknown) => {
        this.failure = errorInfo(error);
        this.failedAt = Date.now();
      })
      .finally(() => {
        delete this.building;
        delete this.soFar;
        const next = this.data && !this.abort.signal.aborted ? this.waiting.shift() : undefined;
        if (next) {
          this.build(undefined, next, true);
          return;
        }
        this.waiting = [];
        this.tell(true);
        this.listeners.clear();
      });
    this.tell(true);
  }

  private async buildOnce(only: Only, again: boolean): Promise<void> {
    const { store, account } = this;
    const { signal } = this.abort;
    if (!store || !account) {
      return;
    }
    if (!store.lock()) {
      this.progress.note = 'Another kernel of yours is reading the catalogue.';
      this.tell(true);
      await this.wait(store);
      const written = store.writtenAt;
      if (written !== undefined && written !== this.loadedAt) {
        await this.load();
        if (!again || !only) {
          return;
        }
      }
      if (!store.lock()) {
        throw new EmrError({
          code: 'CatalogBusy',
          hop: 'kernel',
          message: 'Another kernel of yours has been reading the catalogue for long.',
          fix: 'Refresh again in a minute.'
        });
      }
    }
    try {
      const data = await buildIndex({
        context: this.options.identities.context(this.as),
        as: this.as,
        account,
        signal,
        ...(only ? { only } : {}),
        ...(this.data ? { from: this.data } : { onTables: tables => (this.soFar ??= new SoFar()).add(tables) }),
        ...(this.options.port ? { port: this.options.port } : {}),
        onProgress: progress => {
          const { note, tables, columns, ...numbers } = progress;
          // Of one database only they would be taken for those of all.
          this.progress = { ...numbers, ...(only ? {} : { tables, columns }), ...(note ? { note } : {}) };
          store.touch();
          this.tell();
        }
      });
      let searchable: SearchIndex;
      do {
        this.edits.splice(0).forEach(edit => edit(data));
        searchable = await SearchIndex.of(data.tables);
      } while (this.edits.length > 0);
      this.data = data;
      this.searchable = Promise.resolve(searchable);
      delete this.failure;
      await store.write(data);
      this.loadedAt = store.writtenAt;
    } finally {
      store.unlock();
    }
  }

  /** Until the other process is done, or gone. */
  private async wait(store: IndexStore): Promise<void> {
    while (store.isLocked && !this.abort.signal.aborted) {
      await new Promise(resolve => setTimeout(resolve, LOOK_MS));
    }
  }
}

/** Databases that were read after the rest. */
function newer({ databases, asOf, readAt = {} }: IIndexData): Pick<IIndexState, 'newer'> {
  const found = databases.flatMap(({ catalogId, name, linkTo }) => {
    const at = linkTo ? undefined : readAt[placeKey({ catalogId, name })];
    return at !== undefined && at > asOf ? [{ catalogId, database: name, asOf: at }] : [];
  });
  return found.length > 0 ? { newer: found } : {};
}

/** The process’s indexes. */
export class CatalogIndexes {
  private readonly byIdentity = new Map<string, CatalogIndex>();

  constructor(private readonly options: IIndexOptions) {}

  of(as: string): CatalogIndex {
    let index = this.byIdentity.get(as);
    if (!index) {
      index = new CatalogIndex(as, this.options);
      this.byIdentity.set(as, index);
    }
    return index;
  }

  /** All that were asked for in this process. */
  all(): CatalogIndex[] {
    return [...this.byIdentity.values()];
  }

  dispose(): void {
    this.byIdentity.forEach(index => index.dispose());
  }
}
