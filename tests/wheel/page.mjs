// The extension in the page of one JupyterLab: the sidebar is there and its control kernel answers, a notebook of our
// kernel runs a cell, and nothing of ours is an error in the console. Prints one JSON line.
//   node tests/wheel/page.mjs URL CHROMIUM [PICTURE.png]
import { chromium } from '@playwright/test';

const [url, executablePath, picture] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
const said = [];
const steps = [];
let failure;
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(60_000);
  page.on('console', message => {
    if (message.type() === 'error') said.push(message.text());
  });
  page.on('pageerror', error => said.push(`${error}`));
  await page.goto(url);
  await page.locator('.jp-LabShell, #main').first().waitFor();
  await page.locator('.lm-TabBar-tab[data-id="emr-sidebar"]').waitFor();
  steps.push('tab');
  await page.locator('.lm-TabBar-tab[data-id="emr-sidebar"]').click();
  // With no credentials the control kernel says so: an answer that only it can give.
  await page
    .locator('#emr-sidebar')
    .getByText(/credentials|region/i)
    .first()
    .waitFor();
  steps.push('control kernel');
  await page.locator('.jp-LauncherCard[title*="PySpark (EMR)"]').first().click();
  await page.locator('.jp-Notebook').waitFor();
  await page.locator('.jp-Notebook .jp-Cell').first().locator('.cm-content').click();
  await page.keyboard.type('%emr help');
  await page.keyboard.press('Shift+Enter');
  await page.locator('.jp-OutputArea-output').getByText('connect').first().waitFor();
  steps.push('cell');
  await page.locator('.jp-NotebookPanel-toolbar').getByText(/EMR/).first().waitFor();
  steps.push('toolbar');
  if (picture) await page.screenshot({ path: picture });
} catch (error) {
  failure = String(error);
  if (picture) await browser.contexts()[0]?.pages()[0]?.screenshot({ path: picture });
} finally {
  await browser.close();
}
console.log(JSON.stringify({ steps, errors: said.filter(text => /emr/i.test(text)), others: said.length, failure }));
