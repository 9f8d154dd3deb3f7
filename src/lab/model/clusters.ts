import { UUID } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type {
  ClusterState,
  IAccount,
  ICluster,
  IClusterList,
  IProvisionRequest,
  IProvisionResult
} from '../../protocol';
import type { IClusters, IClusterTransition, IControl } from '../tokens';
import { WatchedModel } from './watched';

/** The list of clusters as the control kernel pushes it. */
export class ClustersModel extends WatchedModel<IClusterList> implements IClusters {
  constructor(control: IControl) {
    super(control);
    control.event.connect((_, { event, data }) => {
      if (event === 'clusters') {
        this.take(data);
      }
    });
  }

  get account(): IAccount | null {
    return this._account;
  }

  get transition(): ISignal<IClusters, IClusterTransition> {
    return this._transition;
  }

  find(keyOrClusterId: string): ICluster | undefined {
    return this.list?.clusters.find(({ key, clusterId }) => key === keyOrClusterId || clusterId === keyOrClusterId);
  }

  async provision(request: IProvisionRequest): Promise<IProvisionResult> {
    const result = await this.control.request('products.provision', request);
    void this.refresh();
    return result;
  }

  async terminate(key: string, allowTerminateJobFlows: boolean): Promise<void> {
    // One token per cluster and page: pressing twice, or after an answer that was lost, asks for the same thing.
    const token = this._tokens.get(key) ?? UUID.uuid4();
    this._tokens.set(key, token);
    await this.control.request('clusters.terminate', { key, token, allowTerminateJobFlows });
    void this.refresh();
  }

  protected override async watch(): Promise<void> {
    const list = this.control.request('clusters.watch', { ended: true });
    // Both at once: who one is does not wait for the list.
    this._account = await this.control.request('account.describe', {}).catch(error => {
      list.catch(() => undefined);
      throw error;
    });
    this.emitChanged();
    this.take(await list);
  }

  protected override async ask(): Promise<void> {
    if (!this._account) {
      this._account = await this.control.request('account.describe', {});
    }
    this.take(await this.control.request('clusters.list', { ended: true }));
  }

  protected override onList(list: IClusterList, previous: IClusterList | null): void {
    if (!previous) {
      return;
    }
    const before = new Map<string, ClusterState>(previous.clusters.map(({ key, state }) => [key, state]));
    for (const cluster of list.clusters) {
      const from = before.get(cluster.key);
      if (from !== cluster.state) {
        this._transition.emit({ cluster, ...(from === undefined ? {} : { from }) });
      }
    }
  }

  private readonly _tokens = new Map<string, string>();
  private readonly _transition = new Signal<IClusters, IClusterTransition>(this);
  private _account: IAccount | null = null;
}
