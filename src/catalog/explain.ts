/** "Why can't I see this?": the grant that is missing, and a request for it. */
import type { PrincipalResourcePermissions } from '../aws';
import { principalArn } from '../aws';
import type { IAccessReason, ITableRef, LfTags } from '../protocol';
import { EmrError, errorInfo } from '../protocol';
import type { Askers, IAsker, IRead } from './asking';
import { distinct, governed, isSurelyMissing, readTable, tagsOf, who, whole } from './asking';
import { alike, widerSight, withEntry } from './elsewhere';
import type { IGoverned } from './grants';
import { accessOf, covers, expressionOf, grantFits, principalOf } from './grants';
import { columnsOf, contactOf, ownerOf } from './read';
import { columnTags, expressionText, tableTags } from './tags';

type Missing = IAccessReason['missing'];

/** Why an identity does not see a table, or one of its columns; or that it does. */
export async function explain(
  askers: Askers,
  asker: IAsker,
  given: ITableRef,
  column: string | undefined
): Promise<IAccessReason> {
  const ref = whole(given, asker);
  const self = asker.as === 'self' ? asker : await askers.of('self', asker.asking.signal);
  // What the indexes had before the questions below put them right.
  const wider = await widerSight(askers, asker, self, ref);
  const [mine, own] = await Promise.all([attempt(asker, ref), self === asker ? undefined : attempt(self, ref)]);
  const name = `${ref.database}.${ref.table}`;
  const subject = column === undefined ? name : `the column ${column} of ${name}`;
  const visible = mine.read && columnsOf(mine.read.table).columns.map(([item]) => item);
  const sees = visible && (column === undefined ? visible.length > 0 : visible.includes(column));
  const seen = mine.read ?? own?.read;
  const target = seen?.linkTo ?? ref;
  const tags = await Promise.all([tagsOf(asker, target), ...(self === asker ? [] : [tagsOf(self, target)])]);
  const table = withEntry(
    governed(
      target,
      tags,
      [mine.read?.table, own?.read?.table].filter(item => item !== undefined)
    ),
    seen ? undefined : wider?.entry
  );
  const arn = asker.as === 'self' ? principalArn(asker.account.arn) : asker.as;
  const grants = await grantsFor(askers, [self, asker], target.catalogId);
  const contact = seen && (contactOf(seen.table) ?? ownerOf(seen.table));
  const ask = (missing: Missing): Pick<IAccessReason, 'missing' | 'request'> => ({
    missing,
    request: request({ arn, subject, table, missing, ...(contact ? { to: contact } : {}) })
  });
  if (mine.error && !/^(TableNotFound|AccessDenied)/.test(mine.error.code)) {
    throw mine.error;
  }
  if (mine.error && mine.error.code.startsWith('AccessDenied') && !/Lake Formation/i.test(mine.error.detail ?? '')) {
    return { text: mine.error.message, ...ask([{ kind: 'iam', detail: mine.error.fix ?? mine.error.message }]) };
  }
  const access = grants.list && accessOf(grants.list, covers(arn), table);
  if (sees) {
    const reads = column === undefined ? access && access.columns.size > 0 : access?.columns.has(column);
    if (!access || reads || access.permissions.size === 0) {
      const hidden = table.columns.filter(item => !visible.includes(item));
      return {
        text:
          column === undefined && hidden.length > 0
            ? `${who(asker)} sees ${name}, but not its column${hidden.length > 1 ? 's' : ''} ${hidden.slice(0, 20).join(', ')}.`
            : `${who(asker)} sees ${subject}.`,
        ...(column === undefined && hidden.length > 0
          ? ask(missingFor(grants.list, arn, table, hidden))
          : { missing: [] })
      };
    }
    return {
      text: `${who(asker)} sees that ${subject} is there, but may not read it: SELECT was not granted.`,
      ...ask(missingFor(grants.list, arn, table, column === undefined ? undefined : [column]))
    };
  }
  const sure = [mine, own].find(one => isSurelyMissing(one?.error));
  if (!seen && sure) {
    const knower = sure === mine ? who(asker) : who(self);
    return {
      text: `There is no table ${name} in account ${target.catalogId}: Glue says so to ${knower}, who may know what is in the database ${ref.database}.${wider ? ` It was there at ${wider.at}, when the catalogue was read as ${wider.by}: it was deleted or renamed since.` : ''}${alike(asker, self, ref)}`,
      missing: []
    };
  }
  if (!seen && !wider) {
    const nobody = self === asker ? `${who(asker)} cannot see` : `Neither ${who(asker)} nor you yourself can see`;
    return {
      text: `${nobody} ${name} in account ${target.catalogId}: either there is no such table, or nothing of it was granted. Lake Formation answers both alike; the owner of the database ${ref.database} can tell.${alike(asker, self, ref)}`,
      ...ask([
        target.catalogId === asker.account.accountId
          ? { kind: 'table', detail: `SELECT and DESCRIBE on ${name}` }
          : {
              kind: 'share',
              detail: `${name} of account ${target.catalogId}, shared with account ${asker.account.accountId}`
            }
      ])
    };
  }
  if (column !== undefined && !table.columns.includes(column)) {
    throw new EmrError({
      code: 'UsageError',
      hop: 'config',
      message: `${name} has no column "${column.slice(0, 120)}" that you or ${who(asker)} could see.`,
      fix: `Its columns: ${table.columns.slice(0, 30).join(', ')}.`
    });
  }
  const missing = missingFor(grants.list, arn, table, column === undefined ? undefined : [column]);
  const [first] = missing;
  const knows =
    seen || !wider
      ? ''
      : wider.isOther
        ? ` The table is there: the catalogue as ${wider.by} sees it, read at ${wider.at}, has it.`
        : ` It was in the catalogue that was read as ${wider.by} at ${wider.at}: since then it was deleted, or the grant was taken back; Lake Formation answers both alike.`;
  return {
    text: `${who(asker)} does not see ${subject}.${knows} ${first ? sentenceOf(first, table, column) : ''}${grants.list ? '' : ` What was granted cannot be listed (${grants.why}), so this is concluded from the LF-Tags.`}`,
    ...ask(missing)
  };
}

