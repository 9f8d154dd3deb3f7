// `npm run release:matrix`: the wheel's tests on each Python from 3.10 that this machine has, and on older JupyterLabs in
// Chromium, one after the other; prints a table. The wheel is dist/'s (EMR_WHEEL_DIR: another folder's). Minutes each.
//   npm run release:matrix -- --former OLD.whl     also upgrade from that wheel
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { findChromium } from './chromium.mjs';
import { CACHE, VENV, environment, main, run } from './lib.mjs';

const LAB = '4.6.*';
const OLDER = ['4.0.*', '4.4.*'];

/** Interpreter by version: what is on PATH, and pyenv's. */
function pythons() {
  const found = new Map();
  const names = ['3.10', '3.11', '3.12', '3.13', '3.14'].map(version => `python${version}`);
  const versions = join(homedir(), '.pyenv', 'versions');
  const pyenv = (existsSync(versions) ? readdirSync(versions) : []).map(name => join(versions, name, 'bin', 'python'));
  for (const command of [...names, 'python3', ...pyenv]) {
    const answer = spawnSync(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8'
    });
    const version = answer.status === 0 ? answer.stdout.trim() : '';
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= 10 && !found.has(version)) found.set(version, command);
  }
  return [...found].sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }));
}

await main(async () => {
  const at = process.argv.indexOf('--former');
  const former = at < 0 ? {} : { EMR_WHEEL_FORMER: process.argv[at + 1] };
  const chromium = await findChromium();
  const all = pythons();
  const cells = all.map(([version, command]) => ({ version, command, lab: LAB, env: {} }));
  const [version, command] = all.find(([name]) => name === '3.11') ?? all[0];
  for (const lab of OLDER) cells.push({ version, command, lab, env: chromium ? { EMR_WHEEL_CHROMIUM: chromium } : {} });
  mkdirSync(join(CACHE, 'results'), { recursive: true });
  const rows = [];
  for (const cell of cells) {
    const { code, output } = await run(
      VENV.python,
      ['-m', 'pytest', '-q', '-o', 'timeout=1500', '-p', 'no:cacheprovider', 'tests/wheel/test_wheel.py'],
      {
        check: false,
        capture: true,
        env: environment({ ...former, ...cell.env, EMR_WHEEL_PYTHON: cell.command, EMR_WHEEL_LAB: cell.lab })
      }
    );
    if (code !== 0) process.stderr.write(output);
    const browser = cell.env.EMR_WHEEL_CHROMIUM ? 'page in Chromium' : '';
    rows.push([cell.version, cell.lab, browser, output.trim().split('\n').pop(), code]);
    console.log(rows.at(-1).slice(0, 4).join(' | '));
  }
  if (rows.some(row => row[4] !== 0)) process.exit(1);
});
