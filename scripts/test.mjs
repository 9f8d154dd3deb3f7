// `npm test`: sets everything up, runs every runner, prints one total.
//   npm test -- --only lint,jest      some runners only (names below)
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { findChromium } from './chromium.mjs';
import { CACHE, VENV, environment, main, run } from './lib.mjs';
import { setup } from './setup.mjs';

const RESULTS = join(CACHE, 'results');

/** A command that passes or fails as a whole. */
const check =
  (command, ...args) =>
  async () => {
    const { code } = await run(command, args, { check: false });
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  };

async function jest() {
  const file = join(RESULTS, 'jest.json');
  const { code } = await run('jest', ['--silent', '--json', '--outputFile', file, '--maxWorkers=2'], {
    check: false,
    env: environment({ EMR_PYTHON: VENV.python })
  });
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const {
    numPassedTests: passed,
    numFailedTests,
    numFailedTestSuites,
    numPendingTests: skipped
  } = JSON.parse(readFileSync(file, 'utf8'));
  const failed = Math.max(numFailedTests, numFailedTestSuites);
  return { passed, failed: failed || (code === 0 ? 0 : 1), skipped };
}

/** pytest on one folder of tests/. */
const pytest = folder => async () => {
  const file = join(RESULTS, `pytest-${folder}.xml`);
  const { code } = await run(VENV.python, ['-m', 'pytest', '-q', `tests/${folder}`, '--junitxml', file], {
    check: false
  });
  const head = existsSync(file) ? (/<testsuite [^>]*>/.exec(readFileSync(file, 'utf8'))?.[0] ?? '') : '';
  const count = name => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  return {
    passed: count('tests') - failed - count('skipped'),
    failed: failed || (code === 0 ? 0 : 1),
    skipped: count('skipped')
  };
};

const playwright = project => async () => {
  const chromium = await findChromium();
  const file = join(RESULTS, `playwright-${project}.json`);
  const env = environment({
    ...(chromium ? { CHROMIUM: chromium } : {}),
    EMR_PYTHON: VENV.python,
    // In the pictures each phase of a start-up takes long enough to be seen.
    ...(project === 'screenshots' ? { EMR_UI_SPEED: '12' } : {}),
    PLAYWRIGHT_JSON_OUTPUT_NAME: file
  });
  const { code } = await run(
    'playwright',
    ['test', '-c', 'ui-tests/playwright.config.ts', '--project', project, '--reporter=line,json'],
    { check: false, env }
  );
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(file, 'utf8')).stats;
  return { passed: expected, failed: unexpected + flaky || (code === 0 ? 0 : 1), skipped };
};

/** Name to runner, quickest first. `screenshots` only when asked for: it rewrites the pictures of the documentation. */
const RUNNERS = {
  eslint: check('eslint', '.', '--cache', '--cache-location', '.cache/eslint'),
  prettier: check('prettier', '--check', '--log-level', 'warn', '--cache', '--cache-location', '.cache/prettier', '.'),
  stylelint: check('stylelint', 'style/**/*.css'),
  ruff: check(VENV.python, '-m', 'ruff', 'check', '.'),
  types: check('tsc', '-b'),
  jest,
  account: pytest('account'),
  livy: pytest('livy'),
  kernel: pytest('kernel'),
  ipython: pytest('ipython'),
  cli: pytest('cli'),
  promote: pytest('promote'),
  results: pytest('results'),
  journey: pytest('journey'),
  notebooks: pytest('notebooks'),
  faults: pytest('faults'),
  reattach: pytest('reattach'),
  access: pytest('access'),
  policy: pytest('policy'),
  headless: pytest('headless'),
  wheel: pytest('wheel'),
  galata: playwright('galata'),
  screenshots: playwright('screenshots')
};

await main(async () => {
  const only = process.argv.includes('--only')
    ? process.argv[process.argv.indexOf('--only') + 1].split(',')
    : undefined;
  await setup();
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const rows = [];
  for (const [name, runner] of Object.entries(RUNNERS)) {
    if (only ? !only.includes(name) : name === 'screenshots') continue;
    process.stderr.write(`\n▶ ${name}\n`);
    const started = Date.now();
    const result = await runner();
    rows.push({ name, skipped: 0, ...result, seconds: (Date.now() - started) / 1000 });
  }
  console.log('');
  for (const { name, passed, failed, skipped, seconds } of rows) {
    const extra = skipped ? `, ${skipped} skipped (the reason stands above)` : '';
    console.log(
      `${failed ? '✗' : '✓'} ${name.padEnd(10)} ${passed} passed, ${failed} failed${extra} in ${seconds.toFixed(0)} s`
    );
  }
  const sum = key => rows.reduce((total, row) => total + row[key], 0);
  const failed = sum('failed') + (rows.length === 0 ? 1 : 0);
  console.log(`total: ${sum('passed')} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
});
