/** The control against the local account: what the sidebar, the magics and the command line stand on. */
import { randomUUID } from 'node:crypto';

import { closeClients } from '../../aws';
import type { ICluster, IClusterList } from '../../protocol';
import { createControl } from '../control';
import { follow } from '../follow';
import type { IControlService } from '../types';
import type { ILocalAccount } from './localAccount';
import { startLocalAccount } from './localAccount';

const POLL_MS = 60;
jest.setTimeout(60_000);

let account: ILocalAccount;
let control: IControlService;
let small: string;
let broken: string;

beforeAll(async () => {
  account = await startLocalAccount(200);
  small = account.products.find(one => one.name === 'EMR small')!.productId;
  broken = account.products.find(one => one.name.includes('broken'))!.productId;
});
afterAll(() => account.stop());
beforeEach(() => {
  closeClients();
  control = createControl({ pollMs: POLL_MS });
});
afterEach(async () => {
  control.dispose();
  await account.mend();
});

async function provision(productId: string, name: string, token: string = randomUUID()) {
  const product = account.products.find(one => one.productId === productId)!;
  return control.call('products.provision', {
    productId,
    versionId: product.versions[0],
    pathId: product.paths[0],
    name,
    parameters: {},
    token
  });
}

/** Resolves with the first list that fits. */
function until(fits: (list: IClusterList) => boolean, watched = control): Promise<IClusterList> {
  return new Promise(resolve => {
    const stop = watched.watch(list => {
      if (fits(list)) {
        // It may be told before `stop` is there.
        void Promise.resolve().then(() => stop());
        resolve(list);
      }
    });
  });
}

describe('products', () => {
  it('are listed and described, newest version first, the default marked', async () => {
    const products = await control.call('products.list', {});
    expect(products.map(one => one.productId).sort()).toEqual(account.products.map(one => one.productId).sort());
    const research = products.find(one => one.name === 'EMR research')!;
    const detail = await control.call('products.describe', { productId: research.productId });
    expect(detail.versions.map(one => one.guidance)).toEqual(['DEFAULT', 'DEPRECATED']);
    expect(detail.defaultVersionId).toBe(detail.versions[0].versionId);
    expect(detail.launchPaths).toHaveLength(2);
    const id = { productId: detail.productId, versionId: detail.versions[0].versionId };
    await expect(control.call('products.form', id)).rejects.toMatchObject({ code: 'LaunchPathNeeded' });
    const form = await control.call('products.form', { ...id, pathId: detail.launchPaths[0].pathId });
    expect(form.uiSchema['parameters']).toMatchObject({ MetastorePassword: { 'ui:widget': 'password' } });
    expect(form.schema['properties']).toHaveProperty('tags');
  });

  it('are not launched with a bad value or a bad name', async () => {
    const { versions, paths } = account.products.find(one => one.productId === small)!;
    const request = { productId: small, versionId: versions[0], pathId: paths[0], token: 't', parameters: {} };
    await expect(control.call('products.provision', { ...request, name: 'a b' })).rejects.toMatchObject({
      code: 'InvalidName'
    });
    await account.forget();
    await expect(
      control.call('products.provision', { ...request, name: 'x', parameters: { CoreNodes: 999 } })
    ).rejects.toMatchObject({ code: 'InvalidParameter', message: expect.stringContaining('CoreNodes') });
    expect(await account.calls()).not.toContain('ProvisionProduct');
  });
});

