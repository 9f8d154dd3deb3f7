import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { keptTexts } from '../outputs';
import { usage } from '../options';
import { say } from '../show';

import type { ICommand } from '../types';

/** Jupyter Server drops what comes faster than a million bytes a second. */
const PIECE = 200_000;
const PAUSE_MS = 300;

/** `%emr output`: what a cell did not show. */
export const output: ICommand = {
  name: 'output',
  summary: 'All of a text that was too long for its cell, or of a folded traceback',
  usage: '[CELL]',
  options: [{ name: 'save', value: 'FILE', help: 'Write it into a new file on the Jupyter host instead' }],
  async run({ args, cell, notebook }) {
    const kept = keptTexts(notebook);
    const [name] = args.words;
    if (args.words.length > 1 || (name !== undefined && !/^\d+$/.test(name))) {
      throw usage(
        `%emr output cannot be of "${args.words.join(' ')}".`,
        'Give the number of one cell, as in its brackets.'
      );
    }
    const found = kept.filter(item => name === undefined || item.cell === Number(name)).at(-1);
    if (!found) {
      const cells = [...new Set(kept.map(item => item.cell).filter(item => item !== undefined))];
      throw usage(
        name === undefined ? 'No cell’s output was cut.' : `Nothing is kept of cell ${name}.`,
        cells.length > 0
          ? `There is something of cell ${cells.join(', ')}.`
          : 'The last five texts that were cut are kept, while the kernel lives.'
      );
    }
    const file = args.get('save');
    if (file === undefined) {
      for (let at = 0; at < found.text.length && !cell.signal.aborted; at += PIECE) {
        if (at > 0) {
          await wait(PAUSE_MS);
        }
        cell.stream('stdout', found.text.slice(at, at + PIECE));
      }
      return;
    }
    const path = resolve(file);
    try {
      await writeFile(path, found.text, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw usage(
        `${path} cannot be written: ${code === 'EEXIST' ? 'it exists' : String((error as Error).message)}.`,
        'Name a new file in a folder that exists on the Jupyter host.'
      );
    }
    say(cell, `${found.text.length.toLocaleString('en-US')} characters are in ${path}`);
  }
};
