// The site's versions: a folder each, versions.json (the form that the theme's selector reads), a page that leads to the
// newest. A version that is published keeps the others.
//   node scripts/docs/versions.mjs SITE FROM     puts into SITE the versions of another site that it has not
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** Newest first; `1.0.0-rc.1` comes before `1.0.0`. */
function newestFirst(one, other) {
  const [first, second] = [one, other].map(version => version.split('-'));
  const by = (left, right) => right.localeCompare(left, 'en', { numeric: true });
  return by(first[0], second[0]) || Number(first.length > 1) - Number(second.length > 1) || by(one, other);
}

/** Versions whose pages are in a site, newest first. */
export const versionsOf = site =>
  existsSync(site)
    ? readdirSync(site)
        .filter(name => VERSION.test(name))
        .sort(newestFirst)
    : [];

/** What leads to the versions that are there. The newest that is no preview is `latest`, and opens first. */
function index(site) {
  const versions = versionsOf(site);
  const latest = versions.find(name => !name.includes('-')) ?? versions[0];
  const list = versions.map(name => ({ version: name, title: name, aliases: name === latest ? ['latest'] : [] }));
  writeFileSync(join(site, 'versions.json'), `${JSON.stringify(list)}\n`);
  const to = `${latest}/index.html`;
  writeFileSync(
    join(site, 'index.html'),
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>jupyterlab-emr</title>` +
      `<meta http-equiv="refresh" content="0; url=${to}"><a href="${to}">Documentation of ${latest}</a></html>\n`
  );
  return versions;
}

/**
 * Put a built version into the site, beside those that are there.
 *
 * @returns all versions, newest first
 */
export function publish(site, version, built) {
  if (!VERSION.test(version)) throw new Error(`${version} is no version: X.Y.Z, or X.Y.Z-NAME.`);
  mkdirSync(site, { recursive: true });
  rmSync(join(site, version), { recursive: true, force: true });
  cpSync(built, join(site, version), { recursive: true });
  return index(site);
}

/** Put the versions of another site, which this one has not, into it. */
export function keep(site, from) {
  for (const version of versionsOf(from))
    if (!existsSync(join(site, version))) cpSync(join(from, version), join(site, version), { recursive: true });
  return index(site);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [site, from] = process.argv.slice(2);
  console.log(`versions ${keep(site, from).join(', ')}`);
}
