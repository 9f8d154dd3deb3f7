import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ICluster, Language } from '../../../protocol';
import { READY_STATES } from '../../../protocol';
import { clusterStateLabel, formatDuration, sessionStateLabel } from '../../format';
import type { IConnectChoice } from '../../model/binding';
import { KERNEL_OF, connectRequest, languageOf, mergeRoles } from '../../model/binding';
import type { ConnectTask } from '../../model/connectTask';
import type { IClusters, IEmrSettings } from '../../tokens';
import { Button, Check, ErrorPanel, Loading } from '../common';
import { useChanged, useNow, useRequest } from '../common/hooks';
import { RoleField, roleIsValid } from './role';

/** What the dialog starts from; the notebook's own binding counts where a member is missing. */
export interface IConnectPreset {
  clusterId?: string;
  applicationId?: string;
  region?: string;
  runtimeRole?: string;
  language?: Language;
  fresh?: boolean;
  keep?: boolean;
}

/** Properties of {@link ConnectBody}. */
export interface IConnectBodyProps {
  task: ConnectTask;
  clusters: IClusters;
  settings: IEmrSettings;
  preset: IConnectPreset;
  trans: TranslationBundle;
  /** The user pressed "Connect". */
  onChoice: (choice: IConnectChoice) => void;
  onClose: () => void;
}

/** The name of a language for people. */
export function languageLabel(language: Language): string {
  return { pyspark: 'PySpark', spark: 'Scala', sparkr: 'SparkR' }[language];
}

/** The display name of a language's kernel, as its kernelspec has it. */
function kernelLabel(language: Language): string {
  return { pyspark: 'PySpark (EMR)', spark: 'Spark Scala (EMR)', sparkr: 'SparkR (EMR)' }[language];
}

/** The dialog's inside: the form, then the progress, then the error or nothing more. */
export function ConnectBody(props: IConnectBodyProps): React.JSX.Element {
  const { task, clusters, onClose } = props;
  useChanged(clusters.changed);
  useChanged(task.changed);
  // The notebook's kernel may start, or be another, while the dialog stands open.
  useChanged(task.session.changed);
  React.useEffect(() => {
    if (task.phase === 'done') {
      onClose();
    }
  });
  // The form stays while a session starts, so that nothing chosen is lost when it fails.
  return (
    <div className="jp-EMR-connect" data-emr="connect-dialog" data-phase={task.phase}>
      <div hidden={task.phase === 'running'}>
        <ConnectForm {...props} />
      </div>
      {task.phase === 'running' && <Progress {...props} />}
    </div>
  );
}

