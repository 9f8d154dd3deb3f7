// Bundles the programs that run on Node into jupyterlab_emr/node: kernel and command line in one go (they share
// chunks, each loaded when a cell needs it), the local account apart from them.
//   node scripts/bundle.mjs [kernel|cli|local …]
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(ROOT, 'jupyterlab_emr', 'node');
const VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;

const GROUPS = [
  { folder: '', entries: { kernel: 'src/kernel/main.ts', cli: 'src/cli/main.ts' } },
  { folder: 'local', entries: { main: 'src/local/main.ts', livy: 'src/local/livy/main.ts' } }
];
/** Which addon of zeromq serves which platform: the oldest ABI that Node 20 (clone) or the wheel's Node 24 loads. */
const ADDONS = [
  'linux/x64/node/glibc-127-Release',
  'linux/x64/node/musl-127-Release',
  'linux/arm64/node/glibc-127-Release',
  'linux/arm64/node/musl-127-Release',
  'darwin/x64/node/libc-115-Release',
  'darwin/arm64/node/libc-115-Release',
  'win32/x64/node/msvc-115-Release',
  'win32/arm64/node/msvc-115-Release'
];

const wanted = process.argv.slice(2);
/** The source files of all bundles, for the bill of materials (scripts/sbom.mjs). */
const inputs = new Set();
for (const { folder, entries } of GROUPS) {
  const present = Object.fromEntries(
    Object.entries(entries).filter(
      ([name, path]) =>
        existsSync(join(ROOT, path)) &&
        (wanted.length === 0 || wanted.includes(name) || (folder && wanted.includes(folder)))
    )
  );
  if (Object.keys(present).length === 0) continue;
  const outdir = join(OUT, folder);
  if (wanted.length === 0 && existsSync(outdir)) {
    for (const name of readdirSync(outdir))
      if (/\.mjs(\.map)?$|^chunks$/.test(name)) rmSync(join(outdir, name), { recursive: true });
  }
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: ROOT,
    entryPoints: present,
    outdir,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    keepNames: true,
    legalComments: 'linked',
    external: ['zeromq'],
    // The templates of the local account's products.
    loader: { '.yaml': 'text' },
    // Its CommonJS build asks for its own files in a way that no bundler follows.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    define: { __VERSION__: JSON.stringify(VERSION) },
    // CommonJS packages inside an ES module bundle still ask for require and __dirname.
    banner: {
      js: "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);"
    },
    logLevel: 'warning'
  });
  for (const input of Object.keys(metafile.inputs)) inputs.add(input);
}
if (wanted.length === 0) {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  writeFileSync(join(ROOT, '.cache', 'bundle-inputs.json'), JSON.stringify([...inputs].sort()));
}

if (wanted.length === 0 || wanted.includes('kernel')) {
  const from = join(ROOT, 'node_modules');
  const to = join(OUT, 'node_modules');
  rmSync(to, { recursive: true, force: true });
  for (const file of ['package.json', 'lib', 'LICENSE', 'LICENSE_MPL-2.0.txt']) {
    if (existsSync(join(from, 'zeromq', file))) {
      cpSync(join(from, 'zeromq', file), join(to, 'zeromq', file), {
        recursive: true,
        filter: path => !/\.(map|d\.ts)$/.test(path)
      });
    }
  }
  const manifest = Object.entries(
    JSON.parse(readFileSync(join(from, 'zeromq', 'build', 'manifest.json'), 'utf8'))
  ).filter(([, path]) => ADDONS.includes(path.replaceAll('\\', '/').replace('/addon.node', '')));
  if (manifest.length !== ADDONS.length)
    throw new Error(`zeromq ships ${manifest.length} of the ${ADDONS.length} addons that the wheel needs`);
  for (const [, path] of manifest) {
    const file = join('zeromq', 'build', ...path.split(/[\\/]/));
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(from, file), join(to, file));
  }
  writeFileSync(join(to, 'zeromq', 'build', 'manifest.json'), JSON.stringify(Object.fromEntries(manifest)));
  for (const file of readdirSync(join(from, 'cmake-ts', 'build')).filter(name =>
    /^loader.*\.(js|cjs|mjs)$/.test(name)
  )) {
    cpSync(join(from, 'cmake-ts', 'build', file), join(to, 'cmake-ts', 'build', file));
  }
  cpSync(join(from, 'cmake-ts', 'package.json'), join(to, 'cmake-ts', 'package.json'));
}

// The Python programs of the local account: what a cluster's driver and its S3 and IAM are made of.
for (const name of ['driver', 'moto']) {
  const from = join(ROOT, 'src', 'local', name);
  if ((wanted.length === 0 || wanted.includes('local')) && existsSync(from)) {
    const to = join(OUT, 'local', name);
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, filter: path => !/__pycache__|__tests__|\.ts$/.test(path) });
  }
}
