/**
 * Python packages of a pipeline: one archive for the application's processor, C library and Python, made of ready-made
 * packages (wheels) only, so that it can be made on any host. Spark unpacks it (`spark.archives`) and starts its `bin/python`,
 * a script that puts the packages on the path of the release's own Python: the way that AWS documents for venv-pack, without
 * an interpreter of the wrong processor in it.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EmrError } from '../protocol';
import { sha256 } from './names';
import { ARCHIVE, MACHINES, UNMET } from './packagesPython';
import { runPython } from './python';
import type { IPlatform } from './release';
import type { IPipeline } from './types';

/** The oldest glibc that wheels are named by (manylinux2014). */
const OLDEST_GLIBC = 17;

/** Text that tells whether an archive has to be made anew. */
export function archiveKey(pipeline: Pick<IPipeline, 'packages' | 'architecture'>, platform: IPlatform): string {
  return sha256(JSON.stringify([2, pipeline.packages, pipeline.architecture, platform]));
}

/** pip's options for a platform that is not this one. */
export function pipOptions(architecture: IPipeline['architecture'], { python, glibc }: IPlatform): string[] {
  const machine = MACHINES[architecture].name;
  const platforms = [`manylinux2014_${machine}`];
  for (let minor = glibc; minor >= OLDEST_GLIBC; minor--) {
    platforms.push(`manylinux_2_${minor}_${machine}`);
  }
  return [
    '--only-binary=:all:',
    '--implementation',
    'cp',
    '--python-version',
    python,
    ...platforms.flatMap(name => ['--platform', name])
  ];
}

/** Rounds in which pip is asked anew with what it left out. */
const MOST_ROUNDS = 8;

type Wanted = Pick<IPipeline, 'packages' | 'architecture'>;

/**
 * Whether all packages are to be had for the application's platform. Nothing is installed.
 *
 * @returns the packages, and what they require on the target beyond what pip sees: to make the archive of
 * @throws EmrError `PackageNotAvailable` naming the package
 */
export async function checkPackages(pipeline: Wanted, platform: IPlatform, signal?: AbortSignal): Promise<string[]> {
  return pipeline.packages.length > 0
    ? inFolder(async folder => (await install(folder, ['--dry-run'], pipeline, platform, signal)).packages)
    : [];
}

/** The archive: the same packages give the same bytes. @throws as {@link checkPackages} */
export async function buildArchive(pipeline: Wanted, platform: IPlatform, signal?: AbortSignal): Promise<Buffer> {
  return inFolder(async folder => {
    const { tree } = await install(folder, ['--no-compile'], pipeline, platform, signal);
    // Programs of the packages name the Python of this host.
    await rm(join(tree, 'site-packages', 'bin'), { recursive: true, force: true });
    const target = join(folder, 'environment.tar.gz');
    const machine = MACHINES[pipeline.architecture];
    const { code, stderr } = await runPython(['-c', ARCHIVE, tree, target, String(machine.elf)], signal);
    const last = stderr.trim().split('\n').at(-1) ?? '';
    if (code === 3) {
      throw new EmrError({
        code: 'PackageNotAvailable',
        hop: 'config',
        message: `packages: ${last} is compiled for another processor than ${pipeline.architecture}, though its wheel is for any.`,
        fix: 'Take another version of that package, or name an image that has it.'
      });
    }
    if (code !== 0) {
      throw new EmrError({
        code: 'ArchiveFailed',
        hop: 'config',
        message: 'The archive of the packages could not be written.',
        fix: 'Is there room in the folder for temporary files (TMPDIR)?',
        detail: last
      });
    }
    return readFile(target);
  });
}

async function inFolder<R>(work: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'emr-packages-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Have pip install into a folder, or look whether it could, until all that the packages require on the target is among them.
 *
 * @returns the folder, with `site-packages` in it, and all that pip was asked for
 */
async function install(
  folder: string,
  args: string[],
  pipeline: Wanted,
  platform: IPlatform,
  signal?: AbortSignal
): Promise<{ tree: string; packages: string[] }> {
  const { architecture } = pipeline;
  const tree = join(folder, 'environment');
  const report = join(folder, 'report.json');
  const packages = [...pipeline.packages];
  for (let round = 0; ; round++) {
    await rm(tree, { recursive: true, force: true });
    await pip(
      [...args, '--report', report, '--target', join(tree, 'site-packages')],
      { packages, architecture },
      platform,
      signal
    );
    const { code, stdout, stderr } = await runPython(
      ['-c', UNMET, report, platform.python, MACHINES[architecture].name],
      signal
    );
    if (code !== 0) {
      throw pipError(stderr, architecture, platform);
    }
    const unmet = (JSON.parse(stdout) as string[]).filter(requirement => !packages.includes(requirement));
    if (unmet.length === 0 || round === MOST_ROUNDS) {
      return { tree, packages };
    }
    packages.push(...unmet);
  }
}

async function pip(args: string[], wanted: Wanted, platform: IPlatform, signal?: AbortSignal): Promise<void> {
  const { packages, architecture } = wanted;
  const { code, stderr, stdout } = await runPython(
    [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
      ...args,
      ...pipOptions(architecture, platform),
      '--',
      ...packages
    ],
    signal
  );
  if (code !== 0) {
    throw pipError(`${stderr}\n${stdout}`, architecture, platform);
  }
}

/** What pip said, in words. */
export function pipError(said: string, architecture: string, { python, glibc }: IPlatform): EmrError {
  const where = `Python ${python} on ${architecture} (glibc 2.${glibc})`;
  const missing = /No matching distribution found for (.+?)(?: \(from .*\))?$/m.exec(said)?.[1];
  if (missing) {
    return new EmrError({
      code: 'PackageNotAvailable',
      hop: 'config',
      message: `packages: ${missing} is not available as a wheel for ${where}.`,
      fix: `Take a version that has one${architecture === 'ARM64' ? ', take architecture: X86_64,' : ''} or name an image that has it.`
    });
  }
  if (/ResolutionImpossible|conflicting dependencies/.test(said)) {
    const conflict = /Cannot install (.+?) because/.exec(said)?.[1];
    return new EmrError({
      code: 'PackagesConflict',
      hop: 'config',
      message: `packages: ${conflict ?? 'they'} cannot be installed together.`,
      fix: 'Loosen the versions that are asked for.'
    });
  }
  if (/No module named pip|no such option/.test(said)) {
    return new EmrError({
      code: 'NoPip',
      hop: 'config',
      message: 'The Python beside Jupyter has no pip, or one older than 22.2.',
      fix: 'python -m pip install --upgrade pip, in the environment of Jupyter.'
    });
  }
  const lines = said
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.startsWith('ERROR'));
  return new EmrError({
    code: 'PackagesFailed',
    hop: 'config',
    message: `packages: pip could not get them for ${where}.`,
    fix: 'See what pip says; is a package index reachable from this host?',
    detail: (lines.at(-1) ?? said.trim().split('\n').at(-1) ?? '').replace(/\/\/[^@/\s]+@/g, '//…@')
  });
}