function ConnectForm(props: IConnectBodyProps): React.JSX.Element {
  const { task, clusters, settings, preset, trans, onChoice, onClose } = props;
  const { session } = task;
  const ready = (clusters.list?.clusters ?? []).filter(
    ({ state, clusterId }) => READY_STATES.includes(state) && clusterId !== undefined
  );
  const asked = useRequest(clusters.control, 'applications.list', {});
  const applications = (asked.value?.applications ?? []).filter(({ livy }) => livy);
  const wanted = preset.clusterId ?? preset.applicationId;
  const [picked, setPicked] = React.useState<string>();
  const targets = [
    ...ready.flatMap(({ clusterId }) => clusterId ?? []),
    ...applications.map(({ applicationId }) => applicationId)
  ];
  const first = (ready.find(({ mine }) => mine) ?? ready[0])?.clusterId;
  const fallback = wanted !== undefined && targets.includes(wanted) ? wanted : first;
  const target = picked ?? fallback ?? '';
  const cluster = clusters.find(target);
  const application = applications.find(({ applicationId }) => applicationId === target);
  const [language, setLanguage] = React.useState<Language>(preset.language ?? session.language ?? 'pyspark');
  const [role, setRole] = React.useState<string>();
  const [verify, setVerify] = React.useState(true);
  const [caBundle, setCaBundle] = React.useState(settings.caBundle);
  const [fresh, setFresh] = React.useState(preset.fresh === true);
  const [keep, setKeep] = React.useState(preset.keep === true);
  const answer = useRequest(clusters.control, 'roles.list', application ? {} : target ? { clusterId: target } : null);
  const roles = mergeRoles(answer.value ?? [], settings);
  const required = cluster?.runtimeRoles === true || application !== undefined;
  const runtimeRole =
    role ?? preset.runtimeRole ?? (required && answer.value && roles.length === 1 ? roles[0].arn : '');
  const ids = React.useId();
  const kernelName = session.panel.sessionContext.session?.kernel?.name;
  const switching = languageOf(kernelName) !== language;
  const display = session.panel.sessionContext.kernelDisplayName;
  const valid = target !== '' && roleIsValid(runtimeRole, required);
  const answered = preset.clusterId === undefined ? !asked.loading : clusters.list !== null;
  const gone = wanted !== undefined && answered && fallback !== wanted && picked === undefined;

  const submit = () => {
    if (!valid) {
      return;
    }
    const region = clusters.account?.region || settings.region || preset.region;
    const choice: IConnectChoice = {
      ...(application ? { applicationId: target } : { clusterId: target }),
      runtimeRole,
      language,
      verifyCertificate: verify,
      // The settings' is for clusters; EMR Serverless has a public certificate.
      caBundle: application && caBundle === settings.caBundle ? '' : caBundle,
      fresh,
      keep,
      ...(region ? { region } : {})
    };
    onChoice(choice);
    void task.run(connectRequest(choice, session.path));
  };

  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
    >
      {task.error && <ErrorPanel error={task.error} trans={trans} hook="connect-error" />}
      {clusters.error && !clusters.list && (
        <ErrorPanel error={clusters.error} trans={trans} onRetry={() => void clusters.refresh()} />
      )}
      {!clusters.list && !clusters.error && <Loading>{trans.__('Asking EMR for clusters…')}</Loading>}
      <div className="jp-EMR-field">
        <label htmlFor={`${ids}cluster`}>
          {applications.length > 0 ? trans.__('Cluster or application') : trans.__('Cluster')}
        </label>
        <select
          id={`${ids}cluster`}
          className="jp-mod-styled"
          data-emr="cluster-select"
          value={target}
          disabled={clusters.list !== null && targets.length === 0}
          onChange={event => {
            setPicked(event.target.value);
            setRole(undefined);
          }}
        >
          {(ready.length === 0 || target === '') && (
            <option value="">{clusters.list ? trans.__('No cluster is ready') : trans.__('Asking…')}</option>
          )}
          {ready.map(item => (
            <option key={item.key} value={item.clusterId}>
              {optionText(item, trans)}
            </option>
          ))}
          {applications.length > 0 && (
            <optgroup label={trans.__('EMR Serverless')}>
              {applications.map(item => (
                <option key={item.applicationId} value={item.applicationId}>
                  {[item.name, item.release, item.architecture].filter(Boolean).join(' · ')}
                </option>
              ))}
            </optgroup>
          )}
        </select>
        {application && application.state !== 'STARTED' && (
          <p className="jp-EMR-help" role="status" data-emr="application-asleep">
            {trans.__('The application is %1: connecting starts it.', application.state)}
          </p>
        )}
        {asked.error && ready.length === 0 && (
          <ErrorPanel error={asked.error} trans={trans} hook="applications-error" mild />
        )}
        {gone && (
          <p className="jp-EMR-warning" role="status" data-emr="cluster-gone">
            {preset.clusterId === undefined
              ? trans.__('The application %1 is not there any more, or takes no notebooks.', wanted)
              : goneText(clusters.find(wanted), wanted, trans)}
          </p>
        )}
        {clusters.list && targets.length === 0 && (
          <p className="jp-EMR-help">{trans.__('Create a cluster in the EMR sidebar, or wait until one is ready.')}</p>
        )}
      </div>
      {cluster?.runtimeRoles === false ? (
        <p className="jp-EMR-warning" role="status">
          {trans.__('Runtime roles are off on this cluster: cells run with the rights of its instances.')}
        </p>
      ) : (
        <RoleField
          target={target}
          roles={roles}
          {...(answer.error ? { error: answer.error } : {})}
          value={runtimeRole}
          required={required}
          trans={trans}
          onChange={setRole}
        />
      )}
      <div className="jp-EMR-field">
        <label htmlFor={`${ids}language`}>{trans.__('Language')}</label>
        <select
          id={`${ids}language`}
          className="jp-mod-styled"
          data-emr="language-select"
          value={language}
          onChange={event => setLanguage(event.target.value as Language)}
        >
          {(Object.keys(KERNEL_OF) as Language[]).map(item => (
            <option key={item} value={item}>
              {languageLabel(item)}
            </option>
          ))}
        </select>
        {switching && (
          <p className="jp-EMR-warning" role="status" data-emr="kernel-switch">
            {kernelName
              ? trans.__(
                  'The notebook runs on "%1". Connecting switches it to "%2"; variables of the present kernel are lost.',
                  display,
                  kernelLabel(language)
                )
              : trans.__('Connecting starts the kernel "%1" for this notebook.', kernelLabel(language))}
          </p>
        )}
      </div>
      <details className="jp-EMR-advanced" open={preset.fresh === true || preset.keep === true}>
        <summary>{trans.__('Advanced')}</summary>
        <Check hook="fresh-checkbox" checked={fresh} onChange={setFresh} label={trans.__('Start anew')}>
          {trans.__('A session of this notebook that is still there is ended, with its variables.')}
        </Check>
        <Check
          hook="keep-checkbox"
          checked={keep}
          onChange={setKeep}
          label={trans.__('Keep the session when the kernel ends')}
        >
          {trans.__(
            'It goes on and holds its memory until it is taken up again, or was idle for as long as Livy allows.'
          )}
        </Check>
        <div className="jp-EMR-field">
          <label htmlFor={`${ids}ca`}>{trans.__('CA bundle (path on the Jupyter host)')}</label>
          <input
            id={`${ids}ca`}
            className="jp-mod-styled"
            data-emr="ca-input"
            value={caBundle}
            onChange={event => setCaBundle(event.target.value)}
          />
        </div>
        <Check
          hook="verify-checkbox"
          checked={verify}
          onChange={setVerify}
          label={trans.__("Verify the cluster's certificate")}
        />
        {!verify && (
          <p className="jp-EMR-warning" role="alert">
            {trans.__(
              'Whoever stands between this host and the cluster can read what you send. The notebook will say so.'
            )}
          </p>
        )}
      </details>
      <div className="jp-EMR-actions jp-EMR-formActions">
        <Button hook="connect-cancel" onClick={onClose}>
          {trans.__('Cancel')}
        </Button>
        <Button hook="connect-submit" kind="accept" disabled={!valid} onClick={submit} submit>
          {switching && kernelName ? trans.__('Switch kernel and connect') : trans.__('Connect')}
        </Button>
      </div>
    </form>
  );
}

