/** The cluster list: asked once, followed by many. */
import type { IAwsContext } from '../aws';
import { Poll, isCancelled, isDenied, sparkUi, describeCluster } from '../aws';
import type { ISiteConfig } from '../config';
import type { ICluster, IClusterList, IErrorInfo } from '../protocol';
import { EmrError } from '../protocol';
import { Inventory } from './inventory';
import { clusterOf, clusterRow } from './rows';

type Listener = (list: IClusterList) => void;

/** All clusters of one context. */
export class Clusters {
  readonly inventory: Inventory;
  private readonly watchers = new Set<{ listener: Listener; ended: boolean; told?: string }>();
  private readonly poll: Poll;
  private endedWanted = false;
  private asOf = new Date(0).toISOString();
  private failure?: IErrorInfo;

  constructor(
    private readonly aws: IAwsContext,
    site: ISiteConfig,
    pollMs: number
  ) {
    this.inventory = new Inventory(aws, site);
    this.poll = new Poll(
      {
        look: signal => this.inventory.look({ ended: this.wantsEnded(), signal }),
        changing: () => this.inventory.changing,
        // What is denied stays denied: no reason to look less often at what may be seen.
        troubled: () => this.inventory.trouble !== undefined && !isDenied(this.inventory.trouble),
        onLook: error => this.onLook(error)
      },
      pollMs
    );
  }

  private wantsEnded(): boolean {
    return this.endedWanted || [...this.watchers].some(watcher => watcher.ended);
  }

  private onLook(error?: IErrorInfo): void {
    this.failure = error ?? this.inventory.trouble;
    if (this.failure === undefined || this.inventory.known) {
      this.asOf = this.failure && !this.inventory.known ? this.asOf : new Date().toISOString();
    }
    for (const watcher of [...this.watchers]) {
      this.tell(watcher);
    }
  }

  private tell(watcher: { listener: Listener; ended: boolean; told?: string }): void {
    const list = this.current(watcher.ended);
    const text = JSON.stringify([list.clusters, list.stale]);
    if (text !== watcher.told && this.watchers.has(watcher)) {
      watcher.told = text;
      watcher.listener(list);
    }
  }

  /** The list as it is known, without asking. */
  current(ended: boolean): IClusterList {
    return {
      clusters: this.inventory.list(ended),
      asOf: this.asOf,
      ...(this.failure ? { stale: this.failure } : {})
    };
  }

  /**
   * Ask AWS now.
   *
   * @throws EmrError where nothing could be read, now or before
   */
  async list(ended: boolean, signal?: AbortSignal): Promise<IClusterList> {
    await this.refresh(ended, signal);
    if (!this.inventory.known && this.failure) {
      throw new EmrError(this.failure);
    }
    return this.current(ended);
  }

  /** One look, shared with all who ask at the same time; the caller may give up alone. */
  async refresh(ended: boolean, signal?: AbortSignal): Promise<void> {
    if (ended && !this.wantsEnded()) {
      this.endedWanted = true;
      this.poll.kick();
    }
    signal?.throwIfAborted();
    const look = this.poll.now().finally(() => (this.endedWanted = false));
    if (!signal) {
      return look;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => reject(cancelled());
      signal.addEventListener('abort', onAbort, { once: true });
      look.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  watch(listener: Listener, ended: boolean): () => void {
    const watcher = { listener, ended };
    this.watchers.add(watcher);
    if (this.inventory.looked || this.failure) {
      this.tell(watcher);
    }
    if (this.watchers.size === 1) {
      this.poll.start();
    } else if (ended) {
      this.poll.kick();
    }
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) {
        this.poll.stop();
      }
    };
  }

  /** Something was provisioned or terminated: look at once. */
  kick(): void {
    this.inventory.hurry();
    this.poll.kick();
  }

  /**
   * One row with all its details, by its key or its cluster's id.
   *
   * @throws EmrError `ClusterNotFound`
   */
  async describe(key: string, signal?: AbortSignal): Promise<ICluster> {
    await this.refresh(true, signal).catch((error: unknown) => {
      if (error instanceof EmrError && isCancelled(error)) {
        throw error;
      }
    });
    const found = () => this.inventory.list(true).find(row => row.key === key || row.clusterId === key);
    const product = this.inventory.productOf(key);
    const id = (product && clusterOf(product, this.inventory.clusters)?.id) ?? (key.startsWith('j-') ? key : undefined);
    if (id !== undefined) {
      if (!this.inventory.clusters.get(id)?.detail) {
        // Throws ClusterNotFound for an id that nobody knows.
        if (!this.inventory.clusters.has(id)) {
          await describeCluster(this.aws, id, signal);
        }
        await this.inventory.readCluster(id, signal);
      }
      const view = this.inventory.clusters.get(id);
      if (view) {
        await this.inventory.readDetails(view, signal);
        return found() ?? clusterRow(view);
      }
    }
    const row = found();
    if (row) {
      return row;
    }
    if (this.failure) {
      throw new EmrError(this.failure);
    }
    throw notFound(key);
  }

  /** @throws EmrError `ClusterNotReady`, `ClusterNotFound`, … */
  async sparkUi(
    params: { clusterId: string; runtimeRole?: string; applicationId?: string },
    signal?: AbortSignal
  ): Promise<{ url: string }> {
    const cluster = await describeCluster(this.aws, params.clusterId, signal);
    return { url: await sparkUi(this.aws, cluster, { ...params, signal }) };
  }

  dispose(): void {
    this.watchers.clear();
    this.poll.dispose();
  }
}

function cancelled(): EmrError {
  return new EmrError({ code: 'Cancelled', hop: 'kernel', message: 'Cancelled.' });
}

/** The error for a key that is nowhere. */
export function notFound(key: string): EmrError {
  return new EmrError({
    code: 'ClusterNotFound',
    hop: 'emr',
    message: `There is no cluster "${key}" in this account and region.`,
    fix: 'Refresh the list; it may have ended, or be in another region.'
  });
}
