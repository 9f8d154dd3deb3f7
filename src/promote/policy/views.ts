/** A role's plan as the user sees it: text for a terminal, HTML for a notebook, plain data for `--json`. */
import type { IRolePlan } from '../../protocol';
import { NO_APPLICATION } from './arns';
import { conditionText } from './diff';
import type { IPolicyDocument } from './document';
import { policySize, roleDocuments } from './document';
import type { IFinding } from './lint';
import { lintReport, lintRole } from './lint';

/** The plan as plain data. */
export interface IRoleJson {
  role: string;
  trust: object;
  policy: IPolicyDocument;
  managedPolicies: IPolicyDocument[];
  /** Characters as IAM counts them. */
  size: number;
  note?: string;
  permissionsBoundary?: string;
  statements: IRolePlan['statements'];
  lakeFormation: IRolePlan['lakeFormation'];
  findings: IFinding[];
}

export function roleJson(plan: IRolePlan): IRoleJson {
  const { inline, managed, note } = roleDocuments(plan);
  return {
    role: plan.roleName,
    trust: plan.trust,
    policy: inline,
    managedPolicies: managed,
    size: policySize(inline),
    ...(note ? { note } : {}),
    ...(plan.permissionsBoundary ? { permissionsBoundary: plan.permissionsBoundary } : {}),
    statements: plan.statements,
    lakeFormation: plan.lakeFormation,
    findings: lintRole(plan)
  };
}

/** A paragraph each: the role, its statements with their reasons, what the linter says. */
export function roleText(plan: IRolePlan): string {
  const paragraphs = [
    [`Role ${plan.roleName}`, ...remarks(plan)],
    ...plan.statements.map(({ sid, effect, actions, resources, condition, reason }) => [
      `${sid}: ${reason}`,
      `  ${effect === 'Deny' ? 'denies' : 'allows'} ${actions.join(', ')}`,
      ...resources.map(resource => `  on ${resource}`),
      ...(condition ? [`  if ${conditionText(condition)}`] : [])
    ]),
    ...plan.lakeFormation.map(grant => [
      `Lake Formation: ${grant.reason}`,
      `  has to grant ${grant.permissions.join(', ')} on ${grantText(grant)}`
    ]),
    [lintReport(lintRole(plan), plan)]
  ];
  return paragraphs.map(paragraph => paragraph.join('\n')).join('\n\n');
}

/** A table: statement, what it allows, why. */
export function roleHtml(plan: IRolePlan): string {
  const rows = plan.statements.map(({ sid, effect, actions, resources, condition, reason }) =>
    row(
      sid,
      [
        ...actions.map(action => (effect === 'Deny' ? `denied: ${action}` : action)),
        ...resources.map(resource => `on ${resource}`),
        ...(condition ? [`if ${conditionText(condition)}`] : [])
      ],
      reason
    )
  );
  rows.push(
    ...plan.lakeFormation.map(grant =>
      row('Lake Formation', [`grant ${grant.permissions.join(', ')}`, `on ${grantText(grant)}`], grant.reason)
    )
  );
  const said = [...remarks(plan), lintReport(lintRole(plan), plan)].map(text => `<p>${escape(text)}</p>`);
  return (
    `<table class="jp-emr-role"><caption>Role ${escape(plan.roleName)}</caption>` +
    '<thead><tr><th scope="col">Statement</th><th scope="col">Allows</th><th scope="col">Why</th></tr></thead>' +
    `<tbody>${rows.join('')}</tbody></table>${said.join('')}`
  );
}

function row(head: string, cells: string[], reason: string): string {
  const list = cells.map(cell => `<code>${escape(cell)}</code>`).join('<br>');
  return `<tr><th scope="row">${escape(head)}</th><td>${list}</td><td>${escape(reason)}</td></tr>`;
}

/** Who may take it, what limits it. */
function remarks(plan: IRolePlan): string[] {
  const { note } = roleDocuments(plan);
  return [
    ...(plan.trust as IPolicyDocument).Statement.map(({ Principal, Condition }) => {
      const service = [Principal?.['Service'] ?? []].flat().join(', ');
      const source = [Condition?.['StringEquals']?.['aws:SourceArn'] ?? []].flat().join(', ');
      return source.includes(NO_APPLICATION)
        ? `May be taken by ${service} for the pipeline's one application, which is made before the role.`
        : `May be taken by ${service} for ${source} only.`;
    }),
    plan.permissionsBoundary
      ? `Limited by the permissions boundary ${plan.permissionsBoundary}.`
      : 'The site sets no permissions boundary.',
    ...(note ? [note] : [])
  ];
}

function grantText({ expression, table, catalogId }: IRolePlan['lakeFormation'][number]): string {
  const what = expression
    ? Object.entries(expression)
        .map(([key, values]) => `${key} is ${values.join(' or ')}`)
        .join(' and ')
    : `table ${table}`;
  return catalogId ? `${what} (catalogue of account ${catalogId})` : what;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
}
