// `npm run bench`: our kernel and sparkmagic's side by side on one Livy (LIVY_URL, else the local account's own).
//   npm run bench -- --quick --json FILE      (--help for the rest; docs/performance.md says what the figures mean)
import { existsSync } from 'node:fs';

import { VENV, become, main, run, step, venv } from './lib.mjs';
import { createVenv, findPython, setup } from './setup.mjs';

/** sparkmagic has an environment of its own: it brings another pandas, and must not be on our kernel's path. */
const BENCH = venv('venv-bench');

async function setupBench() {
  const python = findPython();
  await step(
    'venv-bench',
    'Python environment of the bench (sparkmagic: about 500 MB, once)',
    {
      inputs: ['bench/requirements.txt', 'bench/requirements-sparkmagic.txt'],
      salt: python.version,
      outputs: [BENCH.python]
    },
    async () => {
      if (!existsSync(BENCH.python)) await createVenv(python.command, BENCH.folder);
      const pip = ['-m', 'pip', 'install', '--quiet'];
      await run(BENCH.python, [...pip, '-r', 'bench/requirements.txt']);
      await run(BENCH.python, [...pip, '--no-deps', '-r', 'bench/requirements-sparkmagic.txt']);
      await run(BENCH.python, ['-c', 'import sparkmagic.kernels.pysparkkernel.pysparkkernel']);
    }
  );
}

await main(async () => {
  if (!process.argv.includes('--help')) await setup();
  await setupBench();
  // The driver's Spark and our kernel come from the environment of the set-up, the harness from its own.
  become(BENCH.python, ['bench/run.py', '--python', VENV.python, '--node', process.execPath, ...process.argv.slice(2)]);
});
