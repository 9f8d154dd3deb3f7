import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { EmrError } from '../../protocol';
import { AWS_OPTIONS, awsContext } from '../bind';
import { usage } from '../options';
import { say } from '../show';
import { deployPreview } from './deploy';
import { boundRegion } from './session';

import type { ICommand, INotebook } from '../types';

/** `%emr promote`. */
export const promote: ICommand = {
  name: 'promote',
  summary: 'Make a pipeline on EMR Serverless of this notebook; first look at its script, side by side',
  usage: '[NOTEBOOK]',
  options: [
    { name: 'dry-run', help: 'Show the script and the pipeline’s file; make nothing' },
    { name: 'yes', short: 'y', help: 'Make it: write script and file, deploy application, role and schedule' },
    { name: 'undo', help: 'With --yes: where a step fails, take back what was made' },
    { name: 'json', help: 'Answer with JSON' },
    ...AWS_OPTIONS
  ],
  async run({ args, cell, notebook }) {
    const [given, ...more] = args.words;
    if (more.length > 0) {
      throw usage(
        `%emr promote takes one notebook, not "${args.words.join(' ')}".`,
        'Put a path with blanks into quotes.'
      );
    }
    const path = given ?? notebookPath(notebook);
    const making = args.has('yes') && !args.has('dry-run');
    if (!making && !args.has('dry-run')) {
      throw usage(
        '%emr promote makes nothing before you say so.',
        'Look first: %emr promote --dry-run. Then make it: %emr promote --yes, or the command "Promote" of JupyterLab.'
      );
    }
    const control = await notebook.control(awsContext('%emr promote', args) ?? boundRegion(notebook));
    const preview = await control.call('promote.preview', { path }, { signal: cell.signal });
    const refused = preview.problems.find(({ subject, severity }) => subject === 'notebook' && severity === 'error');
    if (!preview.script) {
      const place =
        refused?.cell === undefined
          ? ''
          : `Cell ${refused.cell + 1}${refused.line === undefined ? '' : `, line ${refused.line}`}: `;
      throw new EmrError({
        code: 'NotPromotable',
        hop: 'kernel',
        message: `${place}${refused?.message ?? 'The notebook cannot be promoted.'}`,
        ...(refused?.fix ? { fix: refused.fix } : {})
      });
    }
    if (making) {
      await deployPreview(control, preview, cell, args.has('undo'));
      return;
    }
    const { dryRunHtml, dryRunRows, dryRunText, problemsText } = await import('../../promote/dryRun');
    const rows = dryRunRows(await readFile(path, 'utf8'), preview.script);
    if (args.has('json')) {
      say(cell, JSON.stringify({ preview, rows }, undefined, 2));
      return;
    }
    const text = dryRunText(rows, preview.script);
    cell.display({ 'text/plain': text, 'text/html': dryRunHtml(rows) });
    const file = `${preview.pipelinePath}${preview.pipelineExists ? '' : ' (proposed)'}:\n\n${preview.pipelineText}`;
    say(cell, `${file}\n${problemsText(preview)}The notebook is read as it is saved.`);
  }
};

/**
 * The file of the notebook that this kernel serves, as Jupyter Server says it.
 *
 * @throws EmrError `UsageError` where nobody says it
 */
function notebookPath({ env }: INotebook): string {
  // VS Code puts an id of its own between name and ending.
  const path = (env['JPY_SESSION_NAME'] ?? '').replace(/-jvsc-[\w-]+(?=\.ipynb$|$)/, '');
  const found = [path, `${path}.ipynb`].find(name => name.endsWith('.ipynb') && existsSync(name));
  if (found === undefined) {
    throw usage('This kernel does not know the notebook’s file.', 'Name it: %emr promote NOTEBOOK.ipynb --dry-run.');
  }
  return found;
}
