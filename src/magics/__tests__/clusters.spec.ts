import { runCell } from '..';
import { FakeCell, fakeNotebook } from './notebook';

import type { IControlService } from '../../control';
import type { ControlMethods, ICluster, IClusterList, IProductDetail } from '../../protocol';

const PRODUCT: IProductDetail = {
  productId: 'prod-1',
  name: 'Small cluster',
  description: 'For trials',
  owner: 'platform',
  versions: [
    { versionId: 'pa-2', name: 'v2', description: '', guidance: 'NONE' },
    { versionId: 'pa-1', name: 'v1', description: '', guidance: 'DEPRECATED' }
  ],
  launchPaths: [
    { pathId: 'lp-1', name: 'Research' },
    { pathId: 'lp-2', name: 'Shared' }
  ]
};
const SCHEMA = {
  properties: {
    parameters: {
      properties: {
        Nodes: { type: 'integer', default: 2 },
        Subnets: { type: 'array' },
        Desk: { type: 'string' }
      },
      required: ['Nodes', 'Desk']
    }
  }
};

function cluster(change: Partial<ICluster>): ICluster {
  return {
    key: 'pp-1',
    name: 'trial',
    state: 'STARTING',
    provisionedProductId: 'pp-1',
    mine: true,
    timeline: [],
    ...change
  };
}

/** A control whose watch goes through the given rows. */
function fakeControl(rows: ICluster[], list: ICluster[] = rows) {
  const calls: [string, unknown][] = [];
  const control = {
    call: (method: keyof ControlMethods, params: unknown) => {
      calls.push([method, params]);
      switch (method) {
        case 'products.list':
          return Promise.resolve([PRODUCT]);
        case 'products.describe':
          return Promise.resolve(PRODUCT);
        case 'products.form':
          return Promise.resolve({ schema: SCHEMA });
        case 'products.provision':
          return Promise.resolve({ provisionedProductId: 'pp-1', recordId: 'rec-1' });
        case 'clusters.list':
          return Promise.resolve({ clusters: list, asOf: 'now' });
        case 'clusters.terminate':
          return Promise.resolve({ key: 'pp-1' });
        default:
          return Promise.reject(new Error(method));
      }
    },
    watch: (listener: (list: IClusterList) => void) => {
      rows.forEach(row => setImmediate(() => listener({ clusters: [row], asOf: 'now' })));
      return () => undefined;
    }
  } as unknown as IControlService;
  return { control, calls };
}

async function run(code: string, kit: ReturnType<typeof fakeNotebook>): Promise<FakeCell> {
  const cell = new FakeCell(code);
  await runCell(cell, kit.notebook);
  return cell;
}

describe('%emr provision', () => {
  const line = '%emr provision trial --product "small cluster" --path Research -p Desk=rates -p Subnets=a,b';

  it('takes names for ids, passes the texts on to be checked, and follows to the end', async () => {
    const { control, calls } = fakeControl([
      cluster({}),
      cluster({ state: 'WAITING', clusterId: 'j-1', readyAt: 'now' })
    ]);
    const cell = await run(line, fakeNotebook('pyspark', control));
    expect(calls.find(([method]) => method === 'products.provision')?.[1]).toEqual({
      productId: 'prod-1',
      versionId: 'pa-2',
      pathId: 'lp-1',
      name: 'trial',
      parameters: { Desk: 'rates', Subnets: 'a,b' },
      tags: {},
      token: expect.any(String)
    });
    expect(cell.text).toContain('%emr connect --cluster-id j-1');
  });

  it.each([
    ['%emr provision t --product Big', 'There are "Small cluster"'],
    ['%emr provision t --product prod-1', 'Give --path: "Research" or "Shared".'],
    ['%emr provision t --product prod-1 --path Mine', 'no launch path'],
    ['%emr provision t --product prod-1 --path Research --version v9', 'There are v2, v1.'],
    ['%emr provision t --product prod-1 --path Research -p Desk', 'KEY=VALUE']
  ])('%s makes nothing', async (code, words) => {
    const { control, calls } = fakeControl([]);
    const error: unknown = await run(code, fakeNotebook('pyspark', control)).catch((thrown: unknown) => thrown);
    expect(`${(error as Error).message} ${(error as { fix?: string }).fix}`).toContain(words);
    expect(calls.some(([method]) => method === 'products.provision')).toBe(false);
  });

  it('fails with the true reason', async () => {
    const reason = { code: 'BOOTSTRAP_FAILURE', hop: 'emr' as const, message: 'bootstrap action 1 failed' };
    const { control } = fakeControl([cluster({}), cluster({ state: 'FAILED', reason })]);
    await expect(run(line, fakeNotebook('pyspark', control))).rejects.toMatchObject({ code: 'BOOTSTRAP_FAILURE' });
  });

  it('stops waiting when one interrupts, and says that the cluster goes on', async () => {
    const { control } = fakeControl([cluster({})]);
    const cell = new FakeCell(line);
    const running = runCell(cell, fakeNotebook('pyspark', control).notebook);
    setTimeout(() => cell.abort.abort(), 50);
    await expect(running).rejects.toMatchObject({
      code: 'KeyboardInterrupt',
      message: expect.stringContaining('goes on by itself')
    });
  });
});

describe('%emr terminate', () => {
  const alive = cluster({ state: 'WAITING', clusterId: 'j-1' });

  it.each(['trial', 'j-1', 'pp-1', '--cluster-id j-1'])('takes %s, and waits for the end', async wanted => {
    const { control, calls } = fakeControl([alive, cluster({ state: 'TERMINATED', clusterId: 'j-1' })], [alive]);
    const cell = await run(`%emr terminate ${wanted}`, fakeNotebook('pyspark', control));
    expect(calls.find(([method]) => method === 'clusters.terminate')?.[1]).toMatchObject({
      key: 'pp-1',
      allowTerminateJobFlows: false
    });
    expect(cell.text).toContain('is terminated');
  });

  it('asks for --yes where the notebook is bound to it', async () => {
    const { control, calls } = fakeControl([alive, cluster({ state: 'TERMINATED', clusterId: 'j-1' })], [alive]);
    const kit = fakeNotebook('pyspark', control);
    Object.assign(kit.session.status, { binding: { clusterId: 'j-1', region: 'r' } });
    await expect(run('%emr terminate', kit)).rejects.toMatchObject({ fix: expect.stringContaining('--yes') });
    expect(calls.some(([method]) => method === 'clusters.terminate')).toBe(false);
    await run('%emr terminate --yes', kit);
    expect(calls.some(([method]) => method === 'clusters.terminate')).toBe(true);
  });

  it('does not guess among clusters of one name', async () => {
    const { control } = fakeControl([], [alive, cluster({ key: 'pp-2', state: 'WAITING', clusterId: 'j-2' })]);
    const kit = fakeNotebook('pyspark', control);
    await expect(run('%emr terminate trial', kit)).rejects.toMatchObject({ fix: expect.stringContaining('j-1, j-2') });
    await expect(run('%emr terminate nosuch', kit)).rejects.toMatchObject({ code: 'ClusterNotFound' });
  });
});

describe('%emr clusters', () => {
  it('lists them, and says why one failed', async () => {
    const failed = cluster({ state: 'FAILED', reason: { code: 'X', hop: 'emr', message: 'No capacity.' } });
    const { control } = fakeControl([], [failed]);
    const cell = await run('%emr clusters', fakeNotebook('pyspark', control));
    expect(cell.outputs[0]).toMatchObject({ display: { 'text/plain': expect.stringContaining('trial') } });
    expect(cell.text).toContain('No capacity.');
  });
});
