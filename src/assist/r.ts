import { matching } from './types';

import type { ICompletion } from '../protocol';
import type { Deadline, Remote } from './remote';

/** R completes within one line; a longer one is no line that somebody types. */
const MAX_LINE = 2000;

/**
 * R's own completion (`utils`), as R's console has it: names, members behind `$` and `@`, arguments, packages. It looks
 * at the objects that were typed and calls none of the user's functions.
 *
 * @param line - the line up to the cursor
 * @returns one expression that prints the word that is completed, then its candidates, a line each
 */
export function completionCode(line: string): string {
  return (
    `local({u <- asNamespace("utils"); line <- ${JSON.stringify(line)}; ` +
    'u$.assignLinebuffer(line); u$.assignEnd(nchar(line)); u$.guessTokenFromLine(); u$.completeToken(); ' +
    'cat(u$.CompletionEnv[["token"]], u$.retrieveCompletions(), sep = "\\n")})'
  );
}

/** Completion of R, where the session has run R before: nobody starts an interpreter for it. */
export async function completeR(remote: Remote, code: string, cursor: number, until: Deadline): Promise<ICompletion> {
  const line = code.slice(code.lastIndexOf('\n', cursor - 1) + 1, cursor);
  const blank = { matches: [], cursorStart: cursor, cursorEnd: cursor };
  // Behind nothing R lists every name that there is.
  if (!/[\w.$@:]$/.test(line) || line.length > MAX_LINE) {
    return blank;
  }
  const answer = await remote.ask(`r ${line}`, () => remote.r(completionCode(line)), until);
  const [token, ...names] = (answer ?? '').replace(/\n$/, '').split('\n');
  if (token === undefined || token === '' || !line.endsWith(token)) {
    return blank;
  }
  return matching(
    names.filter(Boolean).map(text => ({ text, type: 'instance' })),
    token,
    cursor - token.length,
    cursor
  );
}
