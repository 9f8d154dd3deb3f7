// The pages of the documentation that are made of the code: errors, magics, command line, page and wire.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';
import ts from 'typescript';

import { CACHE, ROOT } from '../lib.mjs';
import { collectErrors } from './errors.mjs';

/** A text in a table; in backticks, `<` is itself. */
const word = text => text.replaceAll('\n', ' ').replaceAll('|', '\\|');
const cell = text => word(text).replaceAll('<', '&lt;');
const sentence = text => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
const unique = list => [...new Set(list)];
const MADE = '<!-- Made by scripts/docs of the code. -->';

/** What each part of the code's errors is about, by the hop that they name. */
export function errorsPage() {
  const { errors } = collectErrors();
  const byCode = new Map();
  for (const error of errors) byCode.set(error.code, [...(byCode.get(error.code) ?? []), error]);
  const lines = [
    '# Errors',
    '',
    MADE,
    '',
    'Every error that the extension raises itself, by its code: what a cell, the sidebar, a notification or',
    '`jupyter emr … --json` shows as `code`. ‹words› stand for values. Where AWS refuses a request in a way that is not in',
    'this list, the code is the service’s own (`ValidationException`, `LimitExceededException`, …) and its text follows in',
    'parentheses; an error of the user’s own code on the cluster has Spark’s or Python’s name.',
    ''
  ];
  for (const code of [...byCode.keys()].sort((one, other) => one.localeCompare(other))) {
    const all = byCode.get(code);
    const hops = unique(all.flatMap(error => error.hop)).sort();
    lines.push(`## ${code}`, '');
    if (hops.length) lines.push(`At: ${hops.map(hop => `\`${hop}\``).join(', ')}.`, '');
    if (code === 'UsageError') {
      lines.push('What was typed or set cannot be: the message names the field, the value and what it may be.', '');
      continue;
    }
    const rows = unique(
      all.map(({ message, fix }) => {
        const said = unique(message).map(cell).join('<br>') || 'What the other side says.';
        return `| ${said} | ${unique(fix).map(cell).join('<br>') || 'The message says it.'} |`;
      })
    );
    lines.push('| what it says | what to do |', '| --- | --- |', ...rows, '');
  }
  return lines.join('\n');
}

/** The registry of magics and the command line, run from their own source. */
export async function registry() {
  const outfile = join(CACHE, 'docs', 'registry.mjs');
  mkdirSync(join(CACHE, 'docs'), { recursive: true });
  await build({
    stdin: {
      contents: [
        "export { CELL_MAGICS, LINE_MAGICS, runCell } from './src/magics';",
        "export { EMR_COMMANDS } from './src/magics/emr';",
        "export { REMOTE_MAGICS, flag, parseOptions, words } from './src/cells';",
        "export { parseSettings } from './src/cells/configureText';",
        "export { SPARK_LINE_OPTIONS, SPARK_PARTS } from './src/magics/sparkLine';",
        "export { parsePipeline } from './src/promote/file';",
        "export { checkSettings } from './src/session';",
        "export { smConnect, smServerless } from './src/magics/smAnalytics';",
        "export { makeProgram } from './src/cli/program';"
      ].join('\n'),
      resolveDir: ROOT,
      loader: 'ts'
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['zeromq'],
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    define: { __VERSION__: JSON.stringify(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version) },
    banner: {
      js: "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);"
    },
    logLevel: 'error'
  });
  return import(`${pathToFileURL(outfile).href}?${Date.now()}`);
}

const optionRows = (options, flag) => {
  const shown = options.filter(option => !option.hidden);
  if (shown.length === 0) return [];
  return [
    '| option | does |',
    '| --- | --- |',
    ...shown.map(option => `| \`${word(flag(option).trim())}\` | ${cell(option.help)} |`),
    ''
  ];
};

