/** `jupyter emr promote`: a notebook, or a pipeline's file, to EMR Serverless. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';

import { readSiteConfig } from '../config';
import type { IDeployStep, IDeployment, IPreview } from '../protocol';
import { EmrError } from '../protocol';
import type { IDryRunRow } from '../promote/dryRun';
import type { CommandBody, ICommon, IContext } from './context';
import { INTERRUPTED } from './context';
import { Progress, table } from './output';
import { dryRunRows, dryRunText, problemsText } from '../promote/dryRun';
import { readPipeline } from '../promote/file';
import { roleText } from '../promote/policy/views';

/** Options of `jupyter emr promote`. */
export interface IPromoteOptions extends ICommon {
  dryRun?: boolean;
  yes?: boolean;
  undo?: boolean;
  template?: boolean;
  offline?: boolean;
}

function print(context: IContext<IPromoteOptions>, value: unknown, text: () => string): void {
  context.terminal.out(context.options.json ? `${JSON.stringify(value, undefined, 2)}\n` : text());
}

/** What is deployed: from files, or from a notebook that was looked at. */
interface ISources {
  pipelineText: string;
  scriptText: string;
  /** Of the pipeline's file, for messages. */
  path: string;
  preview?: IPreview;
}

export const promoteCommand: CommandBody<IPromoteOptions> = async context => {
  const { argument = '', options, terminal, signal } = context;
  const control = context.control();
  const sources = /\.ipynb$/i.test(argument) ? await fromNotebook(context, argument) : await fromFile(argument);
  const { pipelineText, scriptText, path, preview } = sources;
  if (options.template) {
    const { text } = await control.call('promote.template', { pipelineText, scriptText, path }, context);
    print(context, { template: text }, () => text);
    return 0;
  }
  const request = { pipelineText, scriptText, path, token: randomUUID() };
  if (options.dryRun) {
    const isBroken = preview?.problems.some(({ severity }) => severity === 'error') ?? false;
    const planned =
      options.offline || isBroken
        ? undefined
        : await control.call('promote.deploy', { ...request, dryRun: true }, context);
    const rows = preview?.script ? dryRunRows(await read(argument, ''), preview.script) : undefined;
    print(
      context,
      { ...(preview ? { preview } : {}), ...(rows ? { rows } : {}), ...(planned ? { planned } : {}) },
      () => [preview ? previewText(preview, rows ?? []) : '', planned ? plannedText(planned) : ''].join('')
    );
    return 0;
  }
  if (preview) {
    await writeSources(context, preview);
  }
  if (!options.yes) {
    const planned = await control.call('promote.deploy', { ...request, dryRun: true }, context);
    terminal.err(plannedText(planned));
    if (!terminal.interactive || options.json) {
      throw new EmrError({
        code: 'NotConfirmed',
        hop: 'config',
        message: 'Nothing was made: nobody said yes.',
        fix: 'Look at the steps above; then say --yes.'
      });
    }
    if (!(await agrees(signal))) {
      terminal.err('Nothing was made.\n');
      return 1;
    }
  }
  const progress = new Progress(terminal);
  let steps: IDeployStep[] = [];
  try {
    const made = await control.call(
      'promote.deploy',
      { ...request, token: randomUUID(), ...(options.undo ? { undoOnFailure: true } : {}) },
      {
        signal,
        onEvent: (_event, data) => {
          if ('steps' in data) {
            steps = data.steps;
            const active = data.steps.find(({ status }) => status === 'active');
            if (active) {
              progress.show(active.label);
            }
          }
        }
      }
    );
    progress.clear();
    print(context, made, () => deployedText(made));
    return 0;
  } catch (error) {
    progress.end();
    if (signal.aborted) {
      const { leftText } = await import('../promote/steps');
      const name = /^name:\s*["']?([\w-]+)/m.exec(pipelineText)?.[1] ?? 'PIPELINE';
      terminal.err(`Stopped. ${leftText(steps, name) ?? 'Nothing was made.'}\n`);
      return INTERRUPTED;
    }
    throw error;
  }
};

/** The pipeline's file, and the script that it names. */
async function fromFile(argument: string): Promise<ISources> {
  const path = resolve(argument);
  const pipelineText = await read(path, 'Name a notebook (.ipynb) or a pipeline’s file (emr-pipeline.yaml).');
  const { script } = readPipeline(pipelineText, argument, readSiteConfig());
  const scriptText = await read(
    resolve(dirname(path), script),
    `${argument} names it as its script; promote the notebook to make it.`
  );
  return { pipelineText, scriptText, path: argument };
}

async function fromNotebook(context: IContext<IPromoteOptions>, argument: string): Promise<ISources> {
  const preview = await context.control().call('promote.preview', { path: argument, compare: false }, context);
  const errors = preview.problems.filter(({ severity }) => severity === 'error');
  // A dry run shows what it can: the file's errors stand below the script.
  if (!preview.script || (errors.length > 0 && !context.options.dryRun)) {
    throw new EmrError({
      code: 'NotPromotable',
      hop: 'config',
      message: `${argument} cannot be promoted: ${errors
        .map(
          ({ message, line, cell }) =>
            `${cell === undefined ? '' : `cell ${cell + 1}, `}${line === undefined ? '' : `line ${line}: `}${message}`
        )
        .join(' ')}`,
      ...(errors[0]?.fix ? { fix: errors[0].fix } : {})
    });
  }
  return {
    pipelineText: preview.pipelineText,
    scriptText: preview.script.text,
    path: preview.pipelinePath,
    preview
  };
}

/** Beside the notebook, where they are not there as they are to be. */
async function writeSources({ terminal }: IContext<IPromoteOptions>, preview: IPreview): Promise<void> {
  const files: [path: string, text: string][] = [
    [preview.scriptPath, preview.script?.text ?? ''],
    ...(preview.pipelineExists ? [] : [[preview.pipelinePath, preview.pipelineText] as [string, string]])
  ];
  for (const [path, text] of files) {
    const there = existsSync(path) ? await readFile(path, 'utf8') : undefined;
    if (there !== text) {
      await writeFile(path, text);
      terminal.err(`${there === undefined ? 'Written' : 'Written anew'}: ${path}\n`);
    }
  }
}

async function read(path: string, fix: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EmrError({
      code: 'FileNotRead',
      hop: 'config',
      message: `${path} cannot be read: ${code === 'ENOENT' ? 'it is not there' : String((error as Error).message)}.`,
      fix
    });
  }
}

