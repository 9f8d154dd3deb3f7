// What the scripts share: where things are, how a command is run, how a finished step is remembered.
// Plain Node without packages: this runs before `npm ci`.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const CACHE = join(ROOT, '.cache');
export const WINDOWS = process.platform === 'win32';

/** The program folder and interpreter of a venv under .cache. */
export function venv(name) {
  const folder = join(CACHE, name);
  const bin = join(folder, WINDOWS ? 'Scripts' : 'bin');
  return { folder, bin, python: join(bin, WINDOWS ? 'python.exe' : 'python') };
}
/** The environment that JupyterLab, the kernels and the tests run in. */
export const VENV = venv('venv');

/** The environment for our commands: the venv first on PATH, downloads cached in the project. */
export function environment(extra = {}) {
  const env = { ...process.env };
  for (const key of Object.keys(env)) {
    // `npm run` passes its own settings to children as npm_*: an inner npm and pip must not take them for the user's.
    if (key.startsWith('npm_') || key === 'PYTHONHOME' || key === 'PYTHONPATH') delete env[key];
  }
  return {
    ...env,
    PATH: `${VENV.bin}${delimiter}${join(ROOT, 'node_modules', '.bin')}${delimiter}${env.PATH}`,
    PIP_CACHE_DIR: join(CACHE, 'pip'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    npm_config_cache: join(CACHE, 'npm'),
    ...extra
  };
}

/** Commands that run now. When we are to end they are ended first, and none is started any more. */
const children = new Set();
let quitting = false;

function quit() {
  if (children.size === 0) process.exit(130);
  quitting = true;
  for (const child of children) stop(child);
  setTimeout(() => process.exit(130), 20000).unref();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, quit);
if (process.env.npm_lifecycle_event && !WINDOWS) {
  // `npm run` that is ended by a signal may go without passing it on: then nobody waits for us any more.
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== npm) {
      clearInterval(watch);
      quit();
    }
  }, 250).unref();
}

/** Ask a command, with what it started itself where it leads a process group, to end. */
function stop(child) {
  try {
    if (WINDOWS) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    else process.kill(child.leadsGroup ? -child.pid : child.pid, 'SIGTERM');
  } catch {
    /* it is gone */
  }
}

/** Become a command: run it with our own input and output, end with its exit code. It cleans up after itself. */
export function become(command, args) {
  const child = spawn(command, args, { cwd: ROOT, env: environment(), stdio: 'inherit' });
  children.add(child);
  child.on('error', error => {
    console.error(`✗ ${command} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}

/**
 * Run a command to its end in the project's folder.
 * Its output goes to our standard error (standard output is for what the script itself answers), or to the open file
 * that `output` numbers.
 * @returns {Promise<{code: number, output: string}>} `output` only with `capture`
 */
export function run(
  command,
  args,
  { capture = false, env = environment(), cwd = ROOT, check = true, output: sink = 2 } = {}
) {
  return new Promise((resolve, reject) => {
    if (quitting) return;
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', capture ? 'pipe' : sink, capture ? 'pipe' : sink],
      detached: !WINDOWS,
      shell: WINDOWS && /^(npm|npx)$/.test(command)
    });
    child.leadsGroup = !WINDOWS;
    children.add(child);
    let output = '';
    child.stdout?.on('data', data => (output += data));
    child.stderr?.on('data', data => (output += data));
    child.on('error', error => {
      children.delete(child);
      reject(
        new Failure(
          `${command} could not be started: ${error.message}`,
          `Install ${command} and see that it is on PATH.`
        )
      );
    });
    child.on('close', (code, signal) => {
      children.delete(child);
      if (quitting) {
        if (children.size === 0) process.exit(130);
        return;
      }
      if (check && code !== 0) {
        if (capture) process.stderr.write(output);
        reject(new Failure(`"${command} ${args.join(' ')}" ended with ${signal ?? `exit code ${code}`}.`));
      } else {
        resolve({ code: code ?? 1, output });
      }
    });
  });
}

/** A failure that is told in one line, with its fix. */
export class Failure extends Error {
  constructor(message, fix) {
    super(message);
    this.fix = fix;
  }
}

/** Run a script's main function; a failure is one line and exit code 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // What else runs is of no use any more.
    for (const child of children) stop(child);
    console.error(`\n✗ ${error.message}${error.fix ? `\n  ${error.fix}` : ''}`);
    process.exit(1);
  }
}

/** A digest of files and folders (recursively), for {@link step}. */
export function digest(paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  const visit = path => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) {
        if (!/^(__pycache__|__tests__|node_modules|\..*|.*\.tsbuildinfo)$/.test(name)) visit(join(path, name));
      }
    } else {
      hash.update(relative(ROOT, path)).update(readFileSync(path));
    }
  };
  for (const path of paths) visit(join(ROOT, path));
  return hash.digest('hex');
}

/**
 * Do a step of the set-up unless it was done for these inputs already. The mark is written after it: an interrupted
 * step is done again, a finished one never.
 */
export async function step(name, title, { inputs = [], salt = '', outputs = [] }, body) {
  const mark = join(CACHE, 'done', name);
  const wanted = digest(inputs, salt);
  if (outputs.every(existsSync) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  const started = Date.now();
  process.stderr.write(`• ${title} …\n`);
  rmSync(mark, { force: true });
  await body();
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, wanted);
  process.stderr.write(`  ${title}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}
