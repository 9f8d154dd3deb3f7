import { escape } from '../session';

import type { IMimeBundle, IProgress } from '../protocol';

/** The driver goes on although its cell was stopped: what that means, and the two things one can do. */
export function stuckBundle(progress: IProgress): IMimeBundle {
  const seconds = Math.round(progress.elapsedMs / 1000);
  return {
    'text/html': [
      `<p>${escape(progress.text)} (${seconds}&nbsp;s).</p>`,
      '<button class="jp-mod-styled jp-mod-warn" data-commandlinker-command="emr:disconnect" data-commandlinker-args="{}">',
      'End the session</button> <span>Its variables are lost; the cluster stays.</span>'
    ].join(''),
    'text/plain': `${progress.text}: %emr disconnect (${seconds} s)`
  };
}
