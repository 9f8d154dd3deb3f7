/** Whatever ends, nothing is lost: pages, control kernels, and AWS for a while. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import type { IMadeCluster } from './account';
import { Account } from './account';
import type { Page } from './support';
import {
  REAL,
  bringNotebook,
  cellText,
  clusterCard,
  connect,
  endKernels,
  kernelPids,
  launch,
  openNotebook,
  openSidebar,
  runCell,
  serverSessions
} from './support';

test.use(REAL);

const account = new Account();
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision('steady');
});
test.afterAll(() => account.terminate(cluster));
test.afterEach(async ({ page }) => {
  await account.control('DELETE', 'faults');
  await endKernels(page);
});

/** What galata's page can and its types hide behind Playwright's own. */
interface IReload {
  reload(options: { waitForIsReady: boolean }): Promise<unknown>;
}

const keys = (sidebar: Locator) =>
  sidebar.locator('[data-emr=cluster]').evaluateAll(cards => cards.map(card => card.getAttribute('data-key')).sort());

/** Notes every alert that the sidebar shows from now on, however short; a cluster's own failure is none of ours. */
async function noteAlerts(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const sidebar = document.getElementById('emr-sidebar')!;
    new MutationObserver(() => {
      for (const alert of sidebar.querySelectorAll('[role=alert]:not([data-emr=cluster-reason])')) {
        document.body.dataset['emrAlerts'] += `${alert.textContent}\n`;
      }
    }).observe(sidebar, { subtree: true, childList: true });
    document.body.dataset['emrAlerts'] = '';
  });
  return () => page.evaluate(() => document.body.dataset['emrAlerts'] ?? '');
}

test('a reload of the page keeps the clusters, the binding, the session, and the start-up that is watched', async ({
  page,
  tmpPath
}) => {
  await page.goto();
  let sidebar = await openSidebar(page);
  await openNotebook(page, tmpPath, 'kept.ipynb', 'pyspark-emr');
  await connect(page, cluster.clusterId, account.roles.analyst);
  await runCell(page, 0, 'kept = 41');
  await page.notebook.save();
  const coming = await launch(sidebar, 'EMR small', 'over-a-reload');
  await expect(coming).not.toHaveAttribute('data-state', 'WAITING');
  const before = await keys(sidebar);

  // galata would wait for the launcher in front; what was in front before is.
  await (page as unknown as IReload).reload({ waitForIsReady: false });
  sidebar = await openSidebar(page);
  await expect.poll(() => keys(sidebar)).toEqual(before);
  const panel = await bringNotebook(page, `${tmpPath}/kept.ipynb`);
  const binding = panel.locator('[data-emr=notebook-binding]');
  await expect(binding).toHaveAttribute('data-cluster-id', cluster.clusterId);
  await expect(binding).toHaveAttribute('data-state', 'idle');
  await runCell(page, 1, 'kept + 1');
  expect(await cellText(page, 1)).toContain('42');
  await expect(sidebar.locator('[data-emr=cluster]', { hasText: 'over-a-reload' })).toHaveAttribute(
    'data-state',
    'WAITING',
    { timeout: 60_000 }
  );
});

test('a second tab sees the same clusters through the same control kernel', async ({ page, baseURL }) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  await expect(clusterCard(sidebar, cluster.clusterId)).toBeVisible();

  const second = await page.context().newPage();
  await second.goto(`${baseURL}/lab`);
  await second.locator('[data-id="emr-sidebar"]').click();
  const other = second.locator('#emr-sidebar');
  await expect(clusterCard(other, cluster.clusterId)).toBeVisible();
  expect(await keys(other)).toEqual(await keys(sidebar));
  expect(await serverSessions(page, 'emr-control')).toHaveLength(1);

  await launch(sidebar, 'EMR small', 'seen-twice');
  await expect(other.locator('[data-emr=cluster]', { hasText: 'seen-twice' })).toBeVisible();
  await second.close();
});

test('a control kernel that is shut down is replaced without a word', async ({ page }) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  await expect(clusterCard(sidebar, cluster.clusterId)).toBeVisible();
  const alerts = await noteAlerts(page);
  const [session] = await serverSessions(page, 'emr-control');
  expect((await page.request.delete(`/api/kernels/${session.kernel.id}`)).ok()).toBe(true);
  await expect
    .poll(async () => (await serverSessions(page, 'emr-control')).map(({ kernel }) => kernel.id !== session.kernel.id))
    .toEqual([true]);
  await expect(clusterCard(sidebar, cluster.clusterId)).toBeVisible();
  const made = await launch(sidebar, 'EMR small', 'after-a-shutdown');
  await expect(made).toHaveAttribute('data-state', 'WAITING', { timeout: 60_000 });
  expect(await alerts()).toBe('');
});

test('a control kernel that is killed is replaced without a word', async ({ page }) => {
  test.skip(process.platform !== 'linux', 'processes are found in /proc');
  await page.goto();
  const sidebar = await openSidebar(page);
  await expect(clusterCard(sidebar, cluster.clusterId)).toBeVisible();
  const alerts = await noteAlerts(page);
  const [session] = await serverSessions(page, 'emr-control');
  const pids = kernelPids(session.kernel.id);
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) {
    process.kill(pid, 'SIGKILL');
  }
  await expect(clusterCard(sidebar, cluster.clusterId)).toBeVisible();
  await expect
    .poll(async () =>
      (await serverSessions(page, 'emr-control')).some(({ kernel }) =>
        kernelPids(kernel.id).some(pid => !pids.includes(pid))
      )
    )
    .toBe(true);
  const made = await launch(sidebar, 'EMR small', 'after-a-kill');
  await expect(made).toHaveAttribute('data-state', 'WAITING', { timeout: 60_000 });
  expect(await alerts()).toBe('');
});

test('throttled by AWS, the sidebar says how old it is and goes on watching', async ({ page }) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  await expect(clusterCard(sidebar, cluster.clusterId)).toBeVisible();
  const coming = await launch(sidebar, 'EMR small', 'throttled');
  const fault = { operation: '*', code: 'ThrottlingException', message: 'Rate exceeded', status: 400, times: 5000 };
  for (const service of ['servicecatalog', 'emr']) {
    await account.control('POST', 'faults', { service, ...fault });
  }
  // The SDK's own patience comes first.
  await expect(sidebar.locator('[data-emr=stale]')).toBeVisible({ timeout: 120_000 });
  await expect(coming).toBeVisible();
  await expect(coming).not.toHaveAttribute('data-state', 'WAITING');

  await account.control('DELETE', 'faults');
  await expect(sidebar.locator('[data-emr=stale]')).toBeHidden({ timeout: 60_000 });
  await expect(coming).toHaveAttribute('data-state', 'WAITING', { timeout: 60_000 });
});
