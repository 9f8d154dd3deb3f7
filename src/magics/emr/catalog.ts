import { AWS_OPTIONS, awsContext } from '../bind';
import { usage } from '../options';
import { ProgressDisplay, STARTING_AFTER_MS } from '../progress';
import { say, showTable } from '../show';
import { boundRegion } from './session';

import type { ICatalogSearch } from '../../protocol';
import type { IControlService } from '../../control';
import type { IArguments, ICommand, ICountedCell, INotebook } from '../types';

const ACTIONS = ['search', 'show', 'snippet', 'tags', 'explain', 'grants'] as const;
type Action = (typeof ACTIONS)[number];
const LANGUAGE = { pyspark: 'pyspark', spark: 'scala', sparkr: 'r' } as const;

/** `%emr catalog`. */
export const catalog: ICommand = {
  name: 'catalog',
  summary: 'The data catalogue: what there is, what a role may see, and the line that reads it',
  usage: 'search [WORDS] | show TABLE | snippet TABLE | tags | explain TABLE | grants TABLE',
  options: [
    { name: 'as', value: 'ROLE', help: 'Name or ARN of a role, or self; default: the notebook’s runtime role' },
    { name: 'filter', short: 'f', value: 'KEY=VALUE', help: 'LF-Tag, account, database or format', multiple: true },
    { name: 'limit', value: 'N', help: 'Tables that are shown; default 20' },
    { name: 'refresh', help: 'Read the catalogue anew first' },
    { name: 'language', value: 'LANGUAGE', help: 'Of the snippet', choices: ['pyspark', 'sql', 'scala', 'r'] },
    { name: 'columns', value: 'A,B', help: 'Only these columns in the snippet' },
    { name: 'column', value: 'NAME', help: 'Column that explain is about' },
    { name: 'json', help: 'Show the answer as JSON' },
    ...AWS_OPTIONS
  ],
  async run({ args, cell, notebook }) {
    const [what = 'search', ...words] = args.words;
    const action = ACTIONS.find(name => name === what);
    if (!action) {
      throw usage(`%emr catalog does not know "${what.slice(0, 60)}".`, `It knows ${ACTIONS.join(', ')}.`);
    }
    const control = await notebook.control(awsContext('%emr catalog', args) ?? boundRegion(notebook));
    const as = await asWhom(control, args, notebook, cell);
    const asked = { control, as, args, cell, notebook };
    if (action === 'search' || action === 'tags') {
      await search(action, words.join(' '), asked);
    } else {
      await about(action, words.join(' '), asked);
    }
  }
};

interface IAsked {
  control: IControlService;
  as: string;
  args: IArguments;
  cell: ICountedCell;
  notebook: INotebook;
}

/** The role that is named, else the one that cells run as where it can be asked as, else the user. */
async function asWhom(
  control: IControlService,
  args: IArguments,
  notebook: INotebook,
  cell: ICountedCell
): Promise<string> {
  const bound = notebook.session.status.binding?.runtimeRole;
  const named = args.get('as');
  if (named !== undefined || bound === undefined) {
    return named ?? 'self';
  }
  const identities = await control.call('catalog.identities', {}, { signal: cell.signal });
  const found = identities.find(({ as }) => as === bound);
  if (found && !found.problem) {
    return bound;
  }
  if (found?.problem) {
    say(cell, `Answers are for yourself: ${found.problem.message}`);
  }
  return 'self';
}

function json(cell: ICountedCell, value: object): void {
  cell.display({ 'application/json': value as never, 'text/plain': JSON.stringify(value, undefined, 2) });
}

