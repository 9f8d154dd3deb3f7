/** The Python beside Jupyter, for pip and for a script's syntax. */
import { spawn } from 'node:child_process';

import { EmrError } from '../protocol';

/** How a program ended. */
export interface IEnded {
  code: number;
  stdout: string;
  stderr: string;
}

/** Its command: what the launcher says, else what is on the path. */
export function pythonCommand(env: NodeJS.ProcessEnv = process.env): string {
  return env['JUPYTERLAB_EMR_PYTHON'] ?? (process.platform === 'win32' ? 'python' : 'python3');
}

/** Run it. @throws EmrError `NoPython` where it cannot be started */
export function runPython(args: string[], signal?: AbortSignal, input = ''): Promise<IEnded> {
  const command = pythonCommand();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(signal ? { signal } : {}) });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', error => {
      if (signal?.aborted) {
        reject(error);
        return;
      }
      reject(
        new EmrError({
          code: 'NoPython',
          hop: 'config',
          message: `The Python ${command} could not be run: ${error.message}.`,
          fix: 'Name one: JUPYTERLAB_EMR_PYTHON=/path/to/python.'
        })
      );
    });
    child.on('close', code =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/**
 * The first syntax error of a script, as Python says it; undefined where there is none, or no Python to ask.
 *
 * @returns line from 1
 */
export async function syntaxError(
  text: string,
  signal?: AbortSignal
): Promise<{ line: number; message: string } | undefined> {
  const code = [
    'import sys, json',
    'try:',
    '    compile(sys.stdin.read(), "script", "exec", dont_inherit=True)',
    'except (SyntaxError, ValueError) as error:',
    '    print(json.dumps({"line": getattr(error, "lineno", 1) or 1, "message": getattr(error, "msg", str(error))}))'
  ].join('\n');
  const { code: exit, stdout } = await runPython(['-c', code], signal, text).catch(() => ({ code: 1, stdout: '' }));
  return exit === 0 && stdout.trim() ? (JSON.parse(stdout) as { line: number; message: string }) : undefined;
}
