import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { checkIcon, circleEmptyIcon, stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IApplication } from '../../../protocol';
import { historyIcon } from '../../icons';
import { PASSING_STATES } from '../../../protocol';
import { applicationStateLabel, sessionStateLabel } from '../../format';
import type { IApplications, INotebookSession, INotebookSessions } from '../../tokens';
import { Badge, Button, ErrorPanel, Loading, Trouble } from '../common';
import { rovingKeys, useBusy, useChanged } from '../common/hooks';

/** What one does with applications; each shows its own errors, and is over when it is done. */
export interface IApplicationActions {
  connect: (application: IApplication) => Promise<void>;
  start: (application: IApplication) => Promise<void>;
  /** @param notebooks - those of this page with a session on it */
  stop: (application: IApplication, notebooks: readonly INotebookSession[]) => Promise<void>;
  show: (notebook: INotebookSession) => void;
}

/** Properties of {@link ApplicationsBody}. */
export interface IApplicationsProps {
  applications: IApplications;
  notebooks: INotebookSessions;
  actions: IApplicationActions;
  trans: TranslationBundle;
}

const STATES: Record<string, [LabIcon, string]> = {
  CREATING: [historyIcon, 'busy'],
  CREATED: [circleEmptyIcon, 'ended'],
  STARTING: [historyIcon, 'busy'],
  STARTED: [checkIcon, 'ready'],
  STOPPING: [stopIcon, 'busy'],
  STOPPED: [circleEmptyIcon, 'ended']
};

/** The section's inside: applications that take notebooks, and folded away those that do not. */
export function ApplicationsBody(props: IApplicationsProps): React.JSX.Element {
  const { applications, notebooks, trans } = props;
  useChanged(applications.changed);
  useChanged(notebooks.changed);
  React.useEffect(() => {
    applications.start();
  }, [applications]);
  const { list, error } = applications;
  const all = list?.applications ?? [];
  // Where it is not known whether they take notebooks, trying is better than hiding.
  const usable = all.filter(({ livy }) => livy !== false);
  const others = all.filter(({ livy }) => livy === false);
  return (
    <div data-emr="applications-body">
      <Trouble watched={applications} trans={trans} hook="applications-error" />
      {list?.problem && <ErrorPanel error={list.problem} trans={trans} hook="applications-problem" mild />}
      {!list && !error && <Loading>{trans.__('Asking EMR Serverless for applications…')}</Loading>}
      {list && usable.length === 0 && (
        <p className="jp-EMR-empty" data-emr="applications-empty">
          {trans.__('There is no application that notebooks can connect to.')}
        </p>
      )}
      <Rows {...props} rows={usable} label={trans.__('Applications for notebooks')} />
      {others.length > 0 && (
        <details className="jp-EMR-timelineFold jp-EMR-others" data-emr="applications-others">
          <summary>{trans._n('1 takes no notebooks', '%1 take no notebooks', others.length)}</summary>
          <Rows {...props} rows={others} label={trans.__('Other applications')} />
        </details>
      )}
    </div>
  );
}

function Rows(props: IApplicationsProps & { rows: IApplication[]; label: string }): React.JSX.Element {
  return (
    <ul className="jp-EMR-clusters" aria-label={props.label} onKeyDown={rovingKeys}>
      {props.rows.map((application, index) => (
        <Row key={application.applicationId} {...props} application={application} first={index === 0} />
      ))}
    </ul>
  );
}

function Row(props: IApplicationsProps & { application: IApplication; first: boolean }): React.JSX.Element {
  const { application, notebooks, actions, trans } = props;
  const { applicationId, name, state } = application;
  const [busy, act] = useBusy();
  const [icon, kind] = STATES[state] ?? [circleEmptyIcon, 'ended'];
  const bound = notebooks.all().filter(({ binding }) => binding?.applicationId === applicationId);
  const facts = [
    application.release,
    application.architecture,
    application.autoStopMinutes !== undefined && trans.__('stops after %1 min idle', application.autoStopMinutes),
    application.pipeline && trans.__('of the pipeline %1', application.pipeline)
  ].filter((fact): fact is string => Boolean(fact));
  const stopped = state === 'CREATED' || state === 'STOPPED';
  return (
    <li
      className="jp-EMR-cluster"
      data-emr="application"
      data-emr-item=""
      data-application-id={applicationId}
      data-state={state}
      tabIndex={props.first ? 0 : -1}
      aria-label={name}
    >
      <div className="jp-EMR-cluster-head">
        <span className="jp-EMR-cluster-name" title={name}>
          {name}
        </span>
        <span aria-live="polite">
          <Badge icon={icon} kind={kind} hook="application-state">
            {applicationStateLabel(state, trans)}
          </Badge>
        </span>
      </div>
      <div className="jp-EMR-facts">
        {facts.map(fact => (
          <span key={fact}>{fact}</span>
        ))}
        <code>{applicationId}</code>
      </div>
      {application.why && !application.pipeline && (
        <p className="jp-EMR-facts" data-emr="application-why">
          {application.why}
        </p>
      )}
      {bound.length > 0 && (
        <ul className="jp-EMR-bound" aria-label={trans.__('Notebooks on %1', name)}>
          {bound.map(notebook => (
            <li key={notebook.panel.id} data-emr="application-notebook">
              <Button hook="show-notebook" kind="link" onClick={() => actions.show(notebook)}>
                {notebook.panel.title.label}
              </Button>
              {notebook.status && <span> · {sessionStateLabel(notebook.status.state, trans)}</span>}
            </li>
          ))}
        </ul>
      )}
      <div className="jp-EMR-actions">
        {application.livy !== false && (
          <Button
            hook="application-connect"
            kind="accept"
            label={trans.__('Connect the notebook to %1', name)}
            title={stopped ? trans.__('Connecting starts it.') : undefined}
            onClick={() => void actions.connect(application)}
          >
            {trans.__('Connect')}
          </Button>
        )}
        {(stopped || state === 'STARTING') && (
          <Button
            hook="application-start"
            disabled={busy || !stopped}
            label={trans.__('Start %1', name)}
            onClick={() => act(() => actions.start(application))}
          >
            {trans.__('Start')}
          </Button>
        )}
        {(state === 'STARTED' || state === 'STOPPING') && (
          <Button
            hook="application-stop"
            kind="warn"
            disabled={busy || PASSING_STATES.includes(state)}
            label={trans.__('Stop %1', name)}
            onClick={() => act(() => actions.stop(application, bound))}
          >
            {trans.__('Stop')}
          </Button>
        )}
      </div>
    </li>
  );
}
