/** The form of a product with every kind of parameter, and a product that fails half-way. */
import { expect, test } from '@jupyterlab/galata';

import type { IMadeCluster } from './account';
import { Account } from './account';
import { REAL, endKernels, heapOf, launch, openForm, openSidebar } from './support';

// No trace: Playwright's recorder keeps what it saw of each element, the attribute `value` of a password input among it
// (`__playwright_snapshot_cache_` on the element), and CodeMirror keeps the element, where the selection was last. In
// heap snapshots that was the one way from a root to the password after the launch; without a trace there is none.
test.use({ ...REAL, trace: 'off' });

const account = new Account();
const ended: IMadeCluster[] = [];
test.afterEach(async ({ page }) => {
  await Promise.all(ended.splice(0).map(cluster => account.terminate(cluster)));
  await endKernels(page);
});

test('checks what is typed, keeps it when the server says no, and forgets the password after the launch', async ({
  page
}) => {
  const taken = await account.provision('taken');
  ended.push(taken);
  await page.goto();
  const sidebar = await openSidebar(page);
  const form = await openForm(sidebar, 'EMR research');
  const submit = form.locator('[data-emr=launch]');
  const field = (name: string) => form.locator(`[data-emr=form-field][data-field=${name}]`);
  const errors = (name: string) => field(name).locator('.jp-EMR-fieldErrors');

  const path = form.locator('[data-emr=path-select]');
  await expect(path.locator('option')).toHaveText(['Choose…', 'Research portfolio', 'Shared portfolio']);
  await expect(submit).toBeDisabled();
  await path.selectOption({ label: 'Research portfolio' });

  const version = form.locator('[data-emr=version-select]');
  await version.selectOption({ label: 'v2.4 (deprecated)' });
  await expect(form.getByText('This version is deprecated')).toBeVisible();
  await expect(field('MetastorePassword')).toBeHidden();
  await version.selectOption({ label: 'v3.1 (default)' });
  await expect(form.getByText('This version is deprecated')).toBeHidden();
  await expect(form.locator('[data-emr=instructions]')).toContainText('Give the code of a project');

  const code = field('ProjectCode').locator('input');
  await expect(errors('ProjectCode')).toBeEmpty();
  await code.pressSequentially('abc');
  await expect(errors('ProjectCode')).toHaveText('three capital letters, a dash and four digits, like ABC-1234');
  await expect(submit).toBeDisabled();
  await code.fill('ABC-1234');
  await expect(errors('ProjectCode')).toBeEmpty();

  const nodes = field('CoreNodes').locator('input');
  await nodes.fill('99');
  await expect(errors('CoreNodes')).toHaveText('At most 20.');
  await nodes.fill('0');
  await expect(errors('CoreNodes')).toHaveText('At least 1.');
  await nodes.fill('3');
  await expect(errors('CoreNodes')).toBeEmpty();

  const volumes = field('VolumeSizes');
  await volumes.getByRole('button', { name: 'Remove value 2 of Volume sizes' }).click();
  await expect(volumes.locator('input')).toHaveCount(1);
  await volumes.getByRole('button', { name: 'Add a value to Volume sizes' }).click();
  await volumes.locator('input').nth(1).fill('256');

  const password = field('MetastorePassword').locator('input');
  await expect(password).toHaveAttribute('type', 'password');
  await password.fill('short');
  await expect(errors('MetastorePassword')).toHaveText('At least 8 characters.');
  // Put together here, so that the heap can hold it from the form only.
  const secret = ['metastore', String(Date.now()), 'word'].join('-');
  await password.fill(secret);
  await expect(errors('MetastorePassword')).toBeEmpty();
  for (const tag of ['CostCenter', 'Environment']) {
    await field(tag).locator('select').selectOption({ index: 1 });
  }
  expect(await heapOf(page)).toContain(secret);

  const name = form.locator('[data-emr=cluster-name-input]');
  await name.fill(taken.name);
  await expect(submit).toBeEnabled();
  await submit.click();
  const refused = form.locator('[data-emr=launch-error]');
  await expect(refused).toContainText(/taken|exists/);
  await expect(refused.locator('[data-emr=error-fix]')).not.toBeEmpty();
  await expect(code).toHaveValue('ABC-1234');
  await expect(nodes).toHaveValue('3');
  await expect(password).toHaveValue(secret);

  await name.fill('made-to-measure');
  await expect(refused).toBeHidden();
  await submit.click();
  const cluster = sidebar.locator('[data-emr=cluster]', { hasText: 'made-to-measure' });
  await expect(cluster).toHaveAttribute('data-state', 'WAITING', { timeout: 60_000 });
  await expect(cluster).toContainText('EMR research v3.1');
  expect((await page.content()).includes(secret), 'the page has the password').toBe(false);
  expect((await heapOf(page)).includes(secret), 'the page’s memory has the password').toBe(false);
});

test('a product that fails half-way says why and what to do, and can be removed', async ({ page }) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  const cluster = await launch(sidebar, 'EMR with a broken bootstrap action', 'broken-half-way');
  await expect(cluster).toHaveAttribute('data-state', 'FAILED', { timeout: 60_000 });
  const reason = cluster.locator('[data-emr=cluster-reason]');
  await expect(reason).toContainText('bootstrap action 1');
  await expect(reason.locator('[data-emr=error-fix]')).toContainText('stderr');
  await expect(cluster.locator('[data-phase][data-status=failed]')).toHaveCount(1);
  await expect(page.locator('.Toastify__toast', { hasText: 'broken-half-way failed' })).toBeVisible();

  await cluster.locator('[data-emr=terminate]').click();
  await page.locator('.jp-Dialog .jp-mod-warn').click();
  await expect(
    sidebar.locator('[data-emr=clusters-mine] [data-emr=cluster]', { hasText: 'broken-half-way' })
  ).toHaveCount(0, { timeout: 60_000 });
});
