import type { NotebookSession } from '../session';
import type { ICompletion } from './types';

/** A completion that takes longer is none: the user types on. */
const COMPLETION_MS = 800;
/** Livy’s own completion: the first one of a session starts the interpreter. */
const SCALA_COMPLETION_MS = 10_000;
const INSPECTION_MS = 1500;

/** Names of `rlcompleter` on the driver, in the session's own namespace, without leaving anything in it. */
const COMPLETE_PYTHON = (word: string): string =>
  `print(__import__('json').dumps((lambda c, w: [m for m in iter((lambda i=__import__('itertools').count(): c.complete(w, next(i))), None)][:200])` +
  `(__import__('rlcompleter').Completer(globals()), ${pythonString(word)})))`;

/** Signature and documentation of an object on the driver. */
const INSPECT_PYTHON = (name: string): string =>
  `print(__import__('json').dumps((lambda o, i: [str(type(o)), (lambda: str(i.signature(o)))() if callable(o) and not isinstance(o, type) and ` +
  `__import__('contextlib').suppress and i.isroutine(o) and getattr(o, '__text_signature__', '') is not None else '', i.getdoc(o) or ''])` +
  `(${name}, __import__('inspect'))))`;

/** Completion of Python code by the driver, where it is idle. */
export async function completePython(session: NotebookSession, code: string, cursor: number): Promise<ICompletion> {
  const word = /[\w.]*$/.exec(code.slice(0, cursor))?.[0] ?? '';
  const start = cursor - word.length;
  const none = { matches: [], cursorStart: cursor, cursorEnd: cursor };
  if (!/^[A-Za-z_]/.test(word)) {
    return none;
  }
  const text = await session.quick(COMPLETE_PYTHON(word), COMPLETION_MS);
  const names = parseNames(text);
  return {
    matches: names.map(name => name.replace(/\($/, '').replace(/\(\)$/, '')),
    cursorStart: start,
    cursorEnd: cursor
  };
}

/** Completion of Scala code by Livy. Its candidates replace the last part of the word. */
export async function completeScala(session: NotebookSession, code: string, cursor: number): Promise<ICompletion> {
  const part = /\w*$/.exec(code.slice(0, cursor))?.[0] ?? '';
  const matches = await session.complete(code, cursor, 'spark', SCALA_COMPLETION_MS);
  return {
    matches: [...new Set(matches)].filter(name => name.startsWith(part)),
    cursorStart: cursor - part.length,
    cursorEnd: cursor
  };
}

/** Type, signature and documentation of the Python name under the cursor. */
export async function inspectPython(
  session: NotebookSession,
  code: string,
  cursor: number
): Promise<string | undefined> {
  const left = /[\w.]*$/.exec(code.slice(0, cursor))?.[0] ?? '';
  const right = /^\w*/.exec(code.slice(cursor))?.[0] ?? '';
  // Behind an opening bracket the function before it is meant.
  const name = left + right || /([\w.]+)\([^()]*$/.exec(code.slice(0, cursor))?.[1] || '';
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(name)) {
    return undefined;
  }
  const text = await session.quick(INSPECT_PYTHON(name), INSPECTION_MS);
  const [type, signature, documentation] = parseNames(text);
  return type === undefined
    ? undefined
    : [`${name}${signature ?? ''}`, `Type: ${type.replace(/^<class '(.*)'>$/, '$1')}`, '', documentation]
        .join('\n')
        .trim();
}

function parseNames(text: string | undefined): string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  } catch {
    return [];
  }
}

function pythonString(text: string): string {
  return JSON.stringify(text);
}
