import type * as nbformat from '@jupyterlab/nbformat';
import type { IOutputAreaModel } from '@jupyterlab/outputarea';
import { JSONExt } from '@lumino/coreutils';

import type { IJsonObject } from '../../protocol';

/** An output as JupyterLab's models give and take it: text in one piece, metadata always there. */
function normal(output: IJsonObject): nbformat.IOutput {
  const { text, metadata } = output;
  const kind = output['output_type'];
  return {
    ...output,
    ...(Array.isArray(text) ? { text: (text as string[]).join('') } : {}),
    ...((kind === 'display_data' || kind === 'execute_result') && metadata === undefined ? { metadata: {} } : {})
  } as nbformat.IOutput;
}

/** Make a cell's outputs those given, and leave alone what is there already: a cell that prints would flicker. */
export function showOutputs(model: IOutputAreaModel, outputs: readonly IJsonObject[]): void {
  const next = outputs.map(normal);
  const present = model.toJSON();
  const differs = present.map((output, index) => !JSONExt.deepEqual(output, next[index] ?? null));
  if (next.length > present.length && !differs.includes(true)) {
    for (const output of next.slice(present.length)) {
      model.add(output);
    }
  } else if (next.length === present.length) {
    for (const [index, output] of next.entries()) {
      if (differs[index]) {
        model.set(index, output);
      }
    }
  } else {
    model.fromJSON(next);
  }
}
