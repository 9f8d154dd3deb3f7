/**
 * CloudFormation's AllowedPattern is a Java regular expression for the whole value; the form and its validator speak
 * JavaScript's (with the `u` flag). What means the same in both is carried over; what does not is left to the server.
 */

/** Java's POSIX classes, ASCII only there. Inside of brackets or alone. */
const POSIX: Record<string, string> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Alnum: 'A-Za-z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  XDigit: '0-9A-Fa-f',
  Space: ' \\t\\n\\v\\f\\r',
  ASCII: '\\x00-\\x7F'
};

/**
 * The JavaScript source that matches the whole value as the Java pattern does.
 *
 * @returns undefined where JavaScript cannot say it: then only the server checks
 */
export function wholeValuePattern(java: string): string | undefined {
  const body = translate(java);
  if (body === undefined) {
    return undefined;
  }
  const source = `^(?:${body})$`;
  try {
    new RegExp(source, 'u');
    return source;
  } catch {
    return undefined;
  }
}

function translate(java: string): string | undefined {
  let out = '';
  let depth = 0;
  for (let i = 0; i < java.length; i++) {
    const char = java[i];
    if (char === '\\') {
      const escape = translateEscape(java, i, depth > 0);
      if (escape === undefined) {
        return undefined;
      }
      out += escape.text;
      i = escape.end;
    } else if (char === '[') {
      // Java: nested classes and intersections; JavaScript would read the bracket as itself.
      if (depth > 0) {
        return undefined;
      }
      depth = 1;
      out += char;
      if (java[i + 1] === '^') {
        out += java[++i];
      }
      // Java takes a leading ] as itself.
      if (java[i + 1] === ']') {
        out += '\\]';
        i++;
      }
    } else if (char === ']' && depth > 0) {
      depth = 0;
      out += char;
    } else if (depth > 0 && char === '&' && java[i + 1] === '&') {
      return undefined;
    } else if (depth === 0 && (char === '{' || char === '}' || char === ']') && !isQuantifier(java, i)) {
      out += `\\${char}`;
    } else {
      out += char;
    }
  }
  return out;
}

/** Whether the brace at `at` belongs to `{2}`, `{2,}`, `{2,3}`. */
function isQuantifier(text: string, at: number): boolean {
  if (text[at] === '{') {
    return /^\{\d+(,\d*)?\}/.test(text.slice(at));
  }
  return text[at] === '}' && /\{\d+(,\d*)?\}$/.test(text.slice(0, at + 1));
}

function translateEscape(text: string, at: number, inClass: boolean): { text: string; end: number } | undefined {
  const next = text[at + 1];
  if (next === undefined) {
    return undefined;
  }
  if (next === 'Q') {
    const end = text.indexOf('\\E', at + 2);
    const literal = text.slice(at + 2, end < 0 ? undefined : end);
    return {
      text: literal.replace(/[\^$\\.*+?()[\]{}|/-]/g, found => (found === '-' && !inClass ? found : `\\${found}`)),
      end: end < 0 ? text.length : end + 1
    };
  }
  // The pattern is for the whole value anyway.
  if ('AzZ'.includes(next)) {
    return inClass ? undefined : { text: '', end: at + 1 };
  }
  const posix = /^\\(p|P)\{(\w+)\}/.exec(text.slice(at));
  if (posix) {
    const range = POSIX[posix[2]];
    const end = at + posix[0].length - 1;
    if (range === undefined) {
      return { text: posix[0], end };
    }
    if (posix[1] === 'P') {
      return inClass ? undefined : { text: `[^${range}]`, end };
    }
    return { text: inClass ? range : `[${range}]`, end };
  }
  // \h \H \R \X \G \a \e … mean nothing in JavaScript; \v means another thing there.
  if (/[A-Za-z]/.test(next) && !'dDwWsSbBtnrfxukcp'.includes(next)) {
    return undefined;
  }
  if (/[A-Za-z0-9]/.test(next) || '^$\\.*+?()[]{}|/'.includes(next) || (next === '-' && inClass)) {
    return { text: `\\${next}`, end: at + 1 };
  }
  // Java lets one escape anything; the u flag does not.
  return { text: next, end: at + 1 };
}
