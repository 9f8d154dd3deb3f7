/** Policy documents as IAM takes them, within its limits. */
import type { IReasonedStatement, IRolePlan } from '../../protocol';
import { wrong } from './arns';

type OneOrMore = string | string[];

/** One statement as IAM has it. */
export interface IPolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: Record<string, OneOrMore>;
  Action: OneOrMore;
  Resource?: OneOrMore;
  Condition?: Record<string, Record<string, OneOrMore>>;
}

export interface IPolicyDocument {
  Version: '2012-10-17';
  Statement: IPolicyStatement[];
}

/** The documents of a role. */
export interface IRoleDocuments {
  /** Inline policy of the role's own name. */
  inline: IPolicyDocument;
  /** Customer managed policies `NAME-1`, `NAME-2`, … beside it; empty but for very many inputs and outputs. */
  managed: IPolicyDocument[];
  /** Says in a sentence what was done to keep within IAM's limits, where something was. */
  note?: string;
}

/** Characters of all inline policies of a role together; IAM does not count white space. */
export const INLINE_LIMIT = 10_240;
/** Characters of one managed policy. */
export const MANAGED_LIMIT = 6_144;
/** Managed policies that a role takes without the quota being raised. */
const MOST_MANAGED = 10;

export function toStatement(statement: IReasonedStatement): IPolicyStatement {
  return {
    Sid: statement.sid,
    Effect: statement.effect,
    Action: statement.actions,
    Resource: statement.resources,
    ...(statement.condition ? { Condition: statement.condition } : {})
  };
}

export function toDocument(statements: readonly IReasonedStatement[]): IPolicyDocument {
  return { Version: '2012-10-17', Statement: statements.map(toStatement) };
}

/** What IAM counts. A document holds no white space outside of what JSON.stringify leaves in strings. */
export function policySize(document: IPolicyDocument): number {
  return JSON.stringify(document).replace(/\s/g, '').length;
}

/**
 * The role's documents: one inline policy where it fits, else with equal statements merged, else with the rest in
 * managed policies.
 *
 * @throws EmrError `UsageError` where the role would need more managed policies than IAM attaches
 */
export function roleDocuments(plan: Pick<IRolePlan, 'statements'>): IRoleDocuments {
  const whole = toDocument(plan.statements);
  if (policySize(whole) <= INLINE_LIMIT) {
    return { inline: whole, managed: [] };
  }
  const said = `The policy has ${policySize(whole)} characters, and IAM takes ${INLINE_LIMIT} in a role`;
  const merged = mergeStatements(plan.statements);
  if (policySize(toDocument(merged)) <= INLINE_LIMIT) {
    return { inline: toDocument(merged), managed: [], note: `${said}: statements of the same actions are merged.` };
  }
  const [inline, ...managed] = pack(merged);
  if (managed.length > MOST_MANAGED) {
    throw wrong(
      `inputs, outputs: the role would need ${managed.length} managed policies, and IAM attaches ${MOST_MANAGED}.`,
      'Name a common prefix or DATABASE.* instead of many single ones, or make two pipelines of it.'
    );
  }
  const count = managed.length === 1 ? 'a managed policy' : `${managed.length} managed policies`;
  return { inline, managed, note: `${said}: statements are merged, and what does not fit is in ${count} beside it.` };
}

/**
 * Statements that differ in their resources only become one; of those on one bucket's names, the prefixes are put
 * together. Nothing gets wider: resources and conditions are never multiplied with each other.
 */
export function mergeStatements(statements: readonly IReasonedStatement[]): IReasonedStatement[] {
  const merged = new Map<string, IReasonedStatement>();
  for (const statement of statements) {
    const prefixes = listPrefixes(statement);
    const key = JSON.stringify(
      prefixes
        ? [statement.effect, statement.actions, statement.resources, 'prefixes']
        : [statement.effect, [...statement.actions].sort(), statement.condition ?? null]
    );
    const before = merged.get(key);
    if (!before) {
      merged.set(key, { ...statement });
      continue;
    }
    before.reason = `${before.reason} ${statement.reason}`;
    if (prefixes) {
      before.condition = { StringLike: { 's3:prefix': union(listPrefixes(before)!, prefixes) } };
    } else {
      before.resources = union(before.resources, statement.resources);
    }
  }
  return [...merged.values()];
}

/** The prefixes of a statement that allows to list parts of one bucket. */
function listPrefixes(statement: IReasonedStatement): string[] | undefined {
  const { condition } = statement;
  const only = condition && Object.keys(condition).length === 1 ? condition['StringLike'] : undefined;
  const prefixes = only && Object.keys(only).length === 1 ? only['s3:prefix'] : undefined;
  return prefixes === undefined ? undefined : [prefixes].flat();
}

/** Fill the inline policy, then managed ones; a statement that is too long alone is cut by its resources. */
function pack(statements: readonly IReasonedStatement[]): IPolicyDocument[] {
  const documents: IPolicyDocument[] = [toDocument([])];
  const queue = statements.map(toStatement);
  while (queue.length > 0) {
    const next = queue.shift()!;
    const last = documents[documents.length - 1];
    const limit = documents.length === 1 ? INLINE_LIMIT : MANAGED_LIMIT;
    if (policySize({ ...last, Statement: [...last.Statement, next] }) <= limit) {
      last.Statement.push(next);
    } else if (last.Statement.length > 0) {
      documents.push(toDocument([]));
      queue.unshift(next);
    } else {
      queue.unshift(...halves(next));
    }
  }
  return documents;
}

function halves(statement: IPolicyStatement): IPolicyStatement[] {
  const resources = [statement.Resource ?? []].flat();
  if (resources.length < 2) {
    throw wrong(
      `inputs, outputs: the statement ${statement.Sid} alone is longer than a policy may be.`,
      'Name a common prefix instead of many single ones.'
    );
  }
  const middle = Math.ceil(resources.length / 2);
  return [
    { ...statement, Sid: `${statement.Sid}A`, Resource: resources.slice(0, middle) },
    { ...statement, Sid: `${statement.Sid}B`, Resource: resources.slice(middle) }
  ];
}

function union(one: string[], other: string[]): string[] {
  return [...new Set([...one, ...other])];
}
