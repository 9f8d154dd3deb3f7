/** What the browser tests share. */
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AxeBuilder } from '@axe-core/playwright';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, test } from '@jupyterlab/galata';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Locator } from '@playwright/test';

/** A page of galata's. */
export type Page = IJupyterLabPageFixture;

/**
 * For `test.use`: galata's stand-ins for /api/kernels and /api/sessions cannot pass an interrupt on and forget what a
 * second tab started, so the server's own answers are wanted.
 */
export const REAL = { autoGoto: false, kernels: null, sessions: null } as const;

/** Every secret of the local account carries this mark, so that a leak shows wherever it lands. */
export const SECRET_MARK = 'emrlocalsecret';

/** Collects what goes over the page's network, and looks for credentials in it. */
export class Watcher {
  private readonly seen: string[] = [];

  constructor(private readonly page: Page) {
    page.on('request', request => this.seen.push(request.url(), request.postData() ?? ''));
    page.on('response', response => {
      if (/json|text/.test(response.headers()['content-type'] ?? '')) {
        response.text().then(
          text => this.seen.push(text),
          () => undefined
        );
      }
    });
    page.on('websocket', socket => {
      socket.on('framesent', ({ payload }) => this.seen.push(payload.toString()));
      socket.on('framereceived', ({ payload }) => this.seen.push(payload.toString()));
    });
    page.on('console', message => this.seen.push(message.text()));
  }

  /** Network log, the page's whole heap, the given texts, the servers' log and the command lines of all processes. */
  async expectNoCredential(...texts: string[]): Promise<void> {
    expect(this.seen.length).toBeGreaterThan(100);
    const heap = await heapOf(this.page);
    const log = readFileSync(process.env['EMR_SERVER_LOG'] ?? '', 'utf8');
    expect(log).not.toBe('');
    for (const [where, text] of [
      ['the network log', this.seen.join('\n')],
      ['the page’s memory', heap],
      ['a file', texts.join('\n')],
      ['the log', log],
      ['a command line', commandLines()]
    ] as const) {
      expect(text.includes(SECRET_MARK), `${where} holds a credential`).toBe(false);
    }
  }
}

/** All that the page has in memory, as one text. */
export async function heapOf(page: Page): Promise<string> {
  const chunks: string[] = [];
  // galata hands out a proxy of the page; Chromium's protocol wants the page itself.
  const context = page.context();
  const cdp = await context.newCDPSession(context.pages()[0]);
  cdp.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }: { chunk: string }) => chunks.push(chunk));
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await cdp.detach();
  const heap = chunks.join('');
  expect(heap).toContain('emr-sidebar');
  return heap;
}

/** Command lines of all processes (Linux). */
function commandLines(): string {
  if (process.platform !== 'linux') {
    return '';
  }
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');
}

/** Pictures that the documentation shows, by the step's name. */
const DOCUMENTED: Readonly<Record<string, string>> = {
  journey: 'journey.png',
  '13-promote-role': 'promote.png',
  catalog: 'catalog.png'
};

/**
 * A picture of a step: kept for the documentation when the project `screenshots` runs, else with the test's results.
 *
 * @param animations - `allow` where a notification is to be seen that closes by itself: its time is an animation
 */
export async function picture(page: Page, name: string, animations: 'allow' | 'disabled' = 'disabled'): Promise<void> {
  const kept = test.info().project.name === 'screenshots';
  const folder = kept ? join(__dirname, '..', 'screenshots') : join(__dirname, '..', 'test-results', 'pictures');
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations });
  const documented = DOCUMENTED[name];
  if (kept && documented) {
    copyFileSync(path, join(__dirname, '..', '..', 'docs', 'images', documented));
  }
}

export async function openSidebar(page: Page): Promise<Locator> {
  await page.sidebar.openTab('emr-sidebar');
  const sidebar = page.locator('#emr-sidebar');
  await expect(sidebar.locator('[data-emr=sidebar-body][data-control=connected]')).toBeVisible();
  return sidebar;
}

