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

async function limitedLabel(catalog: Locator): Promise<string | undefined> {
  const labels = await catalog.locator('[data-emr=catalog-as] option').allInnerTexts();
  return labels.find(label => label.includes('limited'));
}
