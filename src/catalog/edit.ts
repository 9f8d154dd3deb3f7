/** Changes of what is written about a table, by those who may. */
import type { IGlueTable, Table, TableInput } from '../aws';
import { addLfTags, getTable, getTableVersions, isDenied, removeLfTags, updateTable } from '../aws';
import type { ICatalogEdit, ITableRef } from '../protocol';
import { EmrError, errorInfo } from '../protocol';
import type { Askers, IAsker, IRead } from './asking';
import { readTable, tableRef, tagsOf, who } from './asking';
import { PARAMETERS, columnsOf, parametersOf } from './read';
import { withTeamSnippets } from './snippets';
import { difference } from './versions';

/** Glue’s own limit of a table’s description. */
const MAX_DESCRIPTION = 2048;
/** Glue’s own limit of a column’s comment. */
const MAX_COMMENT = 255;
/** Glue’s own limit of a parameter’s value. */
const MAX_PARAMETER = 512_000;

/**
 * Write an edit: first the definition, then the tags.
 *
 * @returns the table that was changed; of a link its target
 * @throws EmrError `Conflict` where the table is no longer as it was edited, telling what changed
 */
export async function edit(askers: Askers, asker: IAsker, change: ICatalogEdit): Promise<Required<ITableRef>> {
  check(change);
  const read = await readTable(asker, tableRef(change.table));
  const ref = read.linkTo ?? read.ref;
  if (writesTable(change)) {
    await writeTable(askers, asker, change, read, ref);
  }
  try {
    await writeTags(asker, change, ref);
  } catch (error) {
    const info = errorInfo(error);
    throw writesTable(change)
      ? new EmrError(
          { ...info, message: `The texts were saved, the LF-Tags not all. ${info.message}` },
          { cause: error }
        )
      : error;
  } finally {
    askers.forgetGrants();
  }
  return ref;
}

function writesTable({ description, owner, contact, comments, snippets }: ICatalogEdit): boolean {
  return [description, owner, contact, comments, snippets].some(item => item !== undefined);
}

function check({ comments, snippets, description }: ICatalogEdit): void {
  const long = Object.entries(comments ?? {}).find(([, comment]) => comment.length > MAX_COMMENT);
  if (long) {
    throw wrong(
      `The comment of the column ${long[0].slice(0, 80)} has ${long[1].length} characters; Glue takes ${MAX_COMMENT}.`,
      'Shorten it, and write the rest into the description.'
    );
  }
  if ((description?.length ?? 0) > MAX_PARAMETER) {
    throw wrong(`The description has ${description?.length} characters; Glue takes 512,000.`, 'Shorten it.');
  }
  for (const [index, { title, code, language }] of (snippets ?? []).entries()) {
    if (!code.trim() || !title.trim() || title.length > 200 || code.length > 20_000) {
      throw wrong(
        `Snippet ${index + 1} needs a title (200 characters at most) and code (20,000 at most).`,
        'Fill them in, or take the snippet away.'
      );
    }
    if (!['pyspark', 'sql', 'scala', 'r'].includes(language)) {
      throw wrong(`Snippet ${index + 1} has the language "${String(language)}".`, 'It is pyspark, sql, scala or r.');
    }
  }
}

function wrong(message: string, fix: string): EmrError {
  return new EmrError({ code: 'UsageError', hop: 'config', message, fix });
}

async function writeTable(
  askers: Askers,
  asker: IAsker,
  change: ICatalogEdit,
  { table }: IRead,
  ref: IGlueTable
): Promise<void> {
  if (table.VersionId !== undefined && table.VersionId !== change.version) {
    throw await conflict(asker, ref, change.version, table);
  }
  await refuseHalf(askers, asker, table, ref);
  const names = new Set(columnsOf(table).columns.map(([name]) => name));
  const unknown = Object.keys(change.comments ?? {}).find(name => !names.has(name));
  if (unknown !== undefined) {
    throw wrong(
      `${ref.database}.${ref.table} has no column "${unknown.slice(0, 80)}" to comment on.`,
      'Refresh the page.'
    );
  }
  try {
    await updateTable(asker.context, ref, edited(table, change), table.VersionId, asker.asking);
  } catch (error) {
    if (/^(ConcurrentModification|VersionMismatch|InvalidInput)/.test(errorInfo(error).code)) {
      const now = await getTable(asker.context, ref, asker.asking);
      if (now.VersionId !== change.version) {
        throw await conflict(asker, ref, change.version, now);
      }
    }
    throw error instanceof EmrError && isDenied(error) ? mayNot(asker, ref, error) : error;
  }
}

/** Lake Formation names ALTER as missing also to those who have it and do not see all columns. */
function mayNot(asker: IAsker, ref: IGlueTable, error: EmrError): EmrError {
  const name = `${ref.database}.${ref.table}`;
  return new EmrError(
    {
      code: error.code,
      hop: error.hop,
      message: `${who(asker)} may not change ${name}. Nothing was saved.`,
      fix: `It takes ALTER on ${name} and the sight of all of its columns, in Lake Formation, and glue:UpdateTable in IAM. Ask the owner of the table for them, or choose another role.`,
      ...(error.detail === undefined ? {} : { detail: error.detail })
    },
    { cause: error }
  );
}

