/**
 * Magics that a user or a site brings along: small JS modules in a folder. docs/user.md documents what a module has to
 * be; {@link IOwnMagic} is the same in types.
 */
import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { EmrError } from '../protocol';
import { RemoteError, queryCode } from '../session';
import { runCode } from './code';
import { SESSION_OPTION, sessionOf } from './codeOptions';
import { usage } from './options';
import { say, showTable } from './show';

import type { IControlService } from '../control';
import type { IRunResult } from '../session';
import type { LivyKind } from './kinds';
import type { AwsContext, IArguments, ICell, ICommand, ICountedCell, INotebook, IOption } from './types';

/** What a magic's `run` is given. */
export interface IOwnInvocation {
  args: IArguments;
  /** The cell below a cell magic; empty for a line magic. */
  body: string;
  cell: ICell;
  /** Run code on the cluster; its outputs come back and are not shown. `kind`: the kernel's language by default. */
  run(code: string, kind?: LivyKind): Promise<IRunResult>;
  /** Run code on the cluster and show what it gives. */
  show(code: string, kind?: LivyKind): Promise<void>;
  /** A line of text for the reader. */
  say(text: string): void;
  showTable(columns: string[], rows: unknown[][]): void;
  /** Products and clusters, as `%emr` uses them. */
  control(aws?: AwsContext): Promise<IControlService>;
}

/** The default export of a module, or one of several in a list. */
export interface IOwnMagic {
  name: string;
  kind: 'line' | 'cell';
  summary?: string;
  options?: IOption[];
  run(invocation: IOwnInvocation): Promise<void> | void;
}

/** A magic that was read. */
export interface ILoadedMagic {
  command: ICommand;
  kind: 'line' | 'cell';
  file: string;
}

/** How a module is read; another one in specs, whose runtime has no ES modules. */
export const loader = { load: (url: string): Promise<{ default?: unknown }> => import(url) as Promise<object> };

const EXTENSIONS = ['.mjs', '.js', '.cjs'];
const LETTER = /^[A-Za-z]$/;
const WORD = /^[A-Za-z_][\w-]*$/;

interface IFile {
  stamp: string;
  magics: ILoadedMagic[];
  problem?: string;
}

/** The magics of a kernel that are not its own. */
class OwnMagics {
  /** Whether a name is one of ours. Set by who knows them all. */
  isTaken: (name: string) => boolean = () => false;
  private readonly files = new Map<string, IFile>();
  private readonly added: string[] = [];
  private problemsNow: string[] = [];
  private byName = new Map<string, ILoadedMagic>();

  /** What was read last, without looking at the folders again. */
  get list(): ILoadedMagic[] {
    return [...this.byName.values()];
  }

  /** What could not be read, in sentences that name the file. */
  get problems(): readonly string[] {
    return this.problemsNow;
  }

  find(name: string, kind: 'line' | 'cell'): ILoadedMagic | undefined {
    const found = this.byName.get(name);
    return found?.kind === kind ? found : undefined;
  }

  /** Read from this file or folder too, until the kernel ends. @throws EmrError where there is none */
  add(path: string): void {
    const full = resolve(path.replace(/^~(?=\/|$)/, homedir()));
    try {
      statSync(full);
    } catch {
      throw usage(`There is no file or folder ${full}.`, '--path of %emr magics is a path on the Jupyter host.');
    }
    if (!this.added.includes(full)) {
      this.added.push(full);
    }
  }

  /** Look at the folders, and read what is new or has changed. A module that cannot be read breaks nothing else. */
  async refresh(notebook: Pick<INotebook, 'env' | 'site'>): Promise<void> {
    const problems: string[] = [];
    const byName = new Map<string, ILoadedMagic>();
    for (const path of moduleFiles([...folders(notebook), ...this.added])) {
      const file = await this.read(path);
      if (file.problem) {
        problems.push(file.problem);
      }
      for (const magic of file.magics) {
        const { name } = magic.command;
        const other = byName.get(name);
        if (this.isTaken(name)) {
          problems.push(`${path}: "${name}" is a magic of this kernel; give yours another name.`);
        } else if (other) {
          problems.push(`${path}: there is a magic "${name}" already, from ${other.file}.`);
        } else {
          byName.set(name, magic);
        }
      }
    }
    this.byName = byName;
    this.problemsNow = problems;
  }

  private async read(path: string): Promise<IFile> {
    const { mtimeMs, size } = statSync(path);
    const stamp = `${mtimeMs}-${size}`;
    const before = this.files.get(path);
    if (before?.stamp === stamp) {
      return before;
    }
    let file: IFile;
    try {
      // A module is kept by its address: another one for each of its states.
      const module = await loader.load(`${pathToFileURL(path).href}?v=${stamp}`);
      const exported = [module.default].flat();
      file = { stamp, magics: exported.map(item => loaded(item, path)) };
    } catch (error) {
      file = { stamp, magics: [], problem: `${path}: ${error instanceof Error ? error.message : String(error)}` };
    }
    this.files.set(path, file);
    return file;
  }
}