/** @returns {Promise<{magics: string, cli: string}>} */
export async function referencePages() {
  const { CELL_MAGICS, LINE_MAGICS, EMR_COMMANDS, flag, smConnect, smServerless, makeProgram } = await registry();
  const section = (title, command) => [
    `### \`${title}${command.usage ? ` ${command.usage}` : ''}\``,
    '',
    `${command.summary}.`,
    '',
    ...optionRows(command.options, flag)
  ];
  const magics = [
    '# Magics',
    '',
    MADE,
    '',
    'In the kernels *PySpark (EMR)*, *Spark Scala (EMR)* and *SparkR (EMR)*. `%emr help` shows the same.',
    '',
    '## `%emr`',
    '',
    ...EMR_COMMANDS.flatMap(command => section(`%emr ${command.name}`, command)),
    '## Cell magics',
    '',
    ...CELL_MAGICS.flatMap(command => section(`%%${command.name}`, command)),
    '## Line magics',
    '',
    Object.keys(LINE_MAGICS)
      .map(name => `\`%${name}\``)
      .join(', '),
    '',
    '## `%sm_analytics`',
    '',
    'For notebooks that come from SageMaker Studio.',
    '',
    ...section('%sm_analytics emr connect', smConnect),
    ...section('%sm_analytics emr-serverless connect', smServerless)
  ].join('\n');

  const cli = ['# Command line', '', MADE, '', '`jupyter emr COMMAND`; `--help` of each shows the same.', ''];
  const describe = (command, path) => {
    const name = `${path} ${command.name()}`;
    if (command.commands.length === 0 || command.registeredArguments.length) {
      const words = command.usage().replace('[options]', '').replace('[command]', '').trim();
      cli.push(`## \`${`${name} ${words}`.trim()}\``, '');
      cli.push(sentence(command.description()), '');
      const options = command.options.filter(option => !option.hidden);
      if (options.length) {
        cli.push('| option | does |', '| --- | --- |');
        for (const option of options) cli.push(`| \`${word(option.flags)}\` | ${cell(option.description)} |`);
        cli.push('');
      }
    }
    for (const inner of command.commands) describe(inner, name);
  };
  for (const command of makeProgram().commands) describe(command, 'jupyter emr');
  return { magics, cli: cli.join('\n') };
}

const comment = node =>
  ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map(doc => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ');

/** The plugins of the page: what JupyterLab can turn off by its id, and which token each gives and takes. */
function pluginRows() {
  const folder = join(ROOT, 'src', 'lab', 'plugins');
  const rows = [];
  for (const file of readdirSync(folder).filter(name => /\.tsx?$/.test(name))) {
    const path = join(folder, file);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
    const visit = node => {
      if (ts.isObjectLiteralExpression(node)) {
        const value = name => node.properties.find(one => one.name?.getText() === name)?.initializer;
        const id = value('id');
        if (id && ts.isStringLiteral(id) && id.text.startsWith('jupyterlab-emr:') && value('activate')) {
          const names = list => (list?.elements ?? []).map(one => `\`${one.getText()}\``).join(', ');
          const provides = value('provides');
          rows.push(
            `| \`${id.text}\` | ${cell(value('description')?.text ?? '')} | ${provides ? `\`${provides.getText()}\`` : ''} | ${names(value('requires'))} | ${names(value('optional'))} |`
          );
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return rows.sort();
}

/** What is exported by the words that both sides share, with what their comments say. */
export function protocolPage() {
  const lines = [
    '# API',
    '',
    MADE,
    '',
    'Plugins and tokens of the page, its commands, and the words of the comms `emr:control` and `emr:session`.',
    '',
    '## Plugins',
    '',
    '| plugin | does | provides | requires | takes where it is there |',
    '| --- | --- | --- | --- | --- |',
    ...pluginRows(),
    ''
  ];
  const tokens = join(ROOT, 'src', 'lab', 'tokens.ts');
  const folder = join(ROOT, 'src', 'protocol');
  const files = readdirSync(folder).filter(name => name.endsWith('.ts') && name !== 'index.ts');
  for (const file of [tokens, ...files.map(name => join(folder, name))]) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
    const shown = source.statements.filter(one => one.modifiers?.some(two => two.kind === ts.SyntaxKind.ExportKeyword));
    if (shown.length === 0) continue;
    lines.push(`## ${file.slice(ROOT.length + 1).replaceAll('\\', '/')}`, '');
    for (const one of shown) {
      const name = one.name?.getText() ?? one.declarationList?.declarations[0].name.getText();
      if (name === undefined) continue;
      const body =
        one.body && ts.isBlock(one.body) ? one.getText().slice(0, one.body.getStart() - one.getStart()) : one.getText();
      lines.push(`### ${name}`, '');
      const said = comment(one);
      if (said) lines.push(said.replaceAll('<', '&lt;'), '');
      lines.push('```ts', body.trim(), '```', '');
    }
  }
  return lines.join('\n');
}
