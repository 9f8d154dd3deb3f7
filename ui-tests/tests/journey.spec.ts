/**
 * The whole way by hand: sidebar → product → form → cluster comes up → notebook connects with a runtime role → cells run
 * on Spark → teardown, with a picture of each step. Nothing that the page saw, and no file, holds a credential.
 */
import { expect, test } from '@jupyterlab/galata';

import { Account } from './account';
import { REAL, Watcher, cellText, endKernels, openNotebook, openSidebar, picture, runCell } from './support';

test.use(REAL);
test.afterEach(({ page }) => endKernels(page));

const PRICES = `from pyspark.sql import functions as F

names = F.array(*map(F.lit, ['ALV', 'BAS', 'BMW', 'SAP', 'SIE']))
prices = spark.range(100_000).select(
    F.element_at(names, (F.col('id') % 5 + 1).cast('int')).alias('name'),
    (100 + 5 * F.sin(F.col('id') / 700) + F.col('id') % 5).alias('price'),
)
prices.createOrReplaceTempView('prices')
prices.count()`;

const SUMMARY = `SELECT name, count(*) AS ticks, round(avg(price), 2) AS mean, round(min(price), 2) AS low, round(max(price), 2) AS high
FROM prices GROUP BY name ORDER BY name`;

test('the whole journey, by hand', async ({ page, tmpPath }) => {
  const account = new Account();
  const watcher = new Watcher(page);
  await page.goto();
  const sidebar = await openSidebar(page);
  const product = account.products[0];
  if (!product) {
    throw new Error('the local account has no product');
  }
  await expect(sidebar.locator('[data-emr=account-region]')).toContainText(account.region);
  const card = sidebar.locator(`[data-emr=product-card][data-product-id="${product.productId}"]`);
  await expect(card).toContainText(product.name);
  await picture(page, '01-products');

  await card.locator('[data-emr=create-cluster]').click();
  const name = sidebar.locator('[data-emr=cluster-name-input]');
  const launch = sidebar.locator('[data-emr=launch]');
  await name.fill('no spaces allowed');
  await expect(sidebar.locator('[data-emr=name-error]')).toBeVisible();
  await expect(launch).toBeDisabled();
  await name.fill('trial-prices');
  await expect(launch).toBeEnabled();
  await picture(page, '02-form');
  await launch.click();

  const cluster = sidebar.locator('[data-emr=cluster]', { hasText: 'trial-prices' });
  await expect(cluster).toBeVisible();
  await expect(cluster.locator('[data-emr=timeline] [data-status=active]')).toBeVisible();
  await picture(page, '03-starting');
  await expect(cluster).toHaveAttribute('data-state', 'WAITING', { timeout: 90_000 });
  await picture(page, '04-ready');
  const clusterId = await cluster.getAttribute('data-cluster-id');

  const panel = await openNotebook(page, tmpPath, 'prices.ipynb', 'pyspark-emr');
  const binding = panel.locator('[data-emr=notebook-binding]');
  await expect(binding).toHaveAttribute('data-bound', 'false');
  await binding.click();
  const dialog = page.locator('[data-emr=connect-dialog]');
  await dialog.locator('[data-emr=cluster-select]').selectOption(clusterId);
  await dialog.locator('[data-emr=role-select]').selectOption(account.roles.analyst);
  await picture(page, '05-connect');
  await dialog.locator('[data-emr=connect-submit]').click();
  await expect(dialog.locator('[data-emr=connect-progress]')).toBeVisible();
  await picture(page, '06-connecting');
  await expect(dialog).toBeHidden({ timeout: 90_000 });
  await expect(binding).toHaveAttribute('data-state', 'idle');
  expect(await page.notebook.getCellCount()).toBe(1);

  await runCell(page, 0, PRICES);
  expect(await cellText(page, 0)).toContain('100000');
  await runCell(page, 1, `%%sql\n${SUMMARY}`);
  await expect(panel.locator('[data-emr=table]')).toBeVisible();
  await runCell(page, 2, '%%scala\nspark.table("prices").filter("name = \'SAP\'").count()');
  expect(await cellText(page, 2)).toContain('Long = 20000');
  await cluster
    .locator('[data-emr=timeline]')
    .evaluate(timeline => timeline.closest('details')!.setAttribute('open', ''));
  await panel.locator('.jp-Cell').first().scrollIntoViewIfNeeded();
  await picture(page, 'journey');
  await page.theme.setDarkTheme();
  await picture(page, 'journey-dark');
  await page.theme.setLightTheme();
  await runCell(page, 3, '%%sql\nSELECT * FROM nowhere');
  expect(await cellText(page, 3)).toContain('TABLE_OR_VIEW_NOT_FOUND');
  await picture(page, '07-cells');

  const long = runCell(page, 4, "sc.parallelize(range(200), 200).map(lambda _: __import__('time').sleep(1)).count()");
  const progress = panel.locator('[data-emr=progress]');
  await expect(progress).toBeVisible();
  await expect(progress).toContainText(/of 200 tasks/);
  await progress.scrollIntoViewIfNeeded();
  await picture(page, '08-running');
  await page.menu.clickMenuItem('Kernel>Interrupt Kernel');
  await long;
  expect(await cellText(page, 4)).toMatch(/interrupt|cancel/i);
  await page.notebook.save();

  await openSidebar(page);
  await cluster.locator('[data-emr=terminate]').click();
  const teardown = page.locator('[data-emr=terminate-dialog]');
  await expect(teardown.locator('[data-emr=bound-notebook]')).toContainText('prices.ipynb');
  await picture(page, '09-teardown');
  await page.locator('.jp-Dialog .jp-mod-warn').click();
  await expect(
    sidebar.locator(`[data-emr=cluster][data-cluster-id="${clusterId}"][data-state=TERMINATED]`)
  ).toBeAttached({ timeout: 60_000 });
  await picture(page, '10-ended');

  const saved = await page.request.get(`/api/contents/${tmpPath}/prices.ipynb?content=1`);
  const text = await saved.text();
  expect(text).toContain(clusterId);
  await watcher.expectNoCredential(text);
});
