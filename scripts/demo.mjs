// `npm run demo`: everything set up, then JupyterLab on the local account (`-- --headless`: the journey by nbclient).
import { VENV, become, main } from './lib.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  await setup();
  become(VENV.python, ['-m', 'jupyterlab_emr.launch', 'cli', 'demo', ...process.argv.slice(2)]);
});
