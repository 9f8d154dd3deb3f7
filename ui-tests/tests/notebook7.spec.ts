/** The same kernel and page in Notebook 7, which has no sidebar: cells, an interrupt, and a page that goes away. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator, Page as PlainPage } from '@playwright/test';

import { Account } from './account';
import { Gates, REAL, endKernels, expectAccessible, outputs, picture, prompt } from './support';

test.use(REAL);

const account = new Account();
const gates = new Gates();
test.afterAll(() => gates.dispose());
test.afterEach(({ page }) => endKernels(page));

const TASKS = (gate: string) => `import os, time
def wait(n):
    while not os.path.exists(${JSON.stringify(gates.path(gate))}):
        time.sleep(0.1)
    return n
sc.parallelize(range(7), 2).map(wait).sum()`;

const CELLS = [
  `%emr connect --cluster-id ${account.otherCluster} --runtime-role ${account.roles.analyst}`,
  'spark.range(42).count()',
  '%%sql\nSELECT 1 AS one, "two" AS two',
  TASKS('never'),
  TASKS('opened'),
  TASKS('while away')
];

/** Not galata's page, which would wait for a JupyterLab. */
async function open(page: PlainPage, path: string): Promise<Locator> {
  await page.goto(`${test.info().project.use.baseURL}/notebooks/${path}`);
  const panel = page.locator('.jp-NotebookPanel');
  await expect(panel.locator('.jp-CodeCell')).toHaveCount(CELLS.length);
  return panel;
}

async function run(panel: Locator, index: number): Promise<void> {
  const editor = panel.locator('.jp-CodeCell').nth(index).locator('.cm-content');
  await editor.click();
  await editor.press('Control+Enter');
}

test('Notebook 7: connect, run, interrupt, go away and come back', async ({ page: galata, tmpPath }) => {
  const path = `${tmpPath}/plain.ipynb`;
  const content = {
    cells: CELLS.map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null
    })),
    metadata: { kernelspec: { name: 'pyspark-emr', display_name: 'PySpark (EMR)' } },
    nbformat: 4,
    nbformat_minor: 5
  };
  await galata.contents.uploadContent(JSON.stringify(content), 'text', path);
  const [page] = galata.context().pages();
  let panel = await open(page, path);
  const binding = panel.locator('[data-emr=notebook-binding]');
  await expect(binding).toHaveAttribute('data-bound', 'false');
  await run(panel, 0);
  await expect(outputs(panel, 0).last()).toContainText('Connected to', { timeout: 90_000 });
  await expect(binding).toHaveAttribute('data-state', 'idle');
  await run(panel, 1);
  await expect(outputs(panel, 1)).toHaveText('42');
  await run(panel, 2);
  await expect(panel.locator('[data-emr=table]')).toBeVisible();

  await run(panel, 3);
  await expect(panel.locator('[data-emr=progress]')).toContainText(/Spark job 1 of 1/);
  await picture(galata, 'notebook7-light');
  await expectAccessible(galata, '[data-emr=progress]');
  await panel.locator('[data-jp-item-name=interrupt] button, [data-jp-item-name=interrupt]').first().click();
  await expect(outputs(panel, 3)).toContainText('KeyboardInterrupt');
  await expect(prompt(panel, 3)).toHaveText(/\[\d+\]:/);

  // Away while it runs, back before its end.
  await run(panel, 4);
  await expect(panel.locator('[data-emr=progress]')).toContainText(/Spark job 1 of 1/);
  await page.goto('about:blank');
  panel = await open(page, path);
  await expect(prompt(panel, 4)).toHaveText('[*]:');
  gates.open('opened');
  await expect(outputs(panel, 4)).toHaveText('21');
  await expect(prompt(panel, 4)).toHaveText(/\[\d+\]:/);

  // Away while it runs and ends.
  await run(panel, 5);
  await expect(panel.locator('[data-emr=progress]')).toContainText(/Spark job 1 of 1/);
  await page.goto('about:blank');
  gates.open('while away');
  await expect
    .poll(async () => {
      const answer = await page.request.get('/api/kernels');
      return ((await answer.json()) as { execution_state: string }[]).every(
        kernel => kernel.execution_state === 'idle'
      );
    })
    .toBe(true);
  panel = await open(page, path);
  await expect(outputs(panel, 5)).toHaveText('21');
  await expect(prompt(panel, 5)).toHaveText(/\[\d+\]:/);
  await picture(galata, 'notebook7-back');
});
