/** What a magic and the command line say alike about the catalogue. */
import type { IAccessReason, ICatalogSearch, IDataSet, IGrant, IInheritedTag, ITableHit, ITableRef } from '../protocol';
import { EmrError } from '../protocol';

const OR = /\s*[|,]\s*/;

/**
 * `database.table`, or `111122223333/database.table`, or `111122223333.database.table`; a name with a dot in back quotes.
 *
 * @throws EmrError `UsageError`
 */
export function readTableName(text: string | undefined): ITableRef {
  const match = /^(?:(\d{12})[/.])?(`(?:[^`]|``)+`|[^.`/]+)\.(`(?:[^`]|``)+`|.+)$/.exec(text?.trim() ?? '');
  if (!match) {
    throw new EmrError({
      code: 'UsageError',
      hop: 'config',
      message: text ? `"${text.slice(0, 120)}" does not name a table.` : 'Name a table.',
      fix: 'Write database.table; of another account 111122223333/database.table.'
    });
  }
  const [catalogId, database, table] = [match[1], plain(match[2]), plain(match[3])];
  return { database, table, ...(catalogId ? { catalogId } : {}) };
}

function plain(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1).replace(/``/g, '`') : name;
}

/**
 * `domain=market-data|rates sensitivity=public`: facets of a search.
 *
 * @throws EmrError `UsageError`
 */
export function readFilters(filters: readonly string[]): ICatalogSearch['chosen'] {
  const chosen: Record<string, string[]> = {};
  for (const filter of filters) {
    const at = filter.indexOf('=');
    if (at < 1 || at === filter.length - 1) {
      throw new EmrError({
        code: 'UsageError',
        hop: 'config',
        message: `"${filter.slice(0, 120)}" is no filter.`,
        fix: 'Write KEY=VALUE, or KEY=ONE|OTHER: an LF-Tag’s key, or account, database or format.'
      });
    }
    const key = filter.slice(0, at);
    const id = /^(account|database|format)$/.test(key) || key.startsWith('tag:') ? key : `tag:${key}`;
    chosen[id] = [
      ...(chosen[id] ?? []),
      ...filter
        .slice(at + 1)
        .split(OR)
        .filter(Boolean)
    ];
  }
  return chosen;
}

/** `domain=market-data (database)`. */
export function tagsText(tags: readonly IInheritedTag[]): string {
  return tags.map(({ key, value, from }) => `${key}=${value}${from === 'table' ? '' : ` (${from})`}`).join(', ');
}

/** Head and rows of a list of results. */
export function hitRows(hits: readonly ITableHit[]): { head: string[]; rows: string[][] } {
  return {
    head: ['table', 'account', 'format', 'tags', 'columns', 'updated', 'what'],
    rows: hits.map(hit => [
      `${hit.database}.${hit.table}`,
      hit.producer,
      hit.format ?? '',
      Object.entries(hit.tags)
        .map(([key, values]) => `${key}=${values.join('|')}`)
        .join(' '),
      hit.matchedColumns?.length ? `${hit.columnCount}: ${hit.matchedColumns.join(', ')}` : String(hit.columnCount),
      hit.updatedAt?.slice(0, 10) ?? '',
      hit.problem ? `! ${hit.problem}` : (hit.summary ?? '')
    ])
  };
}

/** What there is to say of a data set above its columns. */
export function dataSetLines(page: IDataSet): [string, string][] {
  const lines: [string, string | undefined][] = [
    ['table', `${page.database}.${page.table} of account ${page.producer}`],
    ['as', page.as],
    ['problem', page.problem],
    ['description', page.description],
    ['owner', [page.owner, page.contact].filter(Boolean).join(', ')],
    ['tags', tagsText(page.tags)],
    ['format', page.format],
    ['location', page.location],
    ['size', page.sizeBytes === undefined ? undefined : `${page.sizeBytes.toLocaleString('en')} bytes`],
    ['rows', page.rows?.toLocaleString('en')],
    ['partitions', page.partitions?.toString()],
    ['not read', page.unread?.map(({ message }) => message).join(' ')],
    ['updated', page.updatedAt],
    ['link to', page.linkTo && `${page.linkTo.catalogId}/${page.linkTo.database}.${page.linkTo.table}`],
    ['made of', page.lineage?.upstream.join(', ')],
    ['used by', page.lineage?.downstream.join(', ')],
    ['you may', page.permissions.join(', ')]
  ];
  return lines.filter((line): line is [string, string] => Boolean(line[1]));
}

/** Head and rows of a data set’s columns. */
export function columnRows(page: IDataSet): { head: string[]; rows: string[][] } {
  return {
    head: ['column', 'type', 'key', 'tags', 'comment'],
    rows: page.columns.map(({ name, type, partition, tags, comment }) => [
      name,
      type,
      partition ? 'partition' : '',
      tagsText(tags.filter(({ from }) => from === 'column')),
      comment ?? ''
    ])
  };
}

/** Head and rows of an audit. */
export function grantRows(grants: readonly IGrant[]): { head: string[]; rows: string[][] } {
  return {
    head: ['principal', 'permissions', 'may pass on', 'on', 'columns', 'by', 'since'],
    rows: grants.map(grant => [
      grant.principal,
      grant.permissions.join(', '),
      grant.grantable.join(', '),
      grant.resource,
      grant.columns?.join(', ') ?? '',
      grant.grantedBy ?? '',
      grant.updatedAt?.slice(0, 10) ?? ''
    ])
  };
}

/** A reason, and the request that would end it. */
export function reasonText({ text, missing, request }: IAccessReason): string {
  return [
    text,
    ...missing.map(({ detail }) => `Missing: ${detail}`),
    ...(request ? ['', `Request${request.to ? ` to ${request.to}` : ''}: ${request.subject}`, '', request.body] : [])
  ].join('\n');
}
