/** A cell that runs: its progress, its end in a tab that nobody looks at, and a driver that goes on after an interrupt. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import type { IMadeCluster } from './account';
import { Account } from './account';
import type { Page } from './support';
import {
  Gates,
  REAL,
  begin,
  cellText,
  connect,
  endKernels,
  expectAccessible,
  openNotebook,
  outputs,
  picture,
  runCell
} from './support';

test.use(REAL);

const account = new Account();
const gates = new Gates();
/** As long as Service Catalog's names may get, without a place to break. */
const LONG = 'quarterly_rebalancing_of_the_european_small_caps_universe';
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision(LONG);
});
test.afterAll(async () => {
  gates.dispose();
  await account.terminate(cluster);
});
test.afterEach(({ page }) => endKernels(page));

const toasts = (page: Page): Locator => page.locator('.Toastify__toast');
const interrupt = (page: Page) => page.menu.clickMenuItem('Kernel>Interrupt Kernel');

/** Tasks of which two run at a time; the later ones wait for the gate. */
const jobs = (gate: string, quick: number) => `import os, time
def work(n):
    while n >= ${quick} and not os.path.exists(${JSON.stringify(gates.path(gate))}):
        time.sleep(0.1)
    time.sleep(0.1 if n < ${quick} else 0)
    return n % 4, n
sc.parallelize(range(120), 120).map(work).reduceByKey(lambda a, b: a + b, 8).count()`;

test('progress tells jobs, stages, tasks and the time left, and is gone at the end', async ({ page, tmpPath }) => {
  await page.goto();
  const panel = await openNotebook(page, tmpPath, 'progress.ipynb', 'pyspark-emr');
  await connect(page, cluster.clusterId, account.roles.analyst);
  await begin(page, panel, 0, jobs('first', 90));
  const progress = panel.locator('[data-emr=progress]');
  await expect(progress).toContainText(/Spark job 1 of 1, stage 1 of 2, \d+ of 128 tasks done/);
  await expect(progress.locator('.jp-EMR-progress-bar')).toHaveAttribute('aria-valuenow', /^[1-9]\d*$/);
  await expect(progress).toContainText(/about \d+ s left/);
  await picture(page, 'progress-light');
  await expectAccessible(page, '[data-emr=progress]');
  await page.theme.setDarkTheme();
  await picture(page, 'progress-dark');
  await expectAccessible(page, '[data-emr=progress]');
  await page.setViewportSize({ width: 640, height: 700 });
  await picture(page, 'progress-narrow');
  const wide = await progress.evaluate(node => node.scrollWidth > node.clientWidth);
  expect(wide, 'nothing sticks out').toBe(false);
  gates.open('first');
  await expect(outputs(panel, 0)).toHaveText(['4'], { timeout: 90_000 });
  await expect(progress).toHaveCount(0);
});

test('a driver that goes on after an interrupt: wait, or end its session', async ({ page, tmpPath }) => {
  await page.goto();
  const panel = await openNotebook(page, tmpPath, `${LONG}.ipynb`, 'pyspark-emr');
  const binding = await connect(page, cluster.clusterId, account.roles.analyst);
  const first = gates.code('stubborn');
  await begin(page, panel, 0, `${first.code}\nkept = 41`);
  await interrupt(page);
  await expect(outputs(panel, 0).last()).toContainText('The driver goes on');
  await picture(page, 'stuck-light');
  await expectAccessible(page, '.jp-OutputArea');
  // Once more: the cell is given up, the driver is not.
  await interrupt(page);
  const toast = toasts(page).filter({ hasText: 'the driver goes on with its code' });
  await expect(toast).toBeVisible();
  await expect(binding).toContainText('driver still busy');
  await picture(page, 'stuck-told-light');
  await page.theme.setDarkTheme();
  await picture(page, 'stuck-told-dark');
  await expectAccessible(page, '[data-emr=notebook-binding]');
  await toast.getByRole('button', { name: 'Wait' }).click();
  await expect(toast).toBeHidden();
  first.open();
  await expect(binding).toHaveAttribute('data-interrupted', 'false');
  await expect(binding).toHaveAttribute('data-state', 'idle');
  await runCell(page, 1, 'kept + 1');
  expect(await cellText(page, 1)).toContain('42');

  const second = gates.code('more stubborn');
  await begin(page, panel, 2, second.code);
  await interrupt(page);
  await expect(outputs(panel, 2).last()).toContainText('The driver goes on');
  await interrupt(page);
  await toast.getByRole('button', { name: 'End the session' }).click();
  await expect(toast).toBeHidden();
  await expect(binding).toHaveAttribute('data-bound', 'false');
});

