/** An IPython kernel on this host, a child of ours: `%%local`, and the local side of moving data. Knows no Livy. */
import { EmrError } from '../protocol';

import type { ILocalPython } from './types';

export * from './types';

/** Start the IPython kernel of the interpreter that has Jupyter (`JUPYTERLAB_EMR_PYTHON`). */
export function startLocalPython(_env: NodeJS.ProcessEnv): Promise<ILocalPython> {
  return Promise.reject(
    new EmrError({ code: 'NotInThisVersion', hop: 'kernel', message: '%%local is not part of this version.' })
  );
}
