/** The end of clusters: one's own with a notebook bound to it, and a colleague's. */
import { expect, galata, test } from '@jupyterlab/galata';

import { Account } from './account';
import { REAL, cellText, clusterCard, connect, endKernels, openNotebook, openSidebar, runCell } from './support';

test.use(REAL);
test.afterEach(({ page }) => endKernels(page));

const account = new Account();

test('names the notebook that is bound, can be thought better of, and the notebook says what became of it', async ({
  page,
  tmpPath
}) => {
  const made = await account.provision('short-lived');
  await page.goto();
  const sidebar = await openSidebar(page);
  await openNotebook(page, tmpPath, 'bound.ipynb', 'pyspark-emr');
  await connect(page, made.clusterId, account.roles.analyst);
  const cluster = clusterCard(sidebar, made.clusterId);
  const dialog = page.locator('[data-emr=terminate-dialog]');

  await cluster.locator('[data-emr=terminate]').click();
  await expect(dialog.locator('[data-emr=bound-notebook]')).toHaveText([`${tmpPath}/bound.ipynb`]);
  await page.locator('.jp-Dialog .jp-mod-reject').click();
  await expect(dialog).toBeHidden();
  await expect(cluster).toHaveAttribute('data-state', 'WAITING');

  await cluster.locator('[data-emr=terminate]').click();
  await page.locator('.jp-Dialog .jp-mod-warn').click();
  await expect(cluster).toHaveAttribute('data-state', 'TERMINATED', { timeout: 60_000 });
  await expect(page.locator('.Toastify__toast', { hasText: 'short-lived has ended' })).toBeVisible();
  await runCell(page, 0, '1 + 1');
  expect(await cellText(page, 0)).toMatch(/terminated|ended/i);
});

test('a cluster that Service Catalog did not make is refused', async ({ page }) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  const cluster = clusterCard(sidebar, account.otherCluster);
  await expect(cluster).toContainText('m.curie');
  await cluster.locator('[data-emr=terminate]').click();
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('risk-nightly cannot be terminated from here');
  await expect(dialog).toContainText('settings');
  await dialog.locator('.jp-Dialog-button').click();
  await expect(dialog).toBeHidden();
  await expect(cluster).toHaveAttribute('data-state', 'WAITING');
});

test.describe('where the settings allow it', () => {
  test.use({
    mockSettings: { ...galata.DEFAULT_SETTINGS, 'jupyterlab-emr:plugin': { allowTerminateJobFlows: true } }
  });

  test('a cluster that Service Catalog did not make is terminated', async ({ page }) => {
    await page.goto();
    const sidebar = await openSidebar(page);
    const cluster = clusterCard(sidebar, account.otherCluster);
    await cluster.locator('[data-emr=terminate]').click();
    await expect(page.locator('[data-emr=terminate-dialog]')).toContainText('It was made by m.curie.');
    await page.locator('.jp-Dialog .jp-mod-warn').click();
    await expect(cluster).toHaveAttribute('data-state', 'TERMINATED', { timeout: 60_000 });
  });
});
