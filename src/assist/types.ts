import type { ICompletion } from '../protocol';

/** One candidate. */
export interface ICandidate {
  text: string;
  type: string;
}

/** No front end shows more. */
const MAX_MATCHES = 500;

/** No completion at a place. */
export function none(cursor: number): ICompletion {
  return { matches: [], cursorStart: cursor, cursorEnd: cursor };
}

/**
 * Candidates that begin like the word, as written first, then in any case; each once.
 *
 * @param start - where the word begins
 */
export function matching(candidates: readonly ICandidate[], word: string, start: number, end: number): ICompletion {
  const lower = word.toLowerCase();
  const seen = new Set<string>();
  const fits = candidates.filter(({ text }) => {
    if (seen.has(text) || !text.toLowerCase().startsWith(lower)) {
      return false;
    }
    seen.add(text);
    return true;
  });
  const found = [
    ...fits.filter(item => item.text.startsWith(word)),
    ...fits.filter(item => !item.text.startsWith(word))
  ].slice(0, MAX_MATCHES);
  return {
    matches: found.map(item => item.text),
    types: found.map(item => item.type),
    cursorStart: start,
    cursorEnd: end
  };
}
