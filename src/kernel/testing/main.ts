/** The echo kernel as a program, for tests/kernel: `node main.mjs <connection file>`. */
import { runKernel } from '..';
import { EchoEngine } from './echoEngine';

await runKernel({ connectionFile: process.argv[2] ?? '', engine: new EchoEngine() });
process.exit(0);
