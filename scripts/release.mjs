// What a release is made of and checked by; .github/workflows/release.yml calls these.
//   node scripts/release.mjs version                   one version everywhere, and the changelog tells it
//   node scripts/release.mjs tag v1.2.3 [--signers F]  the tag is that version, signed by a maintainer, on main
//   node scripts/release.mjs build FOLDER              wheel, sdist, npm package, SBOM, checksums of the commit
//   node scripts/release.mjs check [FOLDER]            builds the commit twice, apart, and compares byte by byte
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Failure, ROOT, VENV, environment, main, run } from './lib.mjs';

const readText = name => readFileSync(join(ROOT, name), 'utf8');
const readJson = name => JSON.parse(readText(name));

/** The changelog's headings of versions, the newest first: `Unreleased`, `1.2.3 - 2026-11-30`. */
const sections = () => [...readText('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, title]) => title.trim());

/** @returns {string} the version, which stands in package.json and nowhere else */
export function checkVersion({ released = false } = {}) {
  const { version } = readJson('package.json');
  const lock = readJson('package-lock.json');
  for (const [place, other] of [
    ['package-lock.json: version', lock.version],
    ['package-lock.json: packages[""].version', lock.packages[''].version]
  ]) {
    if (other !== version)
      throw new Failure(`${place} is ${other}, package.json says ${version}.`, 'Set it by: npm version X.Y.Z');
  }
  if (/^\s*version\s*=/m.test(readText('pyproject.toml').split('[tool.')[0]))
    throw new Failure('pyproject.toml has a version of its own.', 'Take it out: the version stands in package.json.');
  const own = sections().find(title => title.split(' ')[0] === version);
  if (released && !/^\S+ - \d{4}-\d{2}-\d{2}$/.test(own ?? '')) {
    throw new Failure(
      `CHANGELOG.md has no dated section of version ${version}${own ? `: it says "## ${own}"` : ''}.`,
      `Name what is under "Unreleased" "## ${version} - YYYY-MM-DD".`
    );
  }
  if (own === undefined && sections()[0] !== 'Unreleased')
    throw new Failure(`CHANGELOG.md has neither "## Unreleased" at its top nor a section of version ${version}.`);
  return version;
}

const git = async (...args) => (await run('git', args, { capture: true })).output.trim();

/** Refuse a tag that is not this version's, not signed by one of `signers`, or on no commit of main. */
async function checkTag(tag, signers, main = 'origin/main') {
  const version = checkVersion({ released: true });
  if (tag !== `v${version}`)
    throw new Failure(`The tag is ${tag}, package.json says ${version}.`, `Tag it v${version}.`);
  if (!readJson('package.json').repository)
    throw new Failure('package.json names no "repository".', 'npm publishes with provenance only where it does.');
  // By main's list of signers, not by the tagged commit's own: who can push a tag cannot name himself.
  const { code, output } = await run(
    'git',
    ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${resolve(signers)}`, 'verify-tag', tag],
    { capture: true, check: false }
  );
  if (code !== 0) {
    throw new Failure(
      `The tag ${tag} has no good signature of a maintainer: ${output.trim().split('\n').pop() || 'it is not signed'}`,
      'Sign it with a key of .github/allowed_signers: git tag -s vX.Y.Z (gpg.format=ssh).'
    );
  }
  const onMain = ['merge-base', '--is-ancestor', `${tag}^{commit}`, main];
  const ancestor = await run('git', onMain, { capture: true, check: false });
  if (ancestor.code !== 0) throw new Failure(`The commit of ${tag} is not on ${main}.`);
  process.stderr.write(`✓ ${output.trim()}\n`);
}

/** Seconds since 1970 of the commit: the time that everything built from it bears. */
const EPOCH = process.env.SOURCE_DATE_EPOCH ?? (await git('log', '-1', '--format=%ct'));
// The npm package bears the modes of its files.
process.umask(0o022);

/** What is built: HEAD as it is now, whatever is committed meanwhile. */
let commit;

/** The commit's files, in a folder of their own with the packages of this checkout. */
async function checkOut(folder) {
  mkdirSync(folder, { recursive: true });
  const tar = `${folder}.tar`;
  await run('git', ['archive', '--format=tar', '-o', tar, (commit ??= await git('rev-parse', 'HEAD'))]);
  await run('tar', ['-xf', tar, '-C', folder]);
  rmSync(tar);
  const from = join(ROOT, 'node_modules');
  const to = join(folder, 'node_modules');
  const { code } = await run('cp', ['-al', from, to], { capture: true, check: false });
  if (code !== 0) {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  }
}

/** Build what is published of the sources in `source` into `out`. */
async function buildIn(source, out, extra = {}) {
  const env = environment({ SOURCE_DATE_EPOCH: EPOCH, ...extra });
  const options = { cwd: source, env, capture: true };
  await run('npm', ['run', '--silent', 'build'], options);
  await run(VENV.python, ['-m', 'build', '--no-isolation', '--outdir', out, '.'], options);
  await run('npm', ['pack', '--silent', '--pack-destination', out], options);
  const { name, version } = readJson('package.json');
  await run(process.execPath, ['scripts/sbom.mjs', join(out, `${name}-${version}.cdx.json`)], options);
  const sums = readdirSync(out)
    .filter(file => /\.(whl|gz|tgz|json)$/.test(file))
    .sort();
  const lines = sums.map(
    file =>
      `${createHash('sha256')
        .update(readFileSync(join(out, file)))
        .digest('hex')}  ${file}\n`
  );
  writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
  return lines.join('');
}

/** Build HEAD in a fresh folder into `out`. */
async function build(out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'emr-release-'));
  try {
    await checkOut(join(work, 'source'));
    process.stdout.write(await buildIn(join(work, 'source'), out));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Build HEAD twice, in other folders, another time zone, language and home, and compare. */
async function check(out) {
  const work = mkdtempSync(join(tmpdir(), 'emr-release-'));
  const first = out ?? join(work, 'first-dist');
  const second = join(work, 'second-dist');
  const started = Date.now();
  try {
    if (out) rmSync(out, { recursive: true, force: true });
    mkdirSync(first, { recursive: true });
    mkdirSync(second);
    await checkOut(join(work, 'a'));
    const one = await buildIn(join(work, 'a'), first, { TZ: 'UTC', LC_ALL: 'C.UTF-8' });
    await checkOut(join(work, 'another folder', 'with-a-longer-name'));
    const two = await buildIn(join(work, 'another folder', 'with-a-longer-name'), second, {
      TZ: 'Asia/Tokyo',
      LC_ALL: 'C',
      HOME: work
    });
    if (one !== two) {
      const others = two.split('\n');
      if (out) cpSync(second, `${out}-second`, { recursive: true });
      const differ = one.split('\n').filter(line => line && !others.includes(line));
      throw new Failure(
        `Two builds of one commit differ: ${differ.map(line => line.split('  ')[1]).join(', ') || 'in their files'}.`,
        out ? `The builds are in ${out} and ${out}-second.` : 'Name a folder to keep them: release.mjs check FOLDER'
      );
    }
    process.stdout.write(one);
    process.stderr.write(`✓ built twice, byte for byte the same, in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main(async () => {
  const [command, argument, ...rest] = process.argv.slice(2);
  if (command === 'version') console.log(checkVersion());
  else if (command === 'tag' && argument) {
    const at = rest.indexOf('--signers');
    const signers = at < 0 ? join(ROOT, '.github', 'allowed_signers') : rest[at + 1];
    if (!existsSync(signers)) throw new Failure(`There is no list of signers at ${signers}.`);
    const branch = rest.indexOf('--main');
    await checkTag(argument, signers, branch < 0 ? undefined : rest[branch + 1]);
  } else if (command === 'build' && argument) await build(resolve(argument));
  else if (command === 'check') await check(argument && resolve(argument));
  else throw new Failure('usage: node scripts/release.mjs version | tag TAG | build FOLDER | check [FOLDER]');
});
