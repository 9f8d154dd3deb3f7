import { readFile, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { completePython } from './python';
import { before, remoteOf } from './remote';
import { matching, none } from './types';

import type { ICompletion } from '../protocol';
import type { ILocalPython } from '../ipython';
import type { INotebook } from '../magics';
import type { IWantedValue } from '../magics/assist';
import type { Deadline } from './remote';
import type { ICandidate } from './types';

/** What is listed from AWS or Livy is asked for again after so long, while the old list is shown. */
const FRESH_MS = 15_000;

interface IList {
  value: ICandidate[];
  at: number;
}

/** What a value can be, by the name of its option, or by what its command calls its word. */
type Source =
  | 'clusters'
  | 'clusterNames'
  | 'applications'
  | 'products'
  | 'roles'
  | 'bindings'
  | 'sessions'
  | 'profiles'
  | 'variables'
  | 'locals'
  | 'paths';

const OPTIONS: Readonly<Record<string, Source>> = {
  'cluster-id': 'clusters',
  'application-id': 'applications',
  product: 'products',
  'runtime-role': 'roles',
  'emr-execution-role-arn': 'roles',
  end: 'sessions',
  input: 'locals',
  profile: 'profiles',
  'ca-bundle': 'paths',
  'verify-certificate': 'paths'
};

/** Values of magics that only the cluster, AWS, or this host know. What is not there yet comes with the next key. */
export class Values {
  private readonly lists = new Map<string, IList>();
  private readonly asking = new Map<string, Promise<unknown>>();

  constructor(
    private readonly notebook: INotebook,
    private readonly localPython: () => Promise<ILocalPython> | undefined
  ) {}

  /** Complete a value. `start` and `end` are those of the whole word. */
  async complete(wanted: IWantedValue, start: number, end: number, until: Deadline): Promise<ICompletion> {
    const source = sourceOf(wanted);
    if (!source) {
      return none(end);
    }
    const { typed, lead } = wanted;
    const candidates = source === 'paths' ? await this.paths(typed, until) : await this.list(source, wanted, until);
    const found = matching(candidates, typed, start, end);
    return { ...found, matches: found.matches.map(match => lead + match) };
  }

  private async list(source: Exclude<Source, 'paths'>, wanted: IWantedValue, until: Deadline): Promise<ICandidate[]> {
    const { notebook } = this;
    switch (source) {
      case 'bindings':
        return items(notebook.bindings.list().map(({ name }) => name));
      case 'profiles':
        return this.cached('profiles', () => profiles(notebook.env), until);
      case 'variables': {
        const { session } = notebook;
        const found = await completePython(remoteOf(session), wanted.typed, wanted.typed.length, until);
        return 'sql' in found ? [] : items(found.matches, 'instance');
      }
      case 'locals': {
        const python = await before(until, this.localPython() ?? Promise.resolve(undefined));
        const { typed } = wanted;
        const found = await python?.complete(typed, typed.length, Math.max(1, until - performance.now()));
        return items(found?.matches ?? []);
      }
      case 'sessions': {
        const { info } = notebook.session;
        return info === undefined
          ? []
          : this.cached(
              `sessions ${info.url}`,
              async () => (await notebook.session.sessions()).map(({ id }) => String(id)),
              until
            );
      }
      case 'roles': {
        const site = (notebook.site.runtimeRoles ?? []).map(({ arn }) => arn);
        return [...items(site), ...(await this.control(source, wanted, until))];
      }
      default:
        return this.control(source, wanted, until);
    }
  }

  /** Lists of the control service, for the account and region that the line names. */
  private control(
    source: 'clusters' | 'clusterNames' | 'applications' | 'products' | 'roles',
    { before: words }: IWantedValue,
    until: Deadline
  ): Promise<ICandidate[]> {
    const aws = {
      ...valueOf(words, 'region', 'region'),
      ...valueOf(words, 'profile', 'profile'),
      ...valueOf(words, 'assume-role', 'assumeRole')
    };
    const region = this.notebook.session.status.binding?.region;
    const context = Object.keys(aws).length > 0 ? aws : region ? { region } : undefined;
    return this.cached(
      `${source} ${JSON.stringify(context ?? {})}`,
      async () => {
        const control = await this.notebook.control(context);
        if (source === 'products') {
          return (await control.call('products.list', {})).map(({ name }) => name);
        }
        if (source === 'roles') {
          return (await control.call('roles.list', {})).map(({ arn }) => arn);
        }
        if (source === 'applications') {
          const { applications } = await control.call('applications.list', {});
          return applications.filter(({ livy }) => livy !== false).map(({ name }) => name);
        }
        const { clusters } = await control.call('clusters.list', {});
        return clusters.flatMap(({ name, clusterId, key }) =>
          source === 'clusters' ? (clusterId === undefined ? [] : [clusterId]) : [name, clusterId ?? key]
        );
      },
      until
    );
  }

  /** The list as it is known; where it is old it is asked for again, and waited for only where there is none. */
  private async cached(key: string, ask: () => Promise<string[]>, until: Deadline): Promise<ICandidate[]> {
    const known = this.lists.get(key);
    if (known && performance.now() - known.at < FRESH_MS) {
      return known.value;
    }
    let work = this.asking.get(key);
    if (!work) {
      work = ask()
        .then(names => this.lists.set(key, { value: items(names), at: performance.now() }))
        .finally(() => this.asking.delete(key));
      // No credentials, no network: a completion is no place to say so. Not asked again for a while either.
      work.catch(() => this.lists.set(key, { value: known?.value ?? [], at: performance.now() }));
      this.asking.set(key, work);
    }
    if (known) {
      return known.value;
    }
    await before(until, work);
    return this.lists.get(key)?.value ?? [];
  }

  /** Files and folders that begin like the path; `~` is the home folder. */
  private async paths(typed: string, until: Deadline): Promise<ICandidate[]> {
    const lead = typed.slice(0, typed.lastIndexOf('/') + 1);
    const home = this.notebook.env['HOME'] ?? homedir();
    const folder = lead.startsWith('~/') ? join(home, lead.slice(2)) : isAbsolute(lead) ? lead : join('.', lead);
    const isHidden = typed.slice(lead.length).startsWith('.');
    const entries = (await before(until, readdir(folder, { withFileTypes: true }))) ?? [];
    return entries
      .filter(entry => isHidden || !entry.name.startsWith('.'))
      .slice(0, 2000)
      .map(entry => ({ text: `${lead}${entry.name}${entry.isDirectory() ? '/' : ''}`, type: 'path' }))
      .sort((one, other) => one.text.localeCompare(other.text));
  }
}

function sourceOf({ magic, option, usage }: IWantedValue): Source | undefined {
  if (option) {
    const { name, value = '' } = option;
    if (OPTIONS[name]) {
      return OPTIONS[name];
    }
    if (name === 'session') {
      return magic === '%%delete' ? 'sessions' : 'bindings';
    }
    if (name === 'name') {
      return magic.startsWith('%emr ') ? 'bindings' : undefined;
    }
    if (magic === '%emr provision') {
      return undefined;
    }
    return /^(?:PATH|FILE|FOLDER)/.test(value) ? 'paths' : undefined;
  }
  if (magic === '%%display') {
    return 'variables';
  }
  const word = /[A-Z]{3,}/.exec(usage ?? '')?.[0] ?? '';
  const byWord: Readonly<Record<string, Source>> = {
    CLUSTER: 'clusterNames',
    VARIABLE: 'variables',
    BINDING: 'bindings',
    SESSION: 'sessions',
    PATH: 'paths',
    FILE: 'paths',
    NOTEBOOK: 'paths'
  };
  if (magic === '%emr products' || magic === '%emr describe') {
    return 'products';
  }
  if (magic === '%emr use') {
    return 'bindings';
  }
  return byWord[word];
}

function items(names: readonly string[], type = 'instance'): ICandidate[] {
  return names.map(text => ({ text, type }));
}

function valueOf<K extends string>(words: string[], option: string, key: K): Partial<Record<K, string>> {
  const index = words.indexOf(`--${option}`);
  const value =
    index < 0 ? words.find(word => word.startsWith(`--${option}=`))?.slice(option.length + 3) : words[index + 1];
  return value ? ({ [key]: value } as Record<K, string>) : {};
}

/** Names of the AWS profiles of this host. No key is read, only the titles. */
async function profiles(env: NodeJS.ProcessEnv): Promise<string[]> {
  const home = join(env['HOME'] ?? homedir(), '.aws');
  const files = [
    env['AWS_CONFIG_FILE'] ?? join(home, 'config'),
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, 'credentials')
  ];
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')));
  const names = texts.flatMap(text =>
    [...text.matchAll(/^[ \t]*\[(?:profile[ \t]+)?([^\]\n]+)\]/gm)].map(match => (match[1] ?? '').trim())
  );
  return [...new Set(names)].filter(name => !/^(?:sso-session|services) /.test(name));
}
