/** The account's work folder, and the folders of accounts that were killed and could not remove theirs. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isAlive } from './processes';

const PREFIX = 'jupyterlab-emr-local-';
const PID = 'account.pid';

/** Make one below a folder, and remove those whose accounts are gone. */
export function makeWorkDir(parent: string): string {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(PREFIX) && isAbandoned(join(parent, name))) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
  const folder = mkdtempSync(join(parent, PREFIX));
  writeFileSync(join(folder, PID), String(process.pid));
  return folder;
}

/** A folder without a readable id is left alone: its account may be just starting. */
function isAbandoned(folder: string): boolean {
  try {
    const pid = Number(readFileSync(join(folder, PID), 'utf8'));
    return Number.isInteger(pid) && pid > 0 && !isAlive(pid);
  } catch {
    return false;
  }
}
