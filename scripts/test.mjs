// `npm test`: sets everything up, runs every runner, prints one total.
//   npm test -- --only eslint,jest    some runners only (names below)
//   npm test -- --lanes 1             one after the other (two runners at a time otherwise: most of them wait a lot)
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { findChromium } from './chromium.mjs';
import { CACHE, Failure, ROOT, VENV, environment, main, run } from './lib.mjs';
import { ofCommand, ofJest, ofPlaywright, ofPytest, readable } from './results.mjs';
import { setup } from './setup.mjs';

const RESULTS = join(CACHE, 'results');

/** A command that passes or fails as a whole. */
const check =
  (command, ...args) =>
  async (output, log) => {
    const { code } = await run(command, args, { check: false, output });
    return ofCommand(code, log);
  };

async function jest(output) {
  const file = join(RESULTS, 'jest.json');
  const { code } = await run('jest', ['--silent', '--json', '--outputFile', file, '--maxWorkers=2'], {
    check: false,
    env: environment({ EMR_PYTHON: VENV.python }),
    output
  });
  return ofJest(file, code);
}

/** pytest on one folder of tests/. */
const pytest = folder => async output => {
  const file = join(RESULTS, `pytest-${folder}.xml`);
  const words = ['--tb=short', '--durations=5', '--durations-min=5'];
  const { code } = await run(
    VENV.python,
    ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...words, `tests/${folder}`, '--junitxml', file],
    { check: false, output }
  );
  return ofPytest(file, code);
};

const playwright = project => async output => {
  const chromium = await findChromium();
  const file = join(RESULTS, `playwright-${project}.json`);
  const env = environment({
    ...(chromium ? { CHROMIUM: chromium } : {}),
    EMR_PYTHON: VENV.python,
    // In the pictures each phase of a start-up takes long enough to be seen.
    ...(project === 'screenshots' ? { EMR_UI_SPEED: '12' } : {}),
    ...(project === 'bench' ? { EMR_UI_TABLES: '10000' } : {}),
    PLAYWRIGHT_JSON_OUTPUT_NAME: file
  });
  const { code } = await run(
    'playwright',
    ['test', '-c', 'ui-tests/playwright.config.ts', '--project', project, '--reporter=list,json'],
    { check: false, env, output }
  );
  return ofPlaywright(file, code);
};

/**
 * Name to runner, in the order in which the lanes take them: the longest of all first, beside it what is quick and fails
 * often, then the rest from long to short, so that no lane ends long before the other.
 * `screenshots` and `bench` only when asked for: the one rewrites the pictures of the documentation, the other measures.
 */
const RUNNERS = {
  galata: playwright('galata'),
  stylelint: check('stylelint', 'style/**/*.css'),
  ruff: check(VENV.python, '-m', 'ruff', 'check', '.'),
  types: check('tsc', '-b'),
  prettier: check('prettier', '--check', '--log-level', 'warn', '--cache', '--cache-location', '.cache/prettier', '.'),
  eslint: check('eslint', '.', '--cache', '--cache-location', '.cache/eslint'),
  jest,
  journey: pytest('journey'),
  delivery: pytest('delivery'),
  promote: pytest('promote'),
  livy: pytest('livy'),
  account: pytest('account'),
  reattach: pytest('reattach'),
  access: pytest('access'),
  catalog: pytest('catalog'),
  ipython: pytest('ipython'),
  kernel: pytest('kernel'),
  faults: pytest('faults'),
  notebooks: pytest('notebooks'),
  headless: pytest('headless'),
  policy: pytest('policy'),
  wheel: pytest('wheel'),
  results: pytest('results'),
  cli: pytest('cli'),
  screenshots: playwright('screenshots'),
  bench: playwright('bench')
};
/** Those that change the documentation, or measure. */
const WHEN_ASKED = ['screenshots', 'bench'];

// A folder of tests that nobody has put into the list is run all the same.
for (const name of readdirSync(join(ROOT, 'tests'))) {
  const folder = join(ROOT, 'tests', name);
  if (name in RUNNERS || !statSync(folder).isDirectory()) continue;
  if (readdirSync(folder).some(file => /^test_.*\.py$/.test(file))) RUNNERS[name] = pytest(name);
}

/** Run one; its output goes to ours at once where it is alone, else in one block when it has ended. */
async function runOne(name, alone) {
  const log = join(RESULTS, `${name}.log`);
  const started = Date.now();
  process.stderr.write(`${alone ? '\n' : ''}▶ ${name}\n`);
  const output = alone ? 2 : openSync(log, 'w');
  const result = await RUNNERS[name](output, log);
  const row = { name, skipped: 0, failures: [], ...result, seconds: (Date.now() - started) / 1000 };
  if (!alone) {
    closeSync(output);
    const said = readable(readFileSync(log, 'utf8')).trimEnd();
    process.stderr.write(`\n━━ ${name} ━━\n${said}\n${inWords(row)}\n\n`);
  }
  return row;
}

function inWords({ name, passed, failed, skipped, seconds }) {
  const extra = skipped ? `, ${skipped} skipped (the reason stands above)` : '';
  return `${failed ? '✗' : '✓'} ${name.padEnd(10)} ${passed} passed, ${failed} failed${extra} in ${seconds.toFixed(0)} s`;
}

/** The value of an option, or undefined. */
function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : (process.argv[at + 1] ?? '');
}

await main(async () => {
  const only = option('--only')?.split(',');
  const unknown = only?.filter(name => !(name in RUNNERS)) ?? [];
  if (unknown.length) {
    throw new Failure(
      `--only: there is no runner "${unknown.join('", "')}".`,
      `One of ${Object.keys(RUNNERS).join(', ')}.`
    );
  }
  const names = Object.keys(RUNNERS).filter(name => (only ? only.includes(name) : !WHEN_ASKED.includes(name)));
  // Playwright's projects serve on one port.
  const most = names.some(name => WHEN_ASKED.includes(name)) ? 1 : Math.min(2, availableParallelism());
  const lanes = Math.max(1, Number(option('--lanes') ?? most));

  await setup();
  // What tests leave in the folder for temporary files goes when they have ended.
  const temporary = mkdtempSync(join(tmpdir(), 'emr-test-'));
  process.env.TMPDIR = process.env.TEMP = process.env.TMP = temporary;
  process.on('exit', () => {
    try {
      rmSync(temporary, { recursive: true, force: true });
    } catch {
      // A process that is just ending still writes there: that says nothing about the tests.
    }
  });
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const alone = lanes === 1 || names.length === 1;
  const waiting = [...names];
  const rows = [];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) rows.push(await runOne(name, alone));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  rows.sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));

  // The end is what one sees first: which runners, which failures and why, the total.
  console.log(`\n${rows.map(inWords).join('\n')}`);
  for (const { name, failures } of rows) {
    for (const { test, error } of failures)
      console.log(`\n✗ ${name}: ${test}\n  ${error.trim().replaceAll('\n', '\n  ')}`);
  }
  const sum = key => rows.reduce((total, row) => total + row[key], 0);
  const failed = sum('failed') + (rows.length === 0 ? 1 : 0);
  console.log(`\ntotal: ${sum('passed')} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
});
