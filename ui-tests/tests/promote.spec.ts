/** The first two steps from a notebook to a pipeline. */
import { expect, test } from '@jupyterlab/galata';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { REAL, endKernels, expectAccessible, openNotebook, openSidebar, picture } from './support';

test.use(REAL);
test.afterEach(({ page }) => endKernels(page));

test('the promote dialog shows the script beside the cells, then the file as a form', async ({ page, tmpPath }) => {
  await page.goto();
  await openSidebar(page);
  await openNotebook(page, tmpPath, 'features.ipynb', 'pyspark-emr');
  await page.evaluate(() => {
    const { content } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    const { sharedModel } = content.model!;
    sharedModel.getCell(0).setSource('%%local\nprint("here")');
    sharedModel.insertCell(1, { cell_type: 'code', source: 'df = spark.range(1000)\ndf.count()' });
  });
  await page.evaluate(() => {
    void window.jupyterapp.commands.execute('emr:promote');
  });
  const dialog = page.locator('[data-emr=promote-dialog]');
  await expect(dialog.locator('[data-emr=promote-script-text]')).toContainText('spark.range(1000)', {
    timeout: 60_000
  });
  // The local cell, and the value that a notebook shows and a script does not.
  await expect(dialog.locator('[data-emr=promote-omission]')).toHaveCount(2);
  await picture(page, 'promote-script-light');
  await expectAccessible(page, '.jp-EMR-dialog');
  await dialog.locator('[data-emr=promote-next]').click();
  await expect(dialog.locator('[data-field="caps.vcpu"] input')).toBeVisible();
  await picture(page, 'promote-pipeline-light');
  await expectAccessible(page, '.jp-EMR-dialog');
  await page.theme.setDarkTheme();
  await picture(page, 'promote-pipeline-dark');
  await expectAccessible(page, '.jp-EMR-dialog');
});
