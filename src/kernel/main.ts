/** The program `kernel.mjs -f CONNECTION_FILE [--language pyspark|spark|sparkr]`: wires Jupyter to EMR. */
import { parseArgs } from 'node:util';

import { EmrEngine } from './engine';
import { runKernel } from './index';

import type { Language } from '../protocol';

const LANGUAGES: readonly Language[] = ['pyspark', 'spark', 'sparkr'];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      file: { type: 'string', short: 'f' },
      language: { type: 'string', default: 'pyspark' }
    },
    strict: false,
    allowPositionals: true
  });
  const language = LANGUAGES.find(item => item === values.language);
  if (typeof values.file !== 'string' || !language) {
    process.stderr.write('usage: kernel.mjs -f CONNECTION_FILE [--language pyspark|spark|sparkr]\n');
    process.exitCode = 2;
    return;
  }
  await runKernel({ connectionFile: values.file, engine: new EmrEngine(language, __VERSION__) });
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`jupyterlab-emr: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
);
