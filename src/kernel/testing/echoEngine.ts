import { setTimeout as sleep } from 'node:timers/promises';

import { CellError } from '../types';
import type { ICommRegistry, IEngine, IExecution } from '../types';
import type { ICompletion, IIsComplete, IMimeBundle } from '../../protocol';

type Command = (cell: IExecution, argument: string) => void | Promise<void>;

/** What a line of a cell does, by its first word. */
const COMMANDS: Record<string, Command> = {
  print: (cell, text) => cell.stream('stdout', `${text}\n`),
  warn: (cell, text) => cell.stream('stderr', `${text}\n`),
  result: (cell, text) => cell.result({ 'text/plain': text }),
  display: (cell, text) => cell.display({ 'text/plain': text }, {}, 'echo'),
  /** That many displays of 10 kB. */
  displays: (cell, count) => {
    for (let i = 0; i < Number(count); i++) cell.display({ 'text/plain': `${i}`.padEnd(10_000) });
  },
  update: (cell, text) => cell.updateDisplay({ 'text/plain': text }, 'echo'),
  clear: cell => cell.clearOutput(true),
  page: (cell, text) => cell.page({ 'text/plain': text }),
  next: (cell, text) => cell.setNextInput(text, false),
  input: async (cell, prompt) => cell.stream('stdout', `got ${await cell.input(prompt, prompt === 'password')}\n`),
  fail: (_cell, words) => {
    throw new CellError('EchoError', words);
  },
  throw: (_cell, words) => {
    throw new TypeError(words);
  },
  reject: (_cell, words) => void Promise.reject(new Error(words)),
  uncaught: (_cell, words) =>
    void setImmediate(() => {
      throw new Error(words);
    }),
  /** Milliseconds; an interrupt ends it. */
  sleep: async (cell, time) => void (await sleep(Number(time), undefined, { signal: cell.signal })),
  /** Milliseconds; an interrupt does not end it. */
  stubborn: async (_cell, time) => void (await sleep(Number(time))),
  /** Text that comes some milliseconds after the cell has ended: `late 50 text`. */
  late: (cell, argument) => {
    const [time, text] = argument.split(' ');
    setTimeout(() => cell.stream('stdout', `${text}\n`), Number(time));
  },
  /** That many lines. */
  flood: (cell, count) => {
    for (let i = 0; i < Number(count); i++) cell.stream('stdout', `${i}\n`);
  }
};

/** An engine for tests: each line of a cell is a command and its argument. */
export class EchoEngine implements IEngine {
  readonly info = {
    implementation: 'echo',
    implementationVersion: '1.0',
    banner: 'Echo',
    languageInfo: { name: 'echo', version: '1', mimetype: 'text/plain', file_extension: '.txt' },
    helpLinks: []
  };
  /** Milliseconds that a shutdown takes. */
  shutdownTime = Number(process.env['ECHO_SHUTDOWN_MS'] ?? 0);

  start(comms: ICommRegistry): void {
    comms.register('echo', comm => {
      comm.onMessage = data => comm.send({ echo: data });
      // A push that no request asked for.
      setTimeout(() => comm.send({ pushed: true }), 10);
    });
    comms.register('broken', () => {
      throw new Error('this target always fails');
    });
  }

  async execute(cell: IExecution): Promise<void> {
    for (const line of cell.code.split('\n').filter(Boolean)) {
      const [, name = '', argument = ''] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
      const command = COMMANDS[name];
      if (!command) throw new CellError('EchoError', `unknown command ${name}`);
      await command(cell, argument);
    }
  }

  evaluate(expression: string): Promise<IMimeBundle> {
    if (expression === 'fail') return Promise.reject(new CellError('EchoError', 'no value'));
    return Promise.resolve({ 'text/plain': expression });
  }

  /** Completes the word before the cursor. */
  complete(code: string, cursor: number): Promise<ICompletion> {
    const word = /\S*$/.exec(code.slice(0, cursor))?.[0] ?? '';
    const matches = Object.keys(COMMANDS).filter(name => name.startsWith(word));
    return Promise.resolve({
      matches,
      cursorStart: cursor - word.length,
      cursorEnd: cursor,
      types: matches.map(() => 'keyword')
    });
  }

  inspect(code: string, cursor: number, detail: 0 | 1): Promise<IMimeBundle | undefined> {
    const word = /^\S*/.exec(code.slice(code.lastIndexOf(' ', cursor - 1) + 1))?.[0] ?? '';
    return Promise.resolve(word in COMMANDS ? { 'text/plain': `${word}, detail ${detail}` } : undefined);
  }

  isComplete(code: string): Promise<IIsComplete> {
    if (code.endsWith('\\')) return Promise.resolve({ status: 'incomplete', indent: '  ' });
    return Promise.resolve({ status: code.startsWith('?') ? 'invalid' : 'complete' });
  }

  async shutdown(restart: boolean): Promise<void> {
    await sleep(this.shutdownTime);
    if (process.env['ECHO_MARK']) {
      const { appendFileSync } = await import('node:fs');
      appendFileSync(process.env['ECHO_MARK'], `shutdown restart=${restart}\n`);
    }
  }
}
