/** `node main.mjs`: the local account as a process. Prints one line of JSON on stdout; everything else goes to stderr. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Account } from './account';
import { USAGE, readOptions, type IOptions } from './options';
import { isAlive } from './processes';

const WATCH_PARENT_MILLISECONDS = 500;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(USAGE + '\n');
    return;
  }
  let options: IOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    process.exitCode = 2;
    return;
  }
  const program = options.livy ? resolve(options.livy) : join(dirname(fileURLToPath(import.meta.url)), 'livy.mjs');
  if (!existsSync(program)) {
    process.stderr.write(`local account: ${program} is missing; clusters will fail while they bootstrap.\n`);
  }
  const { account, ready } = await Account.start(options, program);
  stopWhenAsked(account, options);
  process.stdout.write(JSON.stringify(ready) + '\n');
}

function stopWhenAsked(account: Account, { exitWithStdin, parent }: IOptions): void {
  let stopping = false;
  const stop = () => {
    if (!stopping) {
      stopping = true;
      account.stop().then(
        () => process.exit(0),
        error => {
          process.stderr.write(`local account: ${(error as Error).message}\n`);
          process.exit(1);
        }
      );
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', stop);
  if (exitWithStdin) {
    process.stdin.on('end', stop).on('error', stop).resume();
  }
  if (parent !== undefined) {
    setInterval(() => {
      if (!isAlive(parent)) {
        stop();
      }
    }, WATCH_PARENT_MILLISECONDS).unref();
  }
  // One thing that went wrong on the side is no reason to take every cluster down.
  process.on('unhandledRejection', error => {
    process.stderr.write(`local account: ${error instanceof Error ? error.stack : String(error)}\n`);
  });
  // Whoever read our output may go away; that is no reason to leave clusters behind.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
}

await main();
