import { expressionAt, pythonContext } from './pythonContext';
import { matching, none } from './types';

import type { ICompletion } from '../protocol';
import type { IQuestion } from './driverCode';
import type { Deadline, Remote } from './remote';
import type { ICandidate } from './types';

const KEYWORDS =
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'
    .split(' ')
    .map(text => ({ text, type: 'keyword' }));

/** What the driver knows of an object. */
export interface IObjectInfo {
  name: string;
  type: string;
  signature?: string;
  doc?: string;
  value?: string;
  length?: number;
  shape?: number[];
  /** Name, type, may be null. */
  schema?: [string, string, boolean | null][] | null;
  source?: string;
  file?: string;
}

/**
 * Completion of Python code: by the driver where it is idle, else by what is known.
 *
 * @returns `sql` where the cursor is in a query, or in a table’s name: its offset; `ahead`: what makes it a query
 */
export async function completePython(
  remote: Remote,
  code: string,
  cursor: number,
  until: Deadline
): Promise<ICompletion | { sql: number; ahead: string }> {
  const context = pythonContext(code, cursor);
  if (context.what === 'nothing') {
    return none(cursor);
  }
  if (context.what === 'sql') {
    return { sql: context.from, ahead: '' };
  }
  if (context.what === 'table') {
    return { sql: context.from, ahead: 'FROM ' };
  }
  const { from } = context;
  const word = code.slice(from, cursor);
  const result = (candidates: readonly ICandidate[]): ICompletion => matching(candidates, word, from, cursor);
  switch (context.what) {
    case 'name': {
      const params = context.callee ? await ask(remote, { what: 'params', text: context.callee }, '', until) : [];
      const names = word ? await ask(remote, { what: 'names' }, word, until) : [];
      return result([
        ...params,
        ...(word ? [...namesIn(code, from), ...names.filter(isWanted(word)), ...KEYWORDS] : [])
      ]);
    }
    case 'attribute':
      return result((await ask(remote, { what: 'attrs', text: context.text }, word, until)).filter(isWanted(word)));
    case 'key':
    case 'column': {
      const keys = await ask(remote, { what: 'keys', text: context.text }, word, until);
      const quote = context.what === 'key' ? context.quote : '';
      // A closing quote that is there already stays.
      const close = quote.length === 1 && !code.startsWith(quote, cursor) ? `${quote}]` : '';
      return result(
        keys
          .filter(({ text }) => !/["'\\\n]/.test(text))
          .map(({ text, type }) => ({ text: text + (close && code[cursor] !== ']' ? close : ''), type }))
      );
    }
    case 'module':
      return result(await ask(remote, { what: 'modules', text: context.text }, word, until, true));
    case 'member':
      return result((await ask(remote, { what: 'members', text: context.text }, word, until)).filter(isWanted(word)));
  }
}

/** Names with an underscore only where one is typed. */
function isWanted(word: string): (item: ICandidate) => boolean {
  return ({ text }) => word.startsWith('_') || !text.startsWith('_');
}

/** Names that the cell itself makes: known before it has run. */
function namesIn(code: string, cursor: number): ICandidate[] {
  const found: ICandidate[] = [];
  const before = code.slice(0, cursor);
  for (const [, keyword, name] of before.matchAll(/^[ \t]*(?:async[ \t]+)?(def|class)[ \t]+([^\W\d]\w*)/gmu)) {
    found.push({ text: name ?? '', type: keyword === 'def' ? 'function' : 'class' });
  }
  for (const [, name] of before.matchAll(/^[ \t]*([^\W\d]\w*)[ \t]*(?::[^=\n]+)?=(?!=)/gmu)) {
    found.push({ text: name ?? '', type: 'instance' });
  }
  for (const [, name] of before.matchAll(
    /(?:^[ \t]*import|\bas|\bfor|^[ \t]*from[ \t]+\S+[ \t]+import)[ \t]+([^\W\d]\w*)/gmu
  )) {
    found.push({ text: name ?? '', type: 'instance' });
  }
  return found;
}

async function ask(
  remote: Remote,
  question: IQuestion,
  word: string,
  until: Deadline,
  lasting = false
): Promise<ICandidate[]> {
  const { items, more } = readItems(await put(remote, question, until, lasting));
  if (!more || !word) {
    return items;
  }
  const narrow = readItems(await put(remote, { ...question, prefix: word }, until, lasting));
  return narrow.items.length > 0 ? narrow.items : items;
}

function put(remote: Remote, question: IQuestion, until: Deadline, lasting = false): Promise<string | undefined> {
  return remote.ask(`python ${JSON.stringify(question)}`, () => remote.python(question), until, {
    lasting
  });
}

function readItems(text: string | undefined): { items: ICandidate[]; more: boolean } {
  const { items, more } = readAnswer(text) as { items?: unknown; more?: unknown };
  if (!Array.isArray(items)) {
    return { items: [], more: false };
  }
  return {
    more: more === true,
    items: items.flatMap((item: unknown) =>
      Array.isArray(item) && typeof item[0] === 'string'
        ? [{ text: item[0], type: typeof item[1] === 'string' ? item[1] : 'instance' }]
        : []
    )
  };
}

/** The answer is the last line: attributes that were typed may print. */
function readAnswer(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text?.trimEnd().split('\n').pop() ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What the driver knows of the expression at the cursor. */
export async function inspectPython(
  remote: Remote,
  code: string,
  cursor: number,
  detail: 0 | 1,
  until: Deadline
): Promise<IObjectInfo | undefined> {
  const text = expressionAt(code, cursor);
  if (text === undefined) {
    return undefined;
  }
  const answer = readAnswer(await put(remote, { what: 'inspect', text, detail }, until)) as Partial<IObjectInfo>;
  return typeof answer.name === 'string' && typeof answer.type === 'string' ? (answer as IObjectInfo) : undefined;
}