describe('a cluster’s life', () => {
  it('goes from the request to ready, phase by phase, and to its end', async () => {
    const { provisionedProductId } = await provision(small, 'life');
    const seen: ICluster[] = [];
    const row = await follow(control, provisionedProductId, 'ready', { onChange: now => now && seen.push(now) });
    const order = ['REQUESTED', 'STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING'];
    const steps = seen.map(now => order.indexOf(now.state));
    expect(steps).toEqual([...steps].sort());
    // The cluster is seen before Service Catalog's record succeeds.
    const early = seen.find(now => now.state === 'STARTING' || now.state === 'BOOTSTRAPPING');
    expect(early?.clusterId).toBe(row!.clusterId);
    expect(row).toMatchObject({
      key: provisionedProductId,
      name: 'life',
      mine: true,
      createdBy: 'data-scientist',
      runtimeRoles: true,
      size: expect.stringContaining('1 × ') as string
    });
    const phases = row!.timeline;
    expect(phases.every(phase => phase.status === 'done')).toBe(true);
    const starts = phases.map(phase => phase.startedAt).filter((at): at is string => at !== undefined);
    expect(starts).toEqual([...starts].sort());

    const roles = await control.call('roles.list', { clusterId: row!.clusterId });
    expect(roles.map(role => role.arn)).toContain(account.roles.analyst);
    expect(roles.every(role => role.source === 'product')).toBe(true);
    const { url } = await control.call('clusters.sparkUi', { clusterId: row!.clusterId! }).catch(() => ({ url: '' }));
    expect(url === '' || url.startsWith('http')).toBe(true);

    const token = randomUUID();
    const [first, second] = await Promise.all([
      control.call('clusters.terminate', { key: provisionedProductId, token }),
      control.call('clusters.terminate', { key: row!.clusterId!, token: randomUUID() })
    ]);
    expect(second).toEqual(first);
    const ended = await follow(control, provisionedProductId, 'ended');
    expect(ended).toMatchObject({ key: provisionedProductId, state: 'TERMINATED' });
    expect(ended!.timeline.slice(-2).map(phase => `${phase.id} ${phase.status}`)).toEqual([
      'terminating done',
      'terminated done'
    ]);
    // Again, now that it is gone: by this control, and by one that never saw it.
    await expect(
      control.call('clusters.terminate', { key: provisionedProductId, token: randomUUID() })
    ).resolves.toEqual({ key: provisionedProductId });
    const other = createControl({ pollMs: POLL_MS });
    await expect(other.call('clusters.terminate', { key: provisionedProductId, token: randomUUID() })).resolves.toEqual(
      { key: provisionedProductId }
    );
    // A process that starts now still knows whose it was, under the same key.
    const { clusters } = await other.call('clusters.list', { ended: true });
    expect(clusters.find(one => one.key === provisionedProductId)).toMatchObject({ state: 'TERMINATED', mine: true });
    expect((await other.call('clusters.list', {})).clusters.map(one => one.key)).not.toContain(provisionedProductId);
    other.dispose();
  });

  it('is made once, however often the same token asks', async () => {
    const token = randomUUID();
    const first = await provision(small, 'once', token);
    expect(await provision(small, 'once', token)).toEqual(first);
    await expect(provision(small, 'once')).rejects.toMatchObject({
      code: 'DuplicateResourceException',
      message: 'A cluster named "once" exists already.'
    });
    await follow(control, first.provisionedProductId, 'ready');
    await control.call('clusters.terminate', { key: first.provisionedProductId, token: randomUUID() });
    await follow(control, first.provisionedProductId, 'ended');
  });

  it('fails with the true cause, and what is left can be removed', async () => {
    const { provisionedProductId } = await provision(broken, 'broken');
    const error: unknown = await follow(control, provisionedProductId, 'ready').catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(/"broken" is FAILED: .*bootstrap action/);
    const { clusters } = await control.call('clusters.list', {});
    const row = clusters.find(one => one.key === provisionedProductId)!;
    expect(row).toMatchObject({ state: 'FAILED', mine: true, reason: { hop: 'emr' } });
    expect(row.reason!.fix).toContain('bootstrap');
    expect(row.timeline.at(-1)).toMatchObject({ id: 'bootstrapping', status: 'failed' });
    // A control that saw nothing of it finds the same cause.
    const late = createControl({ pollMs: POLL_MS });
    const again = (await late.call('clusters.list', {})).clusters.find(one => one.key === provisionedProductId)!;
    expect(again.reason?.message).toBe(row.reason!.message);
    late.dispose();
    await control.call('clusters.terminate', { key: provisionedProductId, token: randomUUID() });
    await follow(control, provisionedProductId, 'ended');
  });
});

