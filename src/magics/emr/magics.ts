import { ownMagics } from '../ownMagics';
import { say, showTable } from '../show';

import type { ICommand } from '../types';

/** `%emr magics`. */
export const magics: ICommand = {
  name: 'magics',
  summary: 'Magics of your own, and of the site: JS modules in a folder',
  options: [{ name: 'path', value: 'FILE|FOLDER', help: 'Read from there too, until the kernel ends', multiple: true }],
  async run({ args, cell, notebook }) {
    for (const path of args.all('path')) {
      ownMagics.add(path);
    }
    await ownMagics.refresh(notebook);
    showTable(
      cell,
      ['magic', 'does', 'file'],
      ownMagics.list.map(({ command, kind, file }) => [
        `${kind === 'cell' ? '%%' : '%'}${command.name}`,
        command.summary,
        file
      ]),
      'There are none. A module in ~/.jupyter/emr-magics is one; the user’s guide shows how it is written.'
    );
    for (const problem of ownMagics.problems) {
      say(cell, problem);
    }
  }
};