async function search(action: 'search' | 'tags', text: string, asked: IAsked): Promise<void> {
  const { control, as, args, cell } = asked;
  const { hitRows, indexLine, readFilters, searchWhenReady } = await import('../../control');
  const limit = Number(args.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 0 || limit > 1000) {
    throw usage(`--limit of %emr catalog cannot be "${args.get('limit')}".`, 'It is a whole number, 0 to 1000.');
  }
  const query: ICatalogSearch = { as, text, chosen: readFilters(args.all('filter')) ?? {}, limit };
  const progress = new ProgressDisplay(cell, STARTING_AFTER_MS);
  try {
    const found = await searchWhenReady(control, query, {
      signal: cell.signal,
      refresh: args.has('refresh'),
      onProgress: line => progress.say(line)
    });
    progress.end(true);
    if (action === 'tags') {
      const values = await control.call('catalog.tags', { as }, { signal: cell.signal });
      const tags = tagCounts(values, found.facets);
      if (args.has('json')) {
        json(cell, tags);
        return;
      }
      showTable(
        cell,
        ['key', 'value', 'tables'],
        tags.map(({ key, value, tables }) => [key, value, tables]),
        'There are no LF-Tags that may be seen.'
      );
      return;
    }
    if (args.has('json')) {
      json(cell, found);
      return;
    }
    const { head, rows } = hitRows(found.hits);
    showTable(
      cell,
      head,
      rows,
      'Nothing was found. Fewer words or filters find more; %emr catalog tags lists the tags.'
    );
    say(cell, `${found.hits.length} of ${found.total} found, as ${as}. The catalogue: ${indexLine(found.index)}.`);
  } finally {
    progress.end();
  }
}

function tagCounts(
  values: Record<string, string[]>,
  facets: { id: string; values: { value: string; count: number }[] }[]
): { key: string; value: string; tables: number }[] {
  return Object.entries(values).flatMap(([key, all]) =>
    all.map(value => ({
      key,
      value,
      tables: facets.find(({ id }) => id === `tag:${key}`)?.values.find(item => item.value === value)?.count ?? 0
    }))
  );
}

async function about(action: Exclude<Action, 'search' | 'tags'>, name: string, asked: IAsked): Promise<void> {
  const { control, as, args, cell, notebook } = asked;
  const { columnRows, dataSetLines, grantRows, readTableName, reasonText } = await import('../../control');
  const table = readTableName(name);
  const options = { signal: cell.signal };
  switch (action) {
    case 'show': {
      const page = await control.call('catalog.table', { as, table }, options);
      if (args.has('json')) {
        json(cell, page);
        return;
      }
      say(
        cell,
        dataSetLines(page)
          .map(([key, value]) => `${key}: ${value}`)
          .join('\n')
      );
      const { head, rows } = columnRows(page);
      showTable(cell, head, rows, 'It has no columns that may be seen.');
      return;
    }
    case 'snippet': {
      const columns = args
        .get('columns')
        ?.split(',')
        .map(item => item.trim())
        .filter(Boolean);
      const snippets = await control.call('catalog.snippets', { as, table, ...(columns ? { columns } : {}) }, options);
      if (args.has('json')) {
        json(cell, snippets);
        return;
      }
      const language = args.get('language') ?? LANGUAGE[notebook.language];
      const snippet = snippets.find(item => item.language === language && item.source === 'generated') ?? snippets[0];
      if (!snippet) {
        throw usage(`There is no snippet of ${name}.`, 'Another --language has one.');
      }
      const isOther = snippet.language === 'sql';
      cell.setNextInput(isOther ? `%%sql\n${snippet.code}` : snippet.code, false);
      say(cell, snippet.code);
      return;
    }
    case 'explain': {
      const column = args.get('column');
      const reason = await control.call(
        'catalog.explain',
        { as, table, ...(column === undefined ? {} : { column }) },
        options
      );
      if (args.has('json')) {
        json(cell, reason);
      } else {
        say(cell, reasonText(reason));
      }
      return;
    }
    case 'grants': {
      const grants = await control.call('catalog.grants', { as, table }, options);
      if (args.has('json')) {
        json(cell, grants);
        return;
      }
      const { head, rows } = grantRows(grants);
      showTable(cell, head, rows, 'Nothing was granted on it that you may know of.');
    }
  }
}
