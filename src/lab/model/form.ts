import { CLUSTER_NAME } from '../../protocol';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFValidationError } from '@rjsf/utils';

import type { IAccount, IProduct } from '../../protocol';

/** A name for a new cluster that says whose it is, of what product, and when it was asked for. */
export function suggestName(product: IProduct, account: IAccount | null, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const words = [
    account?.userName ?? '',
    product.name,
    `${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`
  ];
  return words
    .map(word =>
      word
        .replace(/@.*$/, '')
        .toLowerCase()
        .replace(/[^a-z0-9._-]+/g, '-')
        .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
        .slice(0, 48)
    )
    .filter(Boolean)
    .join('-');
}

/** Why a name cannot be taken, or undefined where it can. */
export function nameError(name: string, trans: TranslationBundle): string | undefined {
  if (name === '') {
    return trans.__('Give the cluster a name.');
  }
  if (name.length > 128) {
    return trans.__('At most 128 characters.');
  }
  return CLUSTER_NAME.test(name)
    ? undefined
    : trans.__('Letters, digits, ".", "_" and "-" only; the first has to be a letter or a digit.');
}

/** Words that are written in capitals wherever they stand. */
const ACRONYMS = /^(ami|arn|aws|az|cidr|cpu|dns|ebs|emr|gb|gib|iam|id|ip|kms|s3|sns|ssh|ssl|tls|uri|url|vpc)$/i;

/** A parameter's key as words: `IdleTimeoutSeconds` → `Idle timeout seconds`, `LogUri` → `Log URI`. */
export function readable(key: string): string {
  const words = key
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .trim()
    .split(/\s+/)
    .map(word => (ACRONYMS.test(word) ? word.toUpperCase() : /^[A-Z]([a-z]|$)/.test(word) ? word.toLowerCase() : word));
  const text = words.join(' ');
  return text ? text[0].toUpperCase() + text.slice(1) : key;
}

/** Path of an RJSF error's field: `.parameters.CoreCount` or `.parameters['Core-Count']` → `['parameters', 'CoreCount']`. */
export function errorPath(property: string | undefined): string[] {
  return [...(property ?? '').matchAll(/\['((?:[^'\\]|\\.)*)'\]|\.?([^.[\]]+)/g)].map(
    match => match[1] ?? match[2] ?? ''
  );
}

/** Member of a nested record. */
function at(record: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    record
  );
}

/** What the person who wrote the template says about a parameter's values, if anything. */
export function constraintDescription(uiSchema: Record<string, unknown>, path: string[]): string | undefined {
  const field = at(uiSchema, path) as Record<string, unknown> | undefined;
  const text =
    at(field, ['ui:options', 'constraintDescription']) ?? at(field, ['ui:constraintDescription']) ?? undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/**
 * The validator's errors in the user's words: the template's ConstraintDescription where there is one, one error a
 * field, and no "required" for what was not touched yet.
 */
export function fieldErrors(
  errors: RJSFValidationError[],
  uiSchema: Record<string, unknown>,
  touched: ReadonlySet<string>,
  trans: TranslationBundle
): RJSFValidationError[] {
  const seen = new Set<string>();
  return errors.filter(error => {
    let path = errorPath(error.property);
    const params = (error.params ?? {}) as Record<string, unknown>;
    const missing = params['missingProperty'];
    if (error.name === 'required' && typeof missing === 'string' && path[path.length - 1] !== missing) {
      path = [...path, missing];
    }
    const key = path.join('.');
    // An item of a list belongs to its list.
    const field = path.slice(0, 2);
    if (seen.has(key) || (error.name === 'required' && !touched.has(field.join('.')))) {
      return false;
    }
    seen.add(key);
    const own = constraintDescription(uiSchema, field);
    error.message = own ?? words(error.name, params, trans) ?? error.message;
    error.stack = error.message ?? error.stack;
    return true;
  });
}

function words(
  name: string | undefined,
  params: Record<string, unknown>,
  trans: TranslationBundle
): string | undefined {
  const limit = String(params['limit']);
  switch (name) {
    case 'required':
      return trans.__('This is required.');
    case 'pattern':
      return trans.__('This has to match the pattern %1', String(params['pattern']));
    case 'minLength':
      return trans.__('At least %1 characters.', limit);
    case 'maxLength':
      return trans.__('At most %1 characters.', limit);
    case 'minimum':
      return trans.__('At least %1.', limit);
    case 'maximum':
      return trans.__('At most %1.', limit);
    case 'minItems':
      return trans.__('At least %1 values.', limit);
    case 'maxItems':
      return trans.__('At most %1 values.', limit);
    case 'enum':
      return trans.__('Choose one of the values offered.');
    case 'type':
      return params['type'] === 'number' || params['type'] === 'integer'
        ? trans.__('This has to be a number.')
        : undefined;
    default:
      return undefined;
  }
}
