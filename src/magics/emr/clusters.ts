import { randomUUID } from 'node:crypto';

import { END_STATES, EmrError, errorText } from '../../protocol';
import { AWS_OPTIONS, awsContext } from '../bind';
import { usage } from '../options';
import { ProgressDisplay, STARTING_AFTER_MS } from '../progress';
import { age, say, showTable } from '../show';
import { followCluster } from './follow';
import { boundRegion } from './session';

import type { ICluster } from '../../protocol';
import type { ICommand } from '../types';

/** `%emr clusters`. */
export const clusters: ICommand = {
  name: 'clusters',
  summary: 'Clusters that you made or may see',
  options: [{ name: 'all', short: 'a', help: 'Also those that ended in the last day' }, ...AWS_OPTIONS],
  async run({ args, cell, notebook }) {
    const control = await notebook.control(awsContext('%emr clusters', args));
    const list = await control.call('clusters.list', { ended: args.has('all') }, { signal: cell.signal });
    showTable(
      cell,
      ['name', 'state', 'cluster', 'up', 'size', 'product', 'made by', 'runtime roles'],
      list.clusters.map(item => [
        item.name,
        item.state,
        item.clusterId,
        END_STATES.includes(item.state) ? '' : age(item.createdAt),
        item.size,
        item.productName,
        item.mine ? 'you' : item.createdBy,
        item.runtimeRoles === undefined ? '' : item.runtimeRoles ? 'yes' : 'no'
      ]),
      'There are no clusters. %emr products lists what you can make.'
    );
    for (const item of list.clusters.filter(cluster => cluster.reason)) {
      say(cell, `${item.name}: ${item.reason ? errorText(item.reason) : ''}`);
    }
    if (list.stale) {
      cell.stream('stderr', `The list is the one of ${list.asOf}: ${errorText(list.stale)}\n`);
    }
  }
};

/** `%emr terminate`. */
export const terminate: ICommand = {
  name: 'terminate',
  summary: 'Shut a cluster down',
  usage: '[CLUSTER]',
  options: [
    { name: 'cluster-id', value: 'j-…', help: 'The cluster; its name or pp-… id as a word works too' },
    { name: 'yes', short: 'y', help: 'Needed for the cluster that this notebook is bound to' },
    { name: 'no-wait', help: 'Do not wait for its end' },
    ...AWS_OPTIONS
  ],
  async run({ args, cell, notebook }) {
    const bound = notebook.session.status.binding?.clusterId ?? notebook.session.offer?.binding.clusterId;
    const wanted = args.get('cluster-id') ?? args.words[0] ?? bound;
    if (!wanted || args.words.length > 1) {
      throw usage('%emr terminate needs the cluster.', '%emr clusters lists them: give the name or the id of one.');
    }
    const control = await notebook.control(awsContext('%emr terminate', args) ?? boundRegion(notebook));
    const list = await control.call('clusters.list', { ended: true }, { signal: cell.signal });
    const cluster = pick(list.clusters, wanted);
    if (cluster.clusterId !== undefined && cluster.clusterId === bound && !args.has('yes')) {
      throw usage(
        `This notebook is bound to ${cluster.name} (${cluster.clusterId}): its session would end with it.`,
        'Add --yes if that is what you want.'
      );
    }
    const progress = new ProgressDisplay(cell, STARTING_AFTER_MS);
    try {
      progress.say(`Terminating ${cluster.name}`);
      if (cluster.clusterId !== undefined && cluster.clusterId === bound) {
        await notebook.session.disconnect();
      }
      await control.call(
        'clusters.terminate',
        {
          key: cluster.key,
          token: randomUUID(),
          allowTerminateJobFlows: notebook.site.allowTerminateJobFlows === true
        },
        { signal: cell.signal }
      );
      if (args.has('no-wait')) {
        progress.end(true);
        say(cell, `${cluster.name} is being terminated.`);
        return;
      }
      await followCluster(control, cluster.key, 'ended', progress, cell.signal, cluster);
      progress.end(true);
      say(cell, `${cluster.name}${cluster.clusterId ? ` (${cluster.clusterId})` : ''} is terminated.`);
    } finally {
      progress.end();
    }
  }
};

/** The one cluster that a name or an id means; the living before the ended. */
function pick(list: ICluster[], wanted: string): ICluster {
  const byId = list.find(item => [item.key, item.clusterId, item.provisionedProductId].includes(wanted));
  if (byId) {
    return byId;
  }
  const named = list.filter(item => item.name === wanted);
  const alive = named.filter(item => !END_STATES.includes(item.state));
  if (alive.length > 1) {
    throw usage(
      `${alive.length} clusters are called ${wanted}.`,
      `Give the id: ${alive.map(item => item.clusterId ?? item.key).join(', ')}.`
    );
  }
  const one = alive[0] ?? named[0];
  if (!one) {
    throw new EmrError({
      code: 'ClusterNotFound',
      hop: 'emr',
      message: `There is no cluster ${wanted.slice(0, 128)} that you may see.`,
      fix: '%emr clusters lists them.'
    });
  }
  return one;
}
