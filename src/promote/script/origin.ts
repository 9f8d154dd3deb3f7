/** Where a notebook comes from: its repository and commit, by git where there is one. */
import { execFile } from 'node:child_process';
import { basename, dirname, relative, sep } from 'node:path';

import type { IOrigin } from '../types';

/** Ask git about a notebook's file. No repository, no git: the file's name is all. */
export async function originOf(path: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<IOrigin> {
  const git = (...args: string[]) =>
    new Promise<string | undefined>(resolve => {
      execFile(
        'git',
        ['-C', dirname(path), ...args],
        { env: { ...env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }, timeout: 10_000, ...(signal ? { signal } : {}) },
        (error, out) => resolve(error ? undefined : out.trim())
      );
    });
  const root = await git('rev-parse', '--show-toplevel');
  if (!root) {
    return { notebook: basename(path) };
  }
  const [place, last, state] = await Promise.all([
    git('ls-files', '--full-name', '--', basename(path)),
    git('log', '-1', '--format=%H %cI', '--', basename(path)),
    git('status', '--porcelain', '--', basename(path))
  ]);
  const [commit, time] = (last ?? '').split(' ');
  const notebook = place || relative(root, path).split(sep).join('/');
  return {
    notebook: notebook.startsWith('..') ? basename(path) : notebook,
    ...(commit ? { commit } : {}),
    ...(commit && !state && time ? { time } : {}),
    ...(state || !commit ? { dirty: true } : {})
  };
}
