/** `jupyter emr …`: started by the Python launcher as `node cli.mjs …`. */
import { CommanderError } from 'commander';

import { makeProgram } from './program';

/** Exit codes: 0 done, 1 it failed, 2 it was asked wrongly; 130 stopped by Ctrl-C. */
const USAGE = 2;

async function main(): Promise<void> {
  // `jupyter emr products | head`: the reader may go first.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const program = makeProgram();
  if (process.argv.length <= 2) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  }
}

await main();
