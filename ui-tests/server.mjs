// What the browser tests stand on: the local account and a JupyterLab with the installed wheel, both on loopback.
// Started and stopped by Playwright (webServer). EMR_ACCOUNT_FILE names the file that the account's JSON goes to, and
// EMR_SERVER_LOG the one that gets what the account, JupyterLab and the kernels log.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const python = process.env.EMR_PYTHON ?? join(ROOT, '.cache', 'venv', 'bin', 'python');
const work = mkdtempSync(join(tmpdir(), 'emr-ui-'));
const log = process.env.EMR_SERVER_LOG ?? join(work, 'server.log');
mkdirSync(dirname(log), { recursive: true });
const logged = openSync(log, 'w');
// Neither this host's configuration nor the buttons that Notebook 7 puts into JupyterLab: it is here to be tested, too.
const settings = mkdtempSync(join(tmpdir(), 'emr-ui-config-'));
mkdirSync(join(settings, 'labconfig'), { recursive: true });
writeFileSync(
  join(settings, 'labconfig', 'page_config.json'),
  JSON.stringify({ disabledExtensions: { '@jupyter-notebook/lab-extension': true } })
);
const children = [];

function start(command, args, env, stdout) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, logged]
  });
  children.push(child);
  child.on('exit', code => stop(code ?? 1));
  return child;
}

let stopping = false;
async function stop(code) {
  if (stopping) return;
  stopping = true;
  if (code !== 0) console.error(readFileSync(log, 'utf8').slice(-4000));
  const running = children.filter(child => child.exitCode === null && child.signalCode === null);
  await Promise.all(
    running.map(
      child =>
        new Promise(done => {
          child.on('exit', done);
          child.kill('SIGTERM');
        })
    )
  );
  for (const folder of [work, settings]) rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));

const account = start(
  process.execPath,
  [
    join(ROOT, 'jupyterlab_emr', 'node', 'local', 'main.mjs'),
    ...['--python', python, '--speed', process.env.EMR_UI_SPEED ?? '40', '--parent', String(process.pid)],
    ...['--big-catalogue', process.env.EMR_UI_TABLES ?? '0']
  ],
  {},
  'pipe'
);
createInterface({ input: account.stdout }).once('line', line => {
  if (process.env.EMR_ACCOUNT_FILE) {
    mkdirSync(dirname(process.env.EMR_ACCOUNT_FILE), { recursive: true });
    writeFileSync(process.env.EMR_ACCOUNT_FILE, line);
  }
  const config = join(HERE, 'jupyter_server_test_config.py');
  const port = process.env.EMR_UI_PORT ?? '8899';
  start(
    python,
    ['-m', 'jupyterlab', '--allow-root', '--config', config, `--ServerApp.port=${port}`],
    {
      ...JSON.parse(line).env,
      JUPYTERLAB_GALATA_ROOT_DIR: work,
      EMR_UI_WORK: work,
      TMPDIR: work,
      JUPYTER_CONFIG_DIR: settings
    },
    logged
  );
});
