import { checkSettings } from '../session';
import { askBasic, authTypeOf, connectShown } from './bind';
import { parseSettings } from './configure';
import { showBindings, statusText } from './emr/session';
import { nearest, parseOptions, usage, words } from './options';
import { say } from './show';

import type { Language } from '../protocol';
import type { IBindRequest } from '../session';
import type { IArguments, ICountedCell, INotebook, IOption } from './types';

const LANGUAGES: Record<string, Language> = { python: 'pyspark', scala: 'spark', r: 'sparkr' };

/** Options of sparkmagic's `%spark`, as its IPython magic has them. */
export const SPARK_LINE_OPTIONS: readonly IOption[] = [
  { name: 'session', short: 's', value: 'NAME', help: 'Binding' },
  { name: 'language', short: 'l', value: 'LANGUAGE', choices: Object.keys(LANGUAGES), help: 'Language of its cells' },
  { name: 'url', short: 'u', value: 'URL', help: 'Livy’s address' },
  { name: 'user', short: 'a', value: 'NAME', help: 'User name for Livy; the password is asked for' },
  { name: 'password', short: 'p', value: 'PASSWORD', help: 'Refused: it would be saved with the notebook' },
  { name: 'auth', short: 't', value: 'TYPE', help: 'None, Basic or Kerberos' },
  { name: 'skip', short: 'k', help: 'Change nothing where the binding is there' },
  { name: 'id', short: 'i', value: 'ID', help: 'Number of a session' },
  { name: 'coerce', short: 'e', value: 'True|False', help: 'Accepted; types are Spark’s own', hidden: true }
];

type Part = (invocation: { args: IArguments; body: string; cell: ICountedCell; notebook: INotebook }) => Promise<void>;

const info: Part = ({ args, cell, notebook }) => {
  if (args.has('url') || args.has('id')) {
    throw usage('%spark info shows this notebook’s sessions only.', 'For all of a cluster: %emr sessions.');
  }
  showBindings(cell, notebook);
  say(cell, statusText(notebook.session));
  return Promise.resolve();
};

const add: Part = async ({ args, cell, notebook }) => {
  const url = args.get('url');
  if (!url) {
    throw usage(
      '%spark add needs the address of a Livy (-u URL).',
      'For a cluster of EMR: %emr connect --name NAME --cluster-id j-… --runtime-role ARN.'
    );
  }
  const name = args.get('session');
  if (!name || !/^[A-Za-z][\w.-]{0,40}$/.test(name)) {
    throw usage(
      '%spark add needs a name (-s NAME).',
      'It begins with a letter, and has letters, digits, "_", "." and "-".'
    );
  }
  if (args.has('password')) {
    throw usage(
      'A password does not belong into a cell: it would be saved with the notebook.',
      'Leave -p out: it is asked for, or set LIVY_USERNAME and LIVY_PASSWORD in the environment of the Jupyter host.'
    );
  }
  const { bindings } = notebook;
  if (bindings.list().some(item => item.name === name && item.session.info)) {
    if (args.has('skip')) {
      say(cell, `${name} is there already.`);
      return;
    }
    throw usage(`There is a binding ${name} already.`, `Add -k to go on with it, or %spark delete -s ${name} first.`);
  }
  const typed = args.get('auth');
  const user = args.get('user');
  const authType = authTypeOf(
    /^basic$/i.test(typed ?? '') ? 'Basic_Access' : (typed ?? (user ? 'Basic_Access' : 'None'))
  );
  if (!authType) {
    throw usage(`-t of %spark add cannot be "${typed}".`, 'It is one of None, Basic, Kerberos.');
  }
  const language = LANGUAGES[args.get('language') ?? ''];
  const request: IBindRequest = { livyUrl: url, authType, ...(language ? { language } : {}) };
  if (authType === 'Basic_Access') {
    const env = user ? { ...notebook.env, LIVY_USERNAME: user } : notebook.env;
    request.basic = await askBasic({ ...notebook, session: notebook.session, env }, cell);
  }
  const isFirst = !bindings.list().some(item => item.session.request);
  const session = bindings.open(name);
  try {
    await connectShown(request, cell, notebook, session);
  } catch (error) {
    bindings.forget(name);
    throw error;
  }
  if (isFirst) {
    bindings.use(name);
  }
};

const config: Part = ({ args, body, cell, notebook }) => {
  const settings = checkSettings(parseSettings([args.words.slice(1).join(' '), body].join('\n').trim()), nearest);
  notebook.bindings.configure(settings);
  say(cell, `Settings of the sessions that are started from now on: ${JSON.stringify(settings)}`);
  return Promise.resolve();
};

const logs: Part = async ({ args, cell, notebook }) => {
  const name = args.get('session');
  const session = name === undefined ? notebook.session : notebook.bindings.get(name);
  say(cell, (await session.logs()).join('\n') || 'There is no log yet.');
};

const remove: Part = async ({ args, cell, notebook }) => {
  const name = args.get('session');
  if (!name) {
    throw usage('%spark delete needs the name of a binding (-s NAME).', 'A session by its number: %%delete -f -s ID.');
  }
  await notebook.bindings.get(name).disconnect();
  notebook.bindings.forget(name);
  say(cell, `${name} is ended.`);
};

const cleanup: Part = async ({ args, cell, notebook }) => {
  if (args.has('url')) {
    throw usage('%spark cleanup ends this notebook’s sessions only.', 'All of yours on a Livy: %%cleanup -f.');
  }
  const names = notebook.bindings.list().map(item => item.name);
  for (const name of names) {
    await notebook.bindings.get(name).disconnect();
    notebook.bindings.forget(name);
  }
  say(cell, `Ended: ${names.join(', ')}.`);
};

const PARTS: Readonly<Record<string, Part>> = { info, add, config, logs, delete: remove, cleanup };

/** Sub-commands of `%spark`, as sparkmagic has them in IPython. */
export const SPARK_PARTS = Object.keys(PARTS);

/** Run `%spark info|add|config|logs|delete|cleanup …`, also written `%%spark config` with JSON below it. */
export async function runSparkLine(line: string, cell: ICountedCell, notebook: INotebook, body = ''): Promise<void> {
  const at = line.includes('{') ? line.indexOf('{') : line.length;
  const argv = words(line.slice(0, at));
  const name =
    argv.find(word => SPARK_PARTS.includes(word.toLowerCase())) ?? argv.find(word => !word.startsWith('-')) ?? '';
  const part = PARTS[name.toLowerCase()];
  if (!part) {
    const near = name ? nearest(name, SPARK_PARTS) : undefined;
    throw usage(
      name ? `%spark has no command "${name.slice(0, 60)}".` : '%spark alone runs nothing.',
      near
        ? `Did you mean %spark ${near}?`
        : `It has ${SPARK_PARTS.join(', ')}; code stands below %%spark on the first line of a cell.`
    );
  }
  const args = parseOptions(`%spark ${name}`, argv, SPARK_LINE_OPTIONS);
  await part({ args, body: [line.slice(at), body].join('\n'), cell, notebook });
}