/** A new notebook with one empty cell, its kernel ready; the notebook's panel. */
export async function openNotebook(page: Page, folder: string, name: string, kernel: string): Promise<Locator> {
  const content = {
    cells: [{ cell_type: 'code', id: 'first', metadata: {}, source: '', outputs: [], execution_count: null }],
    metadata: { kernelspec: { name: kernel, display_name: kernel } },
    nbformat: 4,
    nbformat_minor: 5
  };
  const path = `${folder}/${name}`;
  await page.contents.uploadContent(JSON.stringify(content), 'text', path);
  return bringNotebook(page, path);
}

/** Open a notebook that is there, or bring it to the front; its panel, the kernel at rest. */
export async function bringNotebook(page: Page, path: string): Promise<Locator> {
  await page.evaluate(async notebook => {
    await window.jupyterapp.commands.execute('docmanager:open', { path: notebook, factory: 'Notebook' });
  }, path);
  const panel = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
  await expect(panel.locator('.jp-Notebook-ExecutionIndicator[data-status=idle]')).toBeAttached();
  return panel;
}

/** Put code into a cell (added where there is none) and run it to its end, as the toolbar's button does. */
export async function runCell(page: Page, index: number, code: string): Promise<void> {
  await page.evaluate(
    async ([at, source]) => {
      const { shell, commands } = window.jupyterapp;
      const { content } = shell.currentWidget as NotebookPanel;
      const cells = content.model!.sharedModel;
      while (cells.cells.length <= at) {
        cells.insertCell(cells.cells.length, { cell_type: 'code', source: '' });
      }
      cells.getCell(at).setSource(source);
      content.activeCellIndex = at;
      await commands.execute('notebook:run-cell');
    },
    [index, code] as const
  );
}

/** Put code into a cell (added where there is none), save the notebook, and begin to run the cell. */
export async function begin(page: Page, panel: Locator, index: number, code: string): Promise<void> {
  await page.evaluate(
    async ([at, source]) => {
      const { shell, commands } = window.jupyterapp;
      const { content, context } = shell.currentWidget as NotebookPanel;
      const { sharedModel } = content.model!;
      while (sharedModel.cells.length <= at) {
        sharedModel.insertCell(sharedModel.cells.length, { cell_type: 'code', source: '' });
      }
      sharedModel.getCell(at).setSource(source);
      content.activeCellIndex = at;
      await context.save();
      void commands.execute('notebook:run-cell');
    },
    [index, code] as const
  );
  await expect(prompt(panel, index)).toHaveText('[*]:');
  await expect(panel.locator('[data-emr=notebook-binding]')).toHaveAttribute('data-state', 'busy');
}

export const prompt = (panel: Locator, index: number): Locator =>
  panel.locator('.jp-CodeCell').nth(index).locator('.jp-InputPrompt');

export const outputs = (panel: Locator, index: number): Locator =>
  panel.locator('.jp-CodeCell').nth(index).locator('.jp-OutputArea-output');

/** Files that code on the driver waits for. */
export class Gates {
  private readonly folder = mkdtempSync(join(tmpdir(), 'emr-gates-'));

  /** Path of a gate; it is open once there is a file. */
  path(name: string): string {
    return join(this.folder, name);
  }

  open(name: string): void {
    writeFileSync(this.path(name), '');
  }

