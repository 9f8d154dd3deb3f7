/** Sessions that are to go on, and sessions that are to begin anew: the dialog with keys only, and the command. */
import { expect, test } from '@jupyterlab/galata';
import type { NotebookPanel } from '@jupyterlab/notebook';

import type { IMadeCluster } from './account';
import { Account } from './account';
import {
  REAL,
  cellText,
  connect,
  endKernels,
  expectAccessible,
  fromPalette,
  openNotebook,
  outputs,
  picture,
  pressIn,
  runCell,
  tabTo
} from './support';

test.use(REAL);

const account = new Account();
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision('again-and-again');
});
test.afterAll(() => account.terminate(cluster));
test.afterEach(({ page }) => endKernels(page));

test('connecting with keys only: a session that begins anew, and outlives its kernel', async ({ page, tmpPath }) => {
  await page.goto();
  const panel = await openNotebook(page, tmpPath, 'keys.ipynb', 'pyspark-emr');
  const binding = await connect(page, cluster.clusterId, account.roles.analyst);
  await runCell(page, 0, 'kept = 41');

  await fromPalette(page, 'Connect Notebook');
  const dialog = page.locator('[data-emr=connect-dialog]');
  const hook = (name: string) => dialog.locator(`[data-emr=${name}]`);
  await expect(hook('cluster-select')).toBeFocused();
  await expect(hook('cluster-select')).toHaveValue(cluster.clusterId);
  await tabTo(page, hook('role-select'));
  await page.keyboard.type('emr-runtime-analyst');
  await expect(hook('role-select')).toHaveValue(account.roles.analyst);
  await tabTo(page, hook('language-select'));
  await tabTo(page, dialog.locator('summary'));
  await page.keyboard.press('Enter');
  for (const box of ['fresh-checkbox', 'keep-checkbox']) {
    await expect(hook(box)).not.toBeChecked();
    await tabTo(page, hook(box));
    await page.keyboard.press('Space');
    await expect(hook(box)).toBeChecked();
  }
  await picture(page, 'connect-boxes-light');
  await expectAccessible(page, '.jp-EMR-dialog');
  await page.theme.setDarkTheme();
  await picture(page, 'connect-boxes-dark');
  await expectAccessible(page, '.jp-EMR-dialog');
  await page.theme.setLightTheme();
  await tabTo(page, hook('keep-checkbox'));
  await tabTo(page, hook('connect-submit'));
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(binding).toHaveAttribute('data-state', 'idle');
  await runCell(page, 1, 'kept');
  expect(await cellText(page, 1)).toContain('NameError');

  await runCell(page, 2, 'kept = 41');
  await page.evaluate(async () => {
    const { sessionContext } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    await sessionContext.shutdown();
    // JupyterLab takes a new kernel for dead where a list of kernels that was asked for before its start comes after it.
    await window.jupyterapp.serviceManager.kernels.refreshRunning();
    await sessionContext.changeKernel({ name: 'pyspark-emr' });
  });
  const found = page.locator('.Toastify__toast', { hasText: /Found session \d+/ });
  await expect(found).toBeVisible();
  await picture(page, 'found-light', 'allow');
  await expect(binding).toHaveAttribute('data-state', 'idle');
  await runCell(page, 3, 'kept + 1');
  expect(await cellText(page, 3)).toContain('42');

  await fromPalette(page, 'Start Session Anew');
  const question = page.locator('.jp-Dialog', { hasText: 'Start the session of keys.ipynb anew?' });
  await expect(question).toContainText('variables of the session are gone');
  await picture(page, 'start-anew-light');
  await expectAccessible(page, '.jp-Dialog');
  await pressIn(question, 'Escape');
  await expect(question).toBeHidden();
  await runCell(page, 3, 'kept + 2');
  expect(await cellText(page, 3)).toContain('43');

  await page.theme.setDarkTheme();
  await fromPalette(page, 'Start Session Anew');
  await expect(question).toBeVisible();
  await picture(page, 'start-anew-dark');
  await expectAccessible(page, '.jp-Dialog');
  await pressIn(question, 'Enter');
  const told = page.locator('.Toastify__toast', { hasText: 'keys.ipynb has a new session.' });
  await expect(told).toBeVisible();
  await picture(page, 'started-anew-dark', 'allow');
  await expect(binding).toHaveAttribute('data-state', 'idle');
  await runCell(page, 4, 'kept');
  await expect(outputs(panel, 4)).toContainText('NameError');
});

test('the focus stays in the connect dialog, and comes back to the notebook', async ({ page, tmpPath }) => {
  await page.goto();
  const panel = await openNotebook(page, tmpPath, 'focus.ipynb', 'pyspark-emr');
  const button = panel.locator('[data-emr=notebook-binding]');
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.locator('.jp-EMR-dialog');
  await expect(dialog.locator('[data-emr=cluster-select]')).toBeFocused();
  for (let presses = 0; presses < 25; presses++) {
    await page.keyboard.press(presses < 10 ? 'Tab' : 'Shift+Tab');
    const at = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
    expect(await dialog.evaluate(node => node.contains(document.activeElement)), at).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  // Whoever connects wants to run cells next.
  await expect(panel.locator(':focus')).toHaveCount(1);
});
