import { SESSION_OPTION } from '../cells';

import type { NotebookSession } from '../session';
import type { IArguments, INotebook, IOption } from './types';

export { CODE_OPTIONS, SESSION_OPTION, SPARK_OPTIONS, codeOptions } from '../cells';

export type { ICodeOptions } from '../cells';

/** `--name NAME` of `%emr` commands. */
export const BINDING_OPTION: IOption = { ...SESSION_OPTION, name: 'name', help: 'Binding; without it the current one' };

/** The session that `-s`, or `--name` of `%emr`, means; the current one without it. */
export function sessionOf(notebook: INotebook, args: IArguments): NotebookSession {
  const name = args.get('session') ?? args.get('name');
  return name === undefined ? notebook.session : notebook.bindings.get(name);
}
