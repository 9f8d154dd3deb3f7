import { parse, printParseErrorCode } from 'jsonc-parser';

import { EmrError } from '../protocol';
import { usage } from './options';

import type { ParseError } from 'jsonc-parser';

/**
 * `%%configure`'s JSON: comments (`//`, `#`, C's) and a comma after the last item may stand in it.
 *
 * @throws EmrError `BadConfigure` naming line and column
 */
export function parseSettings(text: string): unknown {
  if (!text) {
    throw usage('%%configure needs a JSON object below it.', 'e.g. {"executorMemory": "4g", "numExecutors": 4}');
  }
  const errors: ParseError[] = [];
  const json = withoutHashes(text);
  const value: unknown = parse(json, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const lines = json.slice(0, first.offset).split('\n');
    const what = printParseErrorCode(first.error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase();
    const there = text.split('\n')[lines.length - 1]?.trim().slice(0, 80) ?? '';
    throw new EmrError({
      code: 'BadConfigure',
      hop: 'config',
      message: `%%configure: this is not JSON: ${what} at line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}: ${there}`,
      fix: 'Names and strings are in double quotes, and items are separated by commas.'
    });
  }
  return value;
}

/** Comments that begin with `#`, which the library does not know, as blanks: positions stay. */
function withoutHashes(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*/g, token =>
    token.startsWith('#') ? ' '.repeat(token.length) : token
  );
}