async function agrees(signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question('Go on? [y/N] ', { signal })).trim());
  } finally {
    lines.close();
  }
}

function stepsText(steps: IDeployStep[]): string {
  return table(
    ['STEP', 'STATE', ''],
    steps.map(({ label, status, detail, error }) => [label, status, error?.message ?? detail ?? ''])
  );
}

/** What a deployment would make: the role with the reason of each statement, what changes in it, the steps. */
function plannedText({ steps, rolePlan, roleDiff, left }: IDeployment): string {
  return [
    rolePlan ? `${roleText(rolePlan)}\n\n` : '',
    roleDiff && roleDiff.length > 0 ? `What changes in the role:\n${roleDiff.join('\n')}\n\n` : '',
    stepsText(steps),
    ...left.map(text => `! ${text}\n`)
  ].join('');
}

function previewText(preview: IPreview, rows: IDryRunRow[]): string {
  const { script, scriptPath, pipelinePath, pipelineExists } = preview;
  return [
    script ? `${dryRunText(rows, script, process.stdout.columns || 120)}\n` : '',
    `Script: ${scriptPath}\nPipeline: ${pipelinePath}${pipelineExists ? '' : ' (proposed)'}\n`,
    problemsText(preview),
    '\n'
  ].join('');
}

function deployedText(made: IDeployment): string {
  return [
    stepsText(made.steps),
    ...made.left.map(text => `! ${text}\n`),
    `\nRun it: jupyter emr runs ${made.pipeline} --start\n`
  ].join('');
}
