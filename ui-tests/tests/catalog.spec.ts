/** The data catalogue: found, narrowed down, opened, inserted; and the same as a role that may see less. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import { REAL, endKernels, expectAccessible, openNotebook, openSidebar, picture } from './support';

test.use(REAL);
test.afterEach(({ page }) => endKernels(page));

test('a data set is found, its snippet inserted, and a column is gone for a role that may not see it', async ({
  page,
  tmpPath
}) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  const panel = await openNotebook(page, tmpPath, 'options.ipynb', 'pyspark-emr');

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
  await expect(catalog.locator('[data-emr=catalog-hit]').first()).toHaveAttribute(
    'data-table',
    /market_data\.options$/
  );
  for (const [facet, value] of [
    ['tag:domain', 'market-data'],
    ['tag:sensitivity', 'internal']
  ]) {
    await catalog.locator(`[data-facet="${facet}"] [data-value="${value}"] input`).check();
  }
  await expect(catalog.locator('[data-emr=catalog-hit]').first()).toHaveAttribute(
    'data-table',
    /market_data\.options$/
  );
  await catalog.locator('[data-emr=catalog-search]').press('ArrowDown');
  await page.keyboard.press('Enter');
  const dataSet = catalog.locator('[data-emr=data-set]');
  await expect(dataSet.locator('[data-emr=description]')).toContainText('equity options');
  await expect(dataSet.locator('[data-tag="sensitivity=internal"]').first()).toBeVisible();
  await expectAccessible(page, '[data-emr=catalog]');
  await picture(page, 'catalog');

  const columns = dataSet.locator('[data-emr=columns] [data-column]');
  await dataSet.locator('[data-emr=tab-columns]').click();
  await expect(dataSet.locator('[data-column=counterparty]')).toBeVisible();
  const all = await columns.count();
  await dataSet.locator('[data-emr=tab-snippets]').click();
  await dataSet.locator('[data-emr=snippet-insert]').first().click();
  await expect(panel.locator('.jp-CodeCell').first()).toContainText('market_data.options');

  // As a role that may not see what is restricted.
  await page.activity.activateTab('Data catalogue');
  await catalog.locator('[data-emr=catalog-as]').selectOption({ label: (await limitedLabel(catalog))! });
  await dataSet.locator('[data-emr=tab-columns]').click();
  await expect(columns).toHaveCount(all - 1);
  await expect(dataSet.locator('[data-column=counterparty]')).toHaveCount(0);
  await dataSet.locator('[data-emr=why-column]').fill('counterparty');
  await dataSet.locator('[data-emr=why-column-ask]').click();
  await expect(dataSet.locator('[data-emr=explanation-missing]')).toContainText('restricted');
  await picture(page, 'catalog-why');
  await dataSet.locator('[data-emr=tab-snippets]').click();
  await expect(dataSet.locator('[data-emr=snippet]').first()).toBeVisible();
  expect(await dataSet.locator('[data-emr=snippet][data-source=generated]').allInnerTexts()).not.toContain(
    'counterparty'
  );
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

async function limitedLabel(catalog: Locator): Promise<string | undefined> {
  const labels = await catalog.locator('[data-emr=catalog-as] option').allInnerTexts();
  return labels.find(label => label.includes('limited'));
}
