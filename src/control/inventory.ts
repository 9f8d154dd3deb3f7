/**
 * One look at AWS after the other: which provisioned products and clusters there are, with as few calls as possible.
 * Quiet: two list calls a look. Details are read once a cluster, and again only where its state changed; what the
 * caller may not do is not asked again for a while.
 */
import type { ClusterSummary, IAwsContext, ProvisionedProductAttribute } from '../aws';
import {
  callerIdentity,
  clusterSecurity,
  clusterSize,
  describeCluster,
  describeRecord,
  idleTimeout,
  isDenied,
  listClusters,
  provisionedProductOutputs,
  searchProvisionedProducts
} from '../aws';
import type { ISiteConfig } from '../config';
import type { ICluster, IErrorInfo } from '../protocol';
import { EmrError, errorInfo } from '../protocol';
import { clusterOf, rows } from './rows';
import type { IClusterView, IProductView } from './views';
import { CHANGING, clusterIdOf, isEnded, productIdOf, stateOf } from './views';

/** Clusters whose details are read in one look. */
const DETAILS_PER_LOOK = 8;
/** How many of them at once. */
const AT_ONCE = 4;
/** ms after which what was denied is tried again. */
const DENIED_MS = 10 * 60_000;
/** ms between two looks at the account's other products and at ended clusters. */
const SELDOM_MS = 60_000;
const DAY_MS = 24 * 3600_000;
/** Clusters are listed by when they were made: one that ended today may be that old. */
const ENDED_AGE_MS = 7 * DAY_MS;

/** What one look was about. */
export interface ILook {
  /** Read the clusters that ended, too. */
  ended: boolean;
  signal: AbortSignal;
}

/** All that is known about products and clusters, and the way to know more. */
export class Inventory {
  readonly products = new Map<string, IProductView>();
  readonly clusters = new Map<string, IClusterView>();
  /** Why the last look saw less than it should have. */
  trouble?: IErrorInfo;
  /** Something was read at least once. */
  known = false;
  /** There are details left to read. */
  private backlog = false;
  private seldomAt: Record<string, number> = {};
  private readonly denied = new Map<string, number>();
  private listed = false;
  /** The caller's ARN, asked for where an ended cluster's owner matters. */
  private arn?: string;

  constructor(
    private readonly aws: IAwsContext,
    private readonly site: ISiteConfig
  ) {}

  /** The list as it is known now. */
  list(ended: boolean): ICluster[] {
    return rows(this.products.values(), this.clusters, { ended, now: Date.now(), arn: this.arn });
  }

  /** Something is on its way to another state, or not wholly read yet. */
  get changing(): boolean {
    return (
      this.backlog ||
      [...this.clusters.values()].some(cluster => CHANGING.has(stateOf(cluster))) ||
      [...this.products.values()].some(
        view => view.mine && view.goneAt === undefined && /UNDER_CHANGE|PLAN/.test(view.product.Status ?? '')
      )
    );
  }

  /** Forget what was read seldom: something was just changed on purpose. */
  hurry(): void {
    this.seldomAt = {};
  }

