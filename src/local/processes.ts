/** Ending whole process trees: a Livy's drivers may sit in process groups of their own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Every process below one, children before grandchildren. */
async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const children = new Map<number, number[]>();
  for (const line of stdout.trim().split('\n')) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const found: number[] = [];
  const visit = (parent: number) =>
    children.get(parent)?.forEach(child => {
      found.push(child);
      visit(child);
    });
  visit(pid);
  return found;
}

/** SIGKILL a process that leads its group, its group, and everything below it. */
export async function killTree(pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await run('taskkill', ['/pid', String(pid), '/T', '/F']).catch(() => undefined);
    return;
  }
  const below = await descendants(pid).catch(() => []);
  for (const target of [-pid, pid, ...below]) {
    kill(target);
  }
}

/** SIGKILL a process group without waiting for anything: the last resort while this process ends. */
export function killGroup(pid: number): void {
  kill(process.platform === 'win32' ? pid : -pid);
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // it has ended already
  }
}
