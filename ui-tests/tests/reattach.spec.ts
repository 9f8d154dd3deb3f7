/** Outputs find their cells whoever went away while they came: the page, or the kernel. */
import { expect, test } from '@jupyterlab/galata';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Locator } from '@playwright/test';

import type { IMadeCluster } from './account';
import { Account } from './account';
import type { Page } from './support';
import {
  Gates,
  REAL,
  begin,
  connect,
  endKernels,
  kernelPids,
  openNotebook,
  outputs,
  picture,
  prompt,
  runCell,
  serverSessions
} from './support';

test.use(REAL);

const account = new Account();
const gates = new Gates();
let cluster: IMadeCluster;
test.beforeAll(async () => {
  cluster = await account.provision('lasting');
});
test.afterAll(async () => {
  gates.dispose();
  await account.terminate(cluster);
});
test.afterEach(({ page }) => endKernels(page));

/** Go away, as closing the tab does. */
async function leave(page: Page): Promise<void> {
  // Not galata's page, which would wait for a JupyterLab.
  await page.context().pages()[0].goto('about:blank');
}

/** Open the notebook in a page that knows nothing, as on another machine. */
async function comeBack(page: Page, path: string): Promise<Locator> {
  // galata would wait for the launcher in front; what was in front before is.
  await page.context().pages()[0].goto(`${test.info().project.use.baseURL}/lab`);
  await page.waitForFunction(() => window.jupyterapp?.restored.then(() => true));
  await page.evaluate(async notebook => {
    await window.jupyterapp.commands.execute('docmanager:open', { path: notebook, factory: 'Notebook' });
  }, path);
  return page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
}

/** How the kernel of a notebook is, as Jupyter Server has it. */
async function kernelOf(page: Page, path: string): Promise<{ id: string; state: string }> {
  const answer = await page.request.get('/api/sessions');
  const sessions = (await answer.json()) as { path: string; kernel: { id: string; execution_state: string } }[];
  const found = sessions.find(session => session.path === path);
  return { id: found?.kernel.id ?? '', state: found?.kernel.execution_state ?? '' };
}

test('a page that goes away during a cell finds its outputs, and what still runs, when it comes back', async ({
  page,
  tmpPath
}) => {
  const path = `${tmpPath}/away.ipynb`;
  await page.goto();
  let panel = await openNotebook(page, tmpPath, 'away.ipynb', 'pyspark-emr');
  await connect(page, cluster.clusterId, account.roles.analyst);

  const first = gates.code('first');
  await begin(page, panel, 0, first.code);
  await leave(page);
  panel = await comeBack(page, path);
  await expect(prompt(panel, 0)).toHaveText('[*]:');
  await picture(page, 'reattach-running');
  first.open();
  await expect(outputs(panel, 0)).toContainText('first ends after 42');
  await expect(prompt(panel, 0)).toHaveText('[1]:');

  const second = gates.code('second');
  await begin(page, panel, 1, second.code);
  await leave(page);
  second.open();
  await expect.poll(async () => (await kernelOf(page, path)).state).toBe('idle');
  panel = await comeBack(page, path);
  await expect(outputs(panel, 1)).toContainText('second ends after 42');
  await expect(prompt(panel, 1)).toHaveText('[2]:');
  // What was seen once is not told again: the first cell has what it had.
  await expect(outputs(panel, 0)).toContainText('first ends after 42');
});

test('a cell that was changed meanwhile keeps its new code; its outputs are offered', async ({ page, tmpPath }) => {
  const path = `${tmpPath}/changed.ipynb`;
  await page.goto();
  let panel = await openNotebook(page, tmpPath, 'changed.ipynb', 'pyspark-emr');
  await connect(page, cluster.clusterId, account.roles.analyst);
  const gate = gates.code('third');
  await begin(page, panel, 0, gate.code);
  await leave(page);
  gate.open();
  await expect.poll(async () => (await kernelOf(page, path)).state).toBe('idle');
  const file = await page.request.get(`/api/contents/${path}?content=1`);
  const { content } = (await file.json()) as { content: { cells: { source: string; outputs: unknown[] }[] } };
  content.cells[0].source = 'changed = True';
  content.cells[0].outputs = [];
  await page.contents.uploadContent(JSON.stringify(content), 'text', path);

  panel = await comeBack(page, path);
  const toast = page.locator('.Toastify__toast', { hasText: 'a cell ended while nobody listened' });
  await expect(toast).toBeVisible();
  await picture(page, 'reattach-changed');
  expect(await outputs(panel, 0).count()).toBe(0);
  await toast.getByRole('button', { name: 'Insert below' }).click();
  await expect(outputs(panel, 1)).toContainText('third ends after 42');
  await expect(toast).toBeHidden();
});

test('a kernel that is killed during a cell leaves its result, and its session, to the one that takes its place', async ({
  page,
  tmpPath
}) => {
  test.skip(process.platform !== 'linux', 'processes are found in /proc');
  const path = `${tmpPath}/killed.ipynb`;
  await page.goto();
  const panel = await openNotebook(page, tmpPath, 'killed.ipynb', 'pyspark-emr');
  const binding = await connect(page, cluster.clusterId, account.roles.analyst);
  const gate = gates.code('fourth');
  await begin(page, panel, 0, gate.code);
  const { id } = await kernelOf(page, path);
  const pids = kernelPids(id);
  expect(pids).toHaveLength(1);
  process.kill(pids[0], 'SIGKILL');
  await page.locator('.jp-Dialog', { hasText: 'Kernel Restarting' }).locator('.jp-mod-accept').click();

  const toast = page.locator('.Toastify__toast', { hasText: 'Start anew' });
  await expect(toast).toContainText('still running statement', { timeout: 60_000 });
  await expect(binding).toHaveAttribute('data-state', 'busy');
  await expect(prompt(panel, 0)).toHaveText('[*]:');
  await picture(page, 'reattach-killed');
  await page.theme.setDarkTheme();
  await picture(page, 'reattach-killed-dark');
  gate.open();
  await expect(outputs(panel, 0)).toContainText('fourth ends after 42');
  await expect(binding).toHaveAttribute('data-state', 'idle');
  expect(kernelPids(id)).not.toEqual(pids);
  expect(await serverSessions(page, 'notebook')).toHaveLength(1);

  // Restarted by hand, it has the same session again, with its variables.
  await page.evaluate(async () => {
    const { sessionContext } = window.jupyterapp.shell.currentWidget as NotebookPanel;
    await sessionContext.session!.kernel!.restart();
  });
  await expect(page.locator('.Toastify__toast', { hasText: /Found session \d+ \S+, idle/ })).toBeVisible();
  await expect(binding).toHaveAttribute('data-state', 'idle');
  await runCell(page, 1, 'os.sep * 3');
  await expect(outputs(panel, 1)).toContainText('///');
});
