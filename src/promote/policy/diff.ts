/** What changes in a role that is there, statement by statement, and what gets wider. */
import type { IReasonedStatement, IRolePlan } from '../../protocol';
import type { IPolicyDocument, IPolicyStatement } from './document';
import { roleDocuments } from './document';

/** A role as AWS has it. */
export interface IExistingRole {
  /** Its inline and its own managed policies. */
  policies: IPolicyDocument[];
  trust: IPolicyDocument;
  permissionsBoundary?: string;
}

/** One difference. */
export interface IRoleChange {
  kind: 'added' | 'removed' | 'changed';
  /** Id of the statement; `trust` or `boundary`. */
  sid: string;
  /** What comes in, each a line: `s3:GetObject on arn:…`. */
  added: string[];
  /** What goes. */
  removed: string[];
  /** The role may do something after it that it may not do now, or somebody else may take it. */
  wider: boolean;
  reason?: string;
}

/** Compare a role with its plan. Empty: nothing changes. */
export function diffRole(existing: IExistingRole, plan: IRolePlan): IRoleChange[] {
  const before = existing.policies.flatMap(({ Statement }) => [Statement].flat());
  const documents = roleDocuments(plan);
  const after = [documents.inline, ...documents.managed].flatMap(({ Statement }) => Statement);
  const changes = diffStatements(before, after, plan.statements);
  const trust = diffTexts('trust', lines(existing.trust.Statement), lines((plan.trust as IPolicyDocument).Statement));
  if (trust) {
    changes.push({ ...trust, wider: trust.added.length > 0, reason: 'Says who may take the role.' });
  }
  const [had, has] = [existing.permissionsBoundary, plan.permissionsBoundary];
  const boundary = diffTexts('boundary', had ? [had] : [], has ? [has] : []);
  if (boundary) {
    changes.push({ ...boundary, wider: had !== undefined, reason: 'The limit that the site sets on the role.' });
  }
  return changes;
}

/** A line each with `+`, `-` or a blank in front; what gets wider is marked. */
export function diffLines(changes: readonly IRoleChange[]): string[] {
  return changes.flatMap(({ kind, sid, added, removed, wider, reason }) => [
    `${kind === 'added' ? '+' : kind === 'removed' ? '-' : ' '} ${sid} is ${kind}${wider ? ' (WIDER)' : ''}${reason ? `: ${reason}` : '.'}`,
    ...removed.map(line => `-   ${line}`),
    ...added.map(line => `+   ${line}`)
  ]);
}

function diffStatements(
  before: readonly IPolicyStatement[],
  after: readonly IPolicyStatement[],
  reasons: readonly IReasonedStatement[]
): IRoleChange[] {
  const sids = [...new Set([...after, ...before].map(({ Sid }) => Sid ?? ''))];
  return sids.flatMap(sid => {
    const old = before.filter(({ Sid }) => (Sid ?? '') === sid);
    const now = after.filter(({ Sid }) => (Sid ?? '') === sid);
    const texts = diffTexts(sid || 'without an id', lines(old), lines(now));
    if (!texts) {
      return [];
    }
    const reason = reasons.find(statement => statement.sid === sid)?.reason;
    return [{ ...texts, wider: isWider(before, old, now), ...(reason ? { reason } : {}) }];
  });
}

/** Whether the statements allow something that none of the old ones allowed, or one that denied has gone. */
function isWider(
  all: readonly IPolicyStatement[],
  old: readonly IPolicyStatement[],
  now: readonly IPolicyStatement[]
): boolean {
  const denials = (list: readonly IPolicyStatement[]): string[] =>
    lines(list.filter(({ Effect }) => Effect === 'Deny'));
  const kept = new Set(denials(now));
  return (
    denials(old).some(line => !kept.has(line)) ||
    now.some(
      statement =>
        statement.Effect === 'Allow' &&
        [statement.Action]
          .flat()
          .some(action =>
            [statement.Resource ?? '*']
              .flat()
              .some(resource => !all.some(other => allows(other, action, resource, statement)))
          )
    )
  );
}

/** Whether an old statement allowed at least this, under a condition that is met whenever the new one's is. */
function allows(old: IPolicyStatement, action: string, resource: string, now: IPolicyStatement): boolean {
  return (
    old.Effect === 'Allow' &&
    [old.Action].flat().some(pattern => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    [old.Resource ?? '*'].flat().some(pattern => matches(pattern, resource)) &&
    isImplied(old.Condition ?? {}, now.Condition ?? {})
  );
}

/** Every condition of the old statement stands in the new one, with no more values. */
function isImplied(
  old: NonNullable<IPolicyStatement['Condition']>,
  now: NonNullable<IPolicyStatement['Condition']>
): boolean {
  return Object.entries(old).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const wanted = now[operator]?.[key];
      return wanted !== undefined && [wanted].flat().every(value => [values].flat().includes(value));
    })
  );
}

/** `*` and `?` as IAM has them; a pattern also matches a pattern that it covers by the letter. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function diffTexts(sid: string, old: string[], now: string[]): Omit<IRoleChange, 'wider'> | undefined {
  const added = now.filter(line => !old.includes(line));
  const removed = old.filter(line => !now.includes(line));
  if (added.length === 0 && removed.length === 0) {
    return undefined;
  }
  return { kind: old.length === 0 ? 'added' : now.length === 0 ? 'removed' : 'changed', sid, added, removed };
}

/** One line per action and resource, so that a change of one of them is one line. */
function lines(statements: readonly IPolicyStatement[]): string[] {
  return statements.flatMap(({ Effect, Action, Resource, Principal, Condition }) => {
    const condition = Condition ? ` if ${conditionText(Condition)}` : '';
    const on = Principal ? [`by ${JSON.stringify(Principal)}`] : [Resource ?? []].flat().map(arn => `on ${arn}`);
    const verb = Effect === 'Deny' ? 'DENY ' : '';
    return [Action].flat().flatMap(action => on.map(target => `${verb}${action} ${target}${condition}`));
  });
}

/** `s3:prefix is like a/* or b/*`. */
export function conditionText(condition: NonNullable<IPolicyStatement['Condition']>): string {
  return Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => {
        const all = [values].flat();
        const many = [...all].sort().join(' or ');
        return `${key} ${operator === 'StringEquals' ? 'is' : operator === 'StringLike' ? 'is like' : operator} ${many}`;
      })
    )
    .sort()
    .join(' and ');
}
