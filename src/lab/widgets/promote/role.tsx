import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IPreview, IReasonedStatement } from '../../../protocol';

/** What the pipeline may do, each right with its reason, and what changes in a role that is there. */
export function RoleStep({ preview, trans }: { preview: IPreview; trans: TranslationBundle }): React.JSX.Element {
  const plan = preview.rolePlan;
  if (!plan) {
    return <p className="jp-EMR-empty">{trans.__('The role can be worked out once the file has no errors.')}</p>;
  }
  return (
    <div className="jp-EMR-promote-role" data-emr="promote-role">
      <p>
        {trans.__('The role %1 is taken by this pipeline’s application and by nobody else. It allows:', plan.roleName)}
      </p>
      <ul className="jp-EMR-promote-statements">
        {plan.statements.map(statement => (
          <Statement key={statement.sid} statement={statement} trans={trans} />
        ))}
      </ul>
      {plan.lakeFormation.length > 0 && (
        <>
          <h4>{trans.__('Lake Formation grants beside it')}</h4>
          <ul className="jp-EMR-promote-statements">
            {plan.lakeFormation.map(grant => {
              const what = grant.table ?? JSON.stringify(grant.expression);
              return (
                <li key={`${what} ${grant.permissions.join()}`}>
                  <p>{grant.reason}</p>
                  <code>
                    {grant.permissions.join(', ')}: {what}
                  </code>
                </li>
              );
            })}
          </ul>
        </>
      )}
      {plan.permissionsBoundary && (
        <p>
          {trans.__('Permissions boundary:')} <code>{plan.permissionsBoundary}</code>
        </p>
      )}
      <details className="jp-EMR-advanced">
        <summary>{trans.__('Who may take the role')}</summary>
        <pre className="jp-EMR-log" tabIndex={0}>
          {JSON.stringify(plan.trust, undefined, 2)}
        </pre>
      </details>
      <Diff diff={preview.roleDiff} trans={trans} />
    </div>
  );
}

function Statement({
  statement,
  trans
}: {
  statement: IReasonedStatement;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { sid, effect, actions, resources, condition, reason } = statement;
  return (
    <li data-emr="promote-statement" data-effect={effect}>
      <p>
        {effect === 'Deny' && <strong>{trans.__('Denied: ')}</strong>}
        {reason}
      </p>
      <details>
        <summary>
          {sid}: {trans._n('1 action', '%1 actions', actions.length)},{' '}
          {trans._n('1 resource', '%1 resources', resources.length)}
        </summary>
        <pre className="jp-EMR-log" tabIndex={0} aria-label={sid}>
          {[...actions, '', ...resources, ...(condition ? ['', JSON.stringify(condition, undefined, 2)] : [])].join(
            '\n'
          )}
        </pre>
      </details>
    </li>
  );
}

function Diff({ diff, trans }: { diff: string[] | undefined; trans: TranslationBundle }): React.JSX.Element | null {
  if (diff === undefined) {
    return null;
  }
  return diff.length === 0 ? (
    <p data-emr="promote-diff">{trans.__('The role is there already, and nothing changes in it.')}</p>
  ) : (
    <>
      <h4>{trans.__('What changes in the role')}</h4>
      <pre className="jp-EMR-log jp-EMR-diff" tabIndex={0} aria-label={trans.__('Changes')} data-emr="promote-diff">
        {diff.map((line, index) => (
          <div key={index} data-sign={line.trimStart()[0]}>
            {line}
          </div>
        ))}
      </pre>
    </>
  );
}
