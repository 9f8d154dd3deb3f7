// Bundles the echo kernel (src/kernel/testing) to the file that is named: node tests/kernel/bundle.mjs OUT
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

await build({
  entryPoints: [fileURLToPath(new URL('../../src/kernel/testing/main.ts', import.meta.url))],
  outfile: process.argv[2],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['zeromq'],
  logLevel: 'warning'
});
