/** Reading trust policies: whom a role lets in. IAM's simulator does not answer that. */

type OneOrMore<T> = T | T[];

interface IStatement {
  Effect?: string;
  Action?: OneOrMore<string>;
  Principal?: string | Record<string, OneOrMore<string>>;
  Condition?: Record<string, Record<string, OneOrMore<string>>>;
}

/** One principal that a trust policy lets in. */
export interface ITrusted {
  kind: 'AWS' | 'Service' | 'Federated';
  /** ARN, account, service, provider; `*` is everybody. */
  value: string;
  /** Values by condition key in lower case; operators that end in `Equals` or `Like` only. */
  conditions: Record<string, string[]>;
}

/** Whom a trust policy allows an action, e.g. `sts:AssumeRole`. Denials are not taken into account. */
export function trustedFor(trust: unknown, action: string): ITrusted[] {
  const { Statement } = (trust ?? {}) as { Statement?: OneOrMore<IStatement> };
  return list(Statement)
    .filter(({ Effect, Action }) => Effect === 'Allow' && list(Action).some(pattern => isAction(pattern, action)))
    .flatMap(({ Principal = {}, Condition = {} }) => {
      const conditions = readConditions(Condition);
      const named = typeof Principal === 'string' ? { AWS: Principal } : Principal;
      return Object.entries(named).flatMap(([kind, values]) =>
        list(values).map(value => ({ kind: kind as ITrusted['kind'], value, conditions }))
      );
    });
}

/** Condition keys that tell one caller from another. */
const LIMITS = /^(aws:principal(arn|account|orgid|orgpaths|tag\/.*)|aws:source(arn|account|vpce?|ip)|sts:externalid)$/;

/** Everybody is let in, whatever account they are of. */
export function trustsEverybody(trusted: readonly ITrusted[]): boolean {
  return trusted.some(
    ({ kind, value, conditions }) =>
      kind === 'AWS' && value === '*' && !Object.keys(conditions).some(key => LIMITS.test(key))
  );
}

/** Whether a role or its account is named. */
export function trustsRole(trusted: readonly ITrusted[], roleArn: string): boolean {
  const account = /^arn:[\w-]+:iam::(\d+):/.exec(roleArn)?.[1] ?? '';
  return trusted.some(
    ({ kind, value }) =>
      kind === 'AWS' && (value === roleArn || value === '*' || value === account || value.endsWith(`::${account}:root`))
  );
}

export function trustsService(trusted: readonly ITrusted[], service: string): ITrusted[] {
  return trusted.filter(({ kind, value }) => kind === 'Service' && value === service);
}

function readConditions(condition: NonNullable<IStatement['Condition']>): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [operator, keys] of Object.entries(condition)) {
    if (/(Equals|Like|EqualsIgnoreCase)$/.test(operator) && !operator.includes('Not')) {
      for (const [key, values] of Object.entries(keys)) {
        (found[key.toLowerCase()] ??= []).push(...list(values));
      }
    }
  }
  return found;
}

function isAction(pattern: string, action: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(action);
}

function list<T>(value: OneOrMore<T> | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
