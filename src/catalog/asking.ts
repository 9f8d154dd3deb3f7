/** What the questions about one table share: who asks, the table as Glue has it, its tags, the grants. */
import type { IAsking, IAwsContext, PrincipalResourcePermissions, Table } from '../aws';
import { getTable, getTableLfTags, isDenied, listPermissions } from '../aws';
import type { IAccount, ITableRef } from '../protocol';
import { EmrError } from '../protocol';
import type { CatalogIdentities } from './identities';
import type { CatalogIndexes } from './indexes';
import { columnsOf } from './read';
import { mergeLevels, noTags, tagLevels } from './tags';
import type { IIndexData, ITagLevels } from './types';
import { tableKey } from './types';
import type { IGoverned } from './grants';

/** Grants are asked for anew after so long. */
const GRANTS_MS = 60_000;

/** What a question is answered with. */
export interface IAsker {
  as: string;
  context: IAwsContext;
  account: IAccount;
  asking: IAsking;
  /** The identity’s index as it is now. */
  index: IIndexData | undefined;
}

/** Makes {@link IAsker}s, and keeps the grants for a while. */
export class Askers {
  private readonly grants = new Map<string, { at: number; list: Promise<PrincipalResourcePermissions[]> }>();

  constructor(
    readonly identities: CatalogIdentities,
    readonly indexes: CatalogIndexes
  ) {}

  async of(as: string, signal: AbortSignal | undefined): Promise<IAsker> {
    const context = this.identities.context(as);
    const account = await this.identities.account(as, signal);
    const index = await this.indexes.of(as).known();
    return { as, context, account, asking: signal ? { signal } : {}, index };
  }

  /** All grants of an account, as one identity may know them. */
  grantsOf(asker: IAsker, catalogId: string): Promise<PrincipalResourcePermissions[]> {
    const key = `${asker.as} ${catalogId}`;
    const held = this.grants.get(key);
    if (held && Date.now() - held.at < GRANTS_MS) {
      return held.list;
    }
    const list = listPermissions(asker.context, catalogId, asker.asking);
    this.grants.set(key, { at: Date.now(), list });
    list.catch(() => this.grants.get(key)?.list === list && this.grants.delete(key));
    return list;
  }

  /**
   * Grants of an account as this identity, the user and every role that the user may assume are told of them: each knows
   * its own, a steward all.
   *
   * @throws EmrError where none of them may list any
   */
  async allGrants(asker: IAsker, catalogId: string): Promise<PrincipalResourcePermissions[]> {
    const { signal } = asker.asking;
    const others = await this.identities.list(signal);
    const names = new Set([asker.as, ...others.filter(({ problem }) => !problem).map(({ as }) => as)]);
    const answers = await Promise.allSettled(
      [...names].map(async as => this.grantsOf(as === asker.as ? asker : await this.of(as, signal), catalogId))
    );
    signal?.throwIfAborted();
    const lists = answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []));
    const [first] = answers;
    if (lists.length === 0 && first?.status === 'rejected') {
      throw first.reason;
    }
    return distinct(lists.flat());
  }

  forgetGrants(): void {
    this.grants.clear();
  }
}

/** Each grant once, whoever told of it. */
export function distinct(grants: readonly PrincipalResourcePermissions[]): PrincipalResourcePermissions[] {
  const known = new Map(grants.map(grant => [JSON.stringify([grant.Principal, grant.Resource]), grant]));
  return [...known.values()];
}

/** Names of a table, checked. @throws EmrError `UsageError` */
export function tableRef(ref: ITableRef | undefined): ITableRef {
  const ok = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255;
  if (!ref || !ok(ref.database) || !ok(ref.table) || !(ref.catalogId === undefined || /^\d{12}$/.test(ref.catalogId))) {
    throw new EmrError({
      code: 'UsageError',
      hop: 'config',
      message: `"${JSON.stringify(ref)?.slice(0, 200)}" does not name a table.`,
      fix: 'A table has a database and a name, and the number of its account (12 digits) where it is another’s.'
    });
  }
  return ref;
}

/** A table with where a resource link leads. */
export interface IRead {
  /** The account it is in. */
  ref: Required<ITableRef>;
  /** As Glue has it; of a link the link itself. */
  own: Table;
  /** What is read: of a link its target, where that can be seen. */
  table: Table;
  /** The target of a link. */
  linkTo?: Required<ITableRef>;
  problem?: string;
}