describe('watching', () => {
  const known = (list: IClusterList) => list.clusters.some(one => one.key === account.otherCluster);

  it('goes on through throttling with the last list, and mends by itself', async () => {
    await until(known);
    await account.fault('*', '*', 'ThrottlingException', 60);
    const { provisionedProductId } = await (async () => {
      const lists: IClusterList[] = [];
      const stop = control.watch(list => lists.push(list));
      const stale = await until(list => list.stale !== undefined);
      expect(stale.stale?.message).toContain('slow down');
      expect(known(stale)).toBe(true);
      await account.mend();
      const fresh = await until(list => list.stale === undefined);
      expect(known(fresh)).toBe(true);
      stop();
      return provision(small, 'after-throttling');
    })();
    await follow(control, provisionedProductId, 'ready');
    await control.call('clusters.terminate', { key: provisionedProductId, token: randomUUID() });
    await follow(control, provisionedProductId, 'ended');
  });

  it('says expired credentials in the list and goes on when they are renewed', async () => {
    await until(known);
    await account.fault('*', '*', 'ExpiredTokenException', 12, 'The security token included in the request is expired');
    const stale = await until(list => list.stale !== undefined);
    expect(stale.stale).toMatchObject({ code: 'ExpiredTokenException', hop: 'aws-credentials' });
    expect(stale.stale?.fix).toContain('Renew');
    expect(known(stale)).toBe(true);
    await account.mend();
    await until(list => list.stale === undefined && known(list));
  });

  it('shows the clusters where Service Catalog is denied, and says so', async () => {
    await account.fault(
      'servicecatalog',
      '*',
      'AccessDeniedException',
      50,
      'User: u is not authorized to perform: x:Y'
    );
    const list = await control.call('clusters.list', {});
    expect(known(list)).toBe(true);
    expect(list.stale).toMatchObject({ code: 'AccessDeniedException', hop: 'service-catalog' });
  });

  it('shows the products’ own clusters where listing clusters is denied', async () => {
    const { provisionedProductId } = await provision(small, 'unlisted');
    await follow(control, provisionedProductId, 'ready');
    await account.fault('emr', 'ListClusters', 'AccessDeniedException', 1000);
    const blind = createControl({ pollMs: POLL_MS });
    const list = await blind.call('clusters.list', {});
    const row = list.clusters.find(one => one.key === provisionedProductId);
    expect(row).toMatchObject({ state: 'WAITING', mine: true });
    expect(list.stale?.message).toContain('elasticmapreduce:ListClusters');
    await blind.call('clusters.terminate', { key: provisionedProductId, token: randomUUID() });
    await follow(blind, provisionedProductId, 'ended', {}).catch(() => undefined);
    blind.dispose();
  });

  it('throws where nothing could ever be read', async () => {
    await account.fault('*', '*', 'AccessDeniedException', 50);
    await expect(control.call('clusters.list', {})).rejects.toMatchObject({ code: 'AccessDeniedException' });
    // Who watches is told the same, and goes on.
    const list = await control.call('clusters.watch', {});
    expect(list).toMatchObject({ clusters: [], stale: { code: 'AccessDeniedException' } });
  });

  it('asks AWS little: two lists a look, details once, one poll for all watchers, none without', async () => {
    await until(known);
    await control.call('clusters.list', {});
    await account.forget();
    await control.call('clusters.list', {});
    expect((await account.calls()).sort()).toEqual(['ListClusters', 'SearchProvisionedProducts']);

    await account.forget();
    const stops = [1, 2, 3].map(() => control.watch(() => undefined));
    await Promise.all([control.call('clusters.list', {}), control.call('clusters.list', {})]);
    const shared = (await account.calls()).filter(one => one === 'ListClusters').length;
    expect(shared).toBeLessThanOrEqual(2);
    stops.forEach(stop => stop());

    await account.forget();
    await new Promise(resolve => setTimeout(resolve, POLL_MS * 30));
    expect(await account.calls()).toEqual([]);
  });

  it('stops for one caller who gives up, not for the others', async () => {
    const abort = new AbortController();
    const given = control.call('clusters.list', {}, { signal: abort.signal });
    const waiting = control.call('clusters.list', {});
    abort.abort();
    await expect(given).rejects.toMatchObject({ code: 'Cancelled' });
    expect(known(await waiting)).toBe(true);
  });
});

describe('teardown of what Service Catalog did not make', () => {
  it('is refused unless it is allowed, and by the site for good', async () => {
    const request = { key: account.otherCluster, token: randomUUID() };
    await expect(control.call('clusters.terminate', request)).rejects.toMatchObject({ code: 'TerminateNotAllowed' });
    const strict = createControl({ site: { allowTerminateJobFlows: false } });
    const error: unknown = await strict
      .call('clusters.terminate', { ...request, allowTerminateJobFlows: true })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'TerminateNotAllowed', fix: expect.stringContaining('platform team') });
    const { state } = await control.call('clusters.describe', { key: account.otherCluster });
    expect(state).toBe('WAITING');
  });

  it('is done where it is allowed, once, and followed to the end', async () => {
    const request = { key: account.otherCluster, allowTerminateJobFlows: true };
    await control.call('clusters.terminate', { ...request, token: randomUUID() });
    const row = await follow(control, account.otherCluster, 'ended');
    expect(row).toMatchObject({ state: 'TERMINATED', mine: false });
    await expect(control.call('clusters.terminate', { ...request, token: randomUUID() })).resolves.toEqual({
      key: account.otherCluster
    });
  });

  it('says that there is no such cluster', async () => {
    for (const key of ['j-0000000000000', 'pp-0000000000000', 'nonsense']) {
      await expect(control.call('clusters.terminate', { key, token: randomUUID() })).rejects.toMatchObject({
        code: 'ClusterNotFound'
      });
      await expect(control.call('clusters.describe', { key })).rejects.toMatchObject({ code: 'ClusterNotFound' });
    }
  });
});
