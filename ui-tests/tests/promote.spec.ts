/**
 * The demo's example becomes a pipeline by three clicks, and its schedule runs it twice: the second run makes the new day
 * only. A picture of each step in both themes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jupyterlab/galata';

import { Account } from './account';
import type { Page } from './support';
import { REAL, bringNotebook, endKernels, expectAccessible, openSidebar, picture } from './support';

test.use(REAL);
test.afterEach(({ page }) => endKernels(page));

const NAME = 'daily-features';
const NOTEBOOK = join(__dirname, '..', '..', 'jupyterlab_emr', 'examples', `${NAME}.ipynb`);
const BUCKET = 'emr-demo-us-east-1';
const OUTPUT = `research/analyst/${NAME}/`;

/** A picture in each theme; the light one is left on. */
async function pictures(page: Page, name: string, root: string): Promise<void> {
  await picture(page, name);
  await expectAccessible(page, root);
  await page.theme.setDarkTheme();
  await picture(page, `${name}-dark`);
  await expectAccessible(page, root);
  await page.theme.setLightTheme();
}

/** Files of the output by their days: what tells whether one was touched. */
async function filesByDay(account: Account): Promise<Record<string, string[]>> {
  const days: Record<string, string[]> = {};
  for (const { Key = '', ETag = '', LastModified } of await account.objects(BUCKET, OUTPUT)) {
    const day = /\/date=([^/]+)\//.exec(Key)?.[1];
    if (day !== undefined) {
      (days[day] ??= []).push(`${Key} ${ETag} ${LastModified?.toISOString()}`);
    }
  }
  return days;
}

test('three clicks make a pipeline, and each night its schedule makes the new day', async ({ page, tmpPath }) => {
  test.slow(); // two runs of Spark, and ten pictures
  const account = new Account();
  await page.goto();
  await openSidebar(page);
  const path = `${tmpPath}/${NAME}.ipynb`;
  await page.contents.uploadContent(readFileSync(NOTEBOOK, 'utf8'), 'text', path);
  await bringNotebook(page, path);
  await page.menu.clickMenuItem('File>Promote to a Pipeline…');

  const dialog = page.locator('[data-emr=promote-dialog]');
  const next = dialog.locator('[data-emr=promote-next]');
  await expect(dialog.locator('[data-emr=promote-script-text]')).toContainText('partitionOverwriteMode', {
    timeout: 60_000
  });
  // The table that a notebook shows and a script does not.
  await expect(dialog.locator('[data-emr=promote-omission]')).toHaveCount(1);
  await pictures(page, '11-promote-script', '.jp-EMR-dialog');

  await next.click();
  await expect(dialog.locator('[data-field="schedule.expression"] input')).toHaveValue('cron(0 6 * * ? *)');
  await expect(dialog.locator('[data-emr=promote-problems]')).toHaveCount(0);
  await pictures(page, '12-promote-pipeline', '.jp-EMR-dialog');

  await next.click();
  await expect(dialog.locator('[data-emr=deploy-steps] [data-step=schedule]')).toContainText('will be made');
  await expect(dialog.locator('[data-emr=promote-statement]').first()).toBeVisible();
  await pictures(page, '13-promote-role', '.jp-EMR-dialog');

  await dialog.locator('[data-emr=promote-submit]').click();
  await expect(dialog.locator('[data-emr=deployed]')).toContainText(NAME, { timeout: 60_000 });
  await pictures(page, '14-promoted', '.jp-EMR-dialog');
  // What was written lies beside the notebook.
  for (const file of ['emr-pipeline.yaml', `${NAME}.py`]) {
    expect((await page.request.get(`/api/contents/${tmpPath}/${file}`)).ok(), file).toBe(true);
  }

  await dialog.locator('[data-emr=promote-show]').click();
  await expect(dialog).toBeHidden();
  const pipeline = page.locator(`#emr-sidebar [data-emr=pipeline][data-name=${NAME}]`);
  await expect(pipeline).toContainText('cron(0 6 * * ? *)');
  let before: Record<string, string[]> = {};
  for (const night of [1, 2]) {
    const { date } = (await account.control('POST', 'next-day', {})) as { date: string };
    const fired = await account.control('POST', 'fire-schedule', { name: `emr-pipeline-${NAME}` });
    expect(fired).toMatchObject({ outcome: 'ok' });
    await expect(pipeline.locator('[data-emr=run][data-state=SUCCESS]')).toHaveCount(night, { timeout: 120_000 });
    const days = await filesByDay(account);
    if (night === 1) {
      expect(Object.keys(days).length).toBeGreaterThan(2);
    } else {
      // The days before are the same files, to their times.
      const { [date]: made, ...old } = days;
      expect(made).toHaveLength(1);
      expect(old).toEqual(before);
    }
    before = days;
  }
  await pipeline.scrollIntoViewIfNeeded();
  await pictures(page, '15-runs', '#emr-sidebar');
});
