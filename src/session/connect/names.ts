import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';

/**
 * A session's name: `user-notebook-xxxxxxxx`, readable in Livy's list and in YARN, unique on the server by its last part:
 * with four digits a hundred notebooks of one name would meet one time in fourteen.
 *
 * With a binding's name: `user-notebook.binding-xxxxxxxx`.
 *
 * @param notebookPath - path of the notebook; without it `JPY_SESSION_NAME`, which Jupyter Server sets to the path
 */
export function makeSessionName(
  notebookPath?: string,
  env: NodeJS.ProcessEnv = process.env,
  suffix: string = randomBytes(4).toString('hex'),
  binding?: string
): string {
  const notebook = (notebookPath || env['JPY_SESSION_NAME'] || 'notebook')
    .split(/[\\/]/)
    .pop()
    ?.replace(/^[\w-]+:/, '')
    .replace(/\.(ipynb|py|md|Rmd)$/i, '');
  const named = binding === undefined ? '' : `.${clean(binding, 20)}`;
  return [userPart(env), `${clean(notebook ?? '', 40) || 'notebook'}${named}`, suffix].join('-');
}

/** The first part of every name that is made for this user; it has no `-` in itself. */
export function userPart(env: NodeJS.ProcessEnv = process.env): string {
  return clean(osUser(env), 20).replace(/-/g, '_') || 'user';
}

/** The user on this host: JupyterHub's, else the operating system's. */
function osUser(env: NodeJS.ProcessEnv): string {
  if (env['JUPYTERHUB_USER']) {
    return env['JUPYTERHUB_USER'];
  }
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number without a name.
    return env['USER'] ?? env['LOGNAME'] ?? 'user';
  }
}

function clean(text: string, length: number): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .slice(0, length)
    .replace(/^-+|-+$/g, '');
}
