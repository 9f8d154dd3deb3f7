import type { ICommand } from './types';

/** `%%local`: the cell on the Jupyter host, in an IPython of its own that lives as long as the kernel. */
export const local: ICommand = {
  name: 'local',
  summary: 'Run the cell in IPython on the Jupyter host',
  options: [],
  async run({ body, cell, notebook }) {
    if (body.trim() === '') {
      return;
    }
    const python = await notebook.python();
    await python.run(body, cell, { silent: cell.silent });
  }
};