  /** Code that runs on the driver until its gate is opened. */
  code(name: string): { code: string; open: () => void } {
    const code = `import os, time
print('${name} begins')
while not os.path.exists(${JSON.stringify(this.path(name))}):
    time.sleep(0.1)
print('${name} ends after', 6 * 7)`;
    return { code, open: () => this.open(name) };
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Serious and critical findings of axe within our own elements. */
export async function expectAccessible(page: Page, root: string): Promise<void> {
  // galata hands out a proxy of the page; axe opens a page of the context itself.
  const [own] = page.context().pages();
  const { violations } = await new AxeBuilder({ page: own }).include(root).analyze();
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
  expect(serious).toEqual([]);
}

/** Press Tab until the target has the focus, which must show. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  const focused = () => target.evaluate(node => node === document.activeElement);
  for (let presses = 0; presses < 40 && !(await focused()); presses++) {
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
  const ring = await target.evaluate(node => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
    return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
  });
  expect(ring, 'the focus shows').toBe(true);
}

/** Run a command of the palette, with keys only. */
export async function fromPalette(page: Page, label: string): Promise<void> {
  await page.keyboard.press('Control+Shift+C');
  const palette = page.locator('.lm-CommandPalette');
  await expect(palette.locator('input')).toBeFocused();
  await page.keyboard.type(label);
  await expect(palette.locator('.lm-CommandPalette-item.lm-mod-active')).toContainText(label);
  await page.keyboard.press('Enter');
}

/** Press a key in a dialog. It hears none before it has the focus, which comes after it is seen. */
export async function pressIn(dialog: Locator, key: string): Promise<void> {
  await expect(dialog.locator(':focus')).toHaveCount(1);
  await dialog.page().keyboard.press(key);
}

export async function cellText(page: Page, index: number): Promise<string> {
  return ((await page.notebook.getCellTextOutput(index)) ?? []).join('\n');
}

/** The card of a cluster in the sidebar. */
export function clusterCard(sidebar: Locator, clusterId: string): Locator {
  return sidebar.locator(`[data-emr=cluster][data-cluster-id="${clusterId}"]`);
}

/** Open the form of a product from its card. */
export async function openForm(sidebar: Locator, product: string): Promise<Locator> {
  await sidebar
    .locator('[data-emr=product-card]', { has: sidebar.page().getByText(product, { exact: true }) })
    .locator('[data-emr=create-cluster]')
    .click();
  const form = sidebar.locator('[data-emr=create-form]');
  await expect(form.locator('[data-emr=launch]')).toBeVisible();
  return form;
}

/** Launch a product that needs no value, from its form; the card of the cluster. */
export async function launch(sidebar: Locator, product: string, name: string): Promise<Locator> {
  const form = await openForm(sidebar, product);
  await form.locator('[data-emr=cluster-name-input]').fill(name);
  await form.locator('[data-emr=launch]').click();
  const cluster = sidebar.locator('[data-emr=cluster]', { hasText: name });
  await expect(cluster).toBeVisible();
  return cluster;
}

/** Connect the notebook in front at once, as the dialog would; the toolbar's item. */
export async function connect(page: Page, clusterId: string, runtimeRole: string): Promise<Locator> {
  await page.evaluate(
    async args => {
      await window.jupyterapp.commands.execute('emr:connect', { ...args, dialog: false });
    },
    { clusterId, runtimeRole }
  );
  const binding = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) [data-emr=notebook-binding]');
  await expect(binding).toHaveAttribute('data-state', 'idle');
  return binding;
}

/** A session of Jupyter Server's. */
export interface IServerSession {
  type: string;
  path: string;
  kernel: { id: string; name: string };
}

/** Sessions of Jupyter Server; `emr-control` is the type of the control kernels'. */
export async function serverSessions(page: Page, type: string): Promise<IServerSession[]> {
  const answer = await page.request.get('/api/sessions');
  return ((await answer.json()) as IServerSession[]).filter(session => session.type === type);
}

/** End all kernels, which nobody else does where {@link REAL} is used. */
export async function endKernels(page: Page): Promise<void> {
  const answer = await page.request.get('/api/kernels');
  for (const { id } of (await answer.json()) as { id: string }[]) {
    await page.request.delete(`/api/kernels/${id}`);
  }
}

/** Process ids of a kernel, found by its connection file (Linux). */
export function kernelPids(kernelId: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').includes(`kernel-${kernelId}.json`);
      } catch {
        return false;
      }
    })
    .map(Number);
}
