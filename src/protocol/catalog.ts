/** Methods and events of `emr:control` about the data catalogue: what there is, for whom, and the line that reads it. */
import type { IErrorInfo } from './errors';

/** As whom the catalogue is asked. */
export interface ICatalogIdentity {
  /** `self`, or the ARN of the role that is assumed for the question (on the server; never in the browser). */
  as: string;
  /** What a user reads: user or role name. */
  label: string;
  arn: string;
  accountId: string;
  /** Why it cannot be used, where that is known: a trust policy that does not let the user assume the role. */
  problem?: IErrorInfo;
}

/** A table, by account. */
export interface ITableRef {
  /** Account whose catalogue it is in (Glue's CatalogId); without it, the identity's own. */
  catalogId?: string;
  database: string;
  table: string;
}

/** LF-Tags by key; a resource has one value of each key, an expression any of several. */
export type LfTags = Record<string, string[]>;

/** An LF-Tag of a table or of a column, with where it comes from. */
export interface IInheritedTag {
  key: string;
  value: string;
  /** The nearest resource that has it: a column's tag goes before its table's, a table's before its database's. */
  from: 'database' | 'table' | 'column';
}

/** A table in a list of results. */
export interface ITableHit extends ITableRef {
  /** Account that produced it; of a resource link, its target's. */
  producer: string;
  /** First sentence or line of the description, plain text. */
  summary?: string;
  format?: string;
  tags: LfTags;
  columnCount: number;
  /** Columns that the text was found in. */
  matchedColumns?: string[];
  /** ISO 8601. */
  updatedAt?: string;
  /** What a resource link points to. */
  linkTo?: ITableRef;
  /** It cannot be read as Glue has it: what is wrong. */
  problem?: string;
}

/** Values that the results can be narrowed to. */
export interface IFacet {
  /** `tag:KEY`, `account`, `database`, `format`. */
  id: string;
  label: string;
  /** With how many results each would have, the other facets kept; the chosen ones first, then by count. */
  values: { value: string; count: number; chosen: boolean }[];
}

/** What is searched for. */
export interface ICatalogSearch {
  /** Default `self`. */
  as?: string;
  /** Words; the last one may be unfinished. Looked for in databases, tables, columns, comments, tags. */
  text?: string;
  /** Chosen values by facet: facets are ANDed, values of one ORed. */
  chosen?: Record<string, string[]>;
  sort?: 'relevance' | 'freshness' | 'name';
  /** Default 0. */
  offset?: number;
  /** Default 100. */
  limit?: number;
}

/** How complete and how old the index of an identity is. */
export interface IIndexState {
  as: string;
  state: 'none' | 'building' | 'ready';
  databasesDone: number;
  databases: number;
  tables: number;
  columns: number;
  /** API calls that it took. */
  calls: number;
  /** ISO 8601: when the oldest part was asked. */
  asOf?: string;
  /** Databases that were read again after that, by themselves. */
  newer?: { catalogId: string; database: string; asOf: string }[];
  /** What it waits for: a service that asks to slow down, another process that reads the same. A sentence. */
  note?: string;
  /** What could not be asked; the rest is usable. */
  problems: { what: string; error: IErrorInfo }[];
}

/** What was found. */
export interface ICatalogResults {
  hits: ITableHit[];
  total: number;
  facets: IFacet[];
  index: IIndexState;
}

/** A column of a data set. */
export interface IDataColumn {
  name: string;
  type: string;
  comment?: string;
  partition: boolean;
  tags: IInheritedTag[];
  /** Whether the other identity asked about sees it too. */
  alsoVisible?: boolean;
}

/** A line, or some, that reads a data set. */
export interface ISnippet {
  title: string;
  language: 'pyspark' | 'sql' | 'scala' | 'r';
  /** Without a cell magic: what inserts it adds `%%sql` where the notebook's language is another. */
  code: string;
  /** Who wrote it: worked out from the schema, or the team's own from the table's parameters. */
  source: 'generated' | 'team';
}

/** A data set's page. */
export interface IDataSet extends ITableRef {
  as: string;
  producer: string;
  /** Markdown, as the producer wrote it: not to be trusted. */
  description?: string;
  owner?: string;
  contact?: string;
  tags: IInheritedTag[];
  columns: IDataColumn[];
  location?: string;
  /** `Parquet`, `Iceberg`, `JSON`, `CSV`, `Hive`, … */
  format?: string;
  sizeBytes?: number;
  rows?: number;
  partitions?: number;
  createdAt?: string;
  updatedAt?: string;
  /** Glue's VersionId: an edit says which one it is of. */
  version?: string;
  linkTo?: ITableRef;
  /** Tables it was made of and that are made of it, where Glue or the table's parameters say so. */
  lineage?: { upstream: string[]; downstream: string[] };
  /**
   * By which name Spark reads it: its own; a resource link's in the identity's account; or, where there is none (one can
   * be made), with the account before it.
   */
  readAs: { database: string; table: string; via: 'own' | 'link' | 'catalogId' };
  /** What the identity may do with it: `SELECT`, `DESCRIBE`, `ALTER`, … */
  permissions: string[];
  parameters: Record<string, string>;
  snippets: ISnippet[];
  problem?: string;
  /** What the page lacks because AWS did not tell it, each with the reason. */
  unread?: IErrorInfo[];
}

