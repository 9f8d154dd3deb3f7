/**
 * Parameters of a notebook that somebody else runs. papermill injects a cell that begins with `# Parameters`, mostly above
 * the cell that connects: it is kept and runs on the cluster as soon as there is a session, and `${name}` in `%emr` and
 * `%sm_analytics` means its value, else that of the environment.
 */
import { runCode } from './code';
import { usage } from './options';
import { isEmptyCode } from './parser';
import { say } from './show';

import type { ICountedCell, INotebook } from './types';

interface IParameters {
  /** Still to run on the cluster. */
  code?: string;
  /** Texts, numbers and truth values by name. */
  values: Map<string, string>;
}

const PARAMETERS = new WeakMap<INotebook, IParameters>();

/** First line of papermill's cell, in Python, Scala and R. */
const HEAD = /^\s*(#|\/\/)\s*parameters\b/i;
/** `name = value` with what may stand around it in the three languages. */
const ASSIGNMENT =
  /^(?:val\s+|var\s+)?([A-Za-z_]\w*)(?:\s*:\s*[\w.[\], |]+)?\s*(?:=|<-)\s*(.+?)\s*;?\s*(?:(?:#|\/\/)[^"']*)?$/;

/**
 * Whether a cell's code is parameters that have to wait for a session. Their values are known from now on.
 *
 * @returns true: there is nothing to run now
 */
export function keepParameters(code: string, cell: ICountedCell, notebook: INotebook): boolean {
  if (!HEAD.test(code)) {
    return false;
  }
  const { values } = parametersOf(notebook);
  for (const line of code.split('\n')) {
    const [, name, literal = ''] = ASSIGNMENT.exec(line) ?? [];
    const value = name === undefined ? undefined : textOf(literal);
    if (name !== undefined && value !== undefined) {
      values.set(name, value);
    }
  }
  if (notebook.session.info || isEmptyCode(code, '#') || isEmptyCode(code, '//')) {
    return false;
  }
  const parameters = parametersOf(notebook);
  parameters.code = parameters.code === undefined ? code : `${parameters.code}\n${code}`;
  say(cell, 'Kept: these parameters run on the cluster as soon as the notebook is connected.');
  return true;
}

/** Run what was kept, now that code runs on the cluster. */
export async function runKept(cell: ICountedCell, notebook: INotebook): Promise<void> {
  const parameters = PARAMETERS.get(notebook);
  const code = parameters?.code;
  if (parameters && code !== undefined) {
    await runCode(cell, notebook, code, notebook.language);
    delete parameters.code;
  }
}

/**
 * `${name}` in a magic's words: a parameter, else a variable of the environment.
 *
 * @throws EmrError `UsageError` naming the one that is not there
 */
export function substitute(given: string[], notebook: INotebook): string[] {
  return given.map(word =>
    word.replace(/\$\{([^}]*)\}/g, (_all, name: string) => {
      const value = PARAMETERS.get(notebook)?.values.get(name) ?? notebook.env[name];
      if (value === undefined) {
        throw usage(
          `\${${name}} is neither a parameter of this notebook nor a variable of the environment.`,
          `Set it: papermill … -p ${name} VALUE (in a cell that begins with "# Parameters"), or ${name} in the environment of the kernel.`
        );
      }
      return value;
    })
  );
}

function parametersOf(notebook: INotebook): IParameters {
  let parameters = PARAMETERS.get(notebook);
  if (!parameters) {
    parameters = { values: new Map() };
    PARAMETERS.set(notebook, parameters);
  }
  return parameters;
}

/** A literal's text; undefined for what is no text, number or truth value. */
function textOf(literal: string): string | undefined {
  const quoted = /^(["'])(.*)\1$/.exec(literal);
  if (quoted) {
    return quoted[2].replace(/\\(.)/g, (_all, sign: string) => ({ n: '\n', t: '\t', r: '\r' })[sign] ?? sign);
  }
  return /^(-?[\d.]+(e[+-]?\d+)?L?|true|false)$/i.test(literal) ? literal : undefined;
}
