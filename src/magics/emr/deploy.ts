import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

import { EmrError } from '../../protocol';
import { ProgressDisplay, STARTING_AFTER_MS } from '../progress';
import { say, showTable } from '../show';

import type { IControlService } from '../../control';
import type { IDeployStep, IPreview } from '../../protocol';
import type { ICountedCell } from '../types';

/**
 * Write the script and, where there is none, the pipeline's file; then deploy.
 *
 * @throws EmrError `NotPromotable` where the preview has errors; what a step failed with
 */
export async function deployPreview(
  control: IControlService,
  preview: IPreview,
  cell: ICountedCell,
  undoOnFailure: boolean
): Promise<void> {
  const errors = preview.problems.filter(({ severity }) => severity === 'error');
  const scriptText = preview.script?.text;
  if (errors.length > 0 || scriptText === undefined) {
    throw new EmrError({
      code: 'NotPromotable',
      hop: 'config',
      message: `${preview.pipelinePath}: ${errors
        .map(({ message, line }) => `${line === undefined ? '' : `line ${line}: `}${message}`)
        .join(' ')}`,
      ...(errors[0]?.fix ? { fix: errors[0].fix } : {})
    });
  }
  await write(cell, preview.scriptPath, scriptText);
  if (!preview.pipelineExists) {
    await write(cell, preview.pipelinePath, preview.pipelineText);
  }
  const progress = new ProgressDisplay(cell, STARTING_AFTER_MS);
  let steps: IDeployStep[] = [];
  try {
    const made = await control.call(
      'promote.deploy',
      {
        pipelineText: preview.pipelineText,
        scriptText,
        path: preview.pipelinePath,
        token: randomUUID(),
        undoOnFailure
      },
      {
        signal: cell.signal,
        onEvent: (_event, data) => {
          steps = 'steps' in data ? data.steps : steps;
          const active = steps.find(({ status }) => status === 'active');
          if (active) {
            progress.say(`Deploying ${preview.pipeline?.name ?? ''}: ${active.label}`);
          }
        }
      }
    );
    progress.end(true);
    showTable(
      cell,
      ['step', 'state', ''],
      made.steps.map(({ label, status, detail }) => [label, status, detail]),
      ''
    );
    made.left.forEach(text => say(cell, text));
    say(cell, `Run it: %emr runs ${made.pipeline} --start`);
  } catch (error) {
    if (!cell.signal.aborted) {
      throw error;
    }
    const { leftText } = await import('../../promote/steps');
    throw new EmrError({
      code: 'KeyboardInterrupt',
      hop: 'kernel',
      message: `Stopped. ${leftText(steps, preview.pipeline?.name ?? 'PIPELINE') ?? 'Nothing was made.'}`
    });
  } finally {
    progress.end();
  }
}

/** Write a file where it is not there as it is to be, and say so. */
async function write(cell: ICountedCell, path: string, text: string): Promise<void> {
  const there = await readFile(path, 'utf8').catch(() => undefined);
  if (there !== text) {
    await writeFile(path, text);
    say(cell, `${there === undefined ? 'Written' : 'Written anew'}: ${path}`);
  }
}
