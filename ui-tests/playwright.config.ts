/**
 * Browser tests: JupyterLab with the installed wheel on the local account, in the Chromium that `npm test` found.
 * Project `galata` tests; project `screenshots` walks the same journey and writes the pictures of the documentation; project `bench` measures, on a catalogue of 10,000 tables.
 */
import { join } from 'node:path';

import { defineConfig } from '@playwright/test';

const port = process.env['EMR_UI_PORT'] ?? '8899';
const accountFile = (process.env['EMR_ACCOUNT_FILE'] ??= join(__dirname, 'test-results', 'account.json'));
const serverLog = (process.env['EMR_SERVER_LOG'] ??= join(__dirname, 'test-results', 'server.log'));
const chromium = process.env['CHROMIUM'];

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results/artifacts',
  timeout: 240_000,
  expect: { timeout: 30_000 },
  workers: 1,
  retries: 0,
  fullyParallel: false,
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
    trace: 'retain-on-failure',
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  },
  projects: [
    { name: 'galata' },
    { name: 'screenshots', testMatch: /(journey|promote)\.spec/ },
    { name: 'bench', testDir: './bench' }
  ],
  webServer: {
    command: `node ${JSON.stringify(join(__dirname, 'server.mjs'))}`,
    url: `http://127.0.0.1:${port}/api`,
    timeout: 120_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
    env: { EMR_UI_PORT: port, EMR_ACCOUNT_FILE: accountFile, EMR_SERVER_LOG: serverLog }
  }
});