/** This process's magics: a kernel has one notebook. */
export const ownMagics = new OwnMagics();

/** `JUPYTERLAB_EMR_MAGICS`, else the user's folder; then the site's. */
function folders({ env, site }: Pick<INotebook, 'env' | 'site'>): string[] {
  const mine = env['JUPYTERLAB_EMR_MAGICS']?.split(delimiter).filter(Boolean) ?? [
    join(env['JUPYTER_CONFIG_DIR'] ?? join(homedir(), '.jupyter'), 'emr-magics')
  ];
  return [...mine, ...(site.magicsPaths ?? [])].map(path => path.replace(/^~(?=\/|$)/, homedir()));
}

/** The modules in these files and folders, each once. Folders that are not there are passed over. */
function moduleFiles(paths: string[]): string[] {
  const found = paths.flatMap(path => {
    try {
      return statSync(path).isDirectory()
        ? readdirSync(path)
            .filter(name => EXTENSIONS.includes(extname(name)) && !name.startsWith('.'))
            .sort()
            .map(name => join(path, name))
        : [path];
    } catch {
      return [];
    }
  });
  return [...new Set(found)];
}

/** Check a module's export, and make a command of it. @throws Error saying what is wrong */
function loaded(value: unknown, file: string): ILoadedMagic {
  const magic = value as Partial<IOwnMagic> | undefined;
  if (typeof magic !== 'object' || magic === null) {
    throw new Error('its default export has to be an object {name, kind, run}, or a list of such.');
  }
  const { name, kind, summary = '', options = [], run } = magic;
  if (typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name)) {
    throw new Error('"name" has to be a word of letters, digits and "_".');
  }
  if (kind !== 'line' && kind !== 'cell') {
    throw new Error(`"kind" of ${name} has to be "line" or "cell".`);
  }
  if (typeof run !== 'function') {
    throw new Error(`"run" of ${name} has to be a function.`);
  }
  if (!Array.isArray(options) || !options.every(isOption)) {
    throw new Error(
      `"options" of ${name} has to be a list of {name, short?, value?, choices?, help?}: name without dashes, short one letter.`
    );
  }
  const all = options.map(option => ({ ...option, help: option.help ?? '' }));
  const ours = all.some(option => option.short === 's' || option.name === 'session') ? [] : [SESSION_OPTION];
  return {
    kind,
    file,
    command: {
      name,
      summary: String(summary),
      usage: '…',
      options: [...all, ...ours],
      run: invocation => runOwn(magic as IOwnMagic, file, invocation, ours.length > 0)
    }
  };
}

function isOption(value: unknown): value is IOption {
  const option = value as Partial<IOption> | null;
  return (
    typeof option === 'object' &&
    option !== null &&
    WORD.test(option.name ?? '') &&
    (option.short === undefined || LETTER.test(option.short)) &&
    (option.value === undefined || typeof option.value === 'string') &&
    (option.choices === undefined || Array.isArray(option.choices))
  );
}

async function runOwn(
  magic: IOwnMagic,
  file: string,
  { args, body, cell, notebook }: { args: IArguments; body: string; cell: ICountedCell; notebook: INotebook },
  onBinding: boolean
): Promise<void> {
  const session = onBinding ? sessionOf(notebook, args) : notebook.session;
  const prepared = (code: string, kind: LivyKind = notebook.language): { code: string; kind: LivyKind } =>
    kind === 'sql' ? { code: queryCode(code, { maxRows: session.maxRows }), kind: 'pyspark' } : { code, kind };
  try {
    await magic.run({
      args,
      body,
      cell,
      run: (code, kind) => session.run({ ...prepared(code, kind), maxRows: -1 }, { signal: cell.signal }),
      show: (code, kind) => {
        const ready = prepared(code, kind);
        return runCode(cell, notebook, ready.code, ready.kind, { session });
      },
      say: text => say(cell, String(text)),
      showTable: (columns, rows) => showTable(cell, columns, rows, 'There are no rows.'),
      control: aws => notebook.control(aws)
    });
  } catch (error) {
    if (error instanceof EmrError || error instanceof RemoteError) {
      throw error;
    }
    const [first = '', ...stack] = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split(
      '\n'
    );
    throw new EmrError(
      {
        code: 'MagicFailed',
        hop: 'kernel',
        message: `The magic ${magic.name} of ${file} failed: ${error instanceof Error ? error.message : first}.`,
        fix: 'It is no magic of jupyterlab-emr: ask whoever wrote it, or mend the file; it is read again when it changes.',
        detail: stack
          .filter(line => line.includes(file))
          .map(line => line.trim().replace(/\?v=[\d.-]+/, ''))
          .join('\n')
      },
      { cause: error }
    );
  }
}