interface IAttempt {
  read?: IRead;
  error?: EmrError;
}

async function attempt(asker: IAsker, ref: ITableRef): Promise<IAttempt> {
  try {
    return { read: await readTable(asker, ref) };
  } catch (error) {
    asker.asking.signal?.throwIfAborted();
    return { error: error instanceof EmrError ? error : new EmrError(errorInfo(error)) };
  }
}

/** What these may list of the grants: each knows its own, a steward all. */
async function grantsFor(
  askers: Askers,
  who: IAsker[],
  catalogId: string
): Promise<{ list?: PrincipalResourcePermissions[]; why: string }> {
  let list: PrincipalResourcePermissions[] | undefined;
  let why = '';
  for (const asker of new Set(who)) {
    try {
      list = [...(list ?? []), ...(await askers.grantsOf(asker, catalogId))];
    } catch (error) {
      asker.asking.signal?.throwIfAborted();
      why ||= errorInfo(error).message;
    }
  }
  return { why, ...(list ? { list: distinct(list) } : {}) };
}

/**
 * What would have to be granted: the values of tags that the principal’s nearest expression lacks, or, where it has no
 * expression at all, the table’s own tags; without tags the table.
 */
function missingFor(
  grants: readonly PrincipalResourcePermissions[] | undefined,
  arn: string,
  table: IGoverned,
  columns: readonly string[] | undefined
): Missing {
  const name = `${table.database}.${table.table}`;
  const is = covers(arn);
  const expressions = (grants ?? []).flatMap(grant => {
    const expression = is(principalOf(grant)) ? expressionOf(grant) : undefined;
    return expression && (grant.Permissions ?? []).some(item => item === 'SELECT' || item === 'ALL')
      ? [expression]
      : [];
  });
  const sets = (columns ?? [undefined]).map(column =>
    column === undefined ? tableTags(table.tags) : columnTags(table.tags, column)
  );
  const details = new Map<string, Missing[number]>();
  sets.forEach((tags, index) => {
    const column = columns?.[index];
    if (expressions.some(expression => grantFits(tags, expression))) {
      return;
    }
    if (Object.keys(tags).length > 0) {
      const detail = expressionText(needed(tags, expressions));
      details.set(detail, { kind: 'tag', detail });
    } else {
      const detail =
        column === undefined ? `SELECT and DESCRIBE on ${name}` : `SELECT on ${columns?.join(', ')} of ${name}`;
      details.set(detail, { kind: column === undefined ? 'table' : 'columns', detail });
    }
  });
  return [...details.values()];
}

/** The keys that the nearest expression names, with the values that the resource has; without one all of its tags. */
function needed(tags: Record<string, string>, expressions: LfTags[]): LfTags {
  const nearest = expressions
    .map(expression => ({
      expression,
      wrong: Object.keys(expression).filter(key => !grantFits(tags, { [key]: expression[key] ?? [] })).length,
      right: Object.keys(expression).filter(key => grantFits(tags, { [key]: expression[key] ?? [] })).length
    }))
    .filter(({ right, expression }) => right > 0 && Object.keys(expression).every(key => key in tags))
    .sort((a, b) => a.wrong - b.wrong || b.right - a.right)[0];
  const keys = nearest ? Object.keys(nearest.expression) : Object.keys(tags);
  return Object.fromEntries(keys.map(key => [key, [tags[key] ?? '']]));
}

function sentenceOf({ kind, detail }: Missing[number], table: IGoverned, column: string | undefined): string {
  const tags = expressionText(
    Object.fromEntries(
      Object.entries(column === undefined ? tableTags(table.tags) : columnTags(table.tags, column)).map(
        ([key, value]) => [key, [value]]
      )
    )
  );
  return kind === 'tag' ? `It is tagged ${tags}; no grant for ${detail} reaches this role.` : `Missing: ${detail}.`;
}

function request({
  arn,
  subject,
  table,
  missing,
  to
}: {
  arn: string;
  subject: string;
  table: IGoverned;
  missing: Missing;
  to?: string;
}): NonNullable<IAccessReason['request']> {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  return {
    ...(to ? { to } : {}),
    subject: `Access to ${subject} for ${name}`,
    body: [
      'Hello,',
      '',
      `I would like to read ${subject} (account ${table.catalogId}) as ${arn}.`,
      '',
      'What is missing:',
      ...missing.map(({ kind, detail }) =>
        kind === 'tag' ? `- in Lake Formation: SELECT and DESCRIBE on tables with ${detail}` : `- ${detail}`
      ),
      '',
      'What I need it for: ',
      '',
      'Thank you'
    ].join('\n')
  };
}