function optionText(cluster: ICluster, trans: TranslationBundle): string {
  const parts = [cluster.name, cluster.size, cluster.mine ? undefined : cluster.createdBy];
  return [...parts.filter(Boolean), cluster.state === 'RUNNING' ? trans.__('busy with a step') : undefined]
    .filter(Boolean)
    .join(' · ');
}

function goneText(cluster: ICluster | undefined, id: string, trans: TranslationBundle): string {
  return cluster
    ? trans.__('%1 cannot be connected to: %2.', cluster.name, clusterStateLabel(cluster.state, trans))
    : trans.__('The cluster %1 is not there any more.', id);
}

function Progress({ task, trans, onClose }: IConnectBodyProps): React.JSX.Element {
  const { session } = task;
  useChanged(session.changed);
  const now = useNow(true);
  const status = session.status;
  const log = React.useRef<HTMLPreElement>(null);
  const lines = status?.log ?? [];
  React.useEffect(() => {
    if (log.current) {
      log.current.scrollTop = log.current.scrollHeight;
    }
  }, [lines.length]);
  const state =
    !status || status.state === 'disconnected'
      ? trans.__('kernel is starting')
      : sessionStateLabel(status.state, trans);
  return (
    <div data-emr="connect-progress" data-state={status?.state ?? ''}>
      <Loading>{trans.__('Connecting: %1', state)}</Loading>
      <p className="jp-EMR-facts">
        <span data-emr="connect-elapsed">{formatDuration(now - task.startedAt)}</span>
      </p>
      {lines.length > 0 && (
        <pre className="jp-EMR-log" ref={log} tabIndex={0} aria-label={trans.__('Log')} data-emr="connect-log">
          {lines.join('\n')}
        </pre>
      )}
      <div className="jp-EMR-actions jp-EMR-formActions">
        <Button hook="connect-abort" kind="warn" onClick={() => task.cancel()}>
          {trans.__('Stop connecting')}
        </Button>
        <Button hook="connect-background" onClick={onClose}>
          {trans.__('Continue in the background')}
        </Button>
      </div>
    </div>
  );
}
