/** Programs that the demo starts, and their end: none is left behind. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';

import { EmrError } from '../protocol';

const WINDOWS = process.platform === 'win32';

/** A started program. */
export interface IProgram {
  child: ChildProcess;
  /** Resolves with the exit code when it ended; a signal counts as 1. */
  ended: Promise<number>;
  /** Ask it to end; after `graceMs` make it. Resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Start a program in a process group of its own: a Ctrl-C in the terminal reaches us alone, and we end it in order.
 *
 * @throws EmrError `CannotStart`
 */
export async function start(command: string, args: string[], options: SpawnOptions): Promise<IProgram> {
  const child = spawn(command, args, { ...options, detached: !WINDOWS });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', error =>
      reject(
        new EmrError({
          code: 'CannotStart',
          hop: 'config',
          message: `${command} could not be started: ${error.message}.`,
          fix: 'Check that it is installed and may be run.'
        })
      )
    );
  });
  const ended = new Promise<number>(resolve => child.once('exit', code => resolve(code ?? 1)));
  return {
    child,
    ended,
    async stop(graceMs = 15_000) {
      signalGroup(child, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
      // What it started itself and forgot.
      signalGroup(child, 'SIGKILL');
    }
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    if (WINDOWS) {
      spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    } else {
      process.kill(-child.pid, signal);
    }
  } catch {
    // It is gone.
  }
}
