// A cluster's Livy that asks for Kerberos, as a program for the local account (`--livy`): the SPNEGO front before a
// Livy without authentication. The realm is the environment's (KRB5_CONFIG, KRB5_KTNAME).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const LIVY = join(here, '..', '..', 'jupyterlab_emr', 'node', 'local', 'livy.mjs');
/** Seconds: a notebook's cookie ends under a longer cell. */
const COOKIE = '4';
const children = [];

async function firstLine(program, args, stdio) {
  const child = spawn(program, args, { stdio });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return line;
}

async function start({ python, workDir }) {
  const stdio = ['ignore', 'pipe', 'inherit'];
  const livy = await firstLine(
    process.execPath,
    [LIVY, '--port', '0', '--python', python, '--work-dir', workDir],
    stdio
  );
  const url = await firstLine(python, [join(here, 'spnego_front.py'), JSON.parse(livy).url, COOKIE], stdio);
  process.send({ type: 'ready', port: Number(new URL(url).port) });
}

async function end() {
  children.forEach(child => child.kill('SIGTERM'));
  await Promise.all(children.map(child => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  process.exit(0);
}

process.on('disconnect', end);
process.on('SIGTERM', end);
process.on('message', message => {
  if (message.type === 'start') {
    void start(message.config);
  }
});
