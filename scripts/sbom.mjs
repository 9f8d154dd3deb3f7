// The bill of materials of what is published, as CycloneDX JSON: every npm package whose code is in the wheel (the
// bundles that run on Node, zeromq beside them, the page's scripts), none of the tools that built it.
//   node scripts/sbom.mjs [FILE]     after `npm run build`; default: standard output
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure, ROOT, environment, main } from './lib.mjs';

const read = (...path) => JSON.parse(readFileSync(join(ROOT, ...path), 'utf8'));

/** `name@version` of all that was bundled, each with the folder that it is in. */
export function bundled() {
  const found = new Map();
  const add = (name, version, place) => {
    const places = found.get(`${name}@${version}`) ?? new Set();
    found.set(`${name}@${version}`, places.add(place));
  };
  for (const input of read('.cache', 'bundle-inputs.json')) {
    // The innermost package: node_modules/a/node_modules/@b/c/lib/x.js is of @b/c.
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
    if (folder === undefined) continue;
    const { name, version } = read(folder, 'package.json');
    // Some packages carry a nameless package.json per module format; those are deeper than the package's own.
    add(name, version, 'jupyterlab_emr/node');
  }
  for (const folder of readdirSync(join(ROOT, 'jupyterlab_emr', 'node', 'node_modules'))) {
    const { name, version } = read('jupyterlab_emr', 'node', 'node_modules', folder, 'package.json');
    add(name, version, 'jupyterlab_emr/node/node_modules');
  }
  for (const { name, versionInfo } of read('labextension', 'static', 'third-party-licenses.json').packages)
    add(name, versionInfo, 'labextension');
  return found;
}

/** npm's own bill of the whole lock file, cut down to what was bundled. */
export function billOfMaterials(epoch) {
  const answer = spawnSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
    cwd: ROOT,
    env: environment(),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32'
  });
  if (answer.status !== 0) throw new Failure(`npm sbom failed: ${answer.stderr.trim().split('\n').pop()}`);
  const bill = JSON.parse(answer.stdout);
  const wanted = bundled();
  const components = [];
  for (const component of bill.components) {
    // A reference is the package's own name and version; the other fields may be an alias's.
    const ref = component['bom-ref'];
    const places = wanted.get(ref);
    if (places === undefined || components.some(other => other['bom-ref'] === ref)) continue;
    components.push({
      ...component,
      name: ref.slice(0, ref.lastIndexOf('@')),
      purl: `pkg:npm/${ref.replace(/^@/, '%40')}`,
      scope: 'required',
      properties: [...places].sort().map(value => ({ name: 'jupyterlab-emr:in', value }))
    });
  }
  const refs = new Set(components.map(component => component['bom-ref']));
  const missing = [...wanted.keys()].filter(key => !refs.has(key));
  if (missing.length) {
    throw new Failure(
      `Bundled, but not in package-lock.json: ${missing.join(', ')}.`,
      'Is node_modules what `npm ci` makes of it? Run npm ci, then npm run build.'
    );
  }
  components.sort((one, other) => (one.purl < other.purl ? -1 : 1));
  const own = bill.metadata.component;
  const dependencies = [
    { ref: own['bom-ref'], dependsOn: [...refs] },
    ...bill.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: (dependsOn ?? []).filter(other => refs.has(other)) }))
  ];
  return {
    $schema: bill.$schema,
    bomFormat: bill.bomFormat,
    specVersion: bill.specVersion,
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(components))}`,
    version: 1,
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      lifecycles: [{ phase: 'build' }],
      component: { ...own, name: 'jupyterlab-emr', properties: [] }
    },
    components,
    dependencies
  };
}

/** The same bill has the same number: a UUID (version 8, variant 10) made of its digest. */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((parseInt(hex[16], 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32)
  ].join('-');
}

if (process.argv[1]?.endsWith('sbom.mjs')) {
  await main(() => {
    const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000));
    const text = `${JSON.stringify(billOfMaterials(epoch), null, 1)}\n`;
    if (process.argv[2]) writeFileSync(process.argv[2], text);
    else process.stdout.write(text);
  });
}
