/** The connect dialog where it does not go straight. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import type { IMadeCluster } from './account';
import { Account } from './account';
import type { Page } from './support';
import { REAL, cellText, endKernels, openNotebook, openSidebar, runCell } from './support';

test.use(REAL);

const account = new Account();
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision('for-notebooks');
});
test.afterAll(() => account.terminate(cluster));
test.afterEach(({ page }) => endKernels(page));

async function openDialog(page: Page, panel: Locator): Promise<Locator> {
  await panel.locator('[data-emr=notebook-binding]').click();
  const dialog = page.locator('[data-emr=connect-dialog]');
  await dialog.locator('[data-emr=cluster-select]').selectOption(cluster.clusterId);
  return dialog;
}

/** As a person would: from the list, or by its ARN where the list does not have it. */
async function chooseRole(dialog: Locator, arn: string): Promise<void> {
  const select = dialog.locator('[data-emr=role-select]');
  await expect(select.locator(`option[value="${account.roles.analyst}"]`)).toBeAttached();
  if (await select.locator(`option[value="${arn}"]`).count()) {
    await select.selectOption(arn);
  } else {
    await select.selectOption({ label: 'Another, by its ARN…' });
    await dialog.locator('[data-emr=role-arn-input]').fill(arn);
  }
}

test('a role that is denied is said in full, and another one works from the same dialog', async ({ page, tmpPath }) => {
  await page.goto();
  await openSidebar(page);
  const panel = await openNotebook(page, tmpPath, 'roles.ipynb', 'pyspark-emr');
  const dialog = await openDialog(page, panel);
  await expect(dialog.locator('[data-emr=connect-submit]')).toBeDisabled();
  await chooseRole(dialog, account.roles.denied);
  await dialog.locator('[data-emr=connect-submit]').click();

  const error = dialog.locator('[data-emr=connect-error]');
  await expect(error).toContainText('emr-runtime-restricted', { timeout: 60_000 });
  await expect(error.locator('[data-emr=error-fix]')).not.toBeEmpty();
  await expect(dialog).toHaveAttribute('data-phase', 'failed');
  await expect(panel.locator('[data-emr=notebook-binding]')).not.toHaveAttribute('data-state', 'idle');

  await chooseRole(dialog, account.roles.analyst);
  await dialog.locator('[data-emr=connect-submit]').click();
  await expect(dialog).toBeHidden({ timeout: 90_000 });
  await expect(panel.locator('[data-emr=notebook-binding]')).toHaveAttribute('data-state', 'idle');

  await page.notebook.save();
  const saved = await page.request.get(`/api/contents/${tmpPath}/roles.ipynb?content=1`);
  const { content } = (await saved.json()) as {
    content: { cells: { source: string }[]; metadata: { emr?: Record<string, string> } };
  };
  expect(content.metadata.emr).toMatchObject({
    clusterId: cluster.clusterId,
    region: account.region,
    runtimeRole: account.roles.analyst,
    language: 'pyspark'
  });
  expect(content.cells.map(({ source }) => source)).toEqual(['']);
});

test('a notebook on another kernel is switched, then connected', async ({ page, tmpPath }) => {
  await page.goto();
  await openSidebar(page);
  const panel = await openNotebook(page, tmpPath, 'python.ipynb', 'python3');
  const dialog = await openDialog(page, panel);
  await expect(dialog.locator('[data-emr=kernel-switch]')).toContainText('Python 3');
  await chooseRole(dialog, account.roles.analyst);
  await dialog.getByRole('button', { name: 'Switch kernel and connect' }).click();
  await expect(dialog).toBeHidden({ timeout: 90_000 });
  await expect(panel.locator('[data-emr=notebook-binding]')).toHaveAttribute('data-state', 'idle');
  await expect(panel.locator('.jp-KernelName')).toContainText('PySpark (EMR)');
  await runCell(page, 0, 'spark.range(42).count()');
  expect(await cellText(page, 0)).toContain('42');
});
