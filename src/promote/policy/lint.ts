/** A policy linter for the roles of pipelines: what a reviewer would ask about. Its findings are shown to the user. */
import type { IReasonedStatement, IRolePlan } from '../../protocol';
import { knowsNoResource, takesResource } from './actions';
import { NO_APPLICATION } from './arns';
import type { IPolicyDocument, IPolicyStatement } from './document';

/** Something that the linter does not like. */
export interface IFinding {
  /** An error keeps the role from being made. */
  severity: 'error' | 'warning';
  /** Name of the rule. */
  rule: string;
  /** Id of the statement; `trust` for the trust policy, `boundary` for the permissions boundary. */
  sid: string;
  message: string;
}

type Say = (rule: string, message: string, severity?: IFinding['severity']) => void;

/** Conditions without which an action must not be allowed. */
const NEEDED_CONDITIONS: Record<string, string> = {
  'kms:Decrypt': 'kms:ViaService',
  'kms:GenerateDataKey': 'kms:ViaService',
  'iam:PassRole': 'iam:PassedToService'
};
const BOUNDARY = /^arn:(aws[a-z-]*|\$\{AWS::Partition\}):iam::(\d{12}|aws|\$\{AWS::AccountId\}):policy\/[\w+=,.@/-]+$/;

/**
 * Look at a role's plan. Empty: clean.
 *
 * @param final - the role is about to be made: its application has to be known
 */
export function lintRole(plan: IRolePlan, final = false): IFinding[] {
  const findings: IFinding[] = [];
  const say =
    (sid: string): Say =>
    (rule, message, severity = 'error') =>
      findings.push({ severity, rule, sid, message });
  const seen = new Set<string>();
  for (const statement of plan.statements) {
    const sayHere = say(statement.sid);
    lintStatement(statement, sayHere);
    if (final && statement.resources.some(resource => resource.includes(NO_APPLICATION))) {
      sayHere('application', 'The application is not made yet.');
    }
    if (seen.has(statement.sid)) {
      sayHere('duplicate-sid', 'Two statements have this id.');
    }
    seen.add(statement.sid);
  }
  lintTrust(plan.trust, final, say('trust'));
  if (plan.permissionsBoundary !== undefined && !BOUNDARY.test(plan.permissionsBoundary)) {
    say('boundary')('boundary', `"${plan.permissionsBoundary}" is not the ARN of a policy.`);
  }
  return findings;
}

/** The findings in a sentence each; that there are none is said too. */
export function lintReport(findings: readonly IFinding[], plan: IRolePlan): string {
  if (findings.length === 0) {
    const count = plan.statements.length;
    return `Linter: clean (${count} statement${count === 1 ? '' : 's'} and the trust policy).`;
  }
  return findings.map(({ severity, sid, rule, message }) => `${severity}: ${sid}: ${message} [${rule}]`).join('\n');
}

function lintStatement(statement: IReasonedStatement, say: Say): void {
  const { sid, actions, resources, reason, effect } = statement;
  if (!/^[A-Za-z0-9]+$/.test(sid)) {
    say('sid', 'An id has letters and digits only.');
  }
  if (reason.trim() === '') {
    say('reason', 'The statement has no reason.');
  }
  if (actions.length === 0 || resources.length === 0) {
    say('empty', 'The statement has no actions or no resources.');
  }
  if (effect === 'Deny') {
    return;
  }
  for (const action of actions) {
    if (/[*?]/.test(action)) {
      say('any-action', `"${action}" allows more than one action.`);
      continue;
    }
    for (const resource of resources) {
      lintResource(action, resource, say);
    }
    const condition = NEEDED_CONDITIONS[action];
    if (condition && !conditionKeys(statement).includes(condition)) {
      say('condition', `${action} is not limited by ${condition}.`);
    }
  }
  if (actions.includes('s3:ListBucket') && !conditionKeys(statement).includes('s3:prefix')) {
    say('whole-bucket', 'The names of all objects of the bucket can be listed.', 'warning');
  }
  for (const resource of resources) {
    if (/^arn:[^:]+:s3:::[^/]+\/\*$/.test(resource)) {
      say('whole-bucket', `All objects of the bucket are meant: ${resource}.`, 'warning');
    }
  }
}

function lintResource(action: string, resource: string, say: Say): void {
  const takes = takesResource(action, resource);
  if (takes === undefined) {
    say('unknown-action', `"${action}" is not an action that a pipeline's role may hold.`);
  } else if (resource === '*' && !knowsNoResource(action)) {
    say('any-resource', `${action} is allowed on every resource.`);
  } else if (!takes) {
    say('resource', `${action} does not go with the resource ${resource}.`);
  } else if (action.startsWith('s3:') && resource.includes('/') && !endsAtSlash(resource)) {
    say('prefix', `${resource} also names what merely begins with the same letters; a prefix ends with a slash.`);
  } else if (/:(?:database|userDefinedFunction)\/\*/.test(resource)) {
    say('all-tables', 'Every table of the catalogue is meant: Lake Formation alone says which.', 'warning');
  }
}

/** A `*` that is not escaped stands only after a slash, at the end. */
function endsAtSlash(resource: string): boolean {
  const plain = resource.replace(/\$\{[*?$]\}/g, '');
  return !/[*?]/.test(plain.replace(/\/\*$/, ''));
}

function conditionKeys({ condition }: IReasonedStatement): string[] {
  return Object.values(condition ?? {}).flatMap(block => Object.keys(block));
}

function lintTrust(trust: Partial<IPolicyDocument>, final: boolean, say: Say): void {
  const statements = trust.Statement ?? [];
  if (final && JSON.stringify(trust).includes(NO_APPLICATION)) {
    say('application', 'The application is not made yet.');
  }
  if (statements.length !== 1) {
    say('trust', 'One service may take the role, by one statement.');
  }
  for (const statement of statements) {
    lintTrustStatement(statement, say);
  }
}

function lintTrustStatement(statement: IPolicyStatement, say: Say): void {
  const { Service: service, ...others } = statement.Principal ?? {};
  if (Object.keys(others).length > 0 || typeof service !== 'string' || service.includes('*')) {
    say('trust', 'Somebody other than one AWS service may take the role.');
  }
  if (statement.Action !== 'sts:AssumeRole') {
    say('trust', 'More than sts:AssumeRole is allowed.');
  }
  const { 'aws:SourceArn': arn, 'aws:SourceAccount': account } = statement.Condition?.['StringEquals'] ?? {};
  if (typeof arn !== 'string' || arn.includes('*') || typeof account !== 'string') {
    say('trust', 'The role is not limited to one source by aws:SourceArn and aws:SourceAccount.');
  }
}