/** The table’s own names, with the account. */
export function whole(ref: ITableRef, asker: IAsker): Required<ITableRef> {
  return { catalogId: ref.catalogId ?? asker.account.accountId, database: ref.database, table: ref.table };
}

/**
 * Read a table; of a resource link its target too.
 *
 * @throws EmrError `TableNotFound` where it is not there, or not to be seen
 */
export async function readTable(asker: IAsker, given: ITableRef): Promise<IRead> {
  const ref = whole(given, asker);
  const own = await found(asker, ref);
  const target = own.TargetTable;
  if (!target?.Name || !target.DatabaseName) {
    return { ref, own, table: own };
  }
  const linkTo = { catalogId: target.CatalogId ?? ref.catalogId, database: target.DatabaseName, table: target.Name };
  try {
    return { ref, own, linkTo, table: await found(asker, linkTo) };
  } catch (error) {
    asker.asking.signal?.throwIfAborted();
    const problem = error instanceof EmrError ? error.message : String(error);
    return { ref, own, linkTo, table: own, problem: `The resource link’s target cannot be read. ${problem}` };
  }
}

async function found(asker: IAsker, ref: Required<ITableRef>): Promise<Table> {
  try {
    return await getTable(asker.context, ref, asker.asking);
  } catch (error) {
    if (error instanceof EmrError && isHidden(error)) {
      const known = asker.index?.tables.some(table => tableKey(table) === tableKey(ref));
      if (known || error.code === 'EntityNotFoundException') {
        throw notThere(asker, ref, error, known ? asker.index?.asOf : undefined);
      }
    }
    throw error;
  }
}

/** Glue says that it is not there, or Lake Formation that it is not to be seen: which of the two it does not tell. */
function isHidden(error: EmrError): boolean {
  return error.code === 'EntityNotFoundException' || (isDenied(error) && /Lake Formation/i.test(error.detail ?? ''));
}

/** Whether Glue itself said that there is no such table: it says so only to those who may know. */
export function isSurelyMissing(error: EmrError | undefined): boolean {
  return error?.cause instanceof EmrError && error.cause.code === 'EntityNotFoundException';
}

/** @param seenAt - when the catalogue had it; undefined: never */
function notThere(asker: IAsker, ref: Required<ITableRef>, cause: EmrError, seenAt: string | undefined): EmrError {
  const name = `${ref.database}.${ref.table}`;
  const sure = cause.code === 'EntityNotFoundException';
  return new EmrError(
    {
      code: 'TableNotFound',
      hop: 'glue',
      message: seenAt
        ? `${name} was in the catalogue that was read at ${seenAt}, and ${who(asker)} finds it there no more: it was deleted or renamed${sure ? '' : ', or the grant was taken back'}.`
        : `There is no table ${name} in account ${ref.catalogId} that ${who(asker)} may see: it was deleted or renamed, or was never granted.`,
      fix: 'Refresh the catalogue; "why can’t I see this?" (%emr catalog explain) tells what is missing.',
      ...(cause.detail === undefined ? {} : { detail: cause.detail })
    },
    { cause }
  );
}

/** `you`, or the role’s name. */
export function who({ as, account }: Pick<IAsker, 'as' | 'account'>): string {
  return as === 'self' ? account.userName : as.slice(as.lastIndexOf('/') + 1);
}

/** Tags of a table by where they are set: asked now, else as the index has them. */
export async function tagsOf(asker: IAsker, ref: ITableRef): Promise<ITagLevels> {
  try {
    return tagLevels(await getTableLfTags(asker.context, whole(ref, asker), asker.asking));
  } catch (error) {
    asker.asking.signal?.throwIfAborted();
    const key = tableKey(whole(ref, asker));
    const known = asker.index?.tables.find(table => tableKey(table) === key)?.tags;
    if (!known && !(error instanceof EmrError)) {
      throw error;
    }
    return known ?? noTags();
  }
}

/** The table for questions about grants: every column that any of these identities sees. */
export function governed(ref: Required<ITableRef>, tags: ITagLevels[], tables: Table[]): IGoverned {
  const columns = new Set(tables.flatMap(table => columnsOf(table).columns.map(([name]) => name)));
  const levels = tags.reduce(mergeLevels, noTags());
  Object.keys(levels.columns).forEach(name => columns.add(name));
  return { ...ref, columns: [...columns], tags: levels };
}
