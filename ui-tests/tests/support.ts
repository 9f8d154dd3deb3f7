/** What the browser tests share. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect } from '@jupyterlab/galata';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Locator } from '@playwright/test';

type Page = IJupyterLabPageFixture;

/** The local account that server.mjs started. */
export class Account {
  readonly endpoint: string;
  readonly region: string;
  readonly roles: { analyst: string; denied: string };
  readonly products: { productId: string; name: string }[];
  readonly env: Record<string, string>;

  constructor() {
    const file = process.env['EMR_ACCOUNT_FILE'];
    if (!file) {
      throw new Error('EMR_ACCOUNT_FILE is not set');
    }
    const answer = JSON.parse(readFileSync(file, 'utf8')) as Account;
    this.endpoint = answer.endpoint;
    this.region = answer.region;
    this.roles = answer.roles;
    this.products = answer.products;
    this.env = answer.env;
  }

  /** A control call of the local account, e.g. `control('POST', 'faults', {…})`. */
  async control(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.endpoint}/_local/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {})
    });
    expect(response.ok, await response.clone().text()).toBe(true);
    const text = await response.text();
    return text ? (JSON.parse(text) as unknown) : undefined;
  }
}

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

  /** Network log, the page's whole heap, the given texts and the command lines of all processes. */
  async expectNoCredential(...texts: string[]): Promise<void> {
    expect(this.seen.length).toBeGreaterThan(100);
    const chunks: string[] = [];
    // galata hands out a proxy of the page; Chromium's protocol wants the page itself.
    const context = this.page.context();
    const [page] = context.pages();
    const cdp = await context.newCDPSession(page);
    cdp.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }: { chunk: string }) => chunks.push(chunk));
    await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    const heap = chunks.join('');
    expect(heap).toContain('emr-sidebar');
    for (const [where, text] of [
      ['the network log', this.seen.join('\n')],
      ['the page’s memory', heap],
      ['a file', texts.join('\n')],
      ['a command line', commandLines()]
    ] as const) {
      expect(text.includes(SECRET_MARK), `${where} holds a credential`).toBe(false);
    }
  }
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

/** A picture of a step: kept in `screenshots/` when the project of that name runs, else with the test's results. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['EMR_SCREENSHOTS'] ?? join(__dirname, '..', 'test-results', 'pictures');
  await page.screenshot({ path: join(folder, `${name}.png`) });
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

export async function cellText(page: Page, index: number): Promise<string> {
  return ((await page.notebook.getCellTextOutput(index)) ?? []).join('\n');
}
