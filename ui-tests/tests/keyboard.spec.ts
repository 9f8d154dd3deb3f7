/** The palette, and the whole way to a cluster without a mouse. */
import { expect, test } from '@jupyterlab/galata';

import type { IMadeCluster } from './account';
import { Account } from './account';
import { REAL, clusterCard, endKernels, fromPalette, openNotebook, openSidebar, pressIn, tabTo } from './support';

test.use(REAL);

const account = new Account();
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision('by-keys');
});
test.afterAll(() => account.terminate(cluster));
test.afterEach(({ page }) => endKernels(page));

const COMMANDS = {
  'emr:connect': 'Connect Notebook…',
  'emr:create-cluster': 'Create Cluster…',
  'emr:disconnect': 'Disconnect Notebook',
  'emr:open-catalog': 'Open the Data Catalogue',
  'emr:open-spark-ui': 'Open Spark UI',
  'emr:promote': 'Promote to a Pipeline…',
  'emr:refresh': 'Refresh Clusters',
  'emr:show-logs': 'Show Session Logs',
  'emr:show-pipelines': 'Show Pipelines',
  'emr:start-anew': 'Start Session Anew…',
  'emr:terminate-cluster': 'Terminate Cluster…'
};

test('the palette has every command, with its name', async ({ page }) => {
  await page.goto();
  const registered = await page.evaluate(() => {
    const { commands } = window.jupyterapp;
    const ids = commands.listCommands().filter(id => id.startsWith('emr:'));
    return Object.fromEntries(ids.sort().map(id => [id, commands.label(id)]));
  });
  // Which binding is said by its place in the toolbar's menu, which run by its row: nothing for the palette.
  expect(registered).toEqual({
    ...COMMANDS,
    'emr:show-run-log': 'Show the Log of a Run',
    'emr:use-binding': 'Use Another Binding'
  });
  await page.keyboard.press('Control+Shift+C');
  const palette = page.locator('.lm-CommandPalette');
  await palette.locator('input').fill('EMR');
  for (const [id, label] of Object.entries(COMMANDS)) {
    await expect(palette.locator(`.lm-CommandPalette-item[data-command="${id}"]`)).toContainText(label);
  }
});

test('from the palette to a launched cluster, with keys only', async ({ page }) => {
  await page.goto();
  await fromPalette(page, 'Create Cluster');
  const sidebar = page.locator('#emr-sidebar');
  const cards = sidebar.locator('[data-emr=product-card]');
  await expect(cards).toHaveCount(account.products.length);
  await tabTo(page, cards.first());
  const small = sidebar.locator(`[data-emr=product-card][data-product-id="${account.productId('EMR small')}"]`);
  for (let presses = 0; presses < 8 && !(await small.evaluate(node => node === document.activeElement)); presses++) {
    await page.keyboard.press('ArrowDown');
  }
  await expect(small).toBeFocused();
  await page.keyboard.press('Enter');

  const form = sidebar.locator('[data-emr=create-form]');
  await expect(form.locator('[data-emr=form-field]').first()).toBeVisible();
  await tabTo(page, form.locator('[data-emr=cluster-name-input]'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type('typed-only');
  await tabTo(page, form.locator('[data-field=CoreNodes] input'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type('3');
  await tabTo(page, form.locator('[data-emr=launch]'));
  await page.keyboard.press('Enter');
  const made = sidebar.locator('[data-emr=cluster]', { hasText: 'typed-only' });
  await expect(made).toHaveAttribute('data-state', 'WAITING', { timeout: 60_000 });
  await expect(made).toContainText('3 × m6g.xlarge');
});

test('Escape closes the dialogs', async ({ page, tmpPath }) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  const panel = await openNotebook(page, tmpPath, 'keys.ipynb', 'pyspark-emr');
  await panel.locator('[data-emr=notebook-binding]').focus();
  await page.keyboard.press('Enter');
  const dialog = page.locator('[data-emr=connect-dialog]');
  await expect(dialog.locator('[data-emr=cluster-select]')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  const terminate = clusterCard(sidebar, cluster.clusterId).locator('[data-emr=terminate]');
  await terminate.focus();
  await page.keyboard.press('Enter');
  const question = page.locator('.jp-Dialog', { has: page.locator('[data-emr=terminate-dialog]') });
  await pressIn(question, 'Escape');
  await expect(question).toBeHidden();
  await expect(clusterCard(sidebar, cluster.clusterId)).toHaveAttribute('data-state', 'WAITING');
});
