// `npm run docs`: the documentation as a static, searchable site of versions, in site/.
//   npm run docs                 site/VERSION, beside the versions that are in site/ already; site/index.html leads to it
//   npm run docs -- --serve      also serve it on loopback, until Ctrl-C
//   npm run docs -- --pages      only put the pages together, in .cache/docs/pages: what npm test looks at
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

import { CACHE, Failure, ROOT, WINDOWS, become, environment, main, run, step } from './lib.mjs';
import { errorsPage, protocolPage, referencePages } from './docs/pages.mjs';
import { publish } from './docs/versions.mjs';
import { createVenv, findPython } from './setup.mjs';

const PAGES = join(CACHE, 'docs', 'pages');
const CONFIG = join(CACHE, 'docs', 'mkdocs.yml');
const SITE = join(ROOT, 'site');
const DOCS_VENV = join(CACHE, 'venv-docs');
const PYTHON = join(DOCS_VENV, WINDOWS ? 'Scripts' : 'bin', WINDOWS ? 'python.exe' : 'python');

/** Files of the repository that are pages, by where they are in the repository. */
const MOVED = { 'README.md': 'index.md', 'CONTRIBUTING.md': 'contributing.md', 'CHANGELOG.md': 'changelog.md' };

/** Where a file of the repository is among the pages, or undefined. */
function pageOf(path) {
  if (path in MOVED) return MOVED[path];
  if (path.startsWith('docs/')) return path.slice('docs/'.length);
  return /\.(png|svg)$/.test(path) ? `images/${posix.basename(path)}` : undefined;
}

/** A page's text with its links as they are among the pages; a link to source code becomes its name. */
function relinked(text, from) {
  const to = posix.dirname(pageOf(from));
  return text.replace(
    /(!?)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)\s#]+)(#[^)\s]*)?\)/g,
    (whole, image, name, link, anchor = '') => {
      const target = posix.normalize(posix.join(posix.dirname(from), link));
      if (!existsSync(join(ROOT, target)) && !target.startsWith('docs/reference/'))
        throw new Failure(`${from}: the link ${link} leads to no file.`);
      const page = pageOf(target);
      if (page === undefined) return name.startsWith('`') ? name : `${name} (\`${target}\`)`;
      if (image) {
        mkdirSync(dirname(join(PAGES, page)), { recursive: true });
        cpSync(join(ROOT, target), join(PAGES, page));
      }
      return `${image}[${name}](${posix.relative(to, page)}${anchor})`;
    }
  );
}

/** GitHub wants `|` escaped in a table's code, the site shows the backslash then. */
const tables = text => text.replace(/^ *\|.*$/gm, row => row.replace(/`[^`]+`/g, code => code.replaceAll('\\|', '|')));

/** Put the pages together: those of docs/, three of the repository's own, and those made of the code. */
async function assemble() {
  rmSync(PAGES, { recursive: true, force: true });
  mkdirSync(join(PAGES, 'reference'), { recursive: true });
  const written = readdirSync(join(ROOT, 'docs'))
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`);
  for (const file of [...Object.keys(MOVED), ...written])
    writeFileSync(join(PAGES, pageOf(file)), tables(relinked(readFileSync(join(ROOT, file), 'utf8'), file)));
  const config = readFileSync(join(ROOT, 'mkdocs.yml'), 'utf8');
  const more = written
    .map(pageOf)
    .filter(page => !config.includes(` ${page}\n`))
    .map(page => `      - ${page}\n`);
  writeFileSync(CONFIG, config.replace(/^ +# scripts\/docs\.mjs puts.*\n/m, more.join('')));
  const { magics, cli } = await referencePages();
  const made = { magics, cli, errors: errorsPage(), api: protocolPage() };
  for (const [name, text] of Object.entries(made)) writeFileSync(join(PAGES, 'reference', `${name}.md`), tables(text));
}

await main(async () => {
  if (process.argv.includes('--pages')) return assemble();
  await step(
    'venv-docs',
    "Python environment of the documentation's site",
    { inputs: ['docs/requirements.txt'], outputs: [PYTHON] },
    async () => {
      rmSync(DOCS_VENV, { recursive: true, force: true });
      await createVenv(findPython().command, DOCS_VENV);
      await run(PYTHON, ['-m', 'pip', 'install', '--quiet', '-r', 'docs/requirements.txt']);
    }
  );
  await assemble();
  cpSync(join(ROOT, 'scripts', 'docs', 'site.css'), join(PAGES, 'site.css'));
  // Not --quiet: with it no warning is counted, and none fails.
  await run(PYTHON, ['-m', 'mkdocs', 'build', '--clean', '--strict', '--config-file', CONFIG], {
    capture: true,
    env: environment({ DISABLE_MKDOCS_2_WARNING: 'true', NO_MKDOCS_2_WARNING: 'true' })
  });
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const versions = publish(SITE, version, join(CACHE, 'docs', 'site'));
  console.log(`site/${version}: ${readdirSync(join(SITE, version)).length} entries; versions ${versions.join(', ')}`);
  if (process.argv.includes('--serve'))
    become(PYTHON, ['-m', 'http.server', '--bind', '127.0.0.1', '--directory', SITE, '8000']);
});
