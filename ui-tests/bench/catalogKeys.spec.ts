/**
 * How long after a key press the catalogue's page shows the results, with 10,000 tables. Prints the figures and asserts
 * none of them: machines are noisy. `npm run bench:page`; docs/performance.md says what they mean.
 */
import { expect, test } from '@jupyterlab/galata';

import { REAL, openSidebar } from '../tests/support';

test.use(REAL);
test.setTimeout(900_000);

/** What a user types, misspelt and corrected too. */
const TYPED = ['option', 'strike', 'exp', 'stirke', 'close', 'market data', 'signal'];

/** Milliseconds from a key press on. */
interface IKey {
  key: string;
  /** Until the request went to Jupyter Server. */
  sent: number;
  /** Until the answer came. */
  received: number;
  /** Until the list had changed. */
  changed: number;
  /** Until the next frame after it. */
  painted: number;
}

test('results after a key press', async ({ page }) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  const data = sidebar.locator('[data-emr=data]');
  await data.locator('summary').first().click();
  await data.locator('[data-emr=open-catalog]').click();
  const catalog = page.locator('[data-emr=catalog]');
  const begun = Date.now();
  await expect(catalog.locator('[data-emr=catalog-index]')).toHaveAttribute('data-state', 'ready', {
    timeout: 600_000
  });
  const made = Date.now() - begun;
  const search = catalog.locator('[data-emr=catalog-search]');
  await search.click();
  await page.evaluate(() => {
    const seen: IKey[] = [];
    (window as unknown as { emrKeys: IKey[] }).emrKeys = seen;
    const list = document.querySelector('[data-emr=catalog-results]')!;
    let at = 0;
    let current: IKey | undefined;
    document.addEventListener(
      'keydown',
      event => {
        at = performance.now();
        current = { key: event.key, sent: 0, received: 0, changed: 0, painted: 0 };
        seen.push(current);
      },
      true
    );
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (this: WebSocket & { emr?: true }, message) {
      if (!this.emr) {
        this.emr = true;
        this.addEventListener('message', () => {
          if (current && !current.changed) {
            current.received = performance.now() - at;
          }
        });
      }
      if (current && !current.sent) {
        current.sent = performance.now() - at;
      }
      send.call(this, message);
    };
    new MutationObserver(() => {
      const key = current;
      if (key && !key.painted) {
        key.changed = performance.now() - at;
        requestAnimationFrame(() => (key.painted = performance.now() - at));
      }
    }).observe(list, { childList: true, subtree: true, characterData: true, attributeFilter: ['data-table'] });
  });
  for (const text of TYPED) {
    for (const key of [...text, 'Escape']) {
      await page.keyboard.press(key === ' ' ? 'Space' : key);
      // As fast as one types: five keys a second.
      await page.waitForTimeout(200);
    }
  }
  const keys = await page.evaluate(() => (window as unknown as { emrKeys: IKey[] }).emrKeys);
  const changed = keys.filter(key => key.painted > 0);
  expect(changed.length).toBeGreaterThan(20);
  const total = await catalog.locator('[data-emr=catalog-total]').textContent();
  const line = (name: 'sent' | 'received' | 'changed' | 'painted') => {
    const sorted = changed.map(key => key[name]).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0);
    const over = sorted.filter(value => value >= 100).length;
    return `${name.padEnd(9)} median ${at(0.5)}, p90 ${at(0.9)}, max ${at(1)} ms; ${over} at 100 ms or more`;
  };
  console.log(
    [
      `${total}; the index was ready ${(made / 1000).toFixed(0)} s after the page was opened`,
      `${keys.length} keys, ${changed.length} of them changed the list`,
      ...(['sent', 'received', 'changed', 'painted'] as const).map(line)
    ].join('\n')
  );
});
