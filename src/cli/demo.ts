/** `jupyter emr demo`: a local account and JupyterLab on it; nothing of AWS is needed, nothing is left behind. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { EmrError } from '../protocol';
import type { CommandBody, ICommon } from './context';
import { INTERRUPTED } from './context';
import type { IProgram } from './processes';
import { start } from './processes';
import { DAILY, WELCOME, welcomeNotebook } from './welcome';

interface IDemoOptions extends ICommon {
  port?: number;
  browser: boolean;
  headless?: boolean;
  speed?: number;
  workspace?: string;
}

/** The JSON line of the local account. */
interface IAccount {
  endpoint: string;
  region: string;
  env: Record<string, string>;
  products: { productId: string; name: string }[];
}

/** How much faster than AWS: a cluster in about ten seconds, in about three without onlookers. */
const SPEED = 30;
const HEADLESS_SPEED = 100;

export const demo: CommandBody<IDemoOptions> = async context => {
  const { options, signal, terminal } = context;
  const python = process.env['JUPYTERLAB_EMR_PYTHON'] ?? (process.platform === 'win32' ? 'python' : 'python3');
  checkPython(python, options.headless ? ['pyspark', 'nbclient'] : ['pyspark', 'jupyterlab']);
  const programs: IProgram[] = [];
  try {
    terminal.err('Starting the local account …\n');
    const { account, program } = await startAccount(python, options, signal, programs);
    signal.throwIfAborted();
    const env = demoEnvironment(account);
    const journey = options.headless
      ? await start(python, ['-m', 'jupyterlab_emr.demo'], { env, stdio: ['ignore', 'inherit', 'inherit'] })
      : await startLab(python, options, env, terminal);
    programs.unshift(journey);
    const stopped = new Promise<number>(resolve => {
      if (signal.aborted) {
        resolve(INTERRUPTED);
      }
      signal.addEventListener('abort', () => resolve(INTERRUPTED), { once: true });
    });
    const died = program.ended.then((): number => {
      throw new EmrError({
        code: 'LocalAccountEnded',
        hop: 'config',
        message: 'The local account ended by itself.',
        fix: 'Read its last words above; start the demo again.'
      });
    });
    died.catch(() => undefined);
    const code = await Promise.race([journey.ended, stopped, died]);
    // Ctrl-C is how one leaves JupyterLab.
    return code === INTERRUPTED && !options.headless ? 0 : code;
  } finally {
    for (const program of programs) {
      await program.stop();
    }
  }
};

/** @throws EmrError `DemoNotInstalled` in one line with the fix */
function checkPython(python: string, modules: string[]): void {
  const list = modules.map(name => `'${name}'`).join(',');
  const code = `import importlib.util as u;print(','.join(n for n in [${list}] if u.find_spec(n) is None))`;
  const answer = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  if (answer.status !== 0) {
    throw new EmrError({
      code: 'NoPython',
      hop: 'config',
      message: `The Python ${python} could not be run.`,
      fix: 'Name one with JupyterLab: JUPYTERLAB_EMR_PYTHON=/path/to/python.'
    });
  }
  const missing = answer.stdout.trim();
  if (missing) {
    throw new EmrError({
      code: 'DemoNotInstalled',
      hop: 'config',
      message: `The demo needs ${missing.replaceAll(',', ' and ')} in ${python}.`,
      fix: "pip install 'jupyterlab-emr[demo]'"
    });
  }
}

const LOCAL_PROGRAM = join('local', 'main.mjs');

/** The folder of the bundle (this code may lie in its chunks folder). */
function ownFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = [here, dirname(here)].find(folder => existsSync(join(folder, LOCAL_PROGRAM)));
  if (found === undefined) {
    throw new EmrError({
      code: 'NoLocalAccount',
      hop: 'config',
      message: `The local account (${join(here, LOCAL_PROGRAM)}) is missing.`,
      fix: 'Reinstall jupyterlab-emr; in a clone run: npm run setup.'
    });
  }
  return found;
}

