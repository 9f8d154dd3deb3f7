/**
 * Indexes on disk, for all processes of this user: the control kernel, notebook kernels, the command line. One file an
 * identity, readable by the user only; names and comments are in it, no credential.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

import { inSlices } from './slices';
import type { IIndexData, IIndexedTable } from './types';

/** First line: all but the tables; then a table a line, so that a large index is read in many short parts. */
const FORMAT = 2;
/** A lock that nobody has touched for so long is of a process that died. */
const STALE_MS = 60_000;

/** Whose index it is. */
export interface IIndexKey {
  /** ARN of who asks. */
  arn: string;
  region: string;
  as: string;
}

/** The folder of indexes. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const caches =
    env['XDG_CACHE_HOME'] ||
    (process.platform === 'win32'
      ? (env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches')
        : join(env['HOME'] ?? homedir(), '.cache'));
  return env['JUPYTERLAB_EMR_CACHE'] || join(caches, 'jupyterlab-emr', 'catalog');
}

/** Where the index of one identity is kept. */
export class IndexStore {
  private readonly path: string;
  private readonly folder: string;

  constructor(key: IIndexKey, env: NodeJS.ProcessEnv = process.env) {
    // An endpoint of one's own is another AWS.
    const endpoint = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_GLUE', 'AWS_ENDPOINT_URL_LAKEFORMATION'].map(
      name => env[name] ?? ''
    );
    const name = createHash('sha256')
      .update(JSON.stringify([key.arn, key.region, key.as, ...endpoint]))
      .digest('hex')
      .slice(0, 32);
    this.folder = cacheFolder(env);
    this.path = join(this.folder, `${name}.json`);
  }

  /** When it was written, ms; undefined: there is none. */
  get writtenAt(): number | undefined {
    try {
      return statSync(this.path).mtimeMs;
    } catch {
      return undefined;
    }
  }

  /** The index; undefined where there is none, or none that can be read. */
  async read(): Promise<IIndexData | undefined> {
    try {
      const lines = (await readFile(this.path, 'utf8')).split('\n');
      const { format, ...data } = JSON.parse(lines[0]) as Omit<IIndexData, 'tables'> & { format?: number };
      if (format !== FORMAT || data.version !== 1) {
        return undefined;
      }
      const tables = await inSlices(lines.slice(1), line => JSON.parse(line) as IIndexedTable);
      return { ...data, tables };
    } catch {
      return undefined;
    }
  }

  /** A host that cannot be written to has none: then each process reads for itself. */
  async write(data: IIndexData): Promise<void> {
    const draft = `${this.path}.${process.pid}`;
    try {
      this.makeFolder();
      const { tables, ...head } = data;
      const lines = await inSlices(tables, table => JSON.stringify(table));
      await writeFile(draft, [JSON.stringify({ format: FORMAT, ...head }), ...lines].join('\n'), { mode: 0o600 });
      await rename(draft, this.path);
    } catch {
      rmSync(draft, { force: true });
    }
  }

  /** Take the right to read anew. @returns false: another process is at it */
  lock(): boolean {
    try {
      this.makeFolder();
      writeFileSync(this.lockPath, `${hostname()} ${process.pid}`, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        return true;
      }
      if (!this.isLocked) {
        rmSync(this.lockPath, { force: true });
        return this.lock();
      }
      return false;
    }
  }

  /** Another process is reading it. */
  get isLocked(): boolean {
    try {
      return Date.now() - statSync(this.lockPath).mtimeMs < STALE_MS && !isGone(readFileSync(this.lockPath, 'utf8'));
    } catch {
      return false;
    }
  }

  /** It is still being read. */
  touch(): void {
    try {
      const now = new Date();
      utimesSync(this.lockPath, now, now);
    } catch {
      // It was taken away: two will read the same, no harm.
    }
  }

  unlock(): void {
    rmSync(this.lockPath, { force: true });
  }

  private get lockPath(): string {
    return `${this.path}.lock`;
  }

  private makeFolder(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }
}

/** Whether the process that wrote this is known to have ended. */
function isGone(text: string): boolean {
  const [host, pid] = text.split(' ');
  if (host !== hostname() || !Number(pid)) {
    return false;
  }
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