  /**
   * Ask AWS once. Never throws but for an abort: what could not be read stays as it was, and {@link trouble} says why.
   */
  async look({ ended, signal }: ILook): Promise<void> {
    const troubles: IErrorInfo[] = [];
    const now = Date.now();
    const part = async <T>(body: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await body();
      } catch (error) {
        troubles.push(errorInfo(error));
        return undefined;
      }
    };
    const [own, live, others, over] = await Promise.all([
      part(() => searchProvisionedProducts(this.aws, 'User', signal)),
      part(() => listClusters(this.aws, { signal })),
      this.seldom('account', now, () => searchProvisionedProducts(this.aws, 'Account', signal)),
      ended
        ? this.seldom('ended', now, () =>
            listClusters(this.aws, {
              states: ['TERMINATED', 'TERMINATED_WITH_ERRORS'],
              createdAfter: new Date(now - ENDED_AGE_MS),
              signal
            })
          )
        : undefined
    ]);
    signal.throwIfAborted();
    this.known ||= own !== undefined || live !== undefined;
    this.mergeProducts(own, others, now);
    for (const summary of [...(over ?? []), ...(live ?? [])]) {
      this.mergeCluster(summary, now);
    }
    await this.lookCloser(live, troubles, signal);
    signal.throwIfAborted();
    this.trouble = worst(troubles);
    this.listed = true;
  }

  /** A call whose answer may be a minute old, and which the caller may not be allowed to make. */
  private async seldom<T>(name: string, now: number, body: () => Promise<T>): Promise<T | undefined> {
    if (now < (this.seldomAt[name] ?? 0)) {
      return undefined;
    }
    this.seldomAt[name] = now + SELDOM_MS;
    try {
      return await body();
    } catch (error) {
      this.seldomAt[name] = now + (isDenied(errorInfo(error)) ? DENIED_MS : SELDOM_MS);
      return undefined;
    }
  }

  private mergeProducts(
    own: ProvisionedProductAttribute[] | undefined,
    others: ProvisionedProductAttribute[] | undefined,
    now: number
  ): void {
    const merge = (product: ProvisionedProductAttribute, mine: boolean) => {
      const id = product.Id ?? '';
      const view = this.products.get(id);
      if (view) {
        view.product = product;
        view.mine ||= mine;
        delete view.goneAt;
      } else if (id) {
        this.products.set(id, { id, product, mine });
      }
    };
    others?.forEach(product => merge(product, false));
    own?.forEach(product => merge(product, true));
    const here = new Set([...(own ?? []), ...(others ?? [])].map(product => product.Id));
    for (const view of this.products.values()) {
      const asked = view.mine ? own !== undefined : others !== undefined;
      if (asked && !here.has(view.id)) {
        view.goneAt ??= now;
        if (now - view.goneAt > DAY_MS) {
          this.products.delete(view.id);
        }
      }
    }
  }

  private mergeCluster(summary: ClusterSummary, now: number): IClusterView | undefined {
    const id = summary.Id;
    if (!id) {
      return undefined;
    }
    const view = this.clusters.get(id);
    if (!view) {
      const made: IClusterView = { id, summary, observed: {} };
      this.clusters.set(id, made);
      return made;
    }
    const before = stateOf(view);
    view.summary = summary;
    const after = stateOf(view);
    if (before !== after) {
      view.observed[after] ??= now;
      if (isEnded(view)) {
        view.endSeenAt ??= now;
      }
    }
    return view;
  }

  /** Details that the lists do not hold. */
  private async lookCloser(
    live: ClusterSummary[] | undefined,
    troubles: IErrorInfo[],
    signal: AbortSignal
  ): Promise<void> {
    const jobs: (() => Promise<void>)[] = [];
    const mine = [...this.products.values()].filter(view => view.mine && view.goneAt === undefined);
    for (const view of mine) {
      jobs.push(() => this.readProduct(view, signal));
    }
    troubles.push(...(await run(jobs.splice(0), signal)));
    this.unlistedIds(live).forEach(id => jobs.push(() => this.readCluster(id, signal)));
    const unread = [...this.clusters.values()].filter(view => this.needs(view));
    const owners = new Set(mine.map(view => clusterOf(view, this.clusters)?.id));
    unread.sort(
      (a, b) => Number(isEnded(a)) - Number(isEnded(b)) || Number(owners.has(b.id)) - Number(owners.has(a.id))
    );
    this.backlog = unread.length > DETAILS_PER_LOOK;
    unread
      .slice(0, DETAILS_PER_LOOK)
      .forEach(view =>
        jobs.push(() => (isEnded(view) ? this.readCluster(view.id, signal) : this.readDetails(view, signal)))
      );
    if (this.arn === undefined && [...this.clusters.values()].some(view => isEnded(view))) {
      jobs.push(async () => {
        this.arn = (await callerIdentity(this.aws, signal)).arn;
      });
    }
    for (const view of mine) {
      if (view.product.Status === 'ERROR' && clusterOf(view, this.clusters) === undefined) {
        jobs.push(() => this.searchEnded(view, signal));
      }
    }
    troubles.push(...(await run(jobs, signal)));
    for (const view of this.clusters.values()) {
      const end = view.summary.Status?.Timeline?.EndDateTime?.getTime() ?? Date.now();
      if (isEnded(view) && Date.now() - end > DAY_MS && ![...owners].includes(view.id)) {
        this.clusters.delete(view.id);
      }
    }
  }

  /** Clusters that a product names, or that were alive, and that the list of live ones does not hold. */
  private unlistedIds(live: ClusterSummary[] | undefined): string[] {
    const listed = new Set(live?.map(summary => summary.Id));
    const wanted = new Set<string>();
    for (const view of this.products.values()) {
      if (view.clusterId && !listed.has(view.clusterId)) {
        const cluster = this.clusters.get(view.clusterId);
        if (!cluster || !isEnded(cluster)) {
          wanted.add(view.clusterId);
        }
      }
    }
    if (live !== undefined) {
      for (const cluster of this.clusters.values()) {
        if (!isEnded(cluster) && !listed.has(cluster.id)) {
          wanted.add(cluster.id);
        }
      }
    }
    return [...wanted].slice(0, DETAILS_PER_LOOK);
  }

  private needs(view: IClusterView): boolean {
    if (isEnded(view)) {
      // Who made it: once. It will not change any more.
      return view.detail === undefined && !this.isDenied('describe');
    }
    return (
      (view.detailOf !== stateOf(view) && !this.isDenied('describe')) ||
      (view.detail !== undefined && !view.idleKnown && !this.isDenied('idle')) ||
      (view.detail !== undefined && this.sizeIsOld(view))
    );
  }

  private sizeIsOld(view: IClusterView): boolean {
    const settled = /RUNNING|WAITING/.test(stateOf(view)) && !/RUNNING|WAITING/.test(view.sizeOf ?? '');
    return (view.sizeOf === undefined || settled) && !this.isDenied('size');
  }

  /** Its record while it changes or where it failed; its outputs once a launch succeeded. */
  private async readProduct(view: IProductView, signal: AbortSignal): Promise<void> {
    const { product } = view;
    const changing = /UNDER_CHANGE|PLAN/.test(product.Status ?? '');
    const failed = product.Status === 'ERROR' || product.Status === 'TAINTED';
    const recordId = product.LastRecordId ?? product.LastProvisioningRecordId;
    const final = /SUCCEEDED|FAILED/.test(view.record?.Status ?? '') && view.record?.RecordId === recordId;
    if (recordId && (changing || (failed && !final))) {
      const answer = await this.unlessDenied('record', () => describeRecord(this.aws, recordId, signal));
      if (answer) {
        view.record = answer.RecordDetail;
        view.clusterId ??= clusterIdOf(answer.RecordOutputs, this.site.clusterIdOutput);
      }
    } else if (!changing && !failed) {
      delete view.record;
    }
    const launch =
      product.LastSuccessfulProvisioningRecordId ?? (product.Status === 'AVAILABLE' ? recordId : undefined);
    if (launch && view.outputsOf !== launch) {
      const outputs = await this.unlessDenied('outputs', () => provisionedProductOutputs(this.aws, view.id, signal));
      if (outputs) {
        view.outputs = outputs;
        view.outputsOf = launch;
        view.clusterId = clusterIdOf(outputs, this.site.clusterIdOutput) ?? view.clusterId;
      }
    }
  }

  /** A cluster by its id, whatever its state. */
  async readCluster(id: string, signal?: AbortSignal): Promise<void> {
    try {
      const detail = await this.unlessDenied('describe', () => describeCluster(this.aws, id, signal));
      if (detail) {
        const view = this.mergeCluster({ Id: detail.Id, Name: detail.Name, Status: detail.Status }, Date.now());
        if (view) {
          view.detail = detail;
          view.detailOf = stateOf(view);
        }
      }
    } catch (error) {
      if (!(error instanceof EmrError) || error.code !== 'ClusterNotFound') {
        throw error;
      }
      // EMR forgets a cluster two months after its end.
      this.mergeCluster({ Id: id, Status: { State: 'TERMINATED' } }, Date.now());
      this.clusters.get(id)!.detail ??= { Id: id };
    }
  }

  /** All that a row shows beyond the list's own words. */
  async readDetails(view: IClusterView, signal?: AbortSignal): Promise<void> {
    if (view.detailOf !== stateOf(view)) {
      const detail = await this.unlessDenied('describe', () => describeCluster(this.aws, view.id, signal));
      if (!detail) {
        return;
      }
      view.detail = detail;
      this.mergeCluster({ Id: detail.Id, Name: detail.Name, Status: detail.Status }, Date.now());
      view.detailOf = stateOf(view);
    }
    const { detail } = view;
    if (!detail) {
      return;
    }
    if (this.sizeIsOld(view)) {
      const state = stateOf(view);
      view.size = (await this.unlessDenied('size', () => clusterSize(this.aws, detail, signal))) ?? view.size;
      view.sizeOf = state;
    }
    if (view.security === undefined) {
      view.security = await this.securityOf(view, signal);
    }
    if (!view.idleKnown && !isEnded(view)) {
      view.idleTimeoutSeconds = await this.unlessDenied('idle', () => idleTimeout(this.aws, view.id, signal));
      view.idleKnown = true;
    }
  }

  /** Security configurations do not change: one call a name. */
  private async securityOf(view: IClusterView, signal?: AbortSignal): Promise<IClusterView['security']> {
    const name = view.detail?.SecurityConfiguration;
    const twin = [...this.clusters.values()].find(
      other => other.security !== undefined && other.detail?.SecurityConfiguration === name
    );
    if (twin) {
      return twin.security;
    }
    return view.detail && this.unlessDenied('security', () => clusterSecurity(this.aws, view.detail!, signal));
  }

  /** The cluster of a launch that failed before we looked: among those that ended since, by their tags. Once. */
  private async searchEnded(view: IProductView, signal: AbortSignal): Promise<void> {
    const since = view.product.CreatedTime;
    const record = view.product.LastRecordId ?? '-';
    if (!since || view.searched === record || this.isDenied('describe')) {
      return;
    }
    const ended = await listClusters(this.aws, {
      states: ['TERMINATED', 'TERMINATED_WITH_ERRORS', 'TERMINATING'],
      createdAfter: new Date(since.getTime() - 1000),
      signal
    });
    for (const summary of ended.slice(-5)) {
      const known = this.clusters.get(summary.Id ?? '');
      if (known?.detail === undefined) {
        await this.readCluster(summary.Id ?? '', signal);
      }
    }
    view.searched = record;
  }

  private isDenied(what: string): boolean {
    return Date.now() < (this.denied.get(what) ?? 0);
  }

  /** A call about a detail: what is denied is not an error of the list, and not asked again for a while. */
  private async unlessDenied<T>(what: string, body: () => Promise<T>): Promise<T | undefined> {
    if (this.isDenied(what)) {
      return undefined;
    }
    try {
      return await body();
    } catch (error) {
      if (!isDenied(errorInfo(error))) {
        throw error;
      }
      this.denied.set(what, Date.now() + DENIED_MS);
      return undefined;
    }
  }

  /** The view of a product, or of the product that made a cluster. */
  productOf(key: string): IProductView | undefined {
    const direct = this.products.get(key);
    if (direct) {
      return direct;
    }
    const cluster = this.clusters.get(key);
    const tagged = productIdOf(cluster?.detail);
    return (
      (tagged === undefined ? undefined : this.products.get(tagged)) ??
      [...this.products.values()].find(view => view.clusterId === key)
    );
  }

  /** At least one look was made. */
  get looked(): boolean {
    return this.listed;
  }
}

/** Jobs, a few at once. Their errors, an abort aside, are handed back. */
async function run(jobs: (() => Promise<void>)[], signal: AbortSignal): Promise<IErrorInfo[]> {
  const errors: IErrorInfo[] = [];
  const queue = [...jobs];
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined && !signal.aborted; job = queue.shift()) {
      try {
        await job();
      } catch (error) {
        errors.push(errorInfo(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, jobs.length) }, worker));
  return errors;
}

/** Of several troubles the one to show: credentials first, since all others follow from them. */
function worst(troubles: IErrorInfo[]): IErrorInfo | undefined {
  return (
    troubles.find(trouble => trouble.hop === 'aws-credentials' || trouble.hop === 'config') ??
    troubles.find(trouble => isDenied(trouble)) ??
    troubles[0]
  );
}
