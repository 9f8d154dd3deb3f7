/** What R prints, as Livy hands it on. Pure. */

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '', b: '', f: '\f', v: '\v', '0': '' };

/**
 * An error of R. Livy catches it and prints it: `[1] "Error in f(x): …"`, with R's escapes, on one line.
 *
 * @returns the message, behind the call that failed where that is the user's own; anything else as it is
 */
export function rError(evalue: string): string {
  const quoted = /^\[1\] "([\s\S]*?)"?\s*$/.exec(evalue)?.[1];
  if (quoted === undefined) {
    return evalue;
  }
  const said = quoted
    .replace(/\\(?:u\{?([0-9a-f]{1,8})\}?|U([0-9a-f]{8})|(.))/gis, (whole, short?: string, long?: string, one = '') => {
      const code = short ?? long;
      return code === undefined ? (ESCAPES[one as string] ?? one) : codePoint(code, whole);
    })
    .trim();
  // Livy's own wrapping of a cell, and SparkR's of Spark's answer, tell nobody anything.
  const [, call, message] = /^Error in ([\s\S]*?\)) ?: ?([\s\S]*)$/.exec(said) ?? [];
  if (message === undefined) {
    return said.replace(/^Error ?: /, '');
  }
  return /^(eval\(|handleErrors\()/.test(call) ? afterWrapping(said) : `${call}: ${message}`;
}

/** Behind `Error in eval(parse(text = "…")): `, whose text may hold anything. */
function afterWrapping(said: string): string {
  return said.replace(
    /^Error in (?:eval\(parse\(text = "(?:\\.|[^"\\])*"\)[^)]*\)|eval\([^)]*\)|handleErrors\([^)]*\)) ?: ?/,
    ''
  );
}

function codePoint(hex: string, whole: string): string {
  const code = parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** The text beside a figure: not what closing its file printed. */
export function besideFigure(text: string): string {
  return text.replace(/(?:null device|pdf|png)\s*\n\s*\d+\s*$/, '').trimEnd();
}
