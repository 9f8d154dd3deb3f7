// `npm run local`: the local account alone. One JSON line on standard output, then it stays up until SIGTERM.
import { join } from 'node:path';

import { ROOT, VENV, become, main } from './lib.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  await setup();
  const program = join(ROOT, 'jupyterlab_emr', 'node', 'local', 'main.mjs');
  become(process.execPath, [
    program,
    '--python',
    VENV.python,
    '--parent',
    String(process.pid),
    ...process.argv.slice(2)
  ]);
});