test('the end of a long cell is told where nobody looks at the page', async ({ page, tmpPath }) => {
  await page.goto();
  const panel = await openNotebook(page, tmpPath, `${LONG}.ipynb`, 'pyspark-emr');
  await connect(page, cluster.clusterId, account.roles.analyst);
  const minutes = (value: number) =>
    page.evaluate(async told => {
      const found = await window.galata.getPlugin('@jupyterlab/apputils-extension:settings');
      await found?.set('jupyterlab-emr:plugin', 'notifyAfterMinutes', told);
    }, value);
  const hide = (hidden: boolean) =>
    page.evaluate(value => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    }, hidden);
  const told = toasts(page).filter({ hasText: 'a cell ended after' });
  const long = 'import time\ntime.sleep(6)';
  // Longer than a short cell takes on a busy machine.
  await minutes(5 / 60);
  // Someone looks.
  await runCell(page, 0, long);
  await hide(true);
  // Not long.
  await runCell(page, 1, '1 + 1');
  await runCell(page, 2, long);
  await expect(told).toHaveCount(1);
  await expect(told).toContainText(/quarterly_reba…niverse\.ipynb: a cell ended after \d+ s\./);
  await picture(page, 'ended-light');
  await told.locator('.jp-Notification-Toast-Close').click();
  await expect(told).toHaveCount(0);

  await minutes(0);
  await runCell(page, 3, long);
  await minutes(1);
  await runCell(page, 4, long);
  await runCell(page, 5, '41 + 1');
  await expect(outputs(panel, 5)).toHaveText(['42']);
  await expect(told).toHaveCount(0);
});

test('one line of the progress stays where the user wants it to', async ({ page, tmpPath }) => {
  await page.goto();
  await page.evaluate(() => window.jupyterapp.commands.execute('settingeditor:open', { query: 'EMR' }));
  const choice = page.locator('select[id$="_progressAtEnd"]');
  await choice.selectOption({ label: 'keep' });
  await choice.scrollIntoViewIfNeeded();
  await picture(page, 'setting-progress');
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const found = await window.galata.getPlugin('@jupyterlab/apputils-extension:settings');
        return (await found?.load('jupyterlab-emr:plugin'))?.composite['progressAtEnd'];
      })
    )
    .toBe('keep');
  const panel = await openNotebook(page, tmpPath, 'kept.ipynb', 'pyspark-emr');
  await connect(page, cluster.clusterId, account.roles.analyst);
  gates.open('at once');
  await runCell(page, 0, jobs('at once', 8));
  await expect(outputs(panel, 0).locator('.jp-EMR-progress-text')).toHaveText(
    /^Ran 1 Spark job: 2 stages, 128 tasks · (\d+ min )?\d+ s$/
  );
  await expect(outputs(panel, 0).last()).toHaveText('4');
  await runCell(page, 1, '1 + 1');
  await expect(outputs(panel, 1)).toHaveText(['2']);
  await picture(page, 'kept-light');
  await expectAccessible(page, '[data-emr=progress]');
  await page.theme.setDarkTheme();
  await picture(page, 'kept-dark');
  await expectAccessible(page, '[data-emr=progress]');
});
