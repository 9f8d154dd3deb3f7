/** Whether cells are Python: asked of the Python on this host, else of the grammar that we have. */
import { spawn } from 'node:child_process';

import { NotPromotable } from './notebook';
import { Python } from './python';

/** A piece of code and where it stands. */
export interface ICode {
  cell: number;
  /** Line of the cell, from 1, that its first line is. */
  first: number;
  code: string;
}

const PROGRAM = `
import json, sys
answers = []
for source in json.load(sys.stdin):
    try:
        compile(source, "<cell>", "exec", dont_inherit=True)
        answers.append(None)
    except SyntaxError as error:
        answers.append([error.lineno or 1, error.msg])
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        answers.append([1, str(error)])
json.dump(answers, sys.stdout)
`;

/** A Python may be slow to start, never so slow. */
const LIMIT_MS = 20_000;

/**
 * Check all pieces, the first that is wrong is told.
 *
 * @throws EmrError `NotPromotable` with cell and line
 */
export async function checkSyntax(
  pieces: readonly ICode[],
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal
): Promise<void> {
  const answers = await askPython(
    pieces.map(piece => piece.code),
    env,
    signal
  );
  for (const [index, { cell, first, code }] of pieces.entries()) {
    let wrong: [number, string] | undefined | null;
    if (answers) {
      wrong = answers[index];
    } else {
      const python = new Python(code);
      const at = python.errorAt();
      wrong = at === undefined ? undefined : [python.lineOf(at), 'invalid syntax'];
    }
    if (wrong) {
      const [line, message] = wrong;
      const text = (code.split('\n')[line - 1] ?? '').trim().slice(0, 80);
      throw new NotPromotable(
        cell,
        first + line - 1,
        `this is not Python: ${message}${text ? `: ${text}` : ''}`,
        'Mend the cell, or give it the tag "skip".'
      );
    }
  }
}

/** undefined where there is no Python that answers. */
async function askPython(
  sources: string[],
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal
): Promise<([number, string] | null)[] | undefined> {
  const named = env['JUPYTERLAB_EMR_LOCAL_PYTHON'] ?? env['JUPYTERLAB_EMR_PYTHON'];
  for (const program of named ? [named] : ['python3', 'python']) {
    const out = await new Promise<string | undefined>(resolve => {
      // -I: nothing of the notebook's folder is imported.
      const child = spawn(program, ['-I', '-W', 'ignore', '-c', PROGRAM], {
        stdio: ['pipe', 'pipe', 'ignore'],
        env,
        timeout: LIMIT_MS,
        ...(signal ? { signal } : {})
      });
      let text = '';
      child.stdout.setEncoding('utf8');
      child.stdout.on('data', (part: string) => (text += part));
      child.on('error', () => resolve(undefined));
      child.on('close', code => resolve(code === 0 ? text : undefined));
      child.stdin.on('error', () => undefined);
      child.stdin.end(JSON.stringify(sources));
    });
    if (out !== undefined) {
      return JSON.parse(out) as ([number, string] | null)[];
    }
    signal?.throwIfAborted();
  }
  return undefined;
}
