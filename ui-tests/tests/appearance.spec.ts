/** What the sidebar, the form and the dialogs look like and say to a screen reader, in the light and in the dark theme. */
import { expect, test } from '@jupyterlab/galata';

import type { IMadeCluster } from './account';
import { Account } from './account';
import {
  REAL,
  clusterCard,
  connect,
  endKernels,
  expectAccessible,
  launch,
  openForm,
  openNotebook,
  openSidebar,
  picture
} from './support';

test.use(REAL);

const account = new Account();
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision('looks');
});
test.afterAll(() => account.terminate(cluster));
test.afterEach(({ page }) => endKernels(page));

for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
  test(`sidebar, form and dialogs in ${theme}`, async ({ page, tmpPath }) => {
    const dark = theme.endsWith('Dark');
    const name = (step: string) => `${dark ? 'dark' : 'light'}-${step}`;
    await page.goto();
    await page.theme.setTheme(theme);
    const sidebar = await openSidebar(page);
    await expect(clusterCard(sidebar, cluster.clusterId)).toHaveAttribute('data-state', 'WAITING');
    await expect(sidebar.locator('[data-emr=product-card]')).toHaveCount(account.products.length);
    await picture(page, name('sidebar'));
    await expectAccessible(page, '#emr-sidebar');

    const form = await openForm(sidebar, 'EMR research');
    await form.locator('[data-emr=path-select]').selectOption({ index: 1 });
    const code = form.locator('[data-field=ProjectCode] input');
    await code.fill('abc');
    await expect(form.locator('[data-field=ProjectCode] .jp-EMR-fieldErrors')).toContainText('three capital letters');
    await picture(page, name('form'));
    await expectAccessible(page, '#emr-sidebar');
    await page.setViewportSize({ width: 1024, height: 768 });
    await form.locator('[data-field=SecurityGroups]').scrollIntoViewIfNeeded();
    await picture(page, name('form-small'));
    await form.locator('[data-emr=form-cancel]').click();

    const broken = await launch(sidebar, 'EMR with a broken bootstrap action', `broken-${dark ? 'dark' : 'light'}`);
    await expect(broken).toBeInViewport();
    await expect(broken.locator('[data-emr=timeline] [data-status=active]')).toBeInViewport();
    await picture(page, name('starting-small'));
    await expectAccessible(page, '#emr-sidebar');
    await expect(broken.locator('[data-emr=cluster-reason]')).toBeVisible({ timeout: 60_000 });
    await picture(page, name('failed-small'));
    await expectAccessible(page, '#emr-sidebar');
    await page.setViewportSize({ width: 1440, height: 900 });

    const panel = await openNotebook(page, tmpPath, 'looks.ipynb', 'pyspark-emr');
    await panel.locator('[data-emr=notebook-binding]').click();
    const dialog = page.locator('[data-emr=connect-dialog]');
    await dialog.locator('[data-emr=cluster-select]').selectOption(cluster.clusterId);
    await dialog.locator('summary').click();
    await picture(page, name('connect'));
    await expectAccessible(page, '.jp-EMR-dialog');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();

    const binding = await connect(page, cluster.clusterId, account.roles.analyst);
    await expect(binding).toContainText('looks');
    await expectAccessible(page, '[data-emr=notebook-binding]');
    await clusterCard(sidebar, cluster.clusterId).locator('[data-emr=terminate]').click();
    await expect(page.locator('[data-emr=terminate-dialog]')).toBeVisible();
    await picture(page, name('teardown'));
    await expectAccessible(page, '.jp-Dialog');
  });
}
