/**
 * `jupyter emr install --as pysparkkernel`: a kernelspec of sparkmagic's name that runs our kernel, so that notebooks
 * made for sparkmagic find it without being touched.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EmrError } from '../protocol';
import type { CommandBody, ICommon } from './context';
import { table } from './output';

/** sparkmagic's kernelspecs, and ours that stands in. */
const NAMES = {
  pysparkkernel: { spec: 'pyspark-emr', language: 'pyspark' },
  sparkkernel: { spec: 'spark-emr', language: 'spark' },
  sparkrkernel: { spec: 'sparkr-emr', language: 'sparkr' }
} as const;

export type AliasName = keyof typeof NAMES;
export const ALIAS_NAMES = Object.keys(NAMES) as AliasName[];

/** Options of `install` and `uninstall`. */
export interface IInstallOptions extends ICommon {
  as?: AliasName;
  user?: boolean;
  sysPrefix?: boolean;
  prefix?: string;
  force?: boolean;
  list?: boolean;
}

interface IKernelspec {
  argv?: string[];
  display_name?: string;
  language?: string;
  interrupt_mode?: string;
  env?: Record<string, string>;
  metadata?: Record<string, unknown>;
}

/** One of sparkmagic's names in one of Jupyter's folders. */
interface IFound {
  name: AliasName;
  folder: string;
  /** `ours`, or what runs there. */
  runs: string;
}

export const installCommand: CommandBody<IInstallOptions> = context => {
  const { options, terminal } = context;
  if (options.list) {
    const found = dataFolders().flatMap(folder => ALIAS_NAMES.flatMap(name => look(folder, name) ?? []));
    terminal.out(
      options.json
        ? `${JSON.stringify(found, undefined, 2)}\n`
        : found.length === 0
          ? `None of ${ALIAS_NAMES.join(', ')} is installed. Install one: jupyter emr install --as pysparkkernel\n`
          : table(
              ['KERNELSPEC', 'RUNS', 'FOLDER'],
              found.map(one => [one.name, one.runs, one.folder])
            )
    );
    return Promise.resolve(0);
  }
  const name = named(options);
  const data = dataFolder(options);
  const folder = join(data, 'kernels', name);
  const before = look(data, name);
  let backup: string | undefined;
  if (before && before.runs !== 'ours') {
    if (!options.force) {
      throw new EmrError({
        code: 'ForeignKernelspec',
        hop: 'config',
        message: `${folder} is there already and is not ours: it runs ${before.runs}.`,
        fix: 'Add --force to put it aside (jupyter emr uninstall brings it back), or choose another place: --user, --sys-prefix, --prefix P.'
      });
    }
    backup = putAside(data, name);
  }
  write(folder, name, options);
  const winner = dataFolders().find(one => look(one, name));
  const shadow = winner !== undefined && resolve(winner) !== resolve(data) ? look(winner, name) : undefined;
  terminal.out(
    options.json
      ? `${JSON.stringify({ name, folder, ...(backup ? { backup } : {}), ...(shadow ? { shadowedBy: shadow.folder } : {}) })}\n`
      : [
          `Notebooks of ${name} run on ${NAMES[name].spec} now: ${folder}`,
          ...(backup ? [`What was there is kept: ${backup}`] : []),
          ...(shadow
            ? [`But Jupyter finds ${shadow.folder} first, which runs ${shadow.runs}: take that away, or install there.`]
            : []),
          ''
        ].join('\n')
  );
  return Promise.resolve(0);
};

export const uninstallCommand: CommandBody<IInstallOptions> = context => {
  const { options, terminal } = context;
  const name = named(options);
  const data = dataFolder(options);
  const folder = join(data, 'kernels', name);
  const found = look(data, name);
  if (found?.runs !== 'ours') {
    throw new EmrError({
      code: found ? 'ForeignKernelspec' : 'NoKernelspec',
      hop: 'config',
      message: found ? `${folder} is not ours: it runs ${found.runs}.` : `There is no ${folder}.`,
      fix: 'jupyter emr install --list shows which are there; --user, --sys-prefix or --prefix P says which is meant.'
    });
  }
  rmSync(folder, { recursive: true });
  const backup = newestBackup(data, name);
  if (backup !== undefined) {
    renameSync(backup, folder);
  }
  terminal.out(
    options.json
      ? `${JSON.stringify({ name, folder, restored: backup !== undefined })}\n`
      : `${folder} is gone${backup === undefined ? '' : '; what was there before is back'}.\n`
  );
  return Promise.resolve(0);
};

function named({ as }: IInstallOptions): AliasName {
  if (as === undefined) {
    throw new EmrError({
      code: 'UsageError',
      hop: 'config',
      message: 'Say as which kernelspec.',
      fix: `Add --as ${ALIAS_NAMES.join(', --as ')}.`
    });
  }
  return as;
}

/** `share/jupyter` that is meant; without a word that of our own environment. */
function dataFolder({ user, sysPrefix, prefix }: IInstallOptions): string {
  if ([user, sysPrefix, prefix !== undefined].filter(Boolean).length > 1) {
    throw new EmrError({
      code: 'UsageError',
      hop: 'config',
      message: '--user, --sys-prefix and --prefix are different places.',
      fix: 'Give one of them.'
    });
  }
  return user ? userFolder() : join(resolve(prefix ?? environmentPrefix()), 'share', 'jupyter');
}