/**
 * Glue shows an identity the columns that it may see, and a definition that is written replaces all: what is hidden
 * would be lost.
 */
async function refuseHalf(askers: Askers, asker: IAsker, table: Table, ref: IGlueTable): Promise<void> {
  if (asker.as === 'self') {
    return;
  }
  const whole = await getTable(askers.identities.context('self'), ref, asker.asking).catch(() => undefined);
  const shown = new Set(columnsOf(table).columns.map(([name]) => name));
  if (whole && columnsOf(whole).columns.some(([name]) => !shown.has(name))) {
    throw new EmrError({
      code: 'HiddenColumns',
      hop: 'glue',
      message: `${who(asker)} does not see all columns of ${ref.database}.${ref.table}; writing its definition would delete the others.`,
      fix: 'Edit it as yourself, or as a role that sees all of it.'
    });
  }
}

/** The definition as an edit leaves it; what UpdateTable does not take is left out. */
export function edited(table: Table, change: ICatalogEdit): TableInput {
  const { description, owner, contact, comments, snippets } = change;
  let parameters = parametersOf(table);
  const set = (key: string, value: string | undefined): void => {
    parameters = Object.fromEntries([
      ...Object.entries(parameters).filter(([name]) => name !== key),
      ...(value ? [[key, value] as const] : [])
    ]);
  };
  if (owner !== undefined) {
    set(PARAMETERS.owner, owner.trim());
  }
  if (contact !== undefined) {
    set(PARAMETERS.contact, contact.trim());
  }
  const isLong = (description?.length ?? 0) > MAX_DESCRIPTION;
  if (description !== undefined) {
    set(PARAMETERS.description, isLong ? description : undefined);
  }
  if (snippets !== undefined) {
    parameters = withTeamSnippets(parameters, snippets);
  }
  const comment = <C extends { Name?: string | undefined; Comment?: string | undefined }>(column: C): C =>
    comments && column.Name !== undefined && Object.hasOwn(comments, column.Name)
      ? { ...column, Comment: comments[column.Name] }
      : column;
  const { StorageDescriptor: storage, PartitionKeys: keys } = table;
  const input: TableInput = {
    Name: table.Name,
    Owner: table.Owner,
    LastAccessTime: table.LastAccessTime,
    LastAnalyzedTime: table.LastAnalyzedTime,
    Retention: table.Retention,
    ViewOriginalText: table.ViewOriginalText,
    ViewExpandedText: table.ViewExpandedText,
    TableType: table.TableType,
    TargetTable: table.TargetTable,
    Description: description === undefined ? table.Description : description.slice(0, MAX_DESCRIPTION),
    Parameters: parameters,
    ...(storage ? { StorageDescriptor: { ...storage, Columns: storage.Columns?.map(comment) } } : {}),
    ...(keys ? { PartitionKeys: keys.map(comment) } : {})
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as unknown as TableInput;
}

/** What changed since the version that was edited. */
async function conflict(asker: IAsker, ref: IGlueTable, version: string, now: Table): Promise<EmrError> {
  const found = await getTableVersions(asker.context, ref, asker.asking).catch(() => []);
  const before = found.find(({ VersionId }) => VersionId === version)?.Table;
  const { added, removed, changed, notes } = difference(before, now);
  const names = (columns: { name: string }[]): string => columns.map(({ name }) => name).join(', ');
  const what = [
    ...(added.length > 0 ? [`New columns: ${names(added)}.`] : []),
    ...(removed.length > 0 ? [`Columns that are gone: ${names(removed)}.`] : []),
    ...(changed.length > 0 ? [`Columns of another type: ${names(changed)}.`] : []),
    ...notes
  ].join(' ');
  return new EmrError({
    code: 'Conflict',
    hop: 'glue',
    message: `Somebody else changed ${ref.database}.${ref.table} meanwhile: it is version ${now.VersionId ?? '?'} now, you edited version ${version}. Nothing was saved. ${what || 'What changed cannot be told.'}`,
    fix: 'Look at it as it is now, and save your change on that.'
  });
}

async function writeTags(asker: IAsker, { tags, columnTags }: ICatalogEdit, table: IGlueTable): Promise<void> {
  const { context, asking } = asker;
  if (!tags && !columnTags) {
    return;
  }
  const levels = await tagsOf(asker, table);
  const changes = [
    { columns: undefined, edit: tags ?? {} },
    ...Object.entries(columnTags ?? {}).map(([column, edit]) => ({ columns: [column], edit }))
  ];
  for (const { columns, edit: change } of changes) {
    const place = { table, ...(columns ? { columns } : {}) };
    const set = Object.entries(change).flatMap(([key, value]) => (value === null ? [] : [{ key, value }]));
    // To take one away, Lake Formation wants to know its value; one that is not there need not be taken away.
    const own: Record<string, string> = (columns ? levels.columns[columns[0]] : levels.table) ?? {};
    const gone = Object.entries(own).flatMap(([key, value]) => (change[key] === null ? [{ key, value }] : []));
    if (set.length > 0) {
      await addLfTags(context, { ...place, tags: set }, asking);
    }
    if (gone.length > 0) {
      await removeLfTags(context, { ...place, tags: gone }, asking);
    }
  }
}
