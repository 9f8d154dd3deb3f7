/** `jupyter emr catalog …`: the same answers as the page and the magic. */
import {
  columnRows,
  dataSetLines,
  grantRows,
  hitRows,
  indexLine,
  readFilters,
  readTableName,
  reasonText,
  searchWhenReady
} from '../control';
import type { CommandBody, ICommon, IContext } from './context';
import { Progress, table } from './output';

/** Options of `jupyter emr catalog …`. */
export interface ICatalogOptions extends ICommon {
  as?: string;
  filter?: string[];
  limit?: number;
  refresh?: boolean;
  language?: string;
  columns?: string;
  column?: string;
}

type Context = IContext<ICatalogOptions>;

function print(context: Context, value: unknown, text: () => string): void {
  context.terminal.out(context.options.json ? `${JSON.stringify(value, undefined, 2)}\n` : text());
}

function shown({ head, rows }: { head: string[]; rows: string[][] }): string {
  return table(
    head.map(title => title.toUpperCase()),
    rows.map(row => row.map(value => value.replace(/\s+/g, ' ')))
  );
}

async function find(context: Context, text: string | undefined, limit: number) {
  const { options, terminal, signal } = context;
  const progress = new Progress(terminal);
  try {
    return await searchWhenReady(
      context.control(),
      {
        as: options.as ?? 'self',
        limit,
        ...(text ? { text } : {}),
        chosen: readFilters(options.filter ?? []) ?? {}
      },
      { signal, refresh: options.refresh ?? false, onProgress: line => progress.show(line) }
    );
  } finally {
    progress.clear();
  }
}

/** `jupyter emr catalog search [text]`. */
export const catalogSearch: CommandBody<ICatalogOptions> = async context => {
  const found = await find(context, context.argument, context.options.limit ?? 50);
  print(context, found, () => (found.hits.length > 0 ? shown(hitRows(found.hits)) : 'Nothing was found.\n'));
  if (!context.options.json) {
    context.terminal.err(`${found.hits.length} of ${found.total} found. The catalogue: ${indexLine(found.index)}\n`);
  }
  return 0;
};

/** `jupyter emr catalog tags`. */
export const catalogTags: CommandBody<ICatalogOptions> = async context => {
  const found = await find(context, undefined, 0);
  const as = context.options.as ?? 'self';
  const values = await context.control().call('catalog.tags', { as }, context);
  const count = (key: string, value: string): number =>
    found.facets.find(({ id }) => id === `tag:${key}`)?.values.find(item => item.value === value)?.count ?? 0;
  const rows = Object.entries(values).flatMap(([key, all]) =>
    all.map(value => ({ key, value, tables: count(key, value) }))
  );
  print(context, rows, () =>
    shown({ head: ['key', 'value', 'tables'], rows: rows.map(row => [row.key, row.value, String(row.tables)]) })
  );
  return 0;
};

/** `jupyter emr catalog show TABLE`. */
export const catalogShow: CommandBody<ICatalogOptions> = async context => {
  const page = await context
    .control()
    .call('catalog.table', { as: context.options.as ?? 'self', table: readTableName(context.argument) }, context);
  print(
    context,
    page,
    () =>
      `${dataSetLines(page)
        .map(([key, value]) => `${key.padEnd(12)}${value.replace(/\n/g, `\n${' '.repeat(12)}`)}`)
        .join('\n')}\n\n${shown(columnRows(page))}`
  );
  return 0;
};

/** `jupyter emr catalog snippet TABLE`. */
export const catalogSnippet: CommandBody<ICatalogOptions> = async context => {
  const { options } = context;
  const columns = options.columns
    ?.split(',')
    .map(item => item.trim())
    .filter(Boolean);
  const all = await context.control().call(
    'catalog.snippets',
    {
      as: options.as ?? 'self',
      table: readTableName(context.argument),
      ...(columns ? { columns } : {})
    },
    context
  );
  const wanted = all.filter(({ language }) => options.language === undefined || language === options.language);
  print(context, wanted, () => wanted.map(({ title, code }) => `-- ${title}\n${code}\n`).join('\n'));
  return 0;
};

/** `jupyter emr catalog explain TABLE`. */
export const catalogExplain: CommandBody<ICatalogOptions> = async context => {
  const { as = 'self', column } = context.options;
  const reason = await context
    .control()
    .call(
      'catalog.explain',
      { as, table: readTableName(context.argument), ...(column === undefined ? {} : { column }) },
      context
    );
  print(context, reason, () => `${reasonText(reason)}\n`);
  return 0;
};

/** `jupyter emr catalog grants TABLE`. */
export const catalogGrants: CommandBody<ICatalogOptions> = async context => {
  const { as = 'self' } = context.options;
  const grants = await context
    .control()
    .call('catalog.grants', { as, table: readTableName(context.argument) }, context);
  print(context, grants, () => (grants.length > 0 ? shown(grantRows(grants)) : 'Nothing was granted on it.\n'));
  return 0;
};