/** sys.prefix of the environment that `jupyter emr` was started in. */
function environmentPrefix(): string {
  const prefix = process.env['JUPYTERLAB_EMR_PREFIX'];
  if (prefix) {
    return prefix;
  }
  throw new EmrError({
    code: 'NoPrefix',
    hop: 'config',
    message: 'The environment to install into is not known.',
    fix: 'Start this as "jupyter emr", or add --user or --prefix P.'
  });
}

/** Jupyter's data folder of the user, as jupyter_core has it. */
function userFolder(): string {
  const named = process.env['JUPYTER_DATA_DIR'];
  if (named) {
    return named;
  }
  if (process.platform === 'darwin') {
    return join(homedir(), 'Library', 'Jupyter');
  }
  if (process.platform === 'win32') {
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'jupyter');
  }
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'jupyter');
}

/** Where Jupyter looks for kernelspecs, in its order. */
function dataFolders(): string[] {
  const env = process.env['JUPYTERLAB_EMR_PREFIX'];
  const own = env ? [join(env, 'share', 'jupyter')] : [];
  const prefer = process.env['JUPYTER_PREFER_ENV_PATH'];
  // jupyter_core: a virtual environment's own folder goes before the user's, unless the variable says otherwise.
  const isVenv = env !== undefined && (existsSync(join(env, 'pyvenv.cfg')) || process.env['CONDA_PREFIX'] === env);
  const envFirst = prefer === undefined ? isVenv : !/^(no|n|false|off|0|0\.0)$/i.test(prefer);
  return [
    ...new Set([
      ...(process.env['JUPYTER_PATH'] ?? '').split(delimiter).filter(Boolean),
      ...(envFirst ? [...own, userFolder()] : [userFolder(), ...own]),
      '/usr/local/share/jupyter',
      '/usr/share/jupyter'
    ])
  ];
}

/** What a folder has under a name. */
function look(data: string, name: AliasName): IFound | undefined {
  const folder = join(data, 'kernels', name);
  if (!existsSync(folder)) {
    return undefined;
  }
  let spec: IKernelspec = {};
  try {
    spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as IKernelspec;
  } catch {
    /* a folder without a readable kernelspec is not ours either */
  }
  const argv = Array.isArray(spec.argv) ? spec.argv : [];
  const runs = argv.includes('jupyterlab_emr.launch') ? 'ours' : argv.slice(0, 3).join(' ') || 'nothing that is known';
  return { name, folder, runs };
}

/** Write the kernelspec: ours of that language, under the other name. */
function write(folder: string, name: AliasName, options: IInstallOptions): void {
  const { spec: ours, language } = NAMES[name];
  const from = ownSpec(ours);
  const spec = JSON.parse(readFileSync(join(from, 'kernel.json'), 'utf8')) as IKernelspec;
  // Jupyter replaces "python" by its own interpreter: right in our environment, wrong where others look, too.
  const python = options.user || options.prefix !== undefined ? process.env['JUPYTERLAB_EMR_PYTHON'] : undefined;
  const made = {
    ...spec,
    argv: [python ?? spec.argv?.[0] ?? 'python', ...(spec.argv?.slice(1) ?? [])],
    display_name: `${spec.display_name ?? ours} as ${name}`,
    metadata: { ...spec.metadata, jupyterlab_emr: { as: name, language } }
  };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(from)) {
    cpSync(join(from, file), join(folder, file));
  }
  writeFileSync(join(folder, 'kernel.json'), `${JSON.stringify(made, undefined, 2)}\n`);
}

/** Folder of one of our own kernelspecs: as shared data of the environment, else as the package carries it. */
function ownSpec(name: string): string {
  const prefix = process.env['JUPYTERLAB_EMR_PREFIX'];
  const places = [
    ...(prefix ? [join(prefix, 'share', 'jupyter', 'kernels', name)] : []),
    // From jupyterlab_emr/node/ of a clone.
    join(dirname(fileURLToPath(import.meta.url)), '..', 'kernelspecs', name),
    ...dataFolders().map(folder => join(folder, 'kernels', name))
  ];
  const found = places.find(place => existsSync(join(place, 'kernel.json')));
  if (found === undefined) {
    throw new EmrError({
      code: 'NoKernelspec',
      hop: 'config',
      message: `Our own kernelspec ${name} is not installed.`,
      fix: 'Reinstall jupyterlab-emr with pip; "jupyter kernelspec list" shows it then.'
    });
  }
  return found;
}

/** Outside of `kernels/`: Jupyter would list it there. */
const backups = (data: string): string => join(data, 'jupyterlab-emr-backup');

function putAside(data: string, name: AliasName): string {
  const stamp = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/\D/g, '');
  let to = join(backups(data), `${name}-${stamp}`);
  for (let more = 1; existsSync(to); more++) {
    to = join(backups(data), `${name}-${stamp}-${more}`);
  }
  mkdirSync(backups(data), { recursive: true });
  renameSync(join(data, 'kernels', name), to);
  return to;
}

function newestBackup(data: string, name: AliasName): string | undefined {
  if (!existsSync(backups(data))) {
    return undefined;
  }
  const found = readdirSync(backups(data))
    .filter(entry => new RegExp(`^${name}-\\d{14}(-\\d+)?$`).test(entry))
    .sort();
  const newest = found.at(-1);
  return newest === undefined ? undefined : join(backups(data), newest);
}
