import { matching } from './types';

import type { ICompletion } from '../protocol';
import type { Deadline, Remote } from './remote';

/** Completion of Scala code by Livy. Its candidates replace the last part of the word. */
export async function completeScala(
  remote: Remote,
  code: string,
  cursor: number,
  until: Deadline
): Promise<ICompletion> {
  const word = /[\w$]*$/.exec(code.slice(0, cursor))?.[0] ?? '';
  const from = cursor - word.length;
  // Behind a dot all members are asked for at once: the keys that follow are answered from that.
  const at = code[from - 1] === '.' ? from : cursor;
  const text = code.slice(0, at);
  const answer = await remote.ask(`scala ${text}`, async () => JSON.stringify(await remote.scala(text, at)), until);
  const names = answer === undefined ? [] : (JSON.parse(answer) as string[]);
  return matching(
    names.map(name => ({ text: name, type: 'instance' })),
    word,
    from,
    cursor
  );
}
