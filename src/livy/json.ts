import { isInteger, parse } from 'lossless-json';

/**
 * JSON as Livy sends it. Integers that a double cannot hold (Spark's `long`, `decimal`) become strings of all their
 * digits instead of a wrong number; NaN and Infinity, which Python's json writes, become null.
 */
export function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) {
    try {
      return JSON.parse(text);
    } catch (error) {
      if (!/\b(NaN|Infinity)\b/.test(text)) {
        throw error;
      }
      return JSON.parse(withoutNaN(text));
    }
  }
  try {
    return parse(text, undefined, exactNumber);
  } catch (error) {
    if (!/\b(NaN|Infinity)\b/.test(text)) {
      throw error;
    }
    return parse(withoutNaN(text), undefined, exactNumber);
  }
}

function exactNumber(digits: string): number | string {
  const value = Number(digits);
  return isInteger(digits) && !Number.isSafeInteger(value) ? digits : value;
}

/** NaN and Infinity outside of strings as null. */
function withoutNaN(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, token => (token.startsWith('"') ? token : 'null'));
}
