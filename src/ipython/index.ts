/** An IPython kernel on this host, a child of ours: `%%local`, and the local side of moving data. Knows no Livy. */
import { EmrError } from '../protocol';

import type { ILocalPython } from './types';

export * from './types';

/**
 * The Python beside this kernel. No process is started before it is first used.
 *
 * @param env - `JUPYTERLAB_EMR_LOCAL_PYTHON` names the interpreter, else the site, else it is the one that has Jupyter
 * @param sitePython - `localPython` of the site's configuration
 * @throws EmrError `NoLocalPython` where none is named
 */
export async function startLocalPython(env: NodeJS.ProcessEnv, sitePython?: string): Promise<ILocalPython> {
  const interpreter = env['JUPYTERLAB_EMR_LOCAL_PYTHON'] || sitePython || env['JUPYTERLAB_EMR_PYTHON'];
  if (!interpreter) {
    throw new EmrError({
      code: 'NoLocalPython',
      hop: 'kernel',
      message: 'This kernel does not know which Python on this host to run local code with.',
      fix: 'Name one in JUPYTERLAB_EMR_LOCAL_PYTHON, or as "localPython" in the site configuration.'
    });
  }
  // zeromq's addon is loaded by then: this room is a chunk of its own.
  const { LocalPython } = await import('./python');
  return new LocalPython(interpreter, env);
}
