import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

import type { Remembered } from './access';

/**
 * What a kernel leaves on its host about each session that it looks after, so that another kernel of the same user can
 * tell a session in use from one whose kernel is gone. A file a session in Jupyter's runtime folder, for this user only;
 * no secret in it.
 */
export interface ISessionRecord {
  /** Address of Livy. */
  livy: string;
  id: number;
  name: string;
  /** Path of the notebook, where Jupyter Server told it. */
  notebook?: string;
  host: string;
  pid: number;
  /** When the process began, in the kernel's own measure: numbers of processes are used again. */
  processStart?: string;
  /** ISO 8601: since when this kernel looks after it. */
  since: string;
  /** The user wants it to outlive the kernel. */
  kept: boolean;
  /** How it was bound, for the kernel that comes after this one. */
  request?: Remembered;
}

/** Whether the kernel of a record is still there. */
export type KernelFate = 'running' | 'gone' | 'unknown';

const FOLDER = 'jupyterlab-emr-sessions';
/** Records of kernels that are gone are of no use for longer. */
const OLD_MS = 14 * 86_400_000;

/** Write or replace the record of a session. A host that cannot be written to has none. */
export function writeRecord(
  session: Pick<ISessionRecord, 'livy' | 'id' | 'name' | 'kept' | 'request'>,
  env: NodeJS.ProcessEnv
): void {
  const folder = recordFolder(env);
  if (!folder) {
    return;
  }
  const start = processStart(process.pid);
  const before = readRecords(env).find(item => item.livy === session.livy && item.name === session.name);
  const record: ISessionRecord = {
    ...session,
    host: hostname(),
    pid: process.pid,
    since: before?.since ?? new Date().toISOString(),
    ...(start ? { processStart: start } : {}),
    ...(env['JPY_SESSION_NAME'] ? { notebook: env['JPY_SESSION_NAME'] } : {})
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(fileOf(folder, session), JSON.stringify(record), { mode: 0o600 });
  } catch {
    // Then %emr sessions says of it what Livy says.
  }
}

/** The session is no more. */
export function forgetRecord(session: Pick<ISessionRecord, 'livy' | 'name'>, env: NodeJS.ProcessEnv): void {
  const folder = recordFolder(env);
  if (folder) {
    rmSync(fileOf(folder, session), { force: true });
  }
}

/** All records of this user; those of long ago are removed. */
export function readRecords(env: NodeJS.ProcessEnv, now = Date.now()): ISessionRecord[] {
  const folder = recordFolder(env);
  const records: ISessionRecord[] = [];
  for (const file of folder ? list(folder) : []) {
    try {
      const path = join(folder ?? '', file);
      const record = JSON.parse(readFileSync(path, 'utf8')) as ISessionRecord;
      if (kernelFate(record) !== 'running' && now - Date.parse(record.since) > OLD_MS) {
        rmSync(path, { force: true });
      } else {
        records.push(record);
      }
    } catch {
      // Half written, or another kernel has just removed it.
    }
  }
  return records;
}

/** Whether the kernel of a record is still there; of another host's one cannot know. */
export function kernelFate(record: Pick<ISessionRecord, 'host' | 'pid' | 'processStart'>): KernelFate {
  if (record.host !== hostname()) {
    return 'unknown';
  }
  try {
    process.kill(record.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') {
      return 'gone';
    }
  }
  const start = processStart(record.pid);
  return start !== undefined && record.processStart !== undefined && start !== record.processStart ? 'gone' : 'running';
}

/** Jupyter's own runtime folder; undefined where nobody has a home. */
function recordFolder(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['JUPYTER_RUNTIME_DIR'];
  if (named) {
    return join(named, FOLDER);
  }
  if (env['JUPYTER_DATA_DIR']) {
    return join(env['JUPYTER_DATA_DIR'], 'runtime', FOLDER);
  }
  if (!env['HOME'] && !env['APPDATA']) {
    return undefined;
  }
  const data =
    process.platform === 'win32'
      ? join(env['APPDATA'] ?? homedir(), 'jupyter')
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Jupyter')
        : join(env['XDG_DATA_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'share'), 'jupyter');
  return join(data, 'runtime', FOLDER);
}

function fileOf(folder: string, { livy, name }: Pick<ISessionRecord, 'livy' | 'name'>): string {
  return join(folder, `${createHash('sha256').update(`${livy}\n${name}`).digest('hex').slice(0, 24)}.json`);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter(file => file.endsWith('.json'));
  } catch {
    return [];
  }
}

/** When a process began, in ticks since the host did; undefined where the system does not say or it is no more. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A dead process that nobody has buried runs no more.
    return fields[0] === 'Z' ? 'dead' : fields[19];
  } catch {
    return undefined;
  }
}
