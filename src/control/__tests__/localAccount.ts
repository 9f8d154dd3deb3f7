/** The local account as its own process, for specs; the environment's AWS points at it. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { closeClients } from '../../aws';

const ROOT = join(__dirname, '..', '..', '..');
const PROGRAM = join(ROOT, 'jupyterlab_emr', 'node', 'local', 'main.mjs');

export interface ILocalAccount {
  products: { productId: string; name: string; versions: string[]; paths: string[] }[];
  roles: { analyst: string; denied: string };
  otherCluster: string;
  env: Record<string, string>;
  /** `/_local/…` of the account. */
  local<T>(method: string, path: string, body?: object): Promise<T>;
  /** Operations called since the last {@link forget}. */
  calls(): Promise<string[]>;
  forget(): Promise<void>;
  fault(service: string, operation: string, code: string, times?: number, message?: string): Promise<void>;
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** Start an account of one's own. @param speed - how much faster than AWS */
export async function startLocalAccount(speed: number): Promise<ILocalAccount> {
  if (!existsSync(PROGRAM)) {
    throw new Error('The local account is not built: node scripts/bundle.mjs local');
  }
  const child: ChildProcess = spawn(
    process.execPath,
    [PROGRAM, '--speed', String(speed), '--python', 'python3', '--parent', String(process.pid)],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  );
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout! });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    void ended.then(() => reject(new Error('The local account ended before it was ready.')));
  });
  const account = JSON.parse(line) as Omit<ILocalAccount, 'local'> & { endpoint: string };
  const before = { ...process.env };
  for (const name of Object.keys(process.env).filter(one => one.startsWith('AWS_'))) {
    delete process.env[name];
  }
  Object.assign(process.env, account.env);
  const local = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${account.endpoint}/_local/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {})
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    }
    return (text ? JSON.parse(text) : undefined) as T;
  };
  return {
    ...account,
    local,
    async calls() {
      return (await local<{ operation: string }[]>('GET', 'calls')).map(call => call.operation);
    },
    async forget() {
      await local('DELETE', 'calls');
    },
    async fault(service, operation, code, times = 1, message) {
      await local('POST', 'faults', { service, operation, code, times, ...(message ? { message } : {}) });
    },
    async mend() {
      await local('DELETE', 'faults');
    },
    async stop() {
      closeClients();
      process.env = before;
      child.kill('SIGTERM');
      await ended;
    }
  };
}
