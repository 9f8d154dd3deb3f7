import type { ClusterState, ICluster, IClusterList } from '../../protocol';
import { ClustersModel } from '../model/clusters';
import { ControlModel } from '../model/control';
import type { IFakeBehaviour } from './fakes';
import { FakeServer, settle, when } from './fakes';

function cluster(key: string, state: ClusterState): ICluster {
  return { key, name: key, state, clusterId: `j-${key}`, mine: true, timeline: [] };
}

function list(at: number, ...clusters: ICluster[]): IClusterList {
  return { clusters, asOf: new Date(at).toISOString() };
}

/** A control kernel that answers the watch with a list. */
function behaviour(first: IClusterList): IFakeBehaviour {
  return {
    onRequest: (comm, { id, method }) => {
      if (method === 'account.describe') {
        comm.reply(id, { userName: 'alice' });
      } else if (method.startsWith('clusters.')) {
        comm.reply(id, method === 'clusters.terminate' ? { key: 'pp-1' } : first);
      }
    }
  };
}

function make(first: IClusterList, then = first) {
  const server = new FakeServer([behaviour(first), behaviour(then)]);
  const clusters = new ClustersModel(new ControlModel({ serviceManager: server.manager, backoff: [0] }));
  const seen: string[] = [];
  clusters.transition.connect((_, { cluster: { key, state }, from }) => seen.push(`${key} ${from ?? '-'} ${state}`));
  return { server, clusters, seen };
}

describe('ClustersModel', () => {
  it('watches with the ended ones and knows who one is', async () => {
    const { server, clusters } = make(list(1, cluster('pp-1', 'STARTING')));
    clusters.start();
    clusters.start();
    await when(clusters.changed, () => clusters.list !== null);
    const sent = server.kernel.comm.sent.map(({ method, params }) => [method, params]);
    expect(sent).toContainEqual(['clusters.watch', { ended: true }]);
    expect(sent).toHaveLength(2);
    expect(clusters.account?.userName).toBe('alice');
    expect(clusters.find('j-pp-1')).toBe(clusters.find('pp-1'));
  });

  it('tells each change of state, and none for the first list', async () => {
    const { server, clusters, seen } = make(list(1, cluster('pp-1', 'STARTING')));
    clusters.start();
    await when(clusters.changed, () => clusters.list !== null);
    expect(seen).toEqual([]);
    const push = (at: number, ...rows: ICluster[]) =>
      server.kernel.comm.say({ type: 'event', event: 'clusters', data: list(at, ...rows) });
    push(2, cluster('pp-1', 'STARTING'));
    push(3, cluster('pp-1', 'WAITING'), cluster('pp-2', 'REQUESTED'));
    expect(seen).toEqual(['pp-1 STARTING WAITING', 'pp-2 - REQUESTED']);
  });

  it('does not go back to an older list', async () => {
    const { server, clusters, seen } = make(list(10, cluster('pp-1', 'WAITING')));
    clusters.start();
    await when(clusters.changed, () => clusters.list !== null);
    server.kernel.comm.say({ type: 'event', event: 'clusters', data: list(5, cluster('pp-1', 'STARTING')) });
    expect(clusters.find('pp-1')?.state).toBe('WAITING');
    expect(seen).toEqual([]);
  });

  it('watches again on the next control kernel and sees what happened meanwhile', async () => {
    const { server, clusters, seen } = make(list(1, cluster('pp-1', 'STARTING')), list(2, cluster('pp-1', 'WAITING')));
    clusters.start();
    await when(clusters.changed, () => clusters.list !== null);
    const change = when(clusters.transition);
    server.kernel.die();
    await change;
    expect(server.kernel.comm.sent.map(({ method }) => method)).toContain('clusters.watch');
    expect(seen).toEqual(['pp-1 STARTING WAITING']);
  });

  it('shows why there is no list and recovers with the next one', async () => {
    const error = { code: 'NoCredentials', hop: 'aws-credentials', message: 'No credentials.', fix: 'aws sso login' };
    const server = new FakeServer([{ onRequest: (comm, { id }) => comm.say({ type: 'reply', id, ok: false, error }) }]);
    const clusters = new ClustersModel(new ControlModel({ serviceManager: server.manager }));
    clusters.start();
    await when(clusters.changed, () => clusters.error !== null);
    expect(clusters.error).toEqual(error);
    expect(clusters.list).toBeNull();
    server.kernel.comm.say({ type: 'event', event: 'clusters', data: list(1) });
    expect(clusters.error).toBeNull();
  });

  it('terminates with one token a cluster, whoever presses twice', async () => {
    const { server, clusters } = make(list(1, cluster('pp-1', 'WAITING')));
    await clusters.terminate('pp-1', false);
    await clusters.terminate('pp-1', false);
    await clusters.terminate('pp-2', true);
    await settle();
    const [first, second, other] = server.kernel.comm.sent
      .filter(({ method }) => method === 'clusters.terminate')
      .map(({ params }) => params);
    expect(first).toEqual({ key: 'pp-1', token: expect.any(String), allowTerminateJobFlows: false });
    expect(second['token']).toBe(first['token']);
    expect(other['token']).not.toBe(first['token']);
  });
});
