/**
 * IAM's evaluation within one account: an explicit deny wins, else something has to allow.
 *
 * Ours and not moto's, which knows no conditions but of trust policies (an Allow under a condition denies there), takes a
 * NotResource for a wildcard, and knows no permissions boundary. Ours and not `@cloud-copilot/iam-simulate`, which is AGPL
 * and may not go into the wheel: the specs hold this against it (`__tests__/oracle.spec.ts`).
 */
import { conditionsHold } from './conditions';
import { matches, matchesArn } from './match';
import { asList, type Decision, type IPolicyDocument, type IPrincipal, type IQuestion, type IStatement } from './types';

/** The policies that have a say. */
export interface IPolicies {
  /** Of the user, or of the role. */
  identity: readonly IPolicyDocument[];
  boundary?: IPolicyDocument;
  /** Of the session, given to AssumeRole. */
  session?: IPolicyDocument;
  /** Of the bucket. */
  resource?: IPolicyDocument;
}

/** How a resource's policy names a principal. */
type Named = 'directly' | 'as its role' | 'as the account' | 'not';

/** The decision of a request within one account. */
export function decide(question: IQuestion, policies: IPolicies): Decision {
  const { identity, boundary, session, resource } = policies;
  const resourceStatements = statements(resource);
  const limits = [boundary, session].filter(limit => limit !== undefined);
  const own = identity.flatMap(statements);
  if (
    [...own, ...limits.flatMap(statements)].some(entry => denies(entry, question)) ||
    resourceStatements.some(entry => denies(entry, question) && names(entry.statement, question.principal) !== 'not')
  ) {
    return 'explicitDeny';
  }
  const within = limits.every(limit => statements(limit).some(entry => allows(entry, question)));
  const byIdentity = own.some(entry => allows(entry, question));
  const naming = resourceStatements
    .filter(entry => allows(entry, question))
    .map(({ statement }) => names(statement, question.principal));
  // A grant to the account leaves it to the identity's policies; one to a role is held by the boundary, one to the session is not.
  const allowed = naming.includes('directly') || (within && (byIdentity || naming.includes('as its role')));
  return allowed ? 'allowed' : 'implicitDeny';
}

/**
 * The decision where the resource's own policy has to allow: trust policies of roles, policies of KMS keys.
 *
 * What it grants to the account, the identity's policies have to grant too.
 */
export function decideByResource(
  question: IQuestion,
  resource: IPolicyDocument,
  policies: Omit<IPolicies, 'resource'>
): Decision {
  const all = statements(resource);
  if (all.some(entry => denies(entry, question) && names(entry.statement, question.principal) !== 'not')) {
    return 'explicitDeny';
  }
  const naming = all
    .filter(entry => allows(entry, question))
    .map(({ statement }) => names(statement, question.principal));
  const identity = decide(question, policies);
  if (identity === 'explicitDeny') {
    return identity;
  }
  const named = naming.includes('directly') || naming.includes('as its role');
  return named || (naming.includes('as the account') && identity === 'allowed') ? 'allowed' : 'implicitDeny';
}

interface IEntry {
  statement: IStatement;
  /** Version 2012-10-17: `${…}` are variables. */
  variables: boolean;
}

function statements(document: IPolicyDocument | undefined): IEntry[] {
  const variables = document?.Version === '2012-10-17';
  return asList(document?.Statement).map(statement => ({ statement, variables }));
}

const allows = (entry: IEntry, question: IQuestion) => entry.statement.Effect === 'Allow' && applies(entry, question);
const denies = (entry: IEntry, question: IQuestion) => entry.statement.Effect === 'Deny' && applies(entry, question);

function applies({ statement, variables }: IEntry, { action, resource, context }: IQuestion): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const values = variables ? context : undefined;
  const isAction = (pattern: string) => matches(pattern, action, undefined, true);
  const isResource = (pattern: string) => (resource === '*' ? pattern === '*' : matchesArn(pattern, resource, values));
  if (Action === undefined ? asList(NotAction).some(isAction) : !asList(Action).some(isAction)) {
    return false;
  }
  if (NotResource !== undefined ? asList(NotResource).some(isResource) : false) {
    return false;
  }
  // A trust policy has no resource: its role is it.
  if (Resource !== undefined && !asList(Resource).some(isResource)) {
    return false;
  }
  return conditionsHold(Condition, context, values);
}

function names({ Principal, NotPrincipal }: IStatement, principal: IPrincipal): Named {
  if (NotPrincipal !== undefined) {
    return naming(NotPrincipal, principal) === 'not' ? 'directly' : 'not';
  }
  return naming(Principal ?? {}, principal);
}

function naming(element: NonNullable<IStatement['Principal']>, principal: IPrincipal): Named {
  if (element === '*') {
    return 'directly';
  }
  if (asList(element['Service']).includes(principal.arn)) {
    return 'directly';
  }
  const listed = asList(element['AWS']);
  if (listed.includes('*') || listed.includes(principal.arn)) {
    return 'directly';
  }
  if (principal.roleArn !== undefined && listed.includes(principal.roleArn)) {
    return 'as its role';
  }
  const account = [principal.accountId, `arn:aws:iam::${principal.accountId}:root`];
  return principal.accountId !== '' && listed.some(item => account.includes(item)) ? 'as the account' : 'not';
}
