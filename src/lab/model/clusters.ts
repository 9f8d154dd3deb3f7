import { UUID } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type {
  ClusterState,
  IAccount,
  ICluster,
  IClusterList,
  IErrorInfo,
  IProvisionRequest,
  IProvisionResult
} from '../../protocol';
import { errorInfo } from '../../protocol';
import type { IClusters, IClusterTransition, IControl } from '../tokens';

/** The list of clusters as the control kernel pushes it; asks again after each change of the kernel. */
export class ClustersModel implements IClusters {
  constructor(readonly control: IControl) {
    control.event.connect((_, { event, data }) => {
      if (event === 'clusters') {
        this._take(data);
      }
    });
    control.opened.connect(() => {
      if (this._started) {
        void this._watch();
      }
    });
    control.stateChanged.connect(() => this._changed.emit());
  }

  get list(): IClusterList | null {
    return this._list;
  }

  get account(): IAccount | null {
    return this._account;
  }

  get error(): IErrorInfo | null {
    return this.control.error ?? this._error;
  }

  get loading(): boolean {
    return this._loading > 0;
  }

  get changed(): ISignal<IClusters, void> {
    return this._changed;
  }

  get transition(): ISignal<IClusters, IClusterTransition> {
    return this._transition;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  start(): void {
    if (this._started) {
      return;
    }
    this._started = true;
    if (this.control.state === 'connected') {
      void this._watch();
    } else {
      // The watch begins when the comm is open; a failure is the control's state and shown from there.
      this.control.start().catch(() => undefined);
    }
  }

  async refresh(): Promise<void> {
    this._started = true;
    await this._load(async () => {
      if (!this._account) {
        this._account = await this.control.request('account.describe', {});
      }
      this._take(await this.control.request('clusters.list', { ended: true }));
    });
  }

  find(keyOrClusterId: string): ICluster | undefined {
    return this._list?.clusters.find(({ key, clusterId }) => key === keyOrClusterId || clusterId === keyOrClusterId);
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

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private async _watch(): Promise<void> {
    await this._load(async () => {
      const list = this.control.request('clusters.watch', { ended: true });
      // Both at once: who one is does not wait for the list.
      this._account = await this.control.request('account.describe', {}).catch(error => {
        list.catch(() => undefined);
        throw error;
      });
      this._changed.emit();
      this._take(await list);
    });
  }

  private async _load(body: () => Promise<void>): Promise<void> {
    this._loading++;
    this._changed.emit();
    try {
      await body();
      this._error = null;
    } catch (error) {
      this._error = errorInfo(error);
    } finally {
      this._loading--;
      if (!this._isDisposed) {
        this._changed.emit();
      }
    }
  }

  private _take(list: IClusterList): void {
    if (this._isDisposed || (this._list && Date.parse(list.asOf) < Date.parse(this._list.asOf))) {
      return;
    }
    const before =
      this._list && new Map<string, ClusterState>(this._list.clusters.map(({ key, state }) => [key, state]));
    this._list = list;
    this._error = null;
    this._changed.emit();
    if (before) {
      for (const cluster of list.clusters) {
        const from = before.get(cluster.key);
        if (from !== cluster.state) {
          this._transition.emit({ cluster, ...(from === undefined ? {} : { from }) });
        }
      }
    }
  }

  private readonly _tokens = new Map<string, string>();
  private readonly _changed = new Signal<IClusters, void>(this);
  private readonly _transition = new Signal<IClusters, IClusterTransition>(this);
  private _list: IClusterList | null = null;
  private _account: IAccount | null = null;
  private _error: IErrorInfo | null = null;
  private _loading = 0;
  private _started = false;
  private _isDisposed = false;
}
