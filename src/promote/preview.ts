/** What a promotion would make of a notebook: script, pipeline's file, role, and all that is wrong. Makes nothing. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { EmrError } from '../protocol';
import { PIPELINE_SCHEMA, parsePipeline, pipelineFrom } from './file';
import { formOf, withForm } from './formText';
import { unknownRelease } from './release';
import { NotPromotable, makeScript, originOf } from './script';

import type { ISiteConfig } from '../config';
import type { IPreview, IPreviewRequest, IProblem } from '../protocol';
import type { IDataRef, IPipeline, IScript } from './types';

/** Name of the file beside the notebook. */
export const PIPELINE_FILE = 'emr-pipeline.yaml';

/** What a preview is made with. */
export interface IPreviewOptions {
  site: ISiteConfig;
  region?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/**
 * Look at a notebook, and at the pipeline's file beside it where there is one.
 *
 * @throws EmrError `FileNotRead`; what is wrong with notebook or file is among the problems
 */
export async function previewOf(request: IPreviewRequest, options: IPreviewOptions): Promise<IPreview> {
  const { site, region, env = process.env, signal } = options;
  const path = resolve(request.path);
  const notebook = request.notebook ?? (await text(path, request.path));
  const problems: IProblem[] = [];
  let script: IScript | undefined;
  try {
    const origin = await originOf(path, env, signal);
    script = await makeScript({ notebook, origin, site, env, ...(signal ? { signal } : {}) });
    problems.push(
      ...script.warnings.map(message => ({ severity: 'warning' as const, subject: 'notebook' as const, message }))
    );
  } catch (error) {
    if (!(error instanceof NotPromotable)) {
      throw error;
    }
    problems.push(notebookProblem(error));
  }
  const file = await pipelineFile(path, basename(request.path), request.pipelineText);
  const scriptName = basename(path).replace(/\.ipynb$/i, '') + '.py';
  const before =
    request.pipelineText ??
    file.text ??
    (script
      ? pipelineFrom(script, { notebook: basename(path), script: scriptName, site, ...(region ? { region } : {}) })
      : '');
  const pipelineText = request.form ? withForm(before, request.form) : before;
  const form = formOf(pipelineText);
  const folder = dirname(request.path);
  const parsed = pipelineText ? parsePipeline(pipelineText, site) : undefined;
  problems.push(
    ...(parsed?.problems ?? []).map(({ line, field, message, fix }) => ({
      severity: 'error' as const,
      subject: 'pipeline' as const,
      line,
      ...(field ? { field } : {}),
      message,
      ...(fix ? { fix } : {})
    }))
  );
  const pipeline = parsed?.pipeline;
  const unknown = pipeline && unknownRelease(pipeline.release);
  if (unknown) {
    problems.push({ severity: 'warning', subject: 'pipeline', field: 'release', message: unknown });
  }
  if (script && pipeline) {
    problems.push(...disagreements(script, pipeline));
  }
  return {
    ...(script ? { script } : {}),
    scriptPath: join(folder, pipeline?.script ?? scriptName),
    pipelineText,
    pipelinePath: join(folder, file.name),
    pipelineExists: file.text !== undefined,
    schema: PIPELINE_SCHEMA,
    ...(form ? { form } : {}),
    ...(pipeline ? { pipeline } : {}),
    problems
  };
}

function notebookProblem({ message, fix, cell, line }: NotPromotable): IProblem {
  return {
    severity: 'error',
    subject: 'notebook',
    // The place has fields of its own.
    message: message.replace(/^Cell \d+(?:, line \d+)?: /, ''),
    ...(fix ? { fix } : {}),
    ...(cell === undefined ? {} : { cell }),
    ...(line === undefined ? {} : { line })
  };
}

/** The file beside the notebook; another's file is left alone, and this one's has the notebook's name. */
async function pipelineFile(
  path: string,
  notebook: string,
  given: string | undefined
): Promise<{ name: string; text?: string }> {
  const folder = dirname(path);
  const stem = basename(path).replace(/\.ipynb$/i, '');
  for (const name of [PIPELINE_FILE, `${stem}.${PIPELINE_FILE}`]) {
    const there = await text(join(folder, name), name).catch(() => undefined);
    if (there === undefined) {
      return { name };
    }
    const named = formOf(there)?.['notebook'];
    if (typeof named !== 'string' || basename(named) === notebook || given === there) {
      return { name, text: there };
    }
  }
  return { name: `${stem}.${PIPELINE_FILE}` };
}

/** Where the script and the file say different things. */
function disagreements(script: IScript, pipeline: IPipeline): IProblem[] {
  const problems: IProblem[] = [];
  const tell = (severity: IProblem['severity'], message: string, fix: string) =>
    problems.push({ severity, subject: 'pipeline', message, fix });
  for (const { name, default: value, optional } of script.arguments) {
    const there = pipeline.arguments.find(argument => argument.name === name);
    if (!there && value === undefined && !optional) {
      tell('error', `The script needs the argument ${name}, which the file does not have.`, `Add it to "arguments".`);
    } else if (!there) {
      tell(
        'warning',
        `The file does not have the script’s argument ${name}: runs go by its default.`,
        'Add it to "arguments".'
      );
    }
  }
  for (const { name } of pipeline.arguments) {
    if (!script.arguments.some(argument => argument.name === name)) {
      tell(
        'error',
        `The file has the argument ${name}, which the script does not take.`,
        'Take it away, or assign it in the notebook’s cell with the tag "parameters".'
      );
    }
  }
  const missing = (found: readonly IDataRef[], declared: readonly IDataRef[]) =>
    declared.some(item => item.lfTags) ? [] : found.filter(item => !declared.some(other => covers(other, item)));
  for (const item of missing(script.reads, [...pipeline.inputs, ...pipeline.outputs])) {
    tell(
      'warning',
      `The script reads ${nameOf(item)}, which is in no input: its role will not allow it.`,
      'Add it to "inputs".'
    );
  }
  for (const item of missing(script.writes, pipeline.outputs)) {
    tell(
      'warning',
      `The script writes ${nameOf(item)}, which is in no output: its role will not allow it.`,
      'Add it to "outputs".'
    );
  }
  return problems;
}

function covers(declared: IDataRef, used: IDataRef): boolean {
  if (declared.s3 !== undefined && used.s3 !== undefined) {
    return used.s3.startsWith(declared.s3) || `${used.s3}/` === declared.s3;
  }
  const [database] = (used.table ?? '').split('.');
  return declared.table !== undefined && (declared.table === used.table || declared.table === `${database}.*`);
}

function nameOf(item: IDataRef): string {
  return item.s3 ?? item.table ?? 'data';
}

async function text(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new EmrError({
      code: 'FileNotRead',
      hop: 'config',
      message: `${shown} cannot be read: ${code === 'ENOENT' ? 'it is not there' : message}.`,
      fix: 'Name a notebook (.ipynb) by its path.'
    });
  }
}
