/**
 * Indexes on disk, for all processes of this user: the control kernel, notebook kernels, the command line. One file an
 * identity, readable by the user only; names and comments are in it, no credential.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

import type { IIndexData } from './types';

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
      const data = JSON.parse(await readFile(this.path, 'utf8')) as Partial<IIndexData>;
      return data.version === 1 && Array.isArray(data.tables) ? (data as IIndexData) : undefined;
    } catch {
      return undefined;
    }
  }

  /** A host that cannot be written to has none: then each process reads for itself. */
  async write(data: IIndexData): Promise<void> {
    const draft = `${this.path}.${process.pid}`;
    try {
      this.makeFolder();
      await writeFile(draft, JSON.stringify(data), { mode: 0o600 });
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
