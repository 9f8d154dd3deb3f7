/** The user's own session settings, and a notebook with several bindings. */
import { expect, test } from '@jupyterlab/galata';

import type { IMadeCluster } from './account';
import { Account } from './account';
import type { Page } from './support';
import { REAL, bringNotebook, cellText, connect, endKernels, openNotebook, picture, runCell } from './support';

test.use(REAL);

const account = new Account();
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision('two-of-them');
});
test.afterAll(() => account.terminate(cluster));
test.afterEach(({ page }) => endKernels(page));

/** The memory of an executor in the editor of JupyterLab's settings. */
async function setExecutorMemory(page: Page, memory: string): Promise<void> {
  await page.evaluate(() => window.jupyterapp.commands.execute('settingeditor:open', { query: 'EMR' }));
  const input = page.locator('input[id$="_sessionSettings_executorMemory"]');
  await input.fill(memory);
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const found = await window.galata.getPlugin('@jupyterlab/apputils-extension:settings');
        const settings = await found?.load('jupyterlab-emr:plugin');
        return (settings?.composite['sessionSettings'] as { executorMemory?: string } | undefined)?.executorMemory;
      })
    )
    .toBe(memory);
}

const MEMORY = "sc.getConf().get('spark.executor.memory')";

test('sessions get the settings of the settings editor; cells run on the binding that the toolbar names', async ({
  page,
  tmpPath
}) => {
  await page.goto();
  await setExecutorMemory(page, '640m');
  await picture(page, 'settings');
  const panel = await openNotebook(page, tmpPath, 'two.ipynb', 'pyspark-emr');
  const toolbar = await connect(page, cluster.clusterId, account.roles.analyst);
  await expect(toolbar.locator('[data-emr=binding-current]')).toHaveCount(0);
  await runCell(page, 0, MEMORY);
  expect(await cellText(page, 0)).toContain('640m');

  await setExecutorMemory(page, '512m');
  await bringNotebook(page, `${tmpPath}/two.ipynb`);
  await runCell(
    page,
    1,
    `%emr connect --name research --cluster-id ${cluster.clusterId} --runtime-role ${account.roles.analyst}`
  );
  await runCell(page, 2, '%emr use research');
  await expect(toolbar).toHaveAttribute('data-binding', 'research');
  await expect(toolbar.locator('[data-emr=binding-current]')).toHaveText('research');
  await runCell(page, 3, MEMORY);
  expect(await cellText(page, 3)).toContain('512m');

  await toolbar.click();
  const menu = page.locator('.lm-Menu[data-emr=binding-menu]');
  const items = menu.locator('.lm-Menu-item[data-command="emr:use-binding"]');
  await expect(items).toHaveText([/default · two-of-them · idle/, /research · two-of-them · idle/]);
  await expect(items.nth(1)).toHaveClass(/lm-mod-toggled/);
  await picture(page, 'bindings');
  await items.nth(0).click();
  await expect(toolbar).toHaveAttribute('data-binding', 'default');
  await runCell(page, 4, MEMORY);
  expect(await cellText(page, 4)).toContain('640m');

  // The notebook remembers the binding that it has without a name.
  await page.notebook.save();
  const saved = await page.request.get(`/api/contents/${tmpPath}/two.ipynb?content=1`);
  const { content } = (await saved.json()) as { content: { metadata: { emr?: Record<string, unknown> } } };
  expect(content.metadata.emr).toMatchObject({ clusterId: cluster.clusterId, language: 'pyspark' });
  expect(String(content.metadata.emr?.['sessionName'])).not.toContain('research');
  await page.theme.setDarkTheme();
  await toolbar.click();
  await picture(page, 'bindings-dark');
  await expect(panel).toBeVisible();
});
