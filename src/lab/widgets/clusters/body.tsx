import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { ICluster } from '../../../protocol';
import { END_STATES, READY_STATES } from '../../../protocol';
import { formatDuration, formatSpan } from '../../format';
import type { IEmrSettings } from '../../tokens';
import { CommandIDs } from '../../tokens';
import { Button, ErrorPanel, Section, StateBadge } from '../common';
import { rovingKeys, useNow } from '../common/hooks';
import { Timeline } from './timeline';

/** What every part of the list needs. */
export interface IListProps {
  commands: CommandRegistry;
  settings: IEmrSettings;
  trans: TranslationBundle;
}

/** The user's own clusters that are there. */
export function MyClusters(props: IListProps & { clusters: ICluster[] }): React.JSX.Element {
  const { clusters, trans } = props;
  const mine = clusters.filter(({ state, mine: own }) => own && !END_STATES.includes(state));
  return (
    <Section title={trans.__('My clusters')} count={mine.length} hook="clusters-mine">
      {mine.length > 0 ? (
        <Rows {...props} rows={mine} label={trans.__('My clusters')} />
      ) : (
        <p className="jp-EMR-empty" data-emr="clusters-empty">
          {trans.__('You have no cluster. Choose a product to create one.')}
        </p>
      )}
    </Section>
  );
}

/** What others made, and what ended. */
export function OtherClusters(props: IListProps & { clusters: ICluster[] }): React.JSX.Element {
  const { clusters, trans } = props;
  const ended = clusters.filter(({ state }) => END_STATES.includes(state));
  const others = clusters.filter(({ state, mine }) => !mine && !END_STATES.includes(state));
  return (
    <>
      {others.length > 0 && (
        <Section title={trans.__("Others' clusters")} count={others.length} hook="clusters-others">
          <Rows {...props} rows={others} label={trans.__("Others' clusters")} />
        </Section>
      )}
      {ended.length > 0 && (
        <Section title={trans.__('Ended in the last 24 hours')} count={ended.length} hook="clusters-ended" closed>
          <Rows {...props} rows={ended} label={trans.__('Ended clusters')} />
        </Section>
      )}
    </>
  );
}

function Rows(props: IListProps & { rows: ICluster[]; label: string }): React.JSX.Element {
  return (
    <ul className="jp-EMR-clusters" aria-label={props.label} onKeyDown={rovingKeys}>
      {props.rows.map((cluster, index) => (
        <Row key={cluster.key} {...props} cluster={cluster} first={index === 0} />
      ))}
    </ul>
  );
}

function Row(props: IListProps & { cluster: ICluster; first: boolean }): React.JSX.Element {
  const { cluster, commands, settings, trans } = props;
  const ended = END_STATES.includes(cluster.state);
  const ready = READY_STATES.includes(cluster.state);
  const now = useNow(!ended && cluster.state !== 'FAILED');
  const uptime = formatSpan(cluster.readyAt ?? cluster.createdAt, ended ? cluster.endedAt : now);
  const facts = [
    cluster.size,
    cluster.releaseLabel,
    cluster.productName && [cluster.productName, cluster.versionName].filter(Boolean).join(' '),
    cluster.createdBy && trans.__('by %1', cluster.createdBy),
    cluster.idleTimeoutSeconds && trans.__('ends after %1 idle', formatDuration(cluster.idleTimeoutSeconds * 1000))
  ].filter((fact): fact is string => Boolean(fact));
  const refused = !cluster.provisionedProductId && !settings.allowTerminateJobFlows;
  const unsettled = !ended && !ready;
  return (
    <li
      className="jp-EMR-cluster"
      data-emr="cluster"
      data-emr-item=""
      data-key={cluster.key}
      data-state={cluster.state}
      data-cluster-id={cluster.clusterId}
      tabIndex={props.first ? 0 : -1}
      aria-label={cluster.name}
    >
      <div className="jp-EMR-cluster-head">
        <span className="jp-EMR-cluster-name" data-emr="cluster-name" title={cluster.name}>
          {cluster.name}
        </span>
        <span aria-live="polite">
          <StateBadge state={cluster.state} trans={trans} />
        </span>
      </div>
      <div className="jp-EMR-facts">
        {uptime && cluster.state !== 'FAILED' && (
          <span data-emr="cluster-uptime" title={ready ? trans.__('Ready since') : trans.__('Since it was requested')}>
            {ready ? trans.__('up %1', uptime) : ended ? trans.__('lived %1', uptime) : uptime}
          </span>
        )}
        {facts.map(fact => (
          <span key={fact}>{fact}</span>
        ))}
        {cluster.clusterId && <code data-emr="cluster-id">{cluster.clusterId}</code>}
        {cluster.runtimeRoles === false && <span className="jp-EMR-warning">{trans.__('no runtime roles')}</span>}
      </div>
      {cluster.reason && (cluster.state === 'FAILED' || cluster.state === 'TERMINATED_WITH_ERRORS') && (
        <ErrorPanel error={cluster.reason} trans={trans} hook="cluster-reason" />
      )}
      {cluster.reason && !['FAILED', 'TERMINATED_WITH_ERRORS'].includes(cluster.state) && (
        <p className="jp-EMR-facts" data-emr="cluster-reason">
          {cluster.reason.message}
        </p>
      )}
      {cluster.timeline.length > 0 && (
        <details className="jp-EMR-timelineFold" open={unsettled || undefined}>
          <summary>{trans.__('Timeline')}</summary>
          <Timeline phases={cluster.timeline} trans={trans} />
        </details>
      )}
      {!ended && (
        <div className="jp-EMR-actions">
          {ready && cluster.clusterId && (
            <>
              <Button
                hook="connect"
                kind="accept"
                label={trans.__('Connect the notebook to %1', cluster.name)}
                onClick={() => void commands.execute(CommandIDs.connect, { clusterId: cluster.clusterId })}
              >
                {trans.__('Connect')}
              </Button>
              <Button
                hook="spark-ui"
                label={trans.__('Open the Spark UI of %1', cluster.name)}
                onClick={() => void commands.execute(CommandIDs.sparkUi, { clusterId: cluster.clusterId })}
              >
                {trans.__('Spark UI')}
              </Button>
            </>
          )}
          {cluster.state !== 'TERMINATING' && (
            <Button
              hook="terminate"
              kind="warn"
              label={trans.__('Terminate %1', cluster.name)}
              title={
                refused
                  ? trans.__(
                      'Service Catalog did not make this cluster. Its termination has to be allowed in the settings ("allowTerminateJobFlows").'
                    )
                  : undefined
              }
              onClick={() => void commands.execute(CommandIDs.terminate, { key: cluster.key })}
            >
              {trans.__('Terminate')}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}
