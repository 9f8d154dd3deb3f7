// The browser for the tests: the one on PATH, else installed by the system's package manager, else Playwright's own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { Failure, run } from './lib.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

function onPath() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** @returns {Promise<string | undefined>} path of the browser; undefined: Playwright's own is there */
export async function findChromium() {
  const found = process.env.CHROMIUM ?? onPath();
  if (found) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    process.stderr.write('• Chromium from the system’s packages …\n');
    await run('apt-get', ['update', '-qq'], { check: false });
    await run('apt-get', ['install', '-y', '-qq', 'chromium'], { check: false, capture: true });
    if (onPath()) return onPath();
  }
  process.stderr.write('• Chromium from Playwright …\n');
  const { code } = await run('npx', ['playwright', 'install', 'chromium'], { check: false, capture: true });
  if (code === 0) return undefined;
  throw new Failure(
    'No Chromium for the browser tests: none on PATH, none from the package manager, none from Playwright.',
    'Install one (Debian, Ubuntu: apt-get install chromium) or name it: CHROMIUM=/path/to/chromium npm test'
  );
}
