// Removes all that a build or the set-up made (`npm run clean`); `-- --downloads` also what was downloaded.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { CACHE, ROOT } from './lib.mjs';

const made = [
  'lib',
  'labextension',
  'dist',
  'jupyterlab_emr/node',
  'ui-tests/test-results',
  'ui-tests/playwright-report'
];
for (const path of made) rmSync(join(ROOT, path), { recursive: true, force: true });
for (const path of process.argv.includes('--downloads') ? [''] : ['done', 'tsc', 'eslint', 'prettier', 'venv-wheel']) {
  rmSync(join(CACHE, path), { recursive: true, force: true });
}
