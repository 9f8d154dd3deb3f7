/** What keeps a notebook from being promoted is said where it can be mended; all of it by keyboard. */
import { expect, test } from '@jupyterlab/galata';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { Account } from './account';
import { REAL, endKernels, openNotebook, openSidebar, picture, tabTo } from './support';

test.use(REAL);
test.afterEach(({ page }) => endKernels(page));

test('a bad schedule, a missing bucket, no right to make roles: by keyboard to the template', async ({
  page,
  tmpPath
}) => {
  test.slow();
  const account = new Account();
  await page.goto();
  await openSidebar(page);
  await openNotebook(page, tmpPath, 'refused.ipynb', 'pyspark-emr');
  await page.evaluate(() => {
    const { content } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const { sharedModel } = content.model!;
    sharedModel.getCell(0).setSource('%%local\nprint("here")');
    sharedModel.insertCell(1, { cell_type: 'code', source: 'df = spark.range(1000)\nprint(df.count())' });
    void window.jupyterapp.commands.execute('emr:promote');
  });
  const dialog = page.locator('[data-emr=promote-dialog]');
  const at = (hook: string) => dialog.locator(`[data-emr=promote-${hook}]:visible`);
  const field = (name: string) => dialog.locator(`[data-field="${name}"] input`);
  await expect(at('script-text')).toContainText('spark.range(1000)', { timeout: 60_000 });
  await expect(at('omission')).toHaveCount(1);
  await expect(at('next')).toBeFocused();
  await page.keyboard.press('Enter');

  await tabTo(page, field('schedule.expression'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type('every morning');
  await expect(dialog.locator('[data-field="schedule.expression"] .jp-EMR-fieldErrors')).toContainText(
    'cron(0 6 * * ? *)'
  );
  await picture(page, 'promote-bad-schedule');
  await tabTo(page, at('next'));
  await page.keyboard.press('Enter');
  await expect(at('problems')).toContainText('every morning');
  await expect(at('submit')).toBeDisabled();
  await picture(page, 'promote-bad-schedule-role');

  await tabTo(page, at('back'));
  await page.keyboard.press('Enter');
  await tabTo(page, field('schedule.expression'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type('rate(1 day)');
  await tabTo(page, dialog.locator('.jp-EMR-advanced > summary'));
  await page.keyboard.press('Enter');
  await tabTo(page, field('artifacts'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type('s3://no-such-bucket-here/pipelines/');
  await tabTo(page, at('next'));
  await page.keyboard.press('Enter');
  await expect(at('problems')).toContainText('no-such-bucket-here');
  await expect(at('submit')).toBeDisabled();
  await picture(page, 'promote-no-bucket');

  await tabTo(page, at('back'));
  await page.keyboard.press('Enter');
  await tabTo(page, field('artifacts'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type('s3://emr-artifacts-us-east-1/pipelines/');
  await tabTo(page, at('next'));
  await page.keyboard.press('Enter');
  await expect(dialog.locator('[data-emr=deploy-steps] [data-step=role]')).toContainText('will be made');
  await account.control('POST', 'faults', {
    service: 'iam',
    operation: 'CreateRole',
    code: 'AccessDenied',
    status: 403
  });
  await tabTo(page, at('submit'));
  await page.keyboard.press('Enter');
  const error = dialog.locator('[data-emr=deploy-error]');
  await expect(error).toContainText('template');
  await picture(page, 'promote-no-rights');
  await tabTo(page, at('template'));
  await page.keyboard.press('Enter');
  await expect(at('note')).toContainText('emr-pipeline.template.yaml');
  await picture(page, 'promote-template');
  const written = await page.request.get(`/api/contents/${tmpPath}/emr-pipeline.template.yaml?content=1`);
  expect(await written.text()).toContain('AWS::IAM::Role');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});
