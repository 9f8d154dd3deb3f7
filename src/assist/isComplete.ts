import { cellBody } from './cellBody';
import { isCompleteCode } from './syntax';

import type { IIsComplete, Language } from '../protocol';

/** Nobody types so much into a console; the kernel would hear nothing for a second while it is parsed. */
const MAX_CHARS = 30_000;

/** Whether a cell may run as it is, or waits for more. */
export async function isComplete(code: string, own: Language): Promise<IIsComplete> {
  const { text, offset, language } = cellBody(code, own);
  if (offset > 0 && text.trim() === '') {
    // A line magic that goes on with a backslash; a cell magic wants its body.
    return /\\[ \t]*$/.test(code) ? { status: 'incomplete', indent: '' } : { status: 'complete' };
  }
  if (language === undefined) {
    return { status: 'complete' };
  }
  if (text.length > MAX_CHARS) {
    return { status: 'unknown' };
  }
  if (language === 'sql') {
    const { isCompleteSql } = await import('./sqlSyntax');
    return isCompleteSql(text);
  }
  return isCompleteCode(text, language === 'local' ? 'pyspark' : language);
}
