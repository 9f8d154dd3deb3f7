/** Wildcards, ARNs and variables of policies. */
import type { Context } from './types';

/** A character that stands for itself, `*`, `?`, or a variable. */
const TOKEN = /\$\{([^}]*)\}|([\s\S])/gu;

/**
 * Whether a text matches a pattern with `*`, `?` and variables.
 *
 * @param context - values of `${…}`; undefined: there are no variables (policies of version 2008-10-17)
 * @returns false also where a variable has no value: such an element matches nothing
 */
export function matches(pattern: string, text: string, context?: Context, ignoreCase = false): boolean {
  const source = compile(pattern, context, true);
  return source !== undefined && new RegExp(`^${source}$`, ignoreCase ? 'sui' : 'su').test(text);
}

/** Like {@link matches}, without wildcards. */
export function equals(pattern: string, text: string, context?: Context, ignoreCase = false): boolean {
  const source = compile(pattern, context, false);
  return source !== undefined && new RegExp(`^${source}$`, ignoreCase ? 'sui' : 'su').test(text);
}

/** Whether an ARN matches a pattern: part by part, so that a wildcard does not reach over a colon but in the last part. */
export function matchesArn(pattern: string, arn: string, context?: Context): boolean {
  if (pattern === '*') {
    return true;
  }
  const wanted = arnParts(pattern);
  const given = arnParts(arn);
  return (
    wanted.length === 6 && given.length === 6 && wanted.every((part, index) => matches(part, given[index], context))
  );
}

/** The value of a condition key, undefined where the request has none. */
export function contextValue(context: Context, key: string): Context[string] | undefined {
  const wanted = key.toLowerCase();
  const found = Object.keys(context).find(candidate => candidate.toLowerCase() === wanted);
  return found === undefined ? undefined : context[found];
}

function arnParts(arn: string): string[] {
  const parts: string[] = [];
  let rest = arn;
  while (parts.length < 5) {
    // A colon inside of a variable is the variable's.
    const colon = /^(?:\$\{[^}]*\}|[^:$]|\$)*?:/u.exec(rest);
    if (!colon) {
      break;
    }
    parts.push(colon[0].slice(0, -1));
    rest = rest.slice(colon[0].length);
  }
  return [...parts, rest];
}

function compile(pattern: string, context: Context | undefined, wildcards: boolean): string | undefined {
  let unknown = false;
  const source = pattern.replace(TOKEN, (whole, variable: string | undefined, character: string | undefined) => {
    if (variable !== undefined) {
      if (context === undefined) {
        return quote(whole);
      }
      if (variable === '*' || variable === '?' || variable === '$') {
        return quote(variable);
      }
      const [, key, , fallback] = /^\s*([^,]*?)\s*(,\s*'([^']*)')?\s*$/.exec(variable) ?? [];
      const value = contextValue(context, key ?? variable) ?? fallback;
      if (typeof value !== 'string') {
        unknown = true;
        return '';
      }
      return quote(value);
    }
    return wildcards && character === '*' ? '.*' : wildcards && character === '?' ? '.' : quote(character ?? '');
  });
  return unknown ? undefined : source;
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