async function startAccount(
  python: string,
  options: IDemoOptions,
  signal: AbortSignal,
  programs: IProgram[]
): Promise<{ account: IAccount; program: IProgram }> {
  const speed = options.speed ?? (options.headless ? HEADLESS_SPEED : SPEED);
  const args = [
    join(ownFolder(), LOCAL_PROGRAM),
    '--python',
    python,
    '--parent',
    String(process.pid),
    '--speed',
    String(speed)
  ];
  const program = await start(process.execPath, ['--no-warnings=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: withoutAws()
  });
  programs.push(program);
  const lines = createInterface({ input: program.child.stdout! });
  const line = await new Promise<string | undefined>(resolve => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(undefined));
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  signal.throwIfAborted();
  try {
    return { account: JSON.parse(line ?? '') as IAccount, program };
  } catch {
    throw new EmrError({
      code: 'LocalAccountFailed',
      hop: 'config',
      message: 'The local account did not start.',
      fix: 'Read its last words above (Java 17 has to be on PATH or in JAVA_HOME).'
    });
  }
}

/** The user's environment without their AWS account: the demo must never touch it. */
function withoutAws(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));
}

function demoEnvironment(account: IAccount): NodeJS.ProcessEnv {
  const { env, ...rest } = account;
  return {
    // Clusters come up in seconds here: look more often.
    JUPYTERLAB_EMR_POLL_MS: '500',
    ...withoutAws(),
    ...env,
    EMR_LOCAL_ACCOUNT: JSON.stringify(rest)
  };
}

async function startLab(
  python: string,
  options: IDemoOptions,
  env: NodeJS.ProcessEnv,
  terminal: { out(text: string): void; err(text: string): void }
): Promise<IProgram> {
  const workspace = options.workspace ?? join(dataFolder(), 'demo');
  mkdirSync(workspace, { recursive: true });
  const notebook = join(workspace, WELCOME);
  if (!existsSync(notebook)) {
    writeFileSync(notebook, welcomeNotebook());
  }
  const example = join(workspace, DAILY);
  if (!existsSync(example)) {
    copyFileSync(join(ownFolder(), '..', 'examples', DAILY), example);
  }
  // By the environment: arguments are seen by everybody on the host.
  const token = randomBytes(24).toString('hex');
  const args = [
    '-m',
    'jupyterlab',
    '--ServerApp.ip=127.0.0.1',
    `--ServerApp.port=${options.port ?? 8888}`,
    `--ServerApp.open_browser=${options.browser ? 'True' : 'False'}`,
    `--ServerApp.root_dir=${workspace}`,
    `--LabApp.default_url=/lab/tree/${WELCOME}`,
    ...(process.getuid?.() === 0 ? ['--allow-root'] : [])
  ];
  const lab = await start(python, args, {
    cwd: workspace,
    env: { ...env, JUPYTER_TOKEN: token },
    stdio: ['ignore', 'ignore', 'pipe']
  });
  let told = false;
  const last: string[] = [];
  createInterface({ input: lab.child.stderr! }).on('line', line => {
    const port = /http:\/\/127\.0\.0\.1:(\d+)\/lab/.exec(line)?.[1];
    if (port !== undefined && !told) {
      told = true;
      const url = `http://127.0.0.1:${port}/lab/tree/${WELCOME}?token=${token}`;
      void untilListening(Number(port), lab).then(() => {
        if (options.json) {
          terminal.out(`${JSON.stringify({ url, workspace, pid: process.pid })}\n`);
        } else {
          terminal.err(`\nJupyterLab on the local account: ${url}\nCtrl-C ends it all.\n\n`);
        }
      });
    }
    // Its lines about URLs would say it again, and some hold the token.
    if (!/token=|https?:\/\/(127\.0\.0\.1|localhost)|received signal/i.test(line)) {
      last.push(line.slice(0, 300));
      last.splice(0, last.length - 20);
      if (/^\[[EC] /.test(line)) {
        terminal.err(`${line}\n`);
      }
    }
  });
  void lab.ended.then(code => {
    if (!told && code !== 0) {
      terminal.err(`${last.join('\n')}\nJupyterLab ended with exit code ${code} before it was ready.\n`);
    }
  });
  return lab;
}

/** Jupyter Server names its URL a moment before it listens. Gives up when it ends. */
async function untilListening(port: number, lab: IProgram): Promise<void> {
  let over = false;
  void lab.ended.then(() => (over = true));
  while (!over && !(await accepts(port))) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Where the demo's notebooks stay between two runs. */
function dataFolder(): string {
  const base =
    process.env['XDG_DATA_HOME'] ??
    (process.platform === 'win32' ? process.env['LOCALAPPDATA'] : undefined) ??
    join(homedir(), '.local', 'share');
  return join(base, 'jupyterlab-emr');
}
