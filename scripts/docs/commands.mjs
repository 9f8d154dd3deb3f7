// Every command and magic that the documentation shows, tried by the product's own parsers; nothing is run.
//   node scripts/docs/commands.mjs     one JSON object: {commands: [{file, line, kind, text, problem?}], samples: […]}
// `kind`: sh, magic (in a block), mention (in a sentence or table, where NAME, …, [optional] and one|other stand for others).
// tests/docs/test_commands.py says which of them are run, and where.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ROOT } from '../lib.mjs';
import { registry } from './pages.mjs';

const FENCE = /^([ ]*)```(\w*)\n([\s\S]*?)^[ ]*```$/gm;
const PROGRAM =
  /^(?:\w+=\S+ )*(?:jupyter|npm|npx|node|python3?|pip|git|gh|aws|curl|sudo|journalctl|papermill|helm|podman|kubectl|\.cache\/venv\/bin\/\w+) \S/;
// Not every `%` begins a magic of ours: these are named because they are not there.
const OTHERS = /^%(matplotlib|pip|MAGIC\?)/;

/** The pages that people read, and comments of examples that are commands (`#   podman build …`). */
function sources() {
  const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(ROOT, 'docs')).map(name => `docs/${name}`)];
  const examples = ['deploy/container/Containerfile', 'deploy/jupyterhub/values.yaml'];
  return [
    ...pages.filter(name => name.endsWith('.md')).map(file => ({ file, text: readFileSync(join(ROOT, file), 'utf8') })),
    ...examples.map(file => {
      const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
      return { file, text: lines.map(line => line.replace(/^ *# {3}(\w+ .*)$/, '`$1`')).join('\n') };
    })
  ];
}

const lineAt = (text, index) => text.slice(0, index).split('\n').length;

/** @returns {{commands: object[], samples: object[]}} */
export function collect() {
  const commands = [];
  const samples = [];
  for (const { file, text } of sources()) {
    for (const [whole, indent, language, inner] of text.matchAll(FENCE)) {
      const line = lineAt(text, text.indexOf(whole)) + 1;
      const body = inner.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
      if (language === 'sh') {
        for (const one of body.replaceAll(/\s*\\\n\s*/g, ' ').split('\n')) {
          const command = one.replace(/\s+# .*$/, '').trim();
          if (command && !command.startsWith('#')) commands.push({ file, line, kind: 'sh', text: command });
        }
      } else if (/^%/.test(body)) {
        // A cell magic has the rest of the block as its cell; line magics are a line each.
        const cells = body.startsWith('%%') ? [body] : body.split('\n').filter(one => one.startsWith('%'));
        for (const cell of cells) commands.push({ file, line, kind: 'magic', text: cell.trimEnd() });
      } else if (language) samples.push({ file, line, language, text: body });
    }
    const prose = text.replaceAll(FENCE, whole => whole.replaceAll(/[^\n]/g, ''));
    for (const found of prose.matchAll(/`([^`\n]+)`/g)) {
      const mention = found[1].replaceAll('\\|', '|');
      if (OTHERS.test(mention) || !(PROGRAM.test(mention) || /^%%?[a-z]\w*/.test(mention))) continue;
      commands.push({ file, line: lineAt(prose, found.index), kind: 'mention', text: mention });
    }
  }
  return { commands, samples };
}

/** What a mention may stand for: `a|b c [D] …` is `a c D`, `b c D`, each with the dots as a value and without. */
function readings(mention) {
  const plain = mention.replaceAll(/[[\]]/g, '').replace('{…}', '{}');
  const all = [];
  const [head = '', ...rest] = plain.split(' ').filter(word => word.includes('|') && !word.includes('='));
  for (const one of rest.length === 0 && head ? head.split('|') : ['']) {
    const said = head && one ? plain.replace(head, one) : plain;
    all.push([said, said.replaceAll(/(^| )…(?= |$)/g, '$1').trim()]);
  }
  return all;
}

function makeChecks(code) {
  const { CELL_MAGICS, EMR_COMMANDS, LINE_MAGICS, makeProgram, parseOptions, words } = code;
  // The real interpreter takes the line apart; what it would then do is left out.
  for (const command of [...EMR_COMMANDS, ...CELL_MAGICS, code.smConnect, code.smServerless])
    command.run = async ({ args, body }) => {
      if (command.name === 'configure' && body.trim()) code.checkSettings(code.parseSettings(body));
      if (command.name === 'catalog' && args.words[0] && !command.usage.split(/\W+/).includes(args.words[0]))
        throw new Error(`%emr catalog does not know ${args.words[0]}.`);
    };
  LINE_MAGICS.spark = line => {
    const part = parseOptions('%spark', words(line), code.SPARK_LINE_OPTIONS).words[0];
    if (part && part !== '…' && !code.SPARK_PARTS.includes(part)) throw new Error(`%spark does not know ${part}.`);
  };

  const magic = async (text, isMention) => {
    // A line for Livy's own interpreter on the cluster: nothing of ours reads it.
    if (code.REMOTE_MAGICS.some(name => text.startsWith(`%${name} `))) return;
    const nothing = () => {};
    const outputs = { display: nothing, stream: nothing, result: nothing, page: nothing, clearOutput: nothing };
    const session = { run: async () => ({ parts: [] }) };
    const env = { TEAM: 'quants', cluster: 'j-2AXXXXXXGAPLF' };
    const notebook = { language: 'pyspark', env, site: {}, session };
    try {
      await code.runCell({ code: text, signal: new AbortController().signal, ...outputs }, notebook);
    } catch (error) {
      // `%emr provision --param` names an option, and is no line that somebody types.
      if (!isMention || !/ needs a value /.test(error.message)) throw error;
    }
  };

  const command = async (argv, isMention) => {
    const program = makeProgram();
    const quiet = one => {
      one.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
      if (one !== program && one.commands.length === 0) one.action(() => {});
      one.commands.forEach(quiet);
    };
    quiet(program);
    try {
      await program.parseAsync(argv, { from: 'user' });
    } catch (error) {
      const isFine = /^commander\.(help|helpDisplayed|version)$/.test(error.code);
      // The same; that the command and the option are there was seen before.
      const isPart =
        isMention && /^commander\.(missingArgument|optionMissingArgument|missingMandatory.*)$/.test(error.code);
      if (!isFine && !isPart) throw error;
    }
  };

  const scripts = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
  const runners = readFileSync(join(ROOT, 'scripts', 'test.mjs'), 'utf8');
  const npm = argv => {
    const [what, ...rest] = argv.filter(one => one !== '--silent');
    const name = what === 'run' ? rest[0] : what;
    if (what !== 'run' && what !== 'test') return;
    if (!(name in scripts)) throw new Error(`package.json has no script ${name}.`);
    const only = argv[argv.indexOf('--only') + 1];
    for (const one of argv.includes('--only') ? only.split(',') : [])
      if (!/^(a|b)$/.test(one) && !new RegExp(`^  '?${one}'?[:,]`, 'm').test(runners) && !folders.has(one))
        throw new Error(`npm test has no runner ${one}.`);
  };
  const folders = new Set(readdirSync(join(ROOT, 'tests')));

  return async (text, isMention) => {
    if (text.startsWith('%')) return magic(text, isMention);
    const argv = words(text.replace(/\s[|>]\s.*$/, ''));
    while (/^\w+=/.test(argv[0])) argv.shift();
    if (argv[0] === 'jupyter' && argv[1] === 'emr') {
      // A choice that stands for any of them.
      const given = argv
        .slice(2)
        .map((one, at, all) => (one === '…' && all[at - 1] === '--as' ? 'pysparkkernel' : one));
      return command(given[0] === 'COMMAND' ? ['products', ...given.slice(1)] : given, isMention);
    }
    if (argv[0] === 'npm') return npm(argv.slice(1));
    for (const one of argv)
      if (/^(scripts|deploy|tests|src|jupyterlab_emr\/node\/local)\/[\w./-]+$/.test(one)) {
        const made = one.startsWith('jupyterlab_emr/node/') ? one.replace('jupyterlab_emr/node', 'src') : one;
        readAny(made.replace(/livy\.mjs$/, 'livy/main.ts'));
      }
  };
}

/** A file or folder that a command names. */
function readAny(path) {
  try {
    readdirSync(join(ROOT, path));
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw new Error(`There is no ${path}.`, { cause: error });
  }
}

/** YAML and JSON, read by what reads them in the product. */
function sampleProblem({ language, text }, code) {
  if (language === 'json') JSON.parse(text);
  if (language === 'yaml' && /^name:/.test(text)) {
    const { problems } = code.parsePipeline(text);
    // What the sample needs not say: files beside it.
    if (problems.length) throw new Error(problems.map(one => `${one.line}: ${one.message}`).join(' '));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { commands, samples } = collect();
  const code = await registry();
  const check = makeChecks(code);
  for (const one of commands) {
    for (const ways of one.kind === 'mention' ? readings(one.text) : [[one.text]]) {
      const errors = [];
      for (const way of ways) {
        try {
          await check(way, one.kind === 'mention');
          errors.length = 0;
          break;
        } catch (error) {
          errors.push(error.message);
        }
      }
      if (errors.length) one.problem = `${ways[0]}: ${errors[0]}`;
    }
  }
  for (const one of samples) {
    try {
      sampleProblem(one, code);
    } catch (error) {
      one.problem = error.message;
    }
  }
  console.log(JSON.stringify({ commands, samples }));
}
