/** The data catalogue: found, narrowed down, opened, inserted; and the same as a role that may see less. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import type { IMadeCluster } from './account';
import { Account } from './account';
import type { Page } from './support';
import {
  REAL,
  connect,
  endKernels,
  expectAccessible,
  openNotebook,
  openSidebar,
  outputs,
  picture,
  runCell
} from './support';

test.use(REAL);

const account = new Account();
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision('catalogue');
});
test.afterAll(async () => {
  await account.control('DELETE', 'faults');
  await account.terminate(cluster);
});
test.afterEach(({ page }) => endKernels(page));

test('a data set is found, its snippet inserted, and a column is gone for a role that may not see it', async ({
  page,
  tmpPath
}) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  const panel = await openNotebook(page, tmpPath, 'options.ipynb', 'pyspark-emr');
  await connect(page, cluster.clusterId, account.roles.analyst);

  // The short form in the sidebar, then the page.
  const data = sidebar.locator('[data-emr=data]');
  await data.locator('summary').first().click();
  await data.locator('[data-emr=data-search-text]').fill('optio');
  await expect(data.locator('[data-emr=data-search-hit]').first()).toContainText('option');
  await data.locator('[data-emr=data-search-text]').fill('');
  await data.locator('[data-emr=open-catalog]').click();
  const catalog = page.locator('[data-emr=catalog]');
  await expect(catalog.locator('[data-emr=catalog-index]')).toHaveAttribute('data-state', 'ready');

  // By the keyboard: words, a facet, the list, the page.
  await catalog.locator('[data-emr=catalog-results]').press('/');
  await expect(catalog.locator('[data-emr=catalog-search]')).toBeFocused();
  await page.keyboard.type('options');
  await expect(hits(catalog).first()).toHaveAttribute('data-table', /market_data\.options$/);
  for (const [facet, value] of [
    ['tag:domain', 'market-data'],
    ['tag:sensitivity', 'internal']
  ]) {
    await catalog.locator(`[data-facet="${facet}"] [data-value="${value}"] input`).check();
  }
  await expect(hits(catalog).first()).toHaveAttribute('data-table', /market_data\.options$/);
  await catalog.locator('[data-emr=catalog-search]').press('ArrowDown');
  await page.keyboard.press('Enter');
  const dataSet = catalog.locator('[data-emr=data-set]');
  await expect(dataSet.locator('[data-emr=description]')).toContainText('equity options');
  await expect(dataSet.locator('[data-tag="sensitivity=internal"]').first()).toBeVisible();
  await expectAccessible(page, '[data-emr=catalog]');
  await picture(page, 'catalog');

  // Into the notebook, and run: rows.
  const columns = dataSet.locator('[data-emr=columns] [data-column]');
  await dataSet.locator('[data-emr=tab-columns]').click();
  await expect(dataSet.locator('[data-column=counterparty]')).toBeVisible();
  const all = await columns.count();
  await insertAndRun(page, dataSet);
  await expect(panel.locator('.jp-CodeCell').first()).toContainText('market_data.options');
  await expect(outputs(panel, 0).last()).toContainText('counterparty');
  await expect(outputs(panel, 0).last()).toContainText('only showing top 20 rows');

  // Rows and a profile of chosen columns on the page, on the notebook's session.
  await page.activity.activateTab('Data catalogue');
  await dataSet.locator('[data-emr=tab-columns]').click();
  for (const name of ['strike', 'counterparty']) {
    await dataSet.locator(`[data-column=${name}]`).click();
  }
  await dataSet.locator('[data-emr=tab-data]').click();
  await dataSet.locator('[data-emr=sample-read]').click();
  await expect(dataSet.locator('[data-emr=sample] tbody tr')).toHaveCount(10);
  await expect(dataSet.locator('[data-emr=sample] th')).toHaveText(['strike', 'counterparty']);
  await dataSet.locator('[data-emr=profile-read]').click();
  await expect(dataSet.locator('[data-emr=profile]')).toHaveCount(2);
  await expect(dataSet.locator('[data-emr=profile][data-column=strike] rect').first()).toBeVisible();
  await picture(page, 'catalog-profile');
  await expectAccessible(page, '[data-emr=catalog]');

  // As a role that may not see what is restricted: gone from the schema, the snippet and the result.
  await catalog.locator('[data-emr=catalog-as]').selectOption({ label: (await limitedLabel(catalog))! });
  await dataSet.locator('[data-emr=tab-columns]').click();
  await expect(columns).toHaveCount(all - 1);
  await expect(dataSet.locator('[data-column=counterparty]')).toHaveCount(0);
  await dataSet.locator('[data-emr=why-column]').fill('counterparty');
  await dataSet.locator('[data-emr=why-column-ask]').click();
  await expect(dataSet.locator('[data-emr=explanation-missing]')).toContainText('restricted');
  await picture(page, 'catalog-why');
  const limited = await openNotebook(page, tmpPath, 'limited.ipynb', 'pyspark-emr');
  await connect(page, cluster.clusterId, account.roles.limited);
  await page.activity.activateTab('Data catalogue');
  await insertAndRun(page, dataSet);
  const cell = limited.locator('.jp-CodeCell').first();
  await expect(cell.locator('.jp-InputArea')).toContainText('market_data.options');
  await expect(outputs(limited, 0).last()).toContainText('only showing top 20 rows');
  await expect(cell).toContainText('strike');
  await expect(cell).not.toContainText('counterparty');
  // What the other role's snippet asks for is refused.
  await runCell(page, 1, "spark.table('market_data.options').select('counterparty').show()");
  await expect(outputs(limited, 1).last()).toContainText('counterparty');
  await expect(outputs(limited, 1).last()).toContainText('AnalysisException');
  await picture(page, 'catalog-limited');

  // A snippet dragged into a cell beside it.
  await page.evaluate(() => {
    const { shell } = window.jupyterapp;
    const widgets = [...shell.widgets('main')];
    const notebook = widgets.find(({ title }) => title.label === 'limited.ipynb');
    const found = widgets.find(({ id }) => id === 'emr-catalog');
    shell.add(found!, 'main', { mode: 'split-right', ref: notebook!.id });
  });
  await page.activity.activateTab('limited.ipynb');
  await runCell(page, 2, '');
  await dataSet
    .locator('[data-emr=snippet][data-source=generated] pre')
    .first()
    .dragTo(limited.locator('.jp-CodeCell').nth(2).locator('.cm-content'));
  await expect(limited.locator('.jp-CodeCell').nth(2).locator('.jp-InputArea')).toContainText('market_data.options');
  await picture(page, 'catalog-dragged');
});

test('a description is edited, and what another wrote meanwhile is told; a database that fails leaves the rest', async ({
  page
}) => {
  await page.goto();
  await page.evaluate(() => window.jupyterapp.commands.execute('emr:open-catalog', { table: 'signals.universe' }));
  const catalog = page.locator('[data-emr=catalog]');
  const index = catalog.locator('[data-emr=catalog-index]');
  const dataSet = catalog.locator('[data-emr=data-set]');
  await expect(index).toHaveAttribute('data-state', 'ready');
  const description = dataSet.locator('[data-emr=edit-description]');
  await dataSet.locator('[data-emr=tab-edit]').click();
  await description.fill('Instruments that are **looked at**.');
  await dataSet.locator('[data-emr=edit-save]').click();
  await expect(dataSet.locator('[data-emr=edit-saved]')).toBeVisible();
  await description.fill('Mine.');
  await account.describe('signals', 'universe', 'By a colleague, meanwhile.');
  await dataSet.locator('[data-emr=edit-save]').click();
  const conflict = dataSet.locator('[data-emr=edit-error][data-code=Conflict]');
  await expect(conflict).toBeVisible();
  await picture(page, 'catalog-conflict');
  await conflict.locator('[data-emr=retry]').click();
  await expect(dataSet.locator('[data-emr=edit-theirs]')).toContainText('By a colleague, meanwhile.');
  await expect(description).toHaveValue('Mine.');
  await picture(page, 'catalog-conflict-theirs');
  await expectAccessible(page, '[data-emr=catalog]');
  await dataSet.locator('[data-emr=edit-save]').click();
  await expect(dataSet.locator('[data-emr=edit-saved]')).toBeVisible();
  await dataSet.locator('[data-emr=tab-overview]').click();
  await expect(dataSet.locator('[data-emr=description]')).toHaveText('Mine.');
  await catalog.locator('[data-emr=data-set-close]').click();

  // Glue slows down, and denies one database: it says so, the rest is there.
  await account.control('POST', 'faults', {
    ...{ service: 'glue', operation: 'GetTables', code: 'AccessDeniedException', times: 100 },
    ...{ message: 'Insufficient Lake Formation permission(s) on sentiment', where: { DatabaseName: 'sentiment' } }
  });
  await account.control('POST', 'faults', {
    ...{ service: 'glue', operation: 'GetTables', code: 'ThrottlingException', times: 100 },
    ...{ message: 'Rate exceeded', where: { DatabaseName: 'backtests' } }
  });
  await expect(index).toHaveAttribute('data-state', 'ready');
  await catalog.locator('[data-emr=catalog-refresh]').click();
  await expect(index).toContainText('slow down');
  await catalog.locator('[data-emr=catalog-search]').fill('options');
  await expect(hits(catalog).first()).toHaveAttribute('data-table', /market_data\.options$/);
  await picture(page, 'catalog-throttled');
  await account.control('DELETE', 'faults');
  await expect(index).toHaveAttribute('data-state', 'ready');
  const problems = catalog.locator('[data-emr=catalog-problems]');
  await problems.locator('summary').first().click();
  await expect(problems).toContainText('sentiment');
  await catalog.locator('[data-emr=catalog-search]').fill('backtest');
  await expect(hits(catalog).first()).toHaveAttribute('data-table', /backtest/);
  await picture(page, 'catalog-denied');
  await expectAccessible(page, '[data-emr=catalog]');
  await catalog.locator('[data-emr=catalog-refresh]').click();
  await expect(problems).toHaveCount(0);
});

test('a link opens a data set; what a hostile producer wrote is text, in the dark theme too', async ({ page }) => {
  const outside: string[] = [];
  page.on('request', request => {
    if (new URL(request.url()).hostname !== '127.0.0.1' && !request.url().startsWith('data:')) {
      outside.push(request.url());
    }
  });
  // galata's own waits for the launcher, which is behind the page that the link opens.
  const lab = `${test.info().project.use.baseURL}/lab`;
  await page.context().pages()[0].goto(`${lab}?emr-table=111122223333/market_data.vendor_dump`);
  const dataSet = page.locator('[data-emr=catalog] [data-emr=data-set]');
  const description = dataSet.locator('[data-emr=description]');
  await expect(description).toContainText('Raw file of a vendor');
  await expect(description).toContainText('pixel');
  await expect(dataSet.locator('[data-emr=facts]')).toContainText('<img src=x onerror=alert(1)>');
  await description.getByText('click me').click();
  await page.evaluate(async () => {
    await window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' });
  });
  await expect(page.locator('body[data-jp-theme-light=false]')).toBeAttached();
  await expect(dataSet.locator('[data-emr=read-as]')).toContainText('market_data.vendor_dump');
  await picture(page, 'catalog-hostile-dark');
  expect(await page.evaluate(() => (window as { __pwned?: number }).__pwned)).toBeUndefined();
  expect(await description.locator('script, iframe, img, svg, [onerror], [onload]').count()).toBe(0);
  expect(await description.locator('a[href^="javascript:" i], a[href^="data:" i]').count()).toBe(0);
  expect(outside.filter(url => url.includes('example.com'))).toEqual([]);
  await expectAccessible(page, '[data-emr=catalog]');

  await dataSet.locator('[data-emr=tab-access]').click();
  await expect(dataSet.locator('[data-emr=panel-access]')).not.toContainText('Asking Lake Formation');
  await picture(page, 'catalog-access-dark');
  await dataSet.locator('[data-emr=tab-edit]').click();
  await expect(dataSet.locator('[data-emr=edit-tag]').first()).toBeVisible();
  await picture(page, 'catalog-edit-dark');
  await dataSet.locator('[data-emr=tab-history]').click();
  await expect(dataSet.locator('[data-emr=versions] li').first()).toBeVisible();
});

function hits(catalog: Locator): Locator {
  return catalog.locator('[data-emr=catalog-hit]');
}

/** The snippet that the schema says, at the cursor of the notebook; run to its end. */
async function insertAndRun(page: Page, dataSet: Locator): Promise<void> {
  await dataSet.locator('[data-emr=tab-snippets]').click();
  await dataSet.locator('[data-emr=snippet][data-source=generated] [data-emr=snippet-insert]').first().click();
  await page.evaluate(() => window.jupyterapp.commands.execute('notebook:run-cell'));
}

async function limitedLabel(catalog: Locator): Promise<string | undefined> {
  const labels = await catalog.locator('[data-emr=catalog-as] option').allInnerTexts();
  return labels.find(label => label.includes('limited'));
}