/** One version of a schema, with what changed since the one before. */
export interface ISchemaVersion {
  version: string;
  updatedAt?: string;
  updatedBy?: string;
  added: { name: string; type: string }[];
  removed: { name: string; type: string }[];
  changed: { name: string; from: string; to: string }[];
  /** Of the description, the comments, the parameters. */
  notes: string[];
}

/** Why an identity does not see a table, or not all of it. */
export interface IAccessReason {
  /** In a sentence or two. */
  text: string;
  /** What would have to be granted: a tag expression, or the table itself. */
  missing: { kind: 'tag' | 'table' | 'columns' | 'iam' | 'share'; detail: string }[];
  /** Text of a request to the owner. */
  request?: { to?: string; subject: string; body: string };
}

/** A grant, as Lake Formation lists it. */
export interface IGrant {
  principal: string;
  permissions: string[];
  grantable: string[];
  /** What on: `LF-Tag expression domain=market-data`, `table x.y`, `columns a, b of x.y`. */
  resource: string;
  via: 'tags' | 'table' | 'columns' | 'database';
  /** Columns that it reaches; undefined: all. */
  columns?: string[];
  grantedBy?: string;
  /** ISO 8601. */
  updatedAt?: string;
}

/** Who would see more, and who less, after a change of tags. */
export interface IAccessChange {
  principal: string;
  gains: string[];
  loses: string[];
}

/** A change of what is written about a table; what is not named stays. */
export interface ICatalogEdit {
  as?: string;
  table: ITableRef;
  /** Glue's VersionId that was edited: another one is refused (`Conflict`). */
  version: string;
  description?: string;
  owner?: string;
  contact?: string;
  /** By column. */
  comments?: Record<string, string>;
  /** The team's own, all of them. */
  snippets?: Pick<ISnippet, 'title' | 'language' | 'code'>[];
  /** LF-Tags of the table, and by column; null takes one away. */
  tags?: Record<string, string | null>;
  columnTags?: Record<string, Record<string, string | null>>;
}

/** Methods of the catalogue; part of `ControlMethods`. */
export type CatalogMethods = {
  'catalog.identities': { params: Record<string, never>; result: ICatalogIdentity[] };
  /**
   * Answers at once with what is known; a missing or old index is (re)built in the background, told by `catalog` events.
   * While the first one is built, tables of the databases that have been read already are found (`building`, no `asOf`);
   * their LF-Tags come last.
   */
  'catalog.search': { params: ICatalogSearch; result: ICatalogResults };
  /** Ask anew, all or one database. */
  'catalog.refresh': { params: { as?: string; database?: string; catalogId?: string }; result: IIndexState };
  'catalog.table': { params: { as?: string; table: ITableRef; other?: string }; result: IDataSet };
  'catalog.versions': { params: { as?: string; table: ITableRef }; result: ISchemaVersion[] };
  /** Only the columns named; the partition filter by key. */
  'catalog.snippets': {
    params: { as?: string; table: ITableRef; columns?: string[]; partition?: Record<string, string> };
    result: ISnippet[];
  };
  'catalog.explain': { params: { as?: string; table: ITableRef; column?: string }; result: IAccessReason };
  /** As far as the identity, the user and the roles that the user may assume are told of them. */
  'catalog.grants': { params: { as?: string; table: ITableRef }; result: IGrant[] };
  /** Tags as they would be; nothing is changed. */
  'catalog.preview': { params: Pick<ICatalogEdit, 'as' | 'table' | 'tags' | 'columnTags'>; result: IAccessChange[] };
  'catalog.edit': { params: ICatalogEdit; result: IDataSet };
  /** All LF-Tags that the identity may see, with the values that they may have. */
  'catalog.tags': { params: { as?: string }; result: LfTags };
  /**
   * Names for completion, from the index as it is: of databases; of a database's tables; of a table's columns. Answers at
   * once, with nothing where there is no index yet.
   */
  'catalog.names': {
    params: { as?: string; database?: string; table?: string };
    result: { name: string; type?: string; comment?: string }[];
  };
  /** A resource link to a table of another account, in a database of the identity's own account. */
  'catalog.link': { params: { as?: string; table: ITableRef; database: string; name: string }; result: ITableRef };
};

/** Events of the catalogue. */
export interface ICatalogEvents {
  /** An index grew, is ready, or could not be asked. */
  catalog: IIndexState;
}

/** Methods of `emr:session` about data sets, on the notebook's bound session: asked for, never automatic. */
export type DataSetMethods = {
  /** `table`: database and table as {@link IDataSet.readAs} has them. */
  'data.sample': { params: { table: ITableRef; columns: string[]; rows: number }; result: IDataSample };
  'data.profile': { params: { table: ITableRef; columns: string[] }; result: IColumnProfile[] };
};

/** Some rows. */
export interface IDataSample {
  columns: string[];
  rows: (string | number | boolean | null)[][];
}

/** What Spark says of a column. */
export interface IColumnProfile {
  name: string;
  rows: number;
  nulls: number;
  /** Approximate above some thousands. */
  distinct: number;
  min?: string;
  max?: string;
  /** Of numbers and times: equal steps from min to max; of texts: the most frequent. */
  histogram: { label: string; count: number }[];
}
